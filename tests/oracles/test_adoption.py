"""Closed forms of adoption without feedback, of take-up in the long run and of the spread of offers."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from political_moat.agents.draws import Draws
from political_moat.agents.electorate import columns
from political_moat.agents.electorate.adoption.equations import monthly_inertia, neutral_odds
from political_moat.model.economy.employers import (
    Climate,
    bass_rate,
    build_employers,
    menus_month,
    offer_rate,
    offering_path,
)
from political_moat.model.economy.market import TRILLION
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

ALONE: dict[str, Any] = {
    "exposure.evolves": True,
    "electorate.voters": 20000,
    "employer.share_plans_offering_crypto_t0": 1.0,
    "employer.removal_crash": 0.0,
    "employer.removal_suit": 0.0,
    "adoption.attitude_weight": 0.0,
    "adoption.age_weight": 0.0,
    "adoption.legitimacy_weight": 0.0,
    "adoption.neighbour_weight": 0.0,
    "adoption.trend_weight": 0.0,
    "adoption.warning_weight": 0.0,
    "adoption.attention_slope": 0.0,
    "adoption.ira_takeup": 0.0,
    "adoption.fall_hazard": 0.0,
    "adoption.warning_hazard": 0.0,
}
"""Offers from month 0, and no effect of peers, neighbours, returns, warnings or the menu."""
ACTIVE = 0.1
TAKEUP = 0.15


def workers_holding(world: World) -> tuple[float, int]:
    """Return the share of holders among workers with an employer and an account, and the number of these workers."""
    electorate = world.electorate
    worker = (electorate.column("employer") >= 0.0) & (electorate.column("plan") > 0.0)
    return float((electorate.column("units")[worker] > 0.0).mean()), int(worker.sum())


@pytest.mark.parametrize("months", [12, 60])
def test_without_feedback_and_redemption_adopters_are_one_minus_the_probability_of_never_choosing(months: int) -> None:
    """1 - (1 - iota a)^t, with iota the monthly inertia and a the take-up."""
    values = {**ALONE, "adoption.giving_up": False, "adoption.annual_reallocation_rate": ACTIVE}
    world = World(Parameters().with_values({**values, "adoption.takeup_given_offer_optin": TAKEUP}), seed=5)
    world.advance(months)
    share, workers = workers_holding(world)
    iota = 1.0 - (1.0 - ACTIVE) ** (1.0 / 12.0)
    expected = 1.0 - (1.0 - iota * TAKEUP) ** months
    assert workers > 4000
    assert abs(share - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / workers)
    assert expected > 8.0 * math.sqrt(expected / workers), "the test could not tell it from nothing"


def test_the_closed_form_is_the_expected_value_of_the_monthly_probabilities() -> None:
    """Sum over all paths of acting and choosing, in plain arithmetic."""
    iota, chance = monthly_inertia(ACTIVE), neutral_odds(TAKEUP) / (1.0 + neutral_odds(TAKEUP))
    holding = 0.0
    for month in range(1, 61):
        holding += (1.0 - holding) * iota * chance
        assert holding == pytest.approx(1.0 - (1.0 - iota * TAKEUP) ** month, rel=1e-12)
    never = sum(
        math.prod(iota * (1.0 - chance) if acts else 1.0 - iota for acts in path)
        for path in itertools.product((True, False), repeat=8)
    )
    assert 1.0 - never == pytest.approx(1.0 - (1.0 - iota * TAKEUP) ** 8, rel=1e-12)


@pytest.mark.parametrize("slope", [0.0, 1.0])
@pytest.mark.parametrize("takeup", [0.05, 0.4])
def test_in_the_long_run_take_up_given_an_offer_holds(takeup: float, slope: float) -> None:
    """A saver who acts chooses again: the share of holders tends to takeup_given_offer_optin as 1 - (1 - iota)^t."""
    values = {**ALONE, "adoption.attention_slope": slope, "adoption.annual_reallocation_rate": 0.6}
    values |= {"adoption.takeup_given_offer_optin": takeup, "market.btc_log_sd_monthly": 0.0}
    world = World(Parameters().with_values(values), seed=6)
    world.advance(24)
    early, workers = workers_holding(world)
    attention = world.electorate.column("attention")[world.electorate.column("employer") >= 0.0].astype(np.float64)
    inertia = monthly_inertia(0.6) * (1.0 + slope * (2.0 * attention - 1.0))
    expected = takeup * float((1.0 - (1.0 - inertia) ** 24).mean())
    assert abs(early - expected) < 4.0 * math.sqrt(takeup * (1.0 - takeup) / workers)
    world.advance(96)
    late, _ = workers_holding(world)
    assert abs(late - takeup) < 4.0 * math.sqrt(takeup * (1.0 - takeup) / workers) + takeup * (0.02 if slope else 0.0)


MANY = {
    "exposure.evolves": True,
    "electorate.voters": 200,
    "employer.employers": 20000,
    "employer.record_keepers": 5000,
    "employer.sector_weight": 0.0,
}


def offers_after(values: dict[str, Any], years: float, openness: float = 0.75) -> float:
    p = Parameters().with_values({**MANY, **values})
    state = build_employers(p, Draws(8, 0), World(p, seed=8).electorate)
    rate = offer_rate(p.employer)
    for month in range(round(12 * years)):
        menus_month(state, Climate(openness, False, 0.0, 0.0), Draws(8, 0), month, p, rate)
    return state.share_offering()


@pytest.mark.parametrize("years", [2.0, 5.0, 10.0])
@pytest.mark.parametrize("values", [{}, {"employer.peer_weight": 0.0}, {"employer.record_keeper_months": 0.0}])
def test_half_of_plans_offer_after_the_declared_years_at_a_safe_harbour(years: float, values: dict[str, Any]) -> None:
    values = {**values, "employer.plan_offer_years_to_half": years}
    # Employers of one record-keeper wait together, so there are about as many independent units as record-keepers.
    error = math.sqrt(0.25 / 20000 + 0.25 / 5000)
    assert abs(offers_after(values, years) - 0.5) < 4.0 * error


def test_at_neutral_policy_offers_spread_slowly_and_below_it_not_at_all() -> None:
    start = offers_after({}, 0.0)
    assert 0.003 < start < 0.007
    assert offers_after({}, 5.0, openness=0.25) == start
    assert start < offers_after({}, 5.0, openness=0.5) < 0.15


@pytest.mark.parametrize("start", [0.0, 0.005, 0.2])
def test_without_imitation_and_delay_the_rate_is_that_of_an_exponential(start: float) -> None:
    """1 - s = (1 - s0) exp(-r t): r = ln(2 (1 - s0)) / T, exactly."""
    values = {"employer.peer_weight": 0.0, "employer.record_keeper_months": 0.0}
    e = Parameters().with_values({**values, "employer.share_plans_offering_crypto_t0": start}).employer
    assert offer_rate(e) == pytest.approx(math.log(2.0 * (1.0 - start)) / 60.0, rel=1e-9)
    assert bass_rate(e) == pytest.approx(offer_rate(e), rel=1e-9)
    path = offering_path(offer_rate(e), 120, e)
    assert path[60] == pytest.approx(0.5, abs=1e-9)
    assert path[120] == pytest.approx(1.0 - (1.0 - start) * math.exp(-120.0 * offer_rate(e)), abs=1e-9)


@pytest.mark.parametrize("peers", [0.3, 0.6, 0.9])
def test_without_delay_imitation_follows_the_curve_of_bass(peers: float) -> None:
    """(1 - w + w s) / (1 - s) = (1 - w + w s0) / (1 - s0) exp(r t) in continuous time; monthly steps lag a little."""
    values = {"employer.peer_weight": peers, "employer.record_keeper_months": 0.0}
    e = Parameters().with_values(values).employer
    rate, start = bass_rate(e), e.share_plans_offering_crypto_t0
    grown = (1.0 - peers + peers * start) / (1.0 - start) * math.exp(rate * 60.0)
    assert (grown - 1.0 + peers) / (grown + peers) == pytest.approx(0.5, abs=1e-12)
    assert offer_rate(e) == pytest.approx(rate, rel=0.05)
    assert abs(offering_path(rate, 60, e)[-1] - 0.5) < 0.03


def test_where_record_keepers_alone_take_longer_than_the_time_to_half_employers_add_no_delay() -> None:
    e = (
        Parameters()
        .with_values({"employer.record_keeper_months": 100.0, "employer.plan_offer_years_to_half": 2.0})
        .employer
    )
    path = offering_path(offer_rate(e), 24, e)
    assert path[-1] == pytest.approx(1.0 - (1.0 - path[0]) * math.exp(-24.0 / 100.0), abs=1e-9)


def test_flows_of_savers_add_impact_times_flow_over_depth_to_the_log_drift() -> None:
    """log drift = mu + impact * flow / depth, month by month, with exposure that evolves and no noise."""
    values = {"exposure.evolves": True, "electorate.voters": 2000, "market.btc_log_sd_monthly": 0.0}
    values |= {
        "adoption.annual_reallocation_rate": 0.9,
        "adoption.ira_takeup": 0.9,
        "adoption.alloc_given_takeup": 0.05,
    }
    p = Parameters().with_values(values)
    world, moved = World(p, seed=3), 0
    for _ in range(60):
        before = world.market
        world.advance(1)
        depth = p.market.crypto_cap_t0 * TRILLION * before.price + before.held
        impact = p.market.flow_multiplier * before.flow / depth
        assert abs(impact) < p.market.largest_impact
        assert world.market.crypto_return == pytest.approx(p.market.btc_log_mean_monthly + impact, rel=1e-12)
        moved += abs(impact) > 1e-3
    assert moved > 6
    assert world.market.held > 0.0


@pytest.mark.parametrize("switch", [False, True])
def test_holdings_of_savers_steady_the_price_only_where_the_switch_is_on(switch: bool) -> None:
    """With impact off, two worlds differ only in volatility: the same shock moves the deeper market less."""
    values = {"electorate.voters": 1000, "market.depth_switch": switch, "channels.price_impact": False}
    evolving = {"exposure.evolves": True, "adoption.annual_reallocation_rate": 1.0, "adoption.ira_takeup": 0.9}
    evolving |= {"adoption.alloc_given_takeup": 0.5, "product.ira_fund_cap": 0.5}
    without = World(Parameters().with_values(values), seed=9)
    held = World(Parameters().with_values({**values, **evolving}), seed=9)
    for world in (without, held):
        world.advance(30)
    drift = held.parameters.market.btc_log_mean_monthly
    for _ in range(12):
        deep = 1.0 + held.market.held / (held.parameters.market.crypto_cap_t0 * TRILLION * held.market.price)
        for world in (without, held):
            world.advance(1)
        moved = (held.market.crypto_return - drift) / (without.market.crypto_return - drift)
        assert deep > 1.2
        assert moved == pytest.approx(deep**-0.5 if switch else 1.0, rel=1e-9)


def test_units_of_a_saver_who_adopts_are_the_allocation_at_the_price() -> None:
    values = {**ALONE, "electorate.voters": 2000, "adoption.giving_up": False, "adoption.takeup_given_offer_optin": 0.9}
    world = World(Parameters().with_values({**values, "adoption.annual_reallocation_rate": 1.0}), seed=2)
    world.advance(1)
    electorate = world.electorate
    units, product = electorate.column("units").astype(float), electorate.column("product").astype(int)
    new = units > 0.0
    value = units * world.product_prices[product]
    assert new.sum() > 100
    assert np.allclose(value[new], 0.02 * (value + electorate.column("plan"))[new], rtol=1e-5)
    assert np.allclose(electorate.column("assigned_stake")[new], (value / electorate.column("income"))[new], rtol=1e-5)
    assert set(np.unique(product[new])) <= {columns.SINGLE_ASSET, columns.BASKET, columns.HYBRID}
