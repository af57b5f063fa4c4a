"""People over time: births, deaths, savings and leanings stay those of a plausible population for decades."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit

from political_moat.agents.electorate import columns
from political_moat.agents.electorate.accounts.kernel import accounts_month
from political_moat.agents.electorate.demography.equations import death_chance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import payroll as phases
from political_moat.model.phases.market import market
from political_moat.model.population.builder import build_population
from political_moat.model.population.demography import age_table, monthly_drawdown, people_coefficients, place_scores
from political_moat.model.population.traits import lean_to_author, saving_rate
from political_moat.model.world import World

Reals = npt.NDArray[np.float64]
ON = {"people.ageing": True, "electorate.voters": 1500}
MORTAL = {**ON, "people.death_rate_65": 0.2}
"""Sixteen times the hazard, so that a short run replaces many."""
BANDS = ((18.0, 25.0), (25.0, 35.0), (35.0, 45.0), (45.0, 55.0), (55.0, 65.0), (65.0, 200.0))


def tree(values: dict[str, Any]) -> Parameters:
    return Parameters().with_values({**ON, **values})


def survival(p: Parameters, age: float, years: float) -> float:
    """Chance to live another so many years, closed form of a Gompertz hazard."""
    b = p.people.death_growth
    hazard = p.people.death_rate_65 * math.exp(b * (age - 65.0))
    return math.exp(-hazard / b * math.expm1(b * years))


def column(world: World, name: str) -> Reals:
    return world.electorate.column(name).astype(np.float64)


def balance_to_income(world: World) -> Reals:
    held = column(world, "units") * world.electorate.unit_prices(world.product_prices)
    return (column(world, "plan") + column(world, "ira") + held) / column(world, "income")


def normal_vote(world: World) -> float:
    """Two-party share of R among those expected to turn out, with nothing else at play."""
    turnout = expit(column(world, "turnout_presidential"))
    return float((turnout * expit(column(world, "partisanship"))).sum() / turnout.sum())


# Oracles


@pytest.mark.parametrize(("age", "years"), [(18, 40), (40, 30), (65, 1), (65, 20), (80, 15)])
def test_months_of_life_multiply_to_the_survival_curve(age: int, years: int) -> None:
    p = Parameters()
    alive = math.prod(1.0 - death_chance(age + month / 12.0, people_coefficients(p)) for month in range(12 * years))
    assert alive == pytest.approx(survival(p, age, years), rel=1e-12)


def test_remaining_life_is_that_of_us_life_tables() -> None:
    p = Parameters()
    step = 0.01
    left = {age: sum(survival(p, age, k * step) for k in range(10_000)) * step for age in (18, 65)}
    assert 18.0 < left[65] < 20.0
    assert 60.0 < left[18] < 64.0
    assert survival(p, 84, 1) == pytest.approx(1.0 - 0.0748, abs=0.004)


def test_a_group_dies_out_along_the_survival_curve() -> None:
    """Survivors after 15 years, by age at the start: within four standard errors of the closed form."""
    world = World(tree({"electorate.voters": 20_000}), seed=4)
    start, number = column(world, "age"), np.full(20_000, 0.0)
    for _ in range(180):
        before = column(world, "age")
        world.advance(1)
        number += column(world, "age") < before
    alive = number == 0.0
    for low, high in ((50, 60), (60, 70), (70, 80), (80, 90)):
        group = (start >= low) & (start < high)
        chances = np.array([survival(world.parameters, age, 15.0) for age in start[group]])
        error = math.sqrt(float((chances * (1.0 - chances)).sum()))
        assert abs(float(alive[group].sum()) - float(chances.sum())) <= 4.0 * error


def test_a_retired_account_without_returns_falls_geometrically() -> None:
    p = tree({"people.drawdown_yearly": 0.06})
    fixed = np.zeros((len(columns.FIXED), 3), dtype=np.float32)
    dynamic = np.zeros((len(columns.DYNAMIC), 3), dtype=np.float32)
    fixed[columns.AGE] = (64.9, 65.0, 80.0)
    fixed[columns.INCOME] = 50_000.0
    fixed[columns.ELIGIBLE] = 1.0
    dynamic[columns.PLAN], dynamic[columns.IRA], dynamic[columns.UNITS] = 60_000.0, 30_000.0, 10_000.0
    table = np.ones((len(columns.PRODUCT_ROWS), len(columns.PRODUCTS)))
    taken = 0.0
    for _ in range(120):
        taken += accounts_month(
            fixed, dynamic, table, 0.0, 0.0, 0.0, 1.0, monthly_drawdown(p), p.people.retirement_age
        )[4]
    left = 0.94**10
    held = dynamic[[columns.PLAN, columns.IRA, columns.UNITS]]
    assert held[:, 0].tolist() == [60_000.0, 30_000.0, 10_000.0]
    for who in (1, 2):
        assert held[:, who] == pytest.approx(np.array([60_000.0, 30_000.0, 10_000.0]) * left, rel=1e-5)
    assert taken == pytest.approx(200_000.0 * (1.0 - left), rel=1e-5)


def test_nothing_is_drawn_down_where_nobody_ages() -> None:
    assert monthly_drawdown(Parameters()) == 0.0
    assert monthly_drawdown(tree({})) == pytest.approx(1.0 - 0.955 ** (1.0 / 12.0), rel=1e-12)


# Lives


def test_everybody_has_one_birthday_a_year_spread_over_the_months() -> None:
    world = World(tree({"people.death_rate_65": 0.0}), seed=1)
    start, income = column(world, "age"), column(world, "income")
    birthdays = np.zeros(1500)
    for _ in range(12):
        before = column(world, "income")
        world.advance(1)
        today = column(world, "income") != before
        birthdays += today
        assert 0.04 < today.mean() < 0.14
    assert np.all(birthdays == 1.0)
    assert np.allclose(column(world, "age"), start + 1.0, atol=1.0 / 24.0 + 1e-4)
    assert np.allclose(column(world, "income"), income * math.exp(0.035), rtol=1e-6)


def test_voters_in_are_voters_out_in_every_month() -> None:
    world = World(tree({**MORTAL, "exposure.breadth": 0.3}), seed=2)
    for _ in range(60):
        before, gone = column(world, "age"), world.deaths
        world.advance(1)
        after = column(world, "age")
        left = after < before - 0.5
        assert int(left.sum()) == world.deaths - gone
        assert np.all(after[left] == 18.0)
        assert len(world.electorate) == 1500
    assert world.deaths > 400


def test_contributions_stop_at_retirement_and_follow_pay_before() -> None:
    world = World(tree({"people.retirement_age": 62.5}), seed=3)
    world.advance(120)
    age, income, paid = (column(world, name) for name in ("age", "income", "contribution"))
    assert float(paid[age >= 62.5].max()) == 0.0
    saving = paid > 0.0
    rate = saving_rate(world.parameters, np.floor(age))
    assert np.allclose(paid[saving] * 12.0, (income * rate)[saving], rtol=1e-5)
    assert np.all(column(world, "eligible")[saving] > 0.0)
    assert not np.any(saving & (column(world, "eligible") == 0.0))


def test_what_the_dead_held_leaves_the_accounts_and_is_sold() -> None:
    """With everybody dying at once all money is withdrawn, and all crypto sold at the month's price."""
    world = World(tree({"exposure.breadth": 0.5, "people.death_rate_65": 1.0, "people.death_growth": 0.001}), seed=5)
    held = float((column(world, "plan") + column(world, "ira")).sum())
    units = column(world, "units")
    world.advance(1)
    dead = column(world, "age") == 18.0
    assert 0.04 < dead.mean() < 0.12
    assert world.deaths == int(dead.sum())
    flow, _, _, _, withdrawals = world.account_totals
    assert withdrawals > 0.03 * held
    assert flow == pytest.approx(float((column(world, "units") - units).sum()) * world.market.price, rel=1e-3)
    # What entrants hold is a share of their first contribution.
    assert float(column(world, "units")[dead].sum()) < 0.05 * float(units[dead].sum())
    assert float(column(world, "blame")[dead].max()) == 0.0


def test_with_ageing_off_nobody_changes() -> None:
    world = World(Parameters().with_values({"electorate.voters": 500, "exposure.breadth": 0.3}), seed=1)
    before = world.electorate.fixed.tobytes()
    world.advance(60)
    assert world.people is None
    assert world.electorate.fixed.tobytes() == before
    assert world.account_totals[4] == 0.0


# Arms


def test_arms_share_their_people_and_own_their_columns() -> None:
    population = build_population(tree(MORTAL), World.draws_of(7, 3))
    kept = population.fixed.tobytes()
    arms = [
        World(tree({**MORTAL, "exposure.breadth": b, "exposure.visibility": v}), 7, 3, population)
        for b, v in ((0.0, 1.0), (0.3, 1.0), (0.9, 0.1))
    ]
    for world in arms:
        world.advance(120)
    assert population.fixed.tobytes() == kept
    assert arms[0].deaths == arms[1].deaths == arms[2].deaths > 600
    assert arms[0].electorate.fixed.tobytes() == arms[1].electorate.fixed.tobytes()
    assert arms[0].electorate.fixed.tobytes() == arms[2].electorate.fixed.tobytes()
    assert arms[0].electorate.dynamic.tobytes() != arms[1].electorate.dynamic.tobytes()


def test_the_shadow_of_a_blind_poll_has_the_same_people_and_no_stakes() -> None:
    world = World(tree({**MORTAL, "exposure.breadth": 0.5, "polls.blind": True}), seed=8)
    world.advance(60)
    twin = world.fork()
    twin.advance(24)
    for one in (world, twin):
        assert one.blind is not None
        assert one.blind.fixed is one.electorate.fixed
        for name in ("units", "assigned_stake", "visibility", "grievance", "blame"):
            assert float(np.abs(one.blind.column(name)).max()) == 0.0
    world.advance(1)
    entered = column(world, "age") == 18.0
    assert entered.any()
    assert world.blind is not None
    shadow = world.blind.column("ideal").astype(np.float64)[entered]
    assert np.allclose(shadow, column(world, "ideal_base")[entered], atol=0.1)


def test_a_fork_of_people_who_age_leaves_its_origin_alone() -> None:
    world = World(tree(MORTAL), seed=9)
    world.advance(24)
    before = world.electorate.fixed.tobytes()
    twin = world.fork()
    twin.advance(24)
    assert world.electorate.fixed.tobytes() == before
    assert twin.electorate.fixed.tobytes() != before
    with pytest.raises(ValueError, match=r"people\.ageing cannot change at a fork: fixed when a world is built"):
        world.fork(Parameters().with_values({"electorate.voters": 1500}))


# Exposure


@pytest.mark.parametrize("breadth", [0.3, 0.8])
def test_an_assigned_dose_keeps_its_breadth_when_people_are_replaced(breadth: float) -> None:
    """Of the holders' places all but those just taken hold; beyond coverage accounts are granted."""
    world = World(tree({**MORTAL, "exposure.breadth": breadth}), seed=10)
    world.advance(240)
    assert world.deaths > 1000
    holding = float((column(world, "units") > 0.0).mean())
    assert breadth - 0.01 <= holding <= breadth
    places = world.electorate.exposure_order[: round(breadth * 1500)]
    assert np.all(column(world, "visibility")[places] == 1.0)
    assert float(np.delete(column(world, "units"), places).max()) == 0.0


def test_stakes_follow_accounts_at_birthdays() -> None:
    world = World(tree({"exposure.breadth": 0.4, "exposure.allocation": 0.1, "people.death_rate_65": 0.0}), seed=11)
    for _ in range(30):
        before = column(world, "income")
        world.advance(1)
        born = (column(world, "income") != before) & (column(world, "assigned_stake") > 0.0)
        young = born & (column(world, "age") < 65.0)
        stake = column(world, "assigned_stake")[young]
        # Payroll, the month's returns and the purchase of the birthday month come after the look at the account.
        whole = np.minimum(balance_to_income(world), 25.0)[young]
        assert np.all(np.abs(stake - 0.1 * whole) <= 0.35 * 0.1 * whole + 0.002)


def test_an_entrant_of_an_evolving_world_starts_without_a_stake() -> None:
    world = World(tree({**MORTAL, "exposure.breadth": 0.5, "exposure.evolves": True}), seed=12)
    entered = 0
    for world.month in range(12):
        market(world)
        phases.payroll(world)
        new = column(world, "age") == 18.0
        entered += int(new.sum())
        for name in ("units", "assigned_stake", "visibility", "product"):
            assert not column(world, name)[new].any()
    assert entered > 50


def test_skew_outlives_the_people_of_month_0() -> None:
    """Correlation of place and lean among entrants is the declared one within four standard errors."""
    world = World(tree({**MORTAL, "exposure.skew": 0.6, "electorate.voters": 4000}), seed=13)
    start = column(world, "age")
    world.advance(120)
    entered = column(world, "age") < start
    lean = column(world, "partisanship") - lean_to_author(world.parameters, column(world, "age"))
    found = float(np.corrcoef(place_scores(world.electorate)[entered], lean[entered])[0, 1])
    assert abs(found - 0.6) <= 4.0 * (1.0 - 0.36) / math.sqrt(entered.sum())


@pytest.mark.parametrize("replicate", range(3))
def test_unseen_exposure_is_no_exposure_where_people_age(replicate: int) -> None:
    """v = 0 and b = 0 give the same political path where stakes act through what their holders see."""
    paths = []
    for dose in ({}, {"exposure.breadth": 0.6, "exposure.allocation": 0.2, "exposure.visibility": 0.0}):
        world = World(
            tree({**MORTAL, "voting.asset_vote_effect": 6.0, "party.agenda_gate": 1.0, **dose}), 11, replicate
        )
        world.released = True
        world.advance(72)
        months = [(m.month, m.in_office, m.theta, m.kappa, m.layer, m.platform_distance) for m in world.record]
        paths.append((months, world.events, [r.winner for r in world.results], [r.author_share for r in world.results]))
    assert paths[0] == paths[1]


@pytest.mark.parametrize("replicate", range(3))
def test_the_mirror_world_ages_alike(replicate: int) -> None:
    worlds = []
    for author in ("R", "D"):
        values = {**MORTAL, "exposure.breadth": 0.4, "exposure.skew": 0.4, "institutions.author": author}
        world = World(tree({**values, "party.agenda_gate": 1.0}), 11, replicate)
        world.released = True
        world.advance(96)
        worlds.append(world)
    one, mirror = worlds
    assert mirror.events == one.events
    assert [r.winner for r in mirror.results] == [r.winner for r in one.results]
    assert [r.author_share for r in mirror.results] == pytest.approx([r.author_share for r in one.results], abs=1e-5)
    assert np.allclose(column(mirror, "partisanship"), -column(one, "partisanship"), atol=1e-5)
    for name in ("age", "income", "units", "ideal", "salience", "contribution"):
        assert np.allclose(column(mirror, name), column(one, name), rtol=1e-5, atol=1e-5)


# Decades


def test_the_table_by_age_has_no_jump_at_its_ends() -> None:
    table = age_table(Parameters(), 1.0)
    assert table.shape == (6, 112)
    assert np.isfinite(table).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_years_keep_a_plausible_population(seed: int) -> None:
    world = World(tree({"electorate.voters": 4000, "exposure.breadth": 0.3}), seed)
    share, vote = float(column(world, "eligible").mean()), normal_vote(world)
    for _ in range(10):
        world.advance(60)
        age = column(world, "age")
        assert float(age.min()) >= 18.0
        assert float(age.max()) <= 110.0
        held = world.electorate.dynamic[[columns.PLAN, columns.IRA, columns.UNITS]]
        assert np.isfinite(world.electorate.dynamic).all()
        assert float(held.min()) >= 0.0
        assert float(column(world, "eligible").mean()) == share
        assert abs(normal_vote(world) - vote) < 0.02
    # Stationary ages under the hazard are 19, 24, 30 and 27%; the CPS of 2022 counts 20, 25, 32 and 24.
    shares = [float(((age >= low) & (age < high)).mean()) for low, high in ((18, 30), (30, 45), (45, 65), (65, 200))]
    assert shares == pytest.approx([0.196, 0.245, 0.321, 0.238], abs=0.05)
    growth = float(np.log(column(world, "income")).mean()) - math.log(62192.0)
    assert growth == pytest.approx(50.0 * 0.035, abs=0.05)
    assert float((column(world, "contribution") > 0.0).mean()) == pytest.approx(0.26, abs=0.03)
    assert float((column(world, "units") > 0.0).mean()) == pytest.approx(0.3, abs=0.005)


def test_positive_control_partisanship_for_life_moves_the_national_vote() -> None:
    """Read as cohorts, the ages' leans of month 0 drift away from the R party by more than the bound above."""
    drift = []
    for seed in (1, 2, 3):
        world = World(tree({"electorate.voters": 4000, "people.lean_with_age": 0.0}), seed)
        vote = normal_vote(world)
        world.advance(420)
        drift.append(normal_vote(world) - vote)
    assert -0.05 < np.mean(drift) < -0.02


@pytest.mark.statistical
def test_balances_by_age_stay_within_a_factor_of_two_over_decades() -> None:
    """Mean balances over income after 30, 40 and 50 years over those of month 0, in 12 replicates; below 25 see ODD."""
    start, late = [], []
    for replicate in range(12):
        world = World(tree({}), 20, replicate)
        start.append(by_band(world))
        world.advance(240)
        for _ in range(3):
            world.advance(120)
            late.append(by_band(world))
    ratio = np.mean(late, axis=0) / np.mean(start, axis=0)
    assert np.all(ratio[1:] > 0.5)
    assert np.all(ratio[1:] < 2.0)
    assert np.mean(late, axis=0)[0] < 0.5


def by_band(world: World) -> list[float]:
    """Mean balance of those with an account, years of income, by age band."""
    age, has, years = column(world, "age"), column(world, "eligible") > 0.0, balance_to_income(world)
    return [float(years[has & (age >= low) & (age < high)].mean()) for low, high in BANDS]
