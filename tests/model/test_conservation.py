"""Nothing is lost: money in accounts, units against flow, votes cast against votes counted, arms and forks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from political_moat.agents.electorate import columns
from political_moat.experiments.protocols.stress_test.run import friendly_term, takeover
from political_moat.model.data_collection import vote_probabilities
from political_moat.model.economy.products import coin_shares
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import payroll as phases
from political_moat.model.policy.law import Provision
from political_moat.model.population.builder import build_population
from political_moat.model.world import World

Reals = npt.NDArray[np.float64]

ROUNDING = 2.0**-24
"""Relative error of one rounding to float32. Plan, IRA and units of every voter round once a month."""

DOSE = {"electorate.voters": 1500, "exposure.breadth": 0.5, "exposure.allocation": 0.1}
TREES: dict[str, dict[str, Any]] = {
    "plain": {},
    "beyond coverage": {"exposure.breadth": 0.9, "exposure.allocation": 0.5},
    "no holders": {"exposure.breadth": 0.0},
    "all in crypto": {"exposure.allocation": 1.0, "accounts.rebalancing": 1.0, "channels.price_impact": False},
    "wild market": {"market.btc_log_sd_monthly": 1.0, "market.crash_month": 7, "market.crash_size": -5.0},
}
EVOLVING = {
    "exposure.evolves": True,
    "exposure.breadth": 0.1,
    "policy.friendly_month": 1,
    "employer.share_plans_offering_crypto_t0": 0.8,
    "adoption.annual_reallocation_rate": 0.9,
    "adoption.takeup_given_offer_optin": 0.5,
    "adoption.ira_takeup": 0.3,
    "adoption.tdf_crypto_sleeve": 0.02,
    "product.target_date_sleeve_least_openness": 0.5,
    "adoption.fall_hazard": 0.5,
    "employer.removal_crash": 0.1,
}
TREES |= {f"{name}, evolving": {**values, **EVOLVING} for name, values in TREES.items()}


AGEING: dict[str, dict[str, Any]] = {
    f"{name}, ageing": {**values, "people.ageing": True, "people.death_rate_65": 0.05} for name, values in TREES.items()
}
"""The same with people who age, and die four times as often as they do."""
TREES |= AGEING


def tree(values: dict[str, Any]) -> Parameters:
    return Parameters().with_values({**DOSE, **values})


def wealth(world: World) -> Reals:
    """Plan, IRA and crypto of every voter at the month's price, in USD."""
    dynamic = world.electorate.dynamic.astype(np.float64)
    prices = world.electorate.unit_prices(world.product_prices)
    return np.asarray(dynamic[columns.PLAN] + dynamic[columns.IRA] + dynamic[columns.UNITS] * prices)


def months_of_money(world: World, months: int) -> Iterator[tuple[float, float, float]]:
    """Per month: the change of all balances, what the books say it should be, and the rounding error allowed."""
    for _ in range(months):
        before = wealth(world)
        world.advance(1)
        _, contributions, gains, _, withdrawals = world.account_totals
        # Every column is rounded by at most ROUNDING of itself; a voter's wealth bounds the three together.
        error = ROUNDING * float(np.maximum(before, wealth(world)).sum()) + 1e-6
        yield float(wealth(world).sum() - before.sum()), contributions + gains - withdrawals, error


@pytest.mark.parametrize("name", TREES)
def test_contributions_and_gains_are_the_change_of_all_balances(name: str) -> None:
    """Contributions + gains - withdrawals; crypto counts at the month's price."""
    for change, books, error in months_of_money(World(tree(TREES[name]), seed=2), 36):
        assert abs(change - books) <= error


def test_money_is_conserved_through_a_forced_sale() -> None:
    world = World(tree({}), seed=2)
    world.advance(24)
    assert world.market.held > 0.0
    world.law = world.law.with_layer("rule", Provision(0.0, 0.0, 0.0, 1.0, False, "opponent", world.month))
    world.refresh_policy()
    start = float(world.electorate.dynamic[columns.UNITS].sum(dtype=np.float64))
    for change, books, error in months_of_money(world, 13):
        assert abs(change - books) <= error
    left = float(world.electorate.dynamic[columns.UNITS].sum(dtype=np.float64))
    assert left <= 1e-6 * start


@pytest.mark.parametrize("name", TREES)
def test_units_bought_at_the_price_are_the_flow(name: str) -> None:
    """Product by product; into the coin goes the share of each that is held in coins."""
    world = World(tree(TREES[name]), seed=3)
    scale, shares = world.citizens_per_voter, coin_shares(world.parameters)
    for _ in range(30):
        before = units_by_product(world)
        world.advance(1)
        after, prices, flow = units_by_product(world), world.product_prices, world.account_totals[0]
        error = 2.0 * ROUNDING * float(np.maximum(before, after) @ prices) + 1e-6
        bought = (after - before) * prices
        assert abs(shares @ bought - flow) <= error
        assert np.all(np.abs(world.product_flows / scale - bought) <= error)
        assert world.market.flow == pytest.approx(flow * scale, rel=1e-12)
        assert abs(world.market.held / scale - shares @ (after * prices)) <= error


def units_by_product(world: World) -> Reals:
    units, product = world.electorate.dynamic[[columns.UNITS, columns.PRODUCT]].astype(np.float64)
    return np.bincount(product.astype(int), weights=units, minlength=len(columns.PRODUCTS))


def test_in_evolving_worlds_every_product_is_bought_and_sold() -> None:
    """Else the conservation above would be of nothing."""
    world, bought, sold = World(tree(EVOLVING), seed=3), np.zeros(6, dtype=bool), np.zeros(6, dtype=bool)
    for _ in range(60):
        world.advance(1)
        bought |= world.product_flows > 0.0
        sold |= world.product_flows < 0.0
    assert bought.all()
    assert sold.all()


@pytest.mark.parametrize("name", TREES)
def test_no_balance_is_ever_negative(name: str) -> None:
    world = World(tree(TREES[name]), seed=4)
    for _ in range(48):
        world.advance(1)
        held = world.electorate.dynamic[[columns.PLAN, columns.IRA, columns.UNITS]]
        assert np.isfinite(held).all()
        assert float(held.min()) >= -ROUNDING * float(held.max())


@pytest.mark.parametrize("months", [23, 47])
@pytest.mark.parametrize("author", ["R", "D"])
def test_votes_cast_are_votes_counted(months: int, author: str) -> None:
    """Turnout of all voters, added up, is the two parties' votes; nobody votes twice."""
    world = World(tree({"institutions.author": author}), seed=5)
    world.advance(months)
    _, turnout = vote_probabilities(world)
    result = world.results[-1]
    assert result.author_votes + result.opponent_votes == pytest.approx(float(turnout.sum()), rel=1e-12)
    assert float(turnout.max()) < 1.0
    assert result.author_share == result.author_votes / (result.author_votes + result.opponent_votes)


def everything(world: World) -> tuple[Any, ...]:
    electorate = world.electorate
    return (
        electorate.fixed.tobytes(),
        electorate.dynamic.tobytes(),
        world.record,
        world.events,
        world.results,
        world.market,
        world.law,
        world.docket,
        world.suits,
        {role: party.platform for role, party in world.parties.items()},
        {name: (agency.ideal, agency.confirmed_at) for name, agency in world.agencies.items()},
        world.last_poll,
        None if world.blind is None else world.blind.dynamic.tobytes(),
        world.product_prices.tobytes(),
        world.product_flows.tobytes(),
        None if world.employers is None else [one.tobytes() for one in world.employers],
    )


@pytest.mark.parametrize("at", [0, 1, 22, 48, 61])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"polls.blind": True, "regulator.suit_probability": 1.0},
        {"people.ageing": True, "polls.blind": True, "people.death_rate_65": 0.05},
        EVOLVING,
        {**EVOLVING, "people.ageing": True, "people.death_rate_65": 0.05},
    ],
)
def test_a_fork_goes_on_to_the_same_bytes(at: int, values: dict[str, Any]) -> None:
    straight = World(tree({"party.agenda_gate": 1.0, **values}), seed=6)
    straight.released = True
    straight.advance(at)
    forked = straight.fork()
    forked.advance(110 - at)
    straight.advance(110 - at)
    assert everything(forked) == everything(straight)


@pytest.mark.parametrize("values", [{}, EVOLVING])
def test_a_fork_leaves_its_origin_alone(values: dict[str, Any]) -> None:
    origin = World(tree(values), seed=6)
    origin.advance(48)
    before = everything(origin)
    twin = takeover(origin, "opponent", origin)
    twin.advance(48)
    twin.electorate.reset_stakes(twin.product_prices)
    assert everything(origin) != everything(twin)
    assert everything(origin) == before


def test_one_replicate_has_one_population_in_every_arm() -> None:
    population = build_population(tree({}), World.draws_of(7, 3))
    before = population.dynamic.tobytes(), population.fixed.tobytes()
    arms = [World(tree({"exposure.breadth": b}), 7, 3, population) for b in (0.0, 0.3, 0.9)]
    assert (population.dynamic.tobytes(), population.fixed.tobytes()) == before
    alone = World(tree({"exposure.breadth": 0.3}), 7, 3)
    assert everything(arms[1]) == everything(alone)
    for name in ("income", "partisanship", "age", "ideal_base"):
        assert arms[0].electorate.column(name).tobytes() == arms[2].electorate.column(name).tobytes()


def holders(breadth: float, skew: float = 0.0) -> npt.NDArray[np.bool_]:
    world = World(tree({"exposure.breadth": breadth, "exposure.skew": skew}), seed=8)
    return np.asarray(world.electorate.dynamic[columns.ASSIGNED_STAKE] > 0.0)


@pytest.mark.parametrize("skew", [0.0, 0.6, -1.0])
def test_those_exposed_in_a_small_arm_are_exposed_in_every_larger_one(skew: float) -> None:
    arms = [holders(breadth, skew) for breadth in (0.0, 0.05, 0.1, 0.3, 0.6, 1.0)]
    for small, large in itertools.pairwise(arms):
        assert not np.any(small & ~large)
        assert large.sum() > small.sum()
    assert [int(arm.sum()) for arm in arms] == [0, 75, 150, 450, 900, 1500]


def test_an_endowment_moves_no_money_where_accounts_exist() -> None:
    """Exposure is taken out of the holder's own balance; only arms beyond coverage grant an account."""
    without, inside = (World(tree({"exposure.breadth": b}), seed=8) for b in (0.0, 0.3))
    assert not np.any(holders(0.3) & (without.electorate.column("eligible") == 0.0))
    assert np.allclose(wealth(inside), wealth(without), rtol=4.0 * ROUNDING, atol=1e-3)
    beyond = World(tree({"exposure.breadth": 0.9}), seed=8)
    has = without.electorate.column("eligible") > 0.0
    assert np.allclose(wealth(beyond)[has], wealth(without)[has], rtol=4.0 * ROUNDING, atol=1e-3)
    assert float(wealth(beyond)[~has].sum()) > 0.0


@pytest.mark.parametrize("name", TREES)
def test_bringing_stakes_back_to_their_value_moves_no_money(name: str) -> None:
    world = World(tree(TREES[name]), seed=9)
    world.advance(48)
    before = wealth(world)
    world.electorate.reset_stakes(world.product_prices)
    after = wealth(world)
    # Before and after each hold three rounded columns; a voter's own wealth bounds them.
    assert np.all(np.abs(after - before) <= 4.0 * ROUNDING * np.maximum(before, after) + 1e-3)
    stake = world.electorate.stakes(world.product_prices)
    assigned = world.electorate.column("assigned_stake").astype(np.float64)
    short = stake < assigned * (1.0 - 4.0 * ROUNDING)
    rest = world.electorate.column("plan").astype(np.float64) + world.electorate.column("ira")
    assert np.all(stake <= assigned * (1.0 + 4.0 * ROUNDING))
    eligible = (world.electorate.column("eligible") > 0.0) & (world.electorate.column("product") != columns.IRA_FUND)
    own = np.where(eligible, world.electorate.column("plan"), world.electorate.column("ira")).astype(np.float64)
    assert np.all(own[short] <= 1e-3 * np.maximum(1.0, rest[short]))


def test_the_stress_test_starts_every_arm_with_its_assigned_stake() -> None:
    past = friendly_term(tree({}), seed=9, replicate=0)
    stake = past.electorate.stakes(past.product_prices)
    held = past.electorate.column("assigned_stake").astype(np.float64)
    assert float(stake.sum()) == pytest.approx(float(held.sum()), rel=1e-3)


def test_a_forced_sale_is_spread_over_its_months_and_leaves_what_is_protected() -> None:
    for unprotected in (1.0, 0.4, 0.0):
        kept = 1.0
        for month in range(40):
            kept *= phases.keep_share(30 + month, 30, unprotected, 12.0)
            expected = 1.0 - unprotected * min(1.0, (month + 1) / 12.0)
            assert kept == pytest.approx(expected, abs=1e-12)
