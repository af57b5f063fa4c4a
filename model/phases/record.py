"""Phase 11: record of the month."""

from __future__ import annotations

from ..record import Month
from ..state import WorldState


def record(state: WorldState) -> None:
    """Run phase 11: add the month to the record."""
    state.record.append(month_record(state, state.market.price))


def month_record(state: WorldState, price: float) -> Month:
    """Return the record of a month that ends with this price."""
    now = state.in_force
    distance = abs(state.stand("author").openness - state.stand("opponent").openness)
    return Month(
        state.month,
        state.in_office,
        now.theta,
        now.kappa,
        state.openness,
        now.closed,
        now.protected,
        state.binding,
        price,
        distance,
        state.threat,
    )
