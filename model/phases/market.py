"""Phase 3: market."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..calendar import half_term
from ..economy.market import market_month, surprises
from ..economy.products import noises, products_month
from ..state import WorldState

Reals = npt.NDArray[np.float64]


def market(state: WorldState) -> None:
    """Run phase 3: one month of prices, of the coin and of the products."""
    half, derived = half_term(state.parameters), state.derived
    ahead = state.month % half
    shocks, noise = luck(state, state.month - ahead)
    state.market = now = market_month(state.market, shocks[ahead], state.news, derived.market)
    state.prices_before = state.product_prices
    state.product_prices = products_month(
        state.prices_before, now.price, now.crypto_return, now.stock_return, noise[ahead], derived.price_moves
    )
    state.news = 0.0


def luck(state: WorldState, first: int) -> tuple[Reals, Reals]:
    """Return surprises of the market and noises of product prices in the half term from month `first` on."""
    draws, chances, months = state.draws, state.derived.chances, half_term(state.parameters)
    return draws.once(
        ("luck", first, months, chances),
        lambda: (surprises(draws, first, months, chances), noises(draws, first, months)),
    )
