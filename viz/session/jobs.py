"""What a worker process of the page does: jobs as generators, a piece a call: films go before long questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..scenario import Scenario

_open: dict[int, Iterator[Any]] = {}


class Job(NamedTuple):
    """One job: film, luck (argument: the block) or portrait (argument: the voter)."""

    kind: str
    scenario: Scenario
    argument: int = 0

    @property
    def key(self) -> str:
        """Equal for jobs with equal results."""
        if self.kind == "luck":
            return f"luck {self.argument} {self.scenario.with_replicate(0).key}"
        return f"{self.kind} {self.argument} {self.scenario.key}"


class Call(NamedTuple):
    """One call of a worker: the job's number, the job itself the first time, and numbers of jobs nobody wants now."""

    number: int
    job: Job | None
    dropped: tuple[int, ...]


class Ended(NamedTuple):
    """In the place of a piece: the job is done."""


def pieces(job: Job) -> Iterator[Any]:
    """The pieces of a job in order. ValueError for an unknown kind."""
    if job.kind == "film":
        from ..recording.film import film

        return film(job.scenario)
    if job.kind == "luck":
        from ..recording.replicates import futures

        return futures(job.scenario, job.argument)
    if job.kind == "portrait":
        from ..recording.voter_portrait import portraits

        return portraits(job.scenario, job.argument)
    raise ValueError(f"unknown kind of job {job.kind!r}")


def step(call: Call) -> Any:
    """The next piece of a job, or Ended; a job that fails is forgotten."""
    for number in call.dropped:
        _open.pop(number, None)
    if call.job is not None:
        from ...agents.source_hash import use_code_named_cache

        use_code_named_cache()
        _open[call.number] = pieces(call.job)
    try:
        return next(_open[call.number])
    except StopIteration:
        del _open[call.number]
        return Ended()
    except BaseException:
        _open.pop(call.number, None)
        raise
