"""Base of the world as a Mesa model: Mesa's clock is the month, and events wait for a month (Mesa 3.3 to 4)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mesa
import numpy as np

MESA_SCHEDULES = hasattr(mesa.Model, "schedule_event")
"""Whether Mesa's models have events and a time of their own: from 3.5 on."""
MESA_HAS_SCENARIOS = hasattr(mesa.Model, "scenario")
DEFAULT_PRIORITY = 5
_GENERATORS = (np.random.Generator, np.random.BitGenerator, np.random.SeedSequence, np.ndarray)


@dataclass(order=True)
class WaitingEvent:
    """A function that waits for its month, in a world on Mesa before 3.5; `cancel` takes it out."""

    time: float
    priority: int
    number: int
    function: Callable[[], object] = field(compare=False)
    list_of_model: list[WaitingEvent] = field(compare=False, repr=False)

    def cancel(self) -> None:
        """Take the event out of its model's list, if it still waits."""
        if self in self.list_of_model:
            self.list_of_model.remove(self)
            heapq.heapify(self.list_of_model)


class _Events(mesa.Model):  # type: ignore[misc]
    """`schedule_event` for Mesa before 3.5, as later versions have it. Events run in `step`, after the month."""

    def schedule_event(
        self,
        function: Callable[[], object],
        *,
        at: float | None = None,
        after: float | None = None,
        priority: int = DEFAULT_PRIORITY,
    ) -> WaitingEvent:
        """Schedule a function for a month, or for a number of months from now; the smallest priority comes first.

        Return the event, which has a method `cancel`. ValueError for a month in the past.
        """
        if (at is None) == (after is None):
            raise ValueError("Specify exactly one of 'at' or 'after'")
        time = self.month + after if at is None else at
        if time < self.month:
            raise ValueError(f"cannot schedule an event for month {time:g}: the world has done {self.month} months")
        self._events_scheduled += 1
        event = WaitingEvent(time, int(priority), self._events_scheduled, function, self._event_list)
        heapq.heappush(self._event_list, event)
        return event

    def _wrapped_step(self, *args: Any, **kwargs: Any) -> None:
        super()._wrapped_step(*args, **kwargs)
        while self._event_list and self._event_list[0].time <= self.month:
            heapq.heappop(self._event_list).function()


_Base: Any = mesa.Model if MESA_SCHEDULES else _Events


class MonthlyModel(_Base):  # type: ignore[misc]
    """A Mesa model whose clock is the month: `steps`, from Mesa 3.5 on `time`, and the events that wait for it.

    Subclasses have the attribute `month`, which their `step` increases by one.
    """

    month: int
    _default_schedule: Any
    datacollector: Any = None
    simulator: Any = None
    """A simulator of Mesa 3.3, if it runs this model: `advance` then lets it run the months."""

    def start_mesa(self, seed: int, scenario: Any = None) -> None:
        """Run Mesa's constructor, which makes `random` and `rng` from the seed or from the scenario."""
        if scenario is not None and MESA_HAS_SCENARIOS:
            mesa.Model.__init__(self, scenario=scenario)
        else:
            mesa.Model.__init__(self, rng=seed)
        if MESA_SCHEDULES:
            self.set_clock()
        else:
            self._event_list: Any = []
            self._events_scheduled = 0

    @property
    def steps(self) -> int:
        """Return the number of months since month 0: Mesa's count of steps, also after `advance` and in a fork."""
        return self.month

    @steps.setter
    def steps(self, count: int) -> None:
        """Ignore Mesa's own count."""

    def set_clock(self) -> None:
        """Set Mesa's clock to the month, after months that did not go through Mesa. No event may wait."""
        if not MESA_SCHEDULES:
            return
        from mesa.time import Priority, Schedule

        self._default_schedule.stop()
        self._event_list.clear()
        self.time = float(self.month)
        next_step = Schedule(interval=1.0, start=self.time + 1.0)
        self._default_schedule = self.schedule_recurring(self._run_step, next_step, Priority.HIGH)

    def _run_step(self) -> None:
        type(self).step(self)

    @property
    def watched(self) -> bool:
        """Return whether each month must go through Mesa: a collector, a simulator, an event or an observer waits."""
        own = 1 if MESA_SCHEDULES else 0  # Mesa's next step is an event too
        return (
            self.datacollector is not None
            or self.simulator is not None
            or len(self._event_list) > own
            or any(getattr(self, "subscribers", {}).values())
        )

    def run_through_mesa(self, months: int) -> None:
        """Run a number of months, each through Mesa with the events and observers that wait for it."""
        if MESA_SCHEDULES:
            self.run_for(months)
        elif self.simulator is not None:
            self.simulator.run_for(months)
        else:
            for _ in range(months):
                self.step()


def chosen_seed(seed: Any, rng: Any, replicate: int | None) -> Any:
    """Return the seed of a model that Mesa may give `seed`, `rng` or None, which its batch runner puts in either.

    ValueError if both are given.
    """
    if rng is not None and seed not in (0, None):
        raise ValueError("give seed or rng, not both")
    chosen = seed if rng is None else rng
    return 0 if chosen is None and replicate is not None else seed_of(chosen)


def seed_of(rng: Any) -> Any:
    """Return the seed that one of Mesa's `rng` arguments stands for.

    None gives a new seed from the operating system. A generator, a SeedSequence or a list of numbers gives one draw of
    theirs. Anything else, such as a whole number, is the seed.
    """
    if rng is None or isinstance(rng, _GENERATORS) or (isinstance(rng, Sequence) and not isinstance(rng, str | bytes)):
        return int(np.random.default_rng(rng).integers(2**63))
    return rng


def scenario_and_seed(scenario: Any, rng: Any) -> tuple[Any, Any]:
    """Return a Mesa scenario and its seed, the same whatever its generator has drawn since; a class is made with `rng`.

    ValueError for a scenario, which has a generator, and `rng` together.
    """
    if isinstance(scenario, type):
        scenario = scenario(rng=rng)
    elif rng is not None:
        raise ValueError("give rng or a scenario, not both")
    state = getattr(scenario, "initial_rng_state", None)
    if state is None:  # Mesa before 4 keeps the seed itself
        return scenario, seed_of(scenario.rng)
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return scenario, seed_of(np.random.Generator(bits))
