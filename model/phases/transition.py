"""Phase 1: transition of office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...agents.regulator.decisions import confirmation_months
from ..calendar import half_term

if TYPE_CHECKING:
    from ..world import World


def transition(world: World) -> None:
    """Phase 1: winners take office; the docket of the old administration is frozen, agencies await new heads."""
    month, p = world.month, world.parameters
    if month % half_term(p) != 0 or month == 0:
        return
    if world.elected_congress is not None:
        world.congress = world.elected_congress
    if world.imposed_congress is not None:
        world.congress = world.imposed_congress.get(month, world.congress)
    if month % p.institutions.term_months != 0:
        return
    winner = world.next_government or (world.results[-1].winner if world.results else world.in_office)
    world.next_government = None
    world.term_start = month
    if world.docket is not None and winner != world.in_office:
        world.note("frozen", world.in_office, world.docket.option, world.docket.restrictive)
        world.docket = None
    if winner == world.in_office:
        world.terms_in_office += 1
        return
    world.party(world.in_office).platform = min(1.0, max(0.0, world.stand(world.in_office).openness))
    world.in_office = winner
    world.terms_in_office = 1
    world.announced = None
    sign = 1.0 if winner == "author" else -1.0
    world.news += sign * p.market.party_control_news_jump
    confirm_agencies(world)


def confirm_agencies(world: World) -> None:
    """Draw when the heads of the two agencies are confirmed."""
    for index, agency in enumerate(world.agencies.values()):
        draw = world.draws.uniform(f"confirmation {world.in_office}", index, world.month)
        agency.confirmed_at = world.month + confirmation_months(draw, world.parameters.regulator)
