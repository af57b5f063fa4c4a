"""One replicate in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..agents.code_hash import use_code_named_cache

use_code_named_cache()

from .protocols import ReplicateResult, StressDesign, run_replicate  # noqa: E402 - kernels must find their cache first

if TYPE_CHECKING:
    from ..model.parameters import Parameters


def run_task(payload: tuple[Parameters, StressDesign, int, int]) -> ReplicateResult:
    """Run one replicate; payload is (parameters, design, seed, replicate)."""
    parameters, design, seed, replicate = payload
    return run_replicate(parameters, design, seed, replicate)
