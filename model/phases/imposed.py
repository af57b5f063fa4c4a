"""Interventions imposed by an experiment during a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...agents.electorate.electorate import Electorate
    from ..world import World
from ..interventions import CHALLENGER, GOVERNMENT


def polled(world: World, role: str) -> Electorate:
    """The electorate that answers a party's polls: the real one, or the shadow where its office is blind."""
    office = GOVERNMENT if role == world.in_office else CHALLENGER
    if world.blind is None or office not in world.interventions.blind:
        return world.electorate
    return world.blind


def imposed_winner(world: World, elected: str) -> str:
    """Role that wins this month's election: the one imposed, if any, else the one elected."""
    imposed = world.interventions.winners
    return elected if imposed is None else imposed.get(world.month, elected)


def hold_platforms(world: World) -> None:
    """Put imposed platforms in the place of those the parties chose this month."""
    imposed = world.interventions.platforms
    if imposed is None:
        return
    for role, platform in imposed[world.month].items():
        world.parties[role].platform = platform
