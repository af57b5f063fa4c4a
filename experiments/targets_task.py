"""One replicate of `moat targets` in a worker process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..agents.code_hash import use_code_named_cache

use_code_named_cache()

from .provenance import canonical_json  # noqa: E402 - kernels must find their cache first
from .targets import target_counts  # noqa: E402

if TYPE_CHECKING:
    from ..model.parameters import Parameters


def run_targets_task(payload: tuple[Parameters, int, int, int]) -> dict[str, float]:
    """Run one replicate; payload is (parameters, cycles, seed, replicate)."""
    parameters, cycles, seed, replicate = payload
    counts = target_counts(parameters, cycles, seed, replicate)
    # A value no file can hold is this run's failure, not the study's.
    canonical_json(counts)
    return counts
