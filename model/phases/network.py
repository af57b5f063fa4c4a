"""Phase 7: what neighbours on the social network do to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.electorate.network.kernel import neighbours_meet

if TYPE_CHECKING:
    from ..world import World


def network(world: World) -> None:
    """Phase 7: opinions meet on the network, where there is one. A blind poll's shadow electorate meets likewise."""
    influence = world.parameters.network.influence
    if world.network is None or influence == 0.0:
        return
    for electorate in (world.electorate, world.blind):
        if electorate is not None:
            neighbours_meet(electorate.dynamic, world.network.starts, world.network.neighbours, influence)
