"""Replicates a second of the two protocols, and the time of a replicate by kernel and phase."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from measuring import Aim, Row, processor_seconds

from political_moat import World
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.tasks import Task
from political_moat.experiments.protocols import PROTOCOLS as DECLARED
from political_moat.experiments.protocols.stress_test import run as protocols
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.studies.plan import ArmSet, Plan
from political_moat.experiments.sweeps.run import TASK
from political_moat.model import fast_forward as months_ahead
from political_moat.model import schedule
from political_moat.model.phases import election, network, payroll, pipeline, polling, voters

PROTOCOLS = ("stress", "history")
KERNELS: tuple[tuple[ModuleType, str], ...] = (
    (months_ahead, "move_electorate"),
    (payroll, "accounts_month"),
    (voters, "opinion_month"),
    (election, "expected_votes"),
    (polling, "expected_votes"),
    (polling, "ballots"),
    (pipeline, "grieve"),
    (network, "neighbours_meet"),
)
"""Modules and names through which the phases of the base world call kernels."""
EVERY_MONTH = ("accounts_month", "opinion_month")
"""Kernels that process every voter every month."""
OUTSIDE_AIM, RATE_AIM = Aim(most=20), Aim(most=1.2)
RATE_MONTHS = 24
MEAN_BREADTH = 0.3
"""Share of holders in the world of `kernel_nanoseconds`: the arms of a stress test have .25 on average."""


def arms_of(protocol: str, voters: int | None, cycles: int | None = None) -> ArmSet:
    """Return the arms of `moat run` at its defaults, with other numbers of voters and cycles if not None."""
    has_cycles = "cycles" in DECLARED[protocol].options.model_fields
    study = study_of_run(protocol=protocol, voters=voters, cycles=cycles if has_cycles else None)
    return Plan(study).arm_sets(0)[0]


def replicates_a_second(arms: ArmSet, workers: int, count: int) -> float:
    """Return the replicates a second of wall time, on spawned workers that have finished one already."""
    times: list[float] = []
    places = range(len(arms.arms))
    tasks = (Task(str(number), arms.payload(number, places)) for number in range(count + 2 * workers))

    def keep(task: Task, value: Any) -> None:
        times.append(time.perf_counter())

    def fail(task: Task, failure: Any) -> None:
        raise SystemExit(f"replicate {task.key}: {failure.reason}")

    Engine(workers=workers).run(tasks, TASK, keep, fail)
    # At the end some workers are idle: the last result of each worker is not counted.
    first, last = 2 * workers - 1, len(times) - workers
    if last <= first:
        first, last = 0, len(times) - 1
    return (last - first) / (times[last] - times[first])


def rate_rows(
    replicates: int, repeats: int, voters: int | None, cycles: int | None, workers: Sequence[int]
) -> list[Row]:
    """Return rows with the replicates a second of both protocols, for each number of processes."""
    made: list[Row] = []
    for protocol in PROTOCOLS:
        arms = arms_of(protocol, voters, cycles)
        found: dict[int, list[float]] = {size: [] for size in workers}
        for _ in range(repeats):
            for size in workers:
                found[size].append(replicates_a_second(arms, size, replicates))
        size_of_world = arms.parameters.electorate.voters
        for size, values in found.items():
            who = "1 process" if size == 1 else f"{size} processes"
            made.append(Row(f"{protocol}, {who}", size_of_world, values, "replicates a second"))
    return made


def _reading() -> float:
    """Return the seconds that one reading of the processor's clock takes: about a microsecond, like a small call."""
    count = 10_000
    start = time.process_time()
    for _ in range(count):
        time.process_time()
    return (time.process_time() - start) / count


READING = _reading()


class Clocks:
    """Processor time and number of calls of functions, by name."""

    def __init__(self) -> None:
        """Start with no seconds and no calls."""
        self.spent: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)

    def without_reading(self) -> dict[str, float]:
        """Return the seconds by name, less one reading of the clock per call, which falls inside the timed span."""
        return {name: max(0.0, seconds - self.calls[name] * READING) for name, seconds in self.spent.items()}

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that times each call of `function` under a name."""

        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.process_time()
            done = function(*arguments, **named)
            self.spent[name] += time.process_time() - start
            self.calls[name] += 1
            return done

        return timed


@contextmanager
def replaced(*places: tuple[ModuleType, str, Any]) -> Iterator[None]:
    """Replace the values of some names of modules within a `with` block."""
    before = [getattr(module, name) for module, name, _ in places]
    for module, name, value in places:
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name, _), value in zip(places, before, strict=True):
            setattr(module, name, value)


def phase_by_phase() -> AbstractContextManager[None]:
    """Return a context in which worlds run every phase, without the fast path that joins several in one kernel."""
    return replaced((months_ahead, "predictable", lambda one: False))


def kernels_on(clocks: Clocks) -> AbstractContextManager[None]:
    """Return a context that times every kernel."""
    return replaced(*((module, name, clocks.around(name, getattr(module, name))) for module, name in KERNELS))


def phases_on(clocks: Clocks) -> AbstractContextManager[None]:
    """Return a context that times every phase of the schedule."""
    timed = tuple(phase._replace(run=clocks.around(phase.name, phase.run)) for phase in schedule.PHASES)
    return replaced((schedule, "PHASES", timed))


class Spent(NamedTuple):
    """One replicate: its seconds, and seconds and calls by kernel or phase."""

    total: float
    by_name: dict[str, float]
    calls: dict[str, int]


def spent_on(arms: ArmSet, replicate: int, whole_phases: bool) -> Spent:
    """Run one replicate in this process; return its seconds in all, and seconds and calls by name."""
    clocks = Clocks()
    on_the_clock = ExitStack()
    on_the_clock.enter_context(phase_by_phase() if whole_phases else nullcontext())
    on_the_clock.enter_context(phases_on(clocks) if whole_phases else kernels_on(clocks))
    with on_the_clock:
        start = time.process_time()
        arms.protocol.run(arms.parameters, arms.design, arms.seed, replicate)
        total = time.process_time() - start
    return Spent(total - 2 * sum(clocks.calls.values()) * READING, clocks.without_reading(), dict(clocks.calls))


def kernel_nanoseconds(voters: int) -> dict[str, float]:
    """Return ns of a voter's month in the two monthly kernels, in a world so large that calls cost almost nothing."""
    p = arms_of(PROTOCOLS[0], voters).parameters
    one = World(protocols.with_dose(p, MEAN_BREADTH, 1.0), seed=1)
    one.advance(1)
    clocks = Clocks()
    with phase_by_phase(), kernels_on(clocks):
        one.advance(RATE_MONTHS)
    return {name: 1e9 * clocks.spent[name] / (voters * RATE_MONTHS) for name in EVERY_MONTH}


def inside_rows(repeats: int, voters: int | None, large: int) -> list[Row]:
    """Return rows with the time of a stress-test replicate in kernels, outside of them, and phase by phase.

    large: voters of the world from which the kernels' own rate is taken.
    """
    arms = arms_of(PROTOCOLS[0], voters)
    size = arms.parameters.electorate.voters
    run_replicate(arms.parameters, arms.design, arms.seed, 0)
    bare = [
        processor_seconds(lambda number=number: run_replicate(arms.parameters, arms.design, arms.seed, number))  # type: ignore[misc]
        for number in range(1, repeats + 1)
    ]
    kernels = [spent_on(arms, number, False) for number in range(1, repeats + 1)]
    whole = [spent_on(arms, number, True) for number in range(1, repeats + 1)]
    # Counted months of worlds, since arms may share some.
    worlds_months = whole[0].calls[schedule.PHASES[-1].name]
    months = worlds_months * size
    outside = [100 * (1 - sum(one.by_name.values()) / one.total) for one in kernels]
    made = [
        Row("a replicate of the stress test", size, bare, "CPU seconds"),
        Row("the same for a voter-month", size, [1e9 * one / months for one in bare], "ns"),
        Row("outside kernels", size, outside, "% of a replicate", OUTSIDE_AIM),
        Row(
            "outside kernels, a month of a world",
            size,
            [1e6 * one * share / 100 / worlds_months for one, share in zip(bare, outside, strict=True)],
            "microseconds",
        ),
    ]
    alone = [kernel_nanoseconds(large) for _ in range(repeats)]
    rates = [sum(one.values()) for one in alone]
    made += [Row(f"{name} alone", large, [one[name] for one in alone], "ns a voter-month") for name in EVERY_MONTH]
    made += [
        Row("both alone", large, rates, "ns a voter-month"),
        Row(
            "a replicate / its voter-months at that rate",
            size,
            [1e9 * one / (months * rate) for one, rate in zip(bare, rates, strict=True)],
            "times",
            RATE_AIM,
        ),
    ]
    for kind, runs in (("kernel", kernels), ("phase", whole)):
        names = sorted({name for one in runs for name in one.by_name}, key=lambda name: -runs[0].by_name.get(name, 0.0))
        for name in names:
            shares = [100 * one.by_name.get(name, 0.0) / one.total for one in runs]
            if np.median(shares) >= 0.05:
                made.append(Row(f"{kind}: {name}", size, shares, "% of a replicate"))
    return made
