"""Phase 3: market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..economy.market import market_month
from ..economy.products import products_month

if TYPE_CHECKING:
    from ..world import World
if TYPE_CHECKING:
    from ..world import World


def market(world: World) -> None:
    """Phase 3: one month of prices, of the coin and of the products."""
    p, draws, month = world.parameters, world.draws, world.month
    world.market = now = market_month(world.market, draws, month, world.news, p)
    world.prices_before = world.product_prices
    world.product_prices = products_month(
        world.prices_before, now.price, now.crypto_return, now.stock_return, draws, month, p
    )
    world.news = 0.0
