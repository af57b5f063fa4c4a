"""The market: crypto and stock returns, price impact of savers' flows, news, depth."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from ..agents.draws import Draws, normal
from .parameters import Parameters
from .public_fund import PublicFund

TRILLION = 1e12


class MarketState(NamedTuple):
    """Prices and flows at the end of a month. price is 1 at month 0; flow and held in real USD."""

    price: float
    peak: float
    stock_return: float
    stock_year: float
    flow: float
    held: float
    crypto_return: float


START = MarketState(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def correlated_shocks(draws: Draws, month: int, correlation: float) -> tuple[float, float]:
    """Standard normal shocks of stocks and of crypto, correlated."""
    return _shocks(draws.key("stock shock"), draws.key("crypto shock"), month, correlation)


@lru_cache(maxsize=4096)
def _shocks(stock_key: int, crypto_key: int, month: int, correlation: float) -> tuple[float, float]:
    stock = normal(stock_key, 0, month)
    own = normal(crypto_key, 0, month)
    return stock, correlation * stock + math.sqrt(1.0 - correlation * correlation) * own


def depth(price: float, held: float, p: Parameters) -> float:
    """Market depth in USD: capitalisation, and what retirement accounts hold where that channel is on."""
    market = p.market.crypto_cap_t0 * TRILLION * price
    return market + held if p.channels.depth else market


def volatility(price: float, held: float, p: Parameters) -> float:
    """Monthly log volatility; it falls with relative depth only if the depth switch is on (a claim, not a fact)."""
    sd = p.market.btc_log_sd_monthly
    if not (p.market.depth_switch and p.channels.depth):
        return sd
    relative = depth(price, held, p) / (p.market.crypto_cap_t0 * TRILLION * price)
    return float(sd * relative**-p.market.depth_volatility_elasticity)


def crypto_log_return(shock: float, flow: float, price: float, held: float, news: float, p: Parameters) -> float:
    """Monthly log return: drift + volatility * shock + impact * flow / depth + news (ODD: crypto_log_return)."""
    impact, most = 0.0, p.market.largest_impact
    if p.channels.price_impact:
        impact = min(most, max(-most, p.market.flow_multiplier * flow / depth(price, held, p)))
    told = news if p.channels.news else 0.0
    return p.market.btc_log_mean_monthly + volatility(price, held, p) * shock + impact + told


def stock_return(shock: float, p: Parameters) -> float:
    """Monthly simple return of stocks."""
    return p.market.spx_total_mean_monthly + p.market.spx_sd_monthly * shock


def market_month(state: MarketState, draws: Draws, month: int, news: float, p: Parameters) -> MarketState:
    """One month of the market on last month's flows; a scheduled crash is a shock added to the same draws."""
    stock_shock, crypto_shock = correlated_shocks(draws, month, p.market.corr_btc_spx)
    change = crypto_log_return(crypto_shock, state.flow, state.price, state.held, news, p)
    if p.market.jump_probability > 0.0 and draws.uniform("crypto jump", 0, month) < p.market.jump_probability:
        change += p.market.jump_size
    if month == p.market.crash_month:
        change += p.market.crash_size
    price = state.price * math.exp(change)
    stocks = stock_return(stock_shock, p)
    year = state.stock_year * (11.0 / 12.0) + stock_shock / math.sqrt(12.0) * YEAR_SCALE
    return MarketState(price, max(price, state.peak), stocks, year, state.flow, state.held, change)


def with_flows(state: MarketState, flow: float, held: float, fund: PublicFund) -> MarketState:
    """The month's market with what savers (USD) and the public fund bought net, and what they hold."""
    return MarketState(
        state.price, state.peak, state.stock_return, state.stock_year, flow + fund.flow,
        held + fund.units * state.price, state.crypto_return,
    )  # fmt: skip


# An exponential year of independent shocks has variance 1/12 * 1/(1-(11/12)**2); scaled to a standard normal.
YEAR_SCALE = math.sqrt(12.0 * (1.0 - (11.0 / 12.0) ** 2))
