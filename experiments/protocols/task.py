"""One piece of work in a worker process: a replicate of a stress test, history or factorial, or a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...agents.source_hash import use_code_named_cache

use_code_named_cache()

from ..storage.provenance import as_plain  # noqa: E402
from .arms import ReplicateResult  # noqa: E402
from .history.design import HistoryDesign  # noqa: E402
from .history.run import run_history  # noqa: E402 - kernels must find their cache first
from .mediation.design import MediationDesign  # noqa: E402
from .mediation.run import run_mediation_replicate  # noqa: E402
from .prior_mass.design import PriorMassDesign  # noqa: E402
from .prior_mass.run import run_prior_draw  # noqa: E402
from .stress_test.design import StressDesign  # noqa: E402
from .stress_test.run import run_replicate  # noqa: E402

if TYPE_CHECKING:
    from ...model.parameters.tree import Parameters


def run_task(payload: tuple[Parameters, Any, int, int]) -> ReplicateResult:
    """Run one piece of work; payload is (parameters, design, seed, replicate), and the design's kind says what is run.

    Raises TypeError for a design of no protocol.
    """
    parameters, design, seed, replicate = payload
    if isinstance(design, StressDesign):
        result = run_replicate(parameters, design, seed, replicate)
    elif isinstance(design, HistoryDesign):
        result = run_history(parameters, design, seed, replicate)
    elif isinstance(design, MediationDesign):
        result = ReplicateResult(run_mediation_replicate(parameters, design, seed, replicate), [])
    elif isinstance(design, PriorMassDesign):
        result = ReplicateResult(run_prior_draw(parameters, design, seed, replicate), [])
    else:
        result = ReplicateResult([_counts(parameters, design, seed, replicate)], [])
    # A value no file can hold is this run's failure, not the study's.
    as_plain([*result.runs, *result.cycles])
    return result


def _counts(parameters: Parameters, design: object, seed: int, replicate: int) -> dict[str, float]:
    from .targets.counts import TargetsDesign, target_counts

    if not isinstance(design, TargetsDesign):
        raise TypeError(f"{type(design).__name__} is the design of no protocol")
    return target_counts(parameters, design.cycles, seed, replicate)
