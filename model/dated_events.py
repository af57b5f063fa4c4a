"""Dated events: what an experiment imposes on one world at the beginning of a month, before its phases.

A world keeps its events in `WorldState.dated`; forks keep them too. A world without events runs as if none existed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .interventions import DatedEvent
from .parameters.fixed import refuse_fixed
from .parameters.tree import Parameters
from .phases.pipeline import put_in_force
from .policy.events import Event
from .policy.law import next_expiry
from .policy.legislature import EVERYTHING
from .policy.menu import open_moves, restrictive
from .state import WorldState

IMPOSED, NOT_OPEN = "imposed", "not open"
"""Kinds of the log entries of dated events: one that acted, and a move that the law of the month did not leave open."""


class ParameterChange(NamedTuple):
    """Parameters that take new values from a month on; values: (dotted name, value) in the order of the study."""

    month: int
    values: tuple[tuple[str, Any], ...]

    def apply(self, state: WorldState) -> None:
        """Replace the parameters from now on, and note the new values. ParameterError for those that are fixed."""
        tree = state.parameters.with_values(dict(self.values))
        refuse_fixed(state.parameters, tree, "during a run")
        state.take_parameters(tree)
        named = ", ".join(f"{name} = {_shown(value)}" for name, value in self.values)
        state.events.append(Event(state.month, IMPOSED, state.in_office, named, "parameters", False))


class PolicyMove(NamedTuple):
    """A move of the menu that is law from a month on, as if the government then in office had enacted it.

    News, grievances and losses follow as after any enactment; Congress is not asked, and nobody sues.
    """

    month: int
    move: str

    def apply(self, state: WorldState) -> None:
        """Put the move into force; note it as not open if the law of the month does not leave room for it."""
        law, p, due = state.law, state.parameters, next_expiry(state.law)
        options = open_moves(law, p, EVERYTHING, not law.support, law.rule is not None, None if due is None else due[0])
        option = next((option for option in options if option.name == self.move), None)
        if option is None:
            state.events.append(Event(state.month, NOT_OPEN, state.in_office, self.move, "", False))
        else:
            put_in_force(state, option, state.in_office, IMPOSED, restrictive(option, state.openness))


class Call(NamedTuple):
    """A function that is called with the world, or with its state where no Mesa model shows it."""

    month: int
    function: Callable[[Any], object]

    def apply(self, state: WorldState) -> None:
        """Call the function."""
        self.function(state if state.shown_by is None else state.shown_by)


def impose_dated_events(state: WorldState) -> None:
    """Apply the dated events of this month, in the order in which they were declared."""
    for event in state.dated:
        if event.month == state.month:
            event.apply(state)


def with_past_changes(state: WorldState, parameters: Parameters) -> Parameters:
    """Return a tree with the values that dated events have given the parameters of a world so far."""
    for event in state.dated:
        if isinstance(event, ParameterChange) and event.month < state.month:
            parameters = parameters.with_values(dict(event.values))
    return parameters


def in_order(events: Iterable[DatedEvent]) -> tuple[DatedEvent, ...]:
    """Return events by month; those of one month in the order in which they were declared."""
    return tuple(sorted(events, key=lambda event: event.month))


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
