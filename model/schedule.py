"""The phase table: one month of the state, in order. The schedule runs it and the ODD prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .dated_events import impose_dated_events
from .phases.agenda import agenda
from .phases.election import election
from .phases.employers import employers
from .phases.market import market
from .phases.network import network
from .phases.payroll import payroll
from .phases.pipeline import pipeline
from .phases.platforms import platforms
from .phases.record import record
from .phases.transition import transition
from .phases.voters import voters
from .state import WorldState


class Phase(NamedTuple):
    """One phase: number in the ODD document, name, frequency, description and function."""

    number: int
    name: str
    every: str
    does: str
    run: Callable[[WorldState], None]


PHASES: tuple[Phase, ...] = (
    Phase(
        1,
        "transition of office",
        "every 24 months",
        "winners take office, the old docket is frozen",
        transition,
    ),
    Phase(2, "rule pipeline and courts", "monthly", "agencies drift, dockets advance, courts decide", pipeline),
    Phase(3, "market", "monthly", "crypto and stock returns on last month's flows and news", market),
    Phase(
        4,
        "payroll",
        "monthly",
        "birthdays, deaths and entry where people age; contributions, draw-down, rebalancing, forced sales",
        payroll,
    ),
    Phase(
        5,
        "employers and products",
        "monthly",
        "menus, adoption, redemption, where exposure evolves",
        employers,
    ),
    Phase(6, "voters", "monthly", "reference point, blame, salience, ideal policy, grievance", voters),
    Phase(7, "social network", "monthly", "neighbours influence one another, if there is a network", network),
    Phase(
        8,
        "polls and platforms",
        "quarterly",
        "the challenger reconsiders its platform on the panel",
        platforms,
    ),
    Phase(9, "agenda decision", "quarterly", "the administration chooses at most one item", agenda),
    Phase(10, "election", "November of even years", "votes, Congress, the next president", election),
    Phase(11, "record", "monthly", "the month is recorded", record),
)


def run_month(state: WorldState) -> None:
    """Run one month: the events of its date, if any, then every phase of the table."""
    impose_dated_events(state)
    run_phases(state)


def run_phases(state: WorldState) -> None:
    """Run every phase of the table, and begin the next month."""
    for phase in PHASES:
        phase.run(state)
    state.month += 1
