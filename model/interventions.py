"""What an experiment imposes on a world from another arm, so that one way from exposure to policy is shut.

Nothing is imposed by default. Institutions are shut by their own switches (channels, World.imposed_congress).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..agents.electorate.electorate import Electorate
    from .world import World

GOVERNMENT, CHALLENGER = "government", "challenger"


class Interventions(NamedTuple):
    """Imposed on one world.

    blind: offices whose polls the shadow electorate without stakes answers; only with polls.blind, which makes it.
    platforms: month -> role -> platform in force from that month's platform phase on, in openness; None: parties adapt.
    winners: month of a presidential election -> role that wins it; None: the votes cast decide.
    """

    blind: tuple[str, ...] = (GOVERNMENT, CHALLENGER)
    platforms: Mapping[int, Mapping[str, float]] | None = None
    winners: Mapping[int, str] | None = None


NOTHING_IMPOSED = Interventions()


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
