"""One replicate of a history in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..agents.code_hash import use_code_named_cache

use_code_named_cache()

from .history import HistoryDesign, run_history  # noqa: E402 - kernels must find their cache first
from .protocols import ReplicateResult  # noqa: E402
from .provenance import canonical_json  # noqa: E402

if TYPE_CHECKING:
    from ..model.parameters import Parameters


def run_history_task(payload: tuple[Parameters, HistoryDesign, int, int]) -> ReplicateResult:
    """Run one replicate; payload is (parameters, design, seed, replicate)."""
    parameters, design, seed, replicate = payload
    result = run_history(parameters, design, seed, replicate)
    # A value no file can hold is this run's failure, not the study's.
    canonical_json([*result.runs, *result.cycles])
    return result
