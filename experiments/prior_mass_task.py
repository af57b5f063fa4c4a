"""One draw from the prior in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..agents.code_hash import use_code_named_cache

use_code_named_cache()

from .prior_mass_protocol import PriorMassDesign, run_prior_draw  # noqa: E402 - kernels must find their cache first

if TYPE_CHECKING:
    from ..model.parameters import Parameters


def run_prior_task(payload: tuple[Parameters, PriorMassDesign, int, int]) -> list[dict[str, Any]]:
    """Run one draw; payload is (parameters of the draw, design, seed, number of the draw)."""
    return run_prior_draw(*payload)
