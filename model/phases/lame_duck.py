"""Between a lost presidential election and the handover: the outgoing government hurries its live rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.regulator.docket import haste

if TYPE_CHECKING:
    from ..world import World


def lame_duck(world: World) -> bool:
    """Whether the party in office has lost the presidency and has not handed over yet."""
    if not world.results:
        return False
    last = world.results[-1]
    handover = last.month + world.parameters.institutions.election_lead
    return last.presidential and last.winner != world.in_office and last.month <= world.month < handover


def hurry(world: World) -> None:
    """The night of the election: the remaining time of a live rule's stage is cut by the midnight factor."""
    if world.docket is None or not lame_duck(world):
        return
    factor = haste("", world.docket.option.instrument, True, world.parameters.regulator)
    due = world.month + max(0.0, world.docket.due - world.month) * factor
    world.docket = world.docket._replace(due=due)
