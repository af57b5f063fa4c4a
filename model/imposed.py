"""Interventions imposed by an experiment during a month."""

from __future__ import annotations

from collections.abc import Callable

from ..agents.electorate.electorate import Electorate
from .elections.chance import chance_given_winner
from .elections.national_vote import Chance
from .interventions import CHALLENGER, GOVERNMENT
from .state import WorldState


def polled(state: WorldState, role: str) -> Electorate:
    """Return the electorate that answers a party's polls: the shadow electorate if its office is blind."""
    office = GOVERNMENT if role == state.in_office else CHALLENGER
    if state.blind is None or office not in state.interventions.blind:
        return state.electorate
    return state.blind


def imposed_winner(state: WorldState, elected: str) -> str:
    """Return the role that wins this month's election: the imposed role, if any, else the elected one."""
    imposed = state.interventions.winners
    return elected if imposed is None else imposed.get(state.month, elected)


def election_chance(state: WorldState, lead: Callable[[Chance], float]) -> Chance:
    """Return the draws of this month's election: imposed, drawn given who wins, or drawn freely.

    lead: the author's lead under given draws.
    """
    imposed, month = state.interventions, state.month
    if imposed.chances is not None and month in imposed.chances:
        return imposed.chances[month]
    free = Chance(state.draws.normal("valence", 0, month), state.draws.normal("college", 0, month))
    if imposed.won_by is not None and month in imposed.won_by:
        return chance_given_winner(free, imposed.won_by[month], lead, state.parameters)
    return free


def hold_platforms(state: WorldState) -> None:
    """Replace the platforms that parties chose this month by imposed ones, if any."""
    imposed = state.interventions.platforms
    if imposed is None:
        return
    for role, platform in imposed[state.month].items():
        state.parties[role].platform = platform
