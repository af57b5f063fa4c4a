"""Products: prices beside the coin, net of fees; what of them lies in the coin market; what binds an IRA."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.draws import Draws
from political_moat.agents.electorate import columns
from political_moat.model.economy.products import (
    allocations,
    coin_shares,
    noises,
    per_product,
    price_moves,
    product_growth,
    products_month,
    starting_prices,
)
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.payroll import product_table
from political_moat.model.policy.law import Provision, ira_openness
from political_moat.model.world import World

RETURNS = st.floats(-3.0, 3.0)
PLANS = [columns.SINGLE_ASSET, columns.BASKET, columns.HYBRID, columns.TARGET_DATE_SLEEVE]


def tree(values: dict[str, Any] | None = None) -> Parameters:
    return Parameters().with_values(values or {})


@given(RETURNS, st.floats(-0.5, 0.5), st.floats(-4.0, 4.0))
def test_a_fund_of_coins_alone_without_fee_and_noise_is_the_coin(coin: float, stocks: float, noise: float) -> None:
    assert product_growth(coin, stocks, noise, 1.0, 0.0, 1.0, 0.0) == pytest.approx(math.exp(coin), rel=1e-12)


@given(RETURNS, st.floats(-0.5, 0.5))
def test_a_fund_that_holds_no_coins_is_the_stock_market(coin: float, stocks: float) -> None:
    assert product_growth(coin, stocks, 0.0, 1.0, 0.0, 0.0, 0.0) == pytest.approx(1.0 + stocks, rel=1e-12)


@given(RETURNS, st.floats(-0.5, 0.5), st.floats(0.0, 1.0))
def test_a_mix_lies_between_its_parts_and_a_year_of_fees_costs_the_fee(
    coin: float, stocks: float, share: float
) -> None:
    mixed = product_growth(coin, stocks, 0.0, 1.0, 0.0, share, 0.0)
    low, high = sorted((math.exp(coin), 1.0 + stocks))
    assert low * (1.0 - 1e-12) <= mixed <= high * (1.0 + 1e-12)
    net = product_growth(coin, stocks, 0.0, 1.0, 0.0, share, 0.02)
    assert (net / mixed) ** 12 == pytest.approx(math.exp(-0.02), rel=1e-9)


def test_own_noise_adds_no_expected_return() -> None:
    """exp(sd z - sd^2/2) has mean 1: the mean over normal draws lies within four standard errors."""
    sd, z = 0.3, np.random.default_rng(1).normal(size=40_000)
    growth = [product_growth(0.0, 0.0, float(one), 1.0, sd, 1.0, 0.0) for one in z]
    assert abs(np.mean(growth) - 1.0) < 4.0 * np.std(growth) / math.sqrt(z.size)


@given(st.floats(-60.0, 60.0), st.floats(-2.0, 2.0), st.floats(0.0, 1.0))
def test_a_price_stays_a_price(coin: float, stocks: float, share: float) -> None:
    growth = product_growth(coin, stocks, 0.0, 1.0, 0.0, share, 0.5)
    assert 0.0 < growth < math.inf


def test_a_holding_as_assigned_is_the_coin_to_the_last_bit() -> None:
    for values in ({}, {"exposure.evolves": True, "electorate.voters": 300}):
        world = World(tree({"electorate.voters": 300, **values}), seed=3)
        for _ in range(60):
            world.advance(1)
            assert world.product_prices[columns.ASSIGNED] == world.market.price


def test_at_the_defaults_fees_and_volatility_order_the_products_as_declared() -> None:
    p = tree()
    prices, logs = starting_prices(), []
    for month in range(240):
        coin = 0.19 * Draws(1, 0).normal("test", 0, month)
        moved = products_month(prices, 1.0, coin, 0.0, noises(Draws(1, 0), month, 1)[0], price_moves(p))
        logs.append(np.log(moved / prices))
        prices = moved
    spread = np.std(logs, axis=0)
    single, basket, hybrid, sleeve = (spread[one] for one in PLANS)
    assert basket > 1.05 * single
    assert hybrid < 0.5 * single
    assert sleeve == pytest.approx(single, rel=1e-6)


def test_two_products_that_differ_in_their_fee_part_by_the_fee() -> None:
    p = tree({"product.single_asset_fee": 0.0, "product.ira_fund_fee": 0.01})
    prices = starting_prices()
    for month in range(120):
        prices = products_month(
            prices, 1.0, 0.1 * math.sin(month), 0.0, noises(Draws(1, 0), month, 1)[0], price_moves(p)
        )
    assert prices[columns.IRA_FUND] / prices[columns.SINGLE_ASSET] == pytest.approx(math.exp(-0.1), rel=1e-9)


def test_noise_of_a_product_shifts_no_other_draw() -> None:
    quiet, noisy = (
        World(tree({"electorate.voters": 300, "exposure.breadth": 0.3, "product.basket_own_sd": sd}), seed=2)
        for sd in (0.0, 0.12)
    )
    for world in (quiet, noisy):
        world.advance(60)
    assert quiet.record == noisy.record
    assert quiet.results == noisy.results
    assert quiet.product_prices[columns.BASKET] != noisy.product_prices[columns.BASKET]


def test_an_allocation_is_what_savers_want_up_to_the_cap_of_the_product() -> None:
    values = {"adoption.alloc_given_takeup": 0.05, "product.basket_cap": 0.02, "adoption.tdf_crypto_sleeve": 0.01}
    got = allocations(tree(values))
    assert got.tolist() == [0.04, 0.05, 0.02, 0.05, 0.01, 0.05]
    assert allocations(tree())[columns.TARGET_DATE_SLEEVE] == 0.0
    assert coin_shares(tree()).tolist() == [1.0, 1.0, 1.0, 0.25, 1.0, 1.0]
    assert per_product(tree(), "visibility", 0.7).tolist() == [0.7, 1.0, 1.0, 0.5, 0.1, 1.0]


def provision(theta: float, kappa: float = 0.05, forced: float = 0.0, closed: bool = False) -> Provision:
    return Provision(theta, kappa, 0.0, forced, closed, "opponent", 0)


def law_of(values: dict[str, Provision]) -> World:
    world = World(tree({"electorate.voters": 200}), seed=1)
    for layer, one in values.items():
        world.law = world.law.with_layer(layer, one)
    world.refresh_policy()
    return world


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({}, 1.0),
        ({"rule": provision(0.0, 0.0, 1.0)}, 1.0),
        ({"guidance": provision(0.25)}, 1.0),
        ({"enforcement": provision(0.5)}, 0.5),
        ({"statute": provision(0.75)}, 0.75),
        ({"statute": provision(0.75, 0.02)}, 0.3),
        ({"statute": provision(0.75), "enforcement": provision(0.25)}, 0.25),
        ({"statute": provision(0.25, closed=True)}, 0.0),
    ],
)
def test_iras_are_bound_by_the_sec_and_by_statutes_not_by_rules_about_plans(
    layers: dict[str, Provision], expected: float
) -> None:
    assert ira_openness(law_of(layers).law, 0.05) == pytest.approx(expected)


def test_a_prohibition_by_rule_sells_what_lies_in_plans_one_by_statute_also_what_lies_in_iras() -> None:
    for layer, limit in (("rule", 1.0), ("statute", 0.0)):
        table = product_table(law_of({layer: provision(0.0, 0.0, 1.0)}))
        assert table[columns.LIMIT, columns.IRA_FUND] == limit
        assert np.all(table[columns.LIMIT, PLANS] == 0.0)
        assert np.all(table[columns.NEW_MONEY] == 0.0)
        assert np.all(table[columns.OPEN, PLANS] == 0.0)
        assert table[columns.OPEN, columns.IRA_FUND] == limit
