"""Phase 7: what neighbours on the social network do to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World


def network(world: World) -> None:
    """Phase 7: opinions meet on the network, where there is one."""
    if world.parameters.network.kind == "none":
        return
    raise NotImplementedError
