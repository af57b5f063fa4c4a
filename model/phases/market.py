"""Phase 3: market."""

from __future__ import annotations

from ..economy.market import market_month
from ..economy.products import products_month
from ..state import WorldState


def market(state: WorldState) -> None:
    """Phase 3: one month of prices, of the coin and of the products."""
    p, draws, month = state.parameters, state.draws, state.month
    state.market = now = market_month(state.market, draws, month, state.news, p)
    state.prices_before = state.product_prices
    state.product_prices = products_month(
        state.prices_before, now.price, now.crypto_return, now.stock_return, draws, month, p
    )
    state.news = 0.0
