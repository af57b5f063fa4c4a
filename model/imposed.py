"""Interventions imposed by an experiment during a month."""

from __future__ import annotations

from collections.abc import Callable

from ..agents.electorate.electorate import Electorate
from .elections.level_draw import decisive_draw, draw_given_winner
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


def own_level(state: WorldState, lead: Callable[[float], float]) -> float:
    """Return the own draw of this month's level shock: imposed, drawn given who wins, or drawn freely.

    lead: the author's lead at an own draw. The draw stays free where no draw lets the wanted role win.
    """
    imposed, month = state.interventions, state.month
    if imposed.levels is not None and month in imposed.levels:
        return imposed.levels[month]
    if imposed.won_by is not None and month in imposed.won_by:
        uniform = state.draws.uniform("valence", 0, month)
        drawn = draw_given_winner(uniform, decisive_draw(lead), imposed.won_by[month])
        if drawn is not None:
            return drawn
    return state.draws.normal("valence", 0, month)


def hold_platforms(state: WorldState) -> None:
    """Replace the platforms that parties chose this month by imposed ones, if any."""
    imposed = state.interventions.platforms
    if imposed is None:
        return
    for role, platform in imposed[state.month].items():
        state.parties[role].platform = platform
