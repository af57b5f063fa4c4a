"""What the poll said that a move would cost the party in office, and what it costs with the same draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...agents.perception import Option
from ...model.fast_forward import advance
from ...model.phases.agenda import agenda, available_options
from ...model.phases.pipeline import open_docket
from ...model.policy.menu import restrictive
from ...model.schedule import PHASES
from ...model.state import WorldState
from ..scenario import Scenario
from .decisions import before_agenda
from .paired_terms import paired_terms

MOST_MONTHS = 12
"""Months with a decision that are computed; a history may have more."""


def realised_costs(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """Yield, for each month with a decision, what each move of the menu costs in points of the two-party vote.

    polled: share at holding less share at the move, in the poll of the decision. realised: the same difference at the
    next presidential election, between forks that make the move, or hold, and decide nothing further. Draws are equal.
    """
    term = scenario.parameters.institutions.term_months
    answers = 0
    for a, b in paired_terms(scenario):
        for _ in range(term):
            worlds = [
                {"world": name, "moves": moves}
                for name, world in (("A", a), ("B", b))
                if (moves := _costs(world)) is not None
            ]
            if worlds:
                answers += 1
                yield {"month": a.month, "election": _election_after(a), "worlds": worlds}
            if answers == MOST_MONTHS:
                return
            advance(a, 1)
            advance(b, 1)


def _election_after(world: WorldState) -> int:
    institutions = world.parameters.institutions
    return world.month + (-world.month - institutions.election_lead) % institutions.term_months


def _costs(world: WorldState) -> list[dict[str, Any]] | None:
    """Return the costs of the moves at the coming decision, without hold; None if there is no decision."""
    before = before_agenda(world)
    if before is None:
        return None
    options, acted = available_options(before), before.fork()
    agenda(acted)
    if acted.last_poll is None:
        return None
    shares, months = acted.last_poll[0].shares, _election_after(before) - before.month
    held, *moved = [_share_after(before, option, months) for option in options]
    return [
        {"name": option.name, "polled": 100.0 * (shares[0] - share), "realised": 100.0 * (held - realised)}
        for option, share, realised in zip(options[1:], shares[1:], moved, strict=True)
    ]


def _share_after(before: WorldState, option: Option, months: int) -> float:
    """Return the own share at the election, `months` from now, of the party in office if it makes one move alone."""
    twin, role = before.fork(), before.in_office
    twin.released = False
    if twin.docket is None and option.name != "hold":
        open_docket(twin, option, restrictive(option, twin.openness))
    elif option.name == "hold":
        twin.docket, twin.announced = None, None
    for phase in PHASES[[phase.run for phase in PHASES].index(agenda) + 1 :]:
        phase.run(twin)
    twin.month += 1
    advance(twin, months)
    share = twin.results[-1].author_share
    return share if role == "author" else 1.0 - share
