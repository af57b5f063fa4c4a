"""Outlooks until the next election: dates, growth, tables of products, stretches of months."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from political_moat.agents.draws import draws_of
from political_moat.agents.electorate.foresight.equations import (
    attended_holding,
    expected_reference,
    growth_sum,
    holding_after_sale,
    mixed_powers,
)
from political_moat.agents.electorate.foresight.kernel import STRETCH, panel
from political_moat.agents.electorate.opinion.equations import next_reference
from political_moat.experiments.protocols.stress_test.run import friendly_term, takeover
from political_moat.model.build import build_state
from political_moat.model.derived import derive
from political_moat.model.economy.products import standing_table
from political_moat.model.elections import projection
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.agenda import available_options
from political_moat.model.policy.law import effective, enact
from political_moat.model.policy.legislature import EVERYTHING
from political_moat.model.policy.menu import menu
from political_moat.model.state import WorldState


def world_of(values: dict[str, Any] | None = None, months: int = 3) -> WorldState:
    p = Parameters().with_values({"electorate.voters": 300, "exposure.breadth": 0.3, **(values or {})})
    past = friendly_term(p, 2, 0)
    world = takeover(past, "opponent", past)
    world.released = False
    advance(world, months)
    return world


@given(st.integers(1, 20), st.floats(0.2, 300.0), st.floats(1.0, 48.0))
def test_the_chance_to_be_in_time_is_erlang(stages: int, months: float, horizon: float) -> None:
    chance, date = projection.in_time(months, stages, horizon, 0.1)
    exact = gamma.cdf(horizon, stages, scale=months / stages)
    assert chance == pytest.approx(exact, abs=2e-4)
    assert 0.0 <= date <= max(horizon, months)


def test_the_representative_date_leaves_the_mean_of_what_fades() -> None:
    draws = np.random.default_rng(1).gamma(3, 8.0, 400_000)
    inside = draws[draws <= 43.0]
    _, date = projection.in_time(24.0, 3, 43.0, 0.12)
    assert math.exp(-0.12 * (43.0 - date)) == pytest.approx(np.exp(-0.12 * (43.0 - inside)).mean(), rel=0.005)


@pytest.mark.parametrize(("months", "chance"), [(2.0, 1.0), (10.0, 1.0), (10.5, 0.0)])
def test_a_date_that_hardly_varies_is_in_time_or_not(months: float, chance: float) -> None:
    assert projection.in_time(months, 0, 10.0, 0.1) == (chance, months)


@pytest.mark.parametrize(("month", "left"), [(0, 46), (45, 1), (46, 0), (47, 47), (51, 43), (75, 19), (95, 47)])
def test_months_are_counted_to_the_next_presidential_election(month: int, left: int) -> None:
    world = build_state(Parameters().with_values({"electorate.voters": 200}), draws_of(1, 0))
    world.month = month
    assert projection.months_to_election(world) == left


@pytest.mark.parametrize("growth", [1.0, 1.02, 0.98])
def test_a_fall_of_the_price_is_made_up_for_as_the_price_grows(growth: float) -> None:
    still = {"market.btc_log_mean_monthly": math.log(growth), "market.btc_log_sd_monthly": 0.0}
    world = world_of(still)
    world.market = world.market._replace(price=1.0, peak=2.0)
    falls = [0.5, 1.0 - growth / 2.0, max(0.0, 1.0 - growth**48 / 2.0)]
    assert projection.expected_fall(world, np.array([0.0, 1.0, 48.0])).tolist() == pytest.approx(falls, abs=1e-12)


def test_each_stretch_has_the_fall_expected_at_its_end() -> None:
    world = world_of({"market.btc_log_mean_monthly": -0.02, "market.btc_log_sd_monthly": 0.0})
    world.market = world.market._replace(peak=world.market.price)
    rows = [((10.0, *projection.EMPTY[1:]), (20.0, *projection.EMPTY[1:])), ((30.0, *projection.EMPTY[1:]),)]
    table = projection.stretch_table(world, rows)
    assert table.shape == (2, 2, len(STRETCH))
    ends = 1.0 - np.exp(-0.02 * np.array([[10.0, 30.0], [30.0, 30.0]]))
    np.testing.assert_allclose(table[:, :, STRETCH.index("fall")], ends)


def test_a_stake_grows_with_the_drift_and_part_of_the_spread_of_the_coin() -> None:
    p = Parameters().with_values({"market.btc_log_mean_monthly": 0.01, "market.btc_log_sd_monthly": 0.19})
    growth = projection.expected_growth(derive(p))
    assert growth[0] == pytest.approx(math.exp(0.01 + 0.25 * 0.19**2))
    still = p.with_values({"market.btc_log_mean_monthly": 0.0, "market.btc_log_sd_monthly": 0.0})
    assert projection.expected_growth(derive(still))[0] == 1.0


@pytest.mark.parametrize("layer", ["rule", "guidance", "statute"])
@pytest.mark.parametrize("protects", [0.0, 1.0])
def test_the_table_after_a_move_is_that_of_the_law_it_makes(layer: str, protects: float) -> None:
    world = world_of({"policy.layer": layer, "policy.cap_protects": protects})
    p, derived, seen = world.parameters, world.derived, set()
    ideals = {name: agency.ideal for name, agency in world.agencies.items()}
    for option in menu(world.law, p, ideals, EVERYTHING, 0.0):
        item = projection.item_of(world, option)
        if item is None or option.agency == "SEC":
            continue
        law = enact(world.law, option, world.in_office, world.month)
        exact = standing_table(derived.allocations, derived.coin_shares, p.policy.cap, law, effective(law))
        rows = slice(2, 5)  # new money, open, limit: what a projection reads
        np.testing.assert_array_equal(projection.table_after(world, item)[rows], exact[rows], err_msg=option.name)
        seen.add(option.name)
    assert {"prohibit", "close", "cap"} <= seen


@pytest.mark.parametrize("source", ["openness", "believed-loss"])
def test_an_item_in_force_before_the_election_has_two_outlooks(source: str) -> None:
    world = world_of({"opinion.threat_from": source})
    options = {option.name: option for option in available_options(world)}
    rival = world.stand("author")
    for name, count in (("hold", 1), ("warn", 1), ("prohibit", 2)):
        item = projection.item_of(world, options[name])
        outlooks = projection.outlooks(world, rival, options[name].stand, item, 1, 43)
        assert len(outlooks) == count
        assert sum(outlook.probability for outlook in outlooks) == pytest.approx(1.0)
        for outlook in outlooks:
            assert sum(stretch[0] for stretch in outlook.stretches) == pytest.approx(43.0)
    in_force = projection.outlooks(world, rival, options["prohibit"].stand, item, 1, 43)[0]
    o = world.parameters.opinion
    threat = 0.0 if source == "openness" else o.believed_sale_loss / o.alarming_loss
    assert in_force.question[4] == threat, "lower openness has happened; the forced sale is a loss that still threatens"
    assert min(stretch[4] for stretch in in_force.stretches) == 0.0, "all is sold"
    assert max(abs(stretch[6]) for stretch in in_force.stretches) > 0.0


def test_the_friendly_policy_is_foreseen_until_it_is_in_force() -> None:
    world = build_state(Parameters().with_values({"electorate.voters": 200}), draws_of(1, 0))
    item = projection.friendly_item(world)
    assert item is not None
    assert item.stand.openness == world.parameters.policy.friendly_theta
    advance(world, 20)
    assert projection.friendly_item(world) is None


@given(st.floats(0.5, 20.0), st.floats(0.5, 2.0), st.floats(0.97, 1.04), st.floats(0.0, 1.0), st.integers(0, 48))
def test_the_reference_price_is_that_of_the_months(
    reference: float, price: float, growth: float, attention: float, months: int
) -> None:
    coefficients = derive(Parameters().with_values({"opinion.reference_down": 0.1})).opinion
    month_by_month = reference
    for month in range(1, months + 1):
        month_by_month = next_reference(month_by_month, price * growth**month, attention, coefficients)
    ahead = expected_reference(reference, price, growth, attention, coefficients.reference_up, months)
    assert ahead == pytest.approx(month_by_month, rel=1e-9)


@given(st.floats(0.1, 1.1), st.floats(0.1, 1.1), st.integers(0, 40))
def test_sums_of_powers(a: float, b: float, months: int) -> None:
    exact = sum(a**k * b ** (months - k - 1) for k in range(months))
    assert mixed_powers(a, b, months) == pytest.approx(exact, rel=1e-5, abs=1e-12)
    assert growth_sum(a, months) == pytest.approx(sum(a**k for k in range(months)), rel=1e-5, abs=1e-12)


def test_a_sale_takes_the_excess_over_the_limit() -> None:
    assert holding_after_sale(10.0, 1.0, 4.0, 0.0) == 4.0
    assert holding_after_sale(10.0, 1.0, 4.0, 0.5) == 7.0
    assert holding_after_sale(3.0, 1.0, 4.0, 0.0) == 3.0
    assert attended_holding(10.0, 4.0, True) == 7.0
    assert attended_holding(10.0, 4.0, False) == 4.0


def test_a_panel_wraps_around() -> None:
    block = np.arange(10, dtype=np.float32).reshape(1, 10)
    assert panel(block, 2, 3).tolist() == [[2.0, 3.0, 4.0]]
    assert panel(block, 8, 4).tolist() == [[8.0, 9.0, 0.0, 1.0]]
    assert panel(block, 0, 10).tolist() == block.tolist()
