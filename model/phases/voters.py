"""Phase 6: opinions of voters."""

from __future__ import annotations

from ...agents.electorate.opinion.kernel import opinion_month
from ..economy.market import fall_from_peak
from ..elections.questions import threat_of
from ..state import WorldState


def policy_news(state: WorldState) -> tuple[float, float, float]:
    """Return media on a live attempt to restrict (0 or 1), and openness of R's stand and of D's; set the threat.

    The threat follows from the two stands.
    """
    author, opponent = state.stand("author"), state.stand("opponent")
    state.threat = threat_of((author, opponent), state.openness, state.parameters.opinion)
    r, d = (author, opponent) if state.sign > 0 else (opponent, author)
    media = 1.0 if state.docket is not None and state.docket.restrictive else 0.0
    return media, r.openness, d.openness


def voters(state: WorldState) -> None:
    """Run phase 6: opinions change, also in a blind poll's shadow electorate, which has no stakes."""
    media, stand_r, stand_d = policy_news(state)
    fall = fall_from_peak(state.market.price, state.market.peak)
    for electorate in (state.electorate, state.blind):
        if electorate is not None:
            opinion_month(
                electorate.fixed,
                electorate.dynamic,
                state.product_prices,
                state.openness,
                state.threat,
                media,
                stand_r,
                stand_d,
                fall,
                state.opinion_coefficients,
            )
