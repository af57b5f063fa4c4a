"""Phase 5: employers change their menus, savers adopt and give up, products move apart from the coin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World


def employers(world: World) -> None:
    """Phase 5: menus, adoption and redemption, where exposure evolves."""
    if not world.parameters.exposure.evolves:
        return
    raise NotImplementedError
