"""Closed forms of the market: returns without flow, news and jumps, and the drift under a constant inflow."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from political_moat.agents.draws import Draws
from political_moat.model.economy.market import (
    START,
    MarketState,
    chances,
    market_coefficients,
    market_month,
    surprises,
)
from political_moat.model.parameters.tree import Parameters

MONTHS = 12
PATHS = 6000
YEARLY_SD = 0.65
TRILLION = 1e12


def tree(values: dict[str, Any]) -> Parameters:
    return Parameters().with_values(
        {"market.btc_log_mean_monthly": 0.0, "market.btc_log_sd_monthly": YEARLY_SD / math.sqrt(12.0), **values}
    )


def moved(state: MarketState, draws: Draws, month: int, news: float, parameters: Parameters) -> MarketState:
    surprise = surprises(draws, month, 1, chances(parameters))[0]
    return market_month(state, surprise, news, market_coefficients(parameters))


def year(parameters: Parameters, replicate: int, months: int = MONTHS) -> MarketState:
    draws, state = Draws(31, replicate), START
    for month in range(months):
        state = moved(state, draws, month, 0.0, parameters)
    return state


@cache
def log_returns(drift: float) -> npt.NDArray[np.float64]:
    """Return the log returns of a year, one per replicate."""
    parameters = tree({"market.btc_log_mean_monthly": drift})
    return np.array([math.log(year(parameters, replicate).price) for replicate in range(PATHS)])


@pytest.mark.parametrize("drift", [0.0, 0.02])
def test_a_log_return_over_a_year_is_normal_with_twelve_times_mean_and_variance(drift: float) -> None:
    returns = log_returns(drift)
    assert stats.kstest((returns - 12.0 * drift) / YEARLY_SD, "norm").pvalue > 1e-4
    assert abs(returns.mean() - 12.0 * drift) < 4.0 * YEARLY_SD / math.sqrt(PATHS)
    assert abs(returns.std() / YEARLY_SD - 1.0) < 4.0 / math.sqrt(2.0 * PATHS)


def test_the_probability_of_a_fall_of_more_than_40_percent_in_a_year() -> None:
    expected = stats.norm.cdf(math.log(0.6) / YEARLY_SD)
    assert expected == pytest.approx(0.216, abs=5e-4)
    found = float(np.mean(log_returns(0.0) < math.log(0.6)))
    assert abs(found - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / PATHS)


def test_crypto_and_stocks_correlate_as_calibrated() -> None:
    parameters = tree({"market.corr_btc_spx": 0.6})
    pairs = np.array([(s.crypto_return, s.stock_return) for s in (year(parameters, r, 1) for r in range(PATHS))])
    found = np.corrcoef(pairs.T)[0, 1]
    assert abs(np.arctanh(found) - np.arctanh(0.6)) < 4.0 / math.sqrt(PATHS - 3)


QUIET = {"market.btc_log_sd_monthly": 0.0, "market.btc_log_mean_monthly": 0.01, "channels.depth": False}


@pytest.mark.parametrize("share", [0.0, 0.001, -0.002])
@pytest.mark.parametrize("months", [1, 60])
def test_a_constant_inflow_adds_impact_times_flow_over_depth_to_the_drift(share: float, months: int) -> None:
    """log drift = mu + impact * flow / depth, exactly.

    Depth is the market's capitalisation, which moves with the price; the inflow that keeps flow / depth constant is a
    constant number of coins, worth more dollars as the price rises.
    """
    parameters = tree(QUIET)
    cap, impact = parameters.market.crypto_cap_t0 * TRILLION, parameters.market.flow_multiplier
    assert impact > 0.0
    state = START
    for month in range(months):
        state = moved(state._replace(flow=share * cap * state.price), Draws(1, 0), month, 0.0, parameters)
        assert state.crypto_return == pytest.approx(0.01 + impact * share, rel=1e-12)
    assert math.log(state.price) == pytest.approx(months * (0.01 + impact * share), rel=1e-11)


def test_a_constant_inflow_in_dollars_moves_a_larger_market_less() -> None:
    parameters = tree(QUIET)
    flow, impact = 1e9, parameters.market.flow_multiplier
    at_two = moved(START._replace(price=2.0, flow=flow), Draws(1, 0), 0, 0.0, parameters)
    expected = 0.01 + impact * flow / (2.0 * parameters.market.crypto_cap_t0 * TRILLION)
    assert at_two.crypto_return == pytest.approx(expected, rel=1e-12)


def test_holdings_of_savers_deepen_the_market_where_the_channel_is_on() -> None:
    parameters = tree({**QUIET, "channels.depth": True})
    cap, impact = parameters.market.crypto_cap_t0 * TRILLION, parameters.market.flow_multiplier
    state = moved(START._replace(flow=1e9, held=3.0 * cap), Draws(1, 0), 0, 0.0, parameters)
    assert state.crypto_return == pytest.approx(0.01 + impact * 1e9 / (4.0 * cap), rel=1e-12)


@pytest.mark.parametrize(("switch", "held", "factor"), [(False, 3.0, 1.0), (True, 0.0, 1.0), (True, 3.0, 0.5)])
def test_volatility_falls_with_depth_only_where_the_switch_is_on(switch: bool, held: float, factor: float) -> None:
    """Four times the depth at elasticity 1/2 halves the volatility; the shock is the same draw."""
    parameters = tree({"market.depth_switch": switch, "market.depth_volatility_elasticity": 0.5})
    cap = parameters.market.crypto_cap_t0 * TRILLION
    plain = moved(START, Draws(1, 0), 0, 0.0, parameters).crypto_return
    deep = moved(START._replace(held=held * cap), Draws(1, 0), 0, 0.0, parameters).crypto_return
    assert deep == pytest.approx(factor * plain, rel=1e-12)


def test_a_scheduled_crash_is_added_to_the_same_draws() -> None:
    calm, crash = tree({}), tree({"market.crash_month": 5, "market.crash_size": -0.69})
    for months in (5, 6, 12):
        gap = math.log(year(crash, 3, months).price / year(calm, 3, months).price)
        assert gap == pytest.approx(-0.69 if months > 5 else 0.0, abs=1e-12)


def test_jumps_come_at_their_rate() -> None:
    parameters = tree({"market.btc_log_sd_monthly": 0.0, "market.jump_probability": 0.05, "market.jump_size": -0.2})
    jumps = np.array([math.log(year(parameters, r).price) / -0.2 for r in range(PATHS)])
    assert np.allclose(jumps, np.round(jumps), atol=1e-9)
    assert abs(jumps.mean() / MONTHS - 0.05) < 4.0 * math.sqrt(0.05 * 0.95 / (PATHS * MONTHS))
