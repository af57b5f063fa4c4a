"""One replicate in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..agents.code_hash import use_code_named_cache

use_code_named_cache()

from .protocols import ReplicateResult, StressDesign, run_replicate  # noqa: E402 - kernels must find their cache first
from .provenance import canonical_json  # noqa: E402

if TYPE_CHECKING:
    from ..model.parameters import Parameters


def run_task(payload: tuple[Parameters, StressDesign, int, int]) -> ReplicateResult:
    """Run one replicate; payload is (parameters, design, seed, replicate)."""
    parameters, design, seed, replicate = payload
    result = run_replicate(parameters, design, seed, replicate)
    # A value no file can hold is this run's failure, not the study's.
    canonical_json([*result.runs, *result.cycles])
    return result
