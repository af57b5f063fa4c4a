"""Phase 6: opinions of voters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.electorate.opinion.kernel import opinion_month
from ..elections.questions import threat_of

if TYPE_CHECKING:
    from ..world import World
if TYPE_CHECKING:
    from ..world import World


def told_of_policy(world: World) -> tuple[float, float, float]:
    """What minds are told this month: media on a live attempt to restrict, openness of R's stand and of D's.

    The threat that the two stands mean is written down on the way.
    """
    author, opponent = world.stand("author"), world.stand("opponent")
    world.threat = threat_of((author, opponent), world.openness)
    r, d = (author, opponent) if world.sign > 0 else (opponent, author)
    media = 1.0 if world.docket is not None and world.docket.restrictive else 0.0
    return media, r.openness, d.openness


def voters(world: World) -> None:
    """Phase 6: minds move. A blind poll's shadow electorate moves along with stakes at zero."""
    media, stand_r, stand_d = told_of_policy(world)
    for electorate in (world.electorate, world.blind):
        if electorate is not None:
            opinion_month(
                electorate.fixed,
                electorate.dynamic,
                world.product_prices,
                world.openness,
                world.threat,
                media,
                stand_r,
                stand_d,
                world.opinion_coefficients,
            )
