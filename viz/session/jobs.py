"""Jobs of the page's worker processes: generators that compute one piece a call, so that films overtake long jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ..scenario import Scenario

if TYPE_CHECKING:
    from ..recording.grid import Axes

_generators: dict[int, Iterator[Any]] = {}


class Job(NamedTuple):
    """One job: film, portrait (argument: the voter), moved, costs, or a block (argument) of replicates, fans or a map.

    axes: of a map.
    """

    kind: str
    scenario: Scenario
    argument: int = 0
    axes: Axes = ()

    @property
    def key(self) -> str:
        """Return a key that is equal for jobs with equal results."""
        if self.kind == "map":
            return f"map {self.argument} {self.axes} {self.scenario.with_replicate(0).key}"
        if self.kind in ("replicates", "fans"):
            return f"{self.kind} {self.argument} {self.scenario.with_replicate(0).key}"
        return f"{self.kind} {self.argument} {self.scenario.key}"


class Call(NamedTuple):
    """One call of a worker: number of the job, the job itself in its first call, and numbers of cancelled jobs."""

    number: int
    job: Job | None
    cancelled: tuple[int, ...]


class Ended(NamedTuple):
    """Sent in place of a piece when the job is done."""


def pieces(job: Job) -> Iterator[Any]:
    """Return the pieces of a job in order. Raises ValueError for an unknown kind."""
    if job.kind == "film":
        from ..recording.film import film

        return film(job.scenario)
    if job.kind == "replicates":
        from ..recording.replicates import replicates

        return replicates(job.scenario, job.argument)
    if job.kind == "fans":
        from ..recording.fans import fans

        return fans(job.scenario, job.argument)
    if job.kind == "map":
        from ..recording.grid import block
        from ..recording.replicates import BLOCK

        return block(job.scenario, job.axes, range(BLOCK * job.argument, BLOCK * (job.argument + 1)))
    if job.kind == "portrait":
        from ..recording.voter_portrait import portraits

        return portraits(job.scenario, job.argument)
    if job.kind == "moved":
        from ..recording.moved_voters import moved_voters

        return moved_voters(job.scenario)
    if job.kind == "costs":
        from ..recording.realised_costs import realised_costs

        return realised_costs(job.scenario)
    raise ValueError(f"unknown kind of job {job.kind!r}")


def step(call: Call) -> Any:
    """Return the next piece of a job, or Ended. A job that fails is discarded."""
    for number in call.cancelled:
        _generators.pop(number, None)
    if call.job is not None:
        from ...agents.source_hash import use_code_named_cache

        use_code_named_cache()
        _generators[call.number] = pieces(call.job)
    try:
        return next(_generators[call.number])
    except StopIteration:
        del _generators[call.number]
        return Ended()
    except BaseException:
        _generators.pop(call.number, None)
        raise
