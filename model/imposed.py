"""Interventions imposed by an experiment during a month."""

from __future__ import annotations

from ..agents.electorate.electorate import Electorate
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


def hold_platforms(state: WorldState) -> None:
    """Replace the platforms that parties chose this month by imposed ones, if any."""
    imposed = state.interventions.platforms
    if imposed is None:
        return
    for role, platform in imposed[state.month].items():
        state.parties[role].platform = platform
