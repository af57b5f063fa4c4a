"""One replicate of the mediation factorial in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..agents.code_hash import use_code_named_cache

use_code_named_cache()

from .mediation_protocol import MediationDesign, run_mediation_replicate  # noqa: E402 - kernels must find their cache

if TYPE_CHECKING:
    from ..model.parameters import Parameters


def run_mediation_task(payload: tuple[Parameters, MediationDesign, int, int]) -> list[dict[str, Any]]:
    """Run one replicate; payload is (parameters, design, seed, replicate)."""
    return run_mediation_replicate(*payload)
