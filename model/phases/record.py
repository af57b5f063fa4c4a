"""Phase 11: record of the month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..record import Month

if TYPE_CHECKING:
    from ..world import World
if TYPE_CHECKING:
    from ..world import World


def record(world: World) -> None:
    """Phase 11: write the month down."""
    world.record.append(month_record(world, world.market.price))


def month_record(world: World, price: float) -> Month:
    """What is written down of a month that ends with this price."""
    now = world.in_force
    distance = abs(world.stand("author").openness - world.stand("opponent").openness)
    return Month(
        world.month,
        world.in_office,
        now.theta,
        now.kappa,
        world.openness,
        now.closed,
        now.protected,
        world.binding,
        price,
        distance,
        world.threat,
    )
