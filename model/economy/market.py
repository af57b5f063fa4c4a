"""The market: crypto and stock returns, price impact of savers' flows, news, depth."""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from numba.np.unsafe.ndarray import to_fixed_tuple

from ...agents.draws import Draws
from ..parameters.tree import Parameters
from .public_fund import PublicFund

Reals = npt.NDArray[np.float64]

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
PRICE, PEAK, STOCK_RETURN, STOCK_YEAR, FLOW, HELD, CRYPTO_RETURN = range(len(MarketState._fields))


class MarketCoefficients(NamedTuple):
    """Plain numbers of the market; a channel that is off is 0. capitalisation: USD at a price of 1."""

    log_mean: float
    log_sd: float
    stock_mean: float
    stock_sd: float
    capitalisation: float
    deepens: float
    calms: float
    flow_multiplier: float
    largest_impact: float
    impact: float
    news: float


def market_coefficients(p: Parameters) -> Reals:
    """Return the market's coefficients as an array, in the order of MarketCoefficients."""
    m, on = p.market, p.channels
    return np.array(
        MarketCoefficients(
            log_mean=m.btc_log_mean_monthly,
            log_sd=m.btc_log_sd_monthly,
            stock_mean=m.spx_total_mean_monthly,
            stock_sd=m.spx_sd_monthly,
            capitalisation=m.crypto_cap_t0 * TRILLION,
            deepens=float(on.depth),
            calms=m.depth_volatility_elasticity if m.depth_switch and on.depth else 0.0,
            flow_multiplier=m.flow_multiplier,
            largest_impact=m.largest_impact,
            impact=float(on.price_impact),
            news=float(on.news),
        )
    )


class Surprises(NamedTuple):
    """Surprises of a month: standard normal shocks of stocks and crypto, a jump, a scheduled crash."""

    stock_shock: float
    crypto_shock: float
    jump: float
    crash: float


STOCK_SHOCK, CRYPTO_SHOCK, JUMP, CRASH = range(len(Surprises._fields))


class Chances(NamedTuple):
    """Parameters of a month's surprises."""

    correlation: float
    jump_probability: float
    jump_size: float
    crash_month: int
    crash_size: float


def chances(p: Parameters) -> Chances:
    """Return the parameters of surprises."""
    m = p.market
    return Chances(m.corr_btc_spx, m.jump_probability, m.jump_size, m.crash_month, m.crash_size)


def correlated_shocks(stock: float, own: float, correlation: float) -> tuple[float, float]:
    """Return correlated standard normal shocks of stocks and of crypto, from two independent ones."""
    return stock, correlation * stock + math.sqrt(1.0 - correlation * correlation) * own


def surprises(draws: Draws, first: int, months: int, chances: Chances) -> Reals:
    """Return the `Surprises` of the months from `first` on; shape (months, 4)."""
    rows = []
    for month in range(first, first + months):
        shocks = correlated_shocks(
            draws.normal("stock shock", 0, month), draws.normal("crypto shock", 0, month), chances.correlation
        )
        probability = chances.jump_probability
        jumps = probability > 0.0 and draws.uniform("crypto jump", 0, month) < probability
        crashes = month == chances.crash_month
        rows.append(Surprises(*shocks, chances.jump_size if jumps else 0.0, chances.crash_size if crashes else 0.0))
    return np.array(rows)


@numba.njit(error_model="numpy", forceinline=True)
def depth(price: float, held: float, c: MarketCoefficients) -> float:  # pragma: no cover - compiled
    """Return market depth in USD: capitalisation, plus holdings of retirement accounts if that channel is on."""
    market = c.capitalisation * price
    return market + held if c.deepens > 0.0 else market


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def fall_from_peak(price: float, peak: float) -> float:  # pragma: no cover - compiled
    """Return the share of its highest price that the coin has lost."""
    return 1.0 - price / peak


@numba.njit(error_model="numpy", forceinline=True)
def volatility(price: float, held: float, c: MarketCoefficients) -> float:  # pragma: no cover - compiled
    """Return monthly log volatility, which falls with relative depth only if the depth switch is on.

    That depth lowers volatility is a claim of the article, not a fact.
    """
    if c.calms == 0.0:
        return c.log_sd
    relative = depth(price, held, c) / (c.capitalisation * price)
    return float(c.log_sd * relative**-c.calms)


@numba.njit(error_model="numpy", forceinline=True)
def crypto_log_return(
    shock: float, flow: float, price: float, held: float, news: float, c: MarketCoefficients
) -> float:  # pragma: no cover - compiled
    """Return the monthly log return: drift + volatility * shock + impact + news (ODD: crypto_log_return).

    impact: flow_multiplier * flow / depth, limited to largest_impact in size.
    """
    impact, most = 0.0, c.largest_impact
    if c.impact > 0.0:
        impact = min(most, max(-most, c.flow_multiplier * flow / depth(price, held, c)))
    jump = news if c.news > 0.0 else 0.0
    return c.log_mean + volatility(price, held, c) * shock + impact + jump


@numba.njit(error_model="numpy", forceinline=True)
def stock_return(shock: float, c: MarketCoefficients) -> float:  # pragma: no cover - compiled
    """Return the monthly simple return of stocks."""
    return c.stock_mean + c.stock_sd * shock


# An exponential year of independent shocks has variance 1/12 * 1/(1-(11/12)**2); scaled to a standard normal.
YEAR_SCALE = math.sqrt(12.0 * (1.0 - (11.0 / 12.0) ** 2))
_ROOT = math.sqrt(12.0)
_COUNT = len(MarketCoefficients._fields)


@numba.njit(cache=True, error_model="numpy")
def move_market(state: Reals, surprise: Reals, news: float, row: Reals) -> None:  # pragma: no cover - compiled
    """Run `market_month` in place: state as MarketState, surprise as Surprises, row as MarketCoefficients."""
    c = MarketCoefficients(*to_fixed_tuple(row, _COUNT))  # type: ignore[call-arg]
    change = crypto_log_return(surprise[CRYPTO_SHOCK], state[FLOW], state[PRICE], state[HELD], news, c)
    change += surprise[JUMP]
    change += surprise[CRASH]
    state[PRICE] *= math.exp(change)
    state[PEAK] = max(state[PRICE], state[PEAK])
    state[STOCK_RETURN] = stock_return(surprise[STOCK_SHOCK], c)
    state[STOCK_YEAR] = state[STOCK_YEAR] * (11.0 / 12.0) + surprise[STOCK_SHOCK] / _ROOT * YEAR_SCALE
    state[CRYPTO_RETURN] = change


def market_month(state: MarketState, surprise: Reals, news: float, coefficients: Reals) -> MarketState:
    """Return the market after a month on last month's flows; a scheduled crash is a shock added to the same draws.

    surprise: as Surprises; coefficients: as MarketCoefficients.
    """
    moved = np.array(state)
    move_market(moved, surprise, news, coefficients)
    return MarketState(*moved.tolist())


def with_flows(state: MarketState, flow: float, held: float, fund: PublicFund) -> MarketState:
    """Return the month's market with the net purchases and holdings of savers (USD) and of the public fund."""
    return MarketState(
        state.price, state.peak, state.stock_return, state.stock_year, flow + fund.flow,
        held + fund.units * state.price, state.crypto_return,
    )  # fmt: skip
