"""Phase 1: transition of office."""

from __future__ import annotations

from ...agents.regulator.decisions import confirmation_months
from ..calendar import half_term
from ..state import WorldState


def transition(state: WorldState) -> None:
    """Run phase 1: winners take office; the old administration's docket is frozen, agencies await new heads."""
    month, p = state.month, state.parameters
    if month % half_term(p) != 0 or month == 0:
        return
    if state.elected_congress is not None:
        state.congress = state.elected_congress
    if state.imposed_congress is not None:
        state.congress = state.imposed_congress.get(month, state.congress)
    if month % p.institutions.term_months != 0:
        return
    winner = state.next_government or (state.results[-1].winner if state.results else state.in_office)
    state.next_government = None
    state.term_start = month
    if state.docket is not None and winner != state.in_office:
        state.note("frozen", state.in_office, state.docket.option, state.docket.restrictive)
        state.docket = None
    if winner == state.in_office:
        state.terms_in_office += 1
        return
    state.party(state.in_office).platform = min(1.0, max(0.0, state.stand(state.in_office).openness))
    state.in_office = winner
    state.terms_in_office = 1
    state.announced = None
    sign = 1.0 if winner == "author" else -1.0
    state.news += sign * p.market.party_control_news_jump
    confirm_agencies(state)


def confirm_agencies(state: WorldState) -> None:
    """Draw the months in which the heads of the two agencies are confirmed."""
    for index, agency in enumerate(state.agencies.values()):
        draw = state.draws.uniform(f"confirmation {state.in_office}", index, state.month)
        agency.confirmed_at = state.month + confirmation_months(draw, state.parameters.regulator)
