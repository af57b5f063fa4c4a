"""Savers: inertia, menus, attitudes, neighbours, returns, warnings; giving up; the default route; diffusion failure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from political_moat.agents.electorate import columns
from political_moat.experiments.protocols.history.run import hold_accounts
from political_moat.model.parameters.presets import PRESETS
from political_moat.model.parameters.tree import Parameters, describe
from political_moat.model.phases import employers as adoption
from political_moat.model.policy.law import Provision
from political_moat.model.world import World

BASE: dict[str, Any] = {
    "exposure.evolves": True,
    "electorate.voters": 6000,
    "policy.start_theta": 0.75,
    "policy.friendly_month": 0,
    "employer.share_plans_offering_crypto_t0": 1.0,
    "adoption.annual_reallocation_rate": 0.9,
    "adoption.takeup_given_offer_optin": 0.3,
    "adoption.ira_takeup": 0.0,
    "adoption.giving_up": False,
    "market.btc_log_sd_monthly": 0.0,
}
CALM = {"market.btc_log_sd_monthly": 0.0, "employer.removal_crash": 0.0}


def world_of(values: dict[str, Any] | None = None, months: int = 0, seed: int = 4) -> World:
    world = World(Parameters().with_values({**BASE, **(values or {})}), seed)
    world.advance(months)
    return world


def holds(world: World) -> npt.NDArray[np.bool_]:
    return np.asarray(world.electorate.column("units") > 0.0)


def product_of(world: World) -> npt.NDArray[np.int64]:
    return np.where(holds(world), world.electorate.column("product").astype(np.int64), -1)


def share(values: dict[str, Any], months: int = 12) -> float:
    return float(holds(world_of(values, months)).mean())


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("adoption.annual_reallocation_rate", 0.05, 0.5),
        ("adoption.takeup_given_offer_optin", 0.01, 0.3),
        ("adoption.neighbour_weight", 0.0, 20.0),
        ("adoption.legitimacy_weight", 0.0, 2.0),
        ("adoption.trend_weight", 0.0, 5.0),
    ],
)
def test_what_draws_savers_in_raises_adoption(name: str, low: float, high: float) -> None:
    rising = {"market.btc_log_mean_monthly": 0.05}
    little, much = (holds(world_of({**rising, name: value}, 12)) for value in (low, high))
    assert much.mean() > little.mean() + 0.01
    if name != "adoption.annual_reallocation_rate":
        assert not np.any(little & ~much), "on common draws a larger weight loses no adopter"


def test_attitude_age_and_attention_decide_who_adopts() -> None:
    world = world_of({"adoption.age_weight": 0.3}, 12)
    worker, held = world.electorate.column("employer") >= 0.0, holds(world)
    for name, sign in (("ideal_base", 1.0), ("age", -1.0), ("attention", 1.0)):
        values = world.electorate.column(name).astype(np.float64)
        spread = values[worker].std() / np.sqrt(held.sum())
        assert sign * (values[held].mean() - values[worker & ~held].mean()) > 2.0 * spread, name


def test_only_workers_whose_employer_offers_adopt_from_a_menu() -> None:
    world = world_of({"employer.share_plans_offering_crypto_t0": 0.3})
    assert world.employers is not None
    at_start = world.employers.offers.copy()
    world.advance(1)
    held = product_of(world)
    employer = world.electorate.column("employer").astype(np.int64)
    assert (held > 0).sum() > 10
    for voter in np.flatnonzero(held > 0):
        assert employer[voter] >= 0
        assert at_start[held[voter], employer[voter]] or world.employers.offers[held[voter], employer[voter]]


def test_owners_of_iras_need_no_employer_but_an_open_sec() -> None:
    values = {"adoption.takeup_given_offer_optin": 0.0, "adoption.ira_takeup": 0.3}
    world = world_of(values, 6)
    held = product_of(world)
    assert set(np.unique(held)) == {-1, columns.IRA_FUND}
    owner = world.electorate.column("eligible") > 0.0
    assert not np.any((held == columns.IRA_FUND) & ~owner)
    assert np.any((held == columns.IRA_FUND) & (world.electorate.column("employer") < 0.0))
    shut = world_of(values)
    shut.law = shut.law.with_layer("enforcement", Provision(0.25, 0.05, 1.0, 0.0, False, "opponent", 0))
    shut.refresh_policy()
    shut.advance(6)
    assert not holds(shut).any()


def test_default_savers_of_an_employer_with_a_sleeve_hold_it_at_once_and_hardly_see_it() -> None:
    values = {
        "policy.start_theta": 1.0,
        "policy.friendly_theta": 1.0,
        "adoption.tdf_crypto_sleeve": 0.01,
        "adoption.annual_reallocation_rate": 0.0,
        "product.single_asset_weight": 0.0,
        "product.basket_weight": 0.0,
        "product.hybrid_weight": 0.0,
    }
    world = world_of(values, 1)
    sleeve = product_of(world) == columns.TARGET_DATE_SLEEVE
    worker = (world.electorate.column("employer") >= 0.0) & (world.electorate.column("plan") > 0.0)
    default = world.parameters.adoption.share_participants_holding_tdf
    assert abs(sleeve[worker].mean() - default) < 4.0 * np.sqrt(default * (1.0 - default) / worker.sum())
    # All of them at once: about .26 active participants times .68 in target-date funds.
    assert 0.15 < sleeve.mean() < 0.21
    assert np.allclose(world.electorate.column("visibility")[sleeve], 0.1)
    later = world_of(values, 24)
    assert not np.any(sleeve & (product_of(later) != columns.TARGET_DATE_SLEEVE))
    none = world_of({**values, "adoption.tdf_crypto_sleeve": 0.0}, 12)
    assert not holds(none).any()


def test_who_left_the_sleeve_is_not_put_back_into_it() -> None:
    values = {"policy.start_theta": 1.0, "policy.friendly_theta": 1.0, "adoption.tdf_crypto_sleeve": 0.01}
    values |= {"adoption.annual_reallocation_rate": 0.0, "product.target_date_sleeve_visibility": 1.0}
    values |= {"adoption.giving_up": True, "adoption.fall_hazard": 0.5, "market.crash_month": 3}
    world = world_of({**values, "market.crash_size": -1.5, "employer.removal_crash": 0.0}, 3)
    before = product_of(world) == columns.TARGET_DATE_SLEEVE
    world.advance(3)
    left = before & ~holds(world)
    assert left.sum() > 5
    world.advance(12)
    assert not np.any(holds(world)[left])


def test_holders_sell_after_a_fall_and_the_money_goes_back_to_the_account() -> None:
    """With probability 1 - exp(-hazard * visibility), the hazard rising with the loss beyond the threshold."""
    values = {**CALM, "adoption.giving_up": True, "market.crash_month": 24, "market.crash_size": -1.5}
    patient, nervous = (world_of({**values, "adoption.fall_hazard": hazard}, 24) for hazard in (0.0, 0.5))
    assert np.array_equal(holds(patient), holds(nervous))
    before = holds(patient)
    reference = patient.electorate.column("reference").astype(np.float64)
    seen = patient.electorate.column("visibility").astype(np.float64)
    for world in (patient, nervous):
        world.advance(1)
    price = patient.product_prices[patient.electorate.column("product").astype(np.int64)]
    loss = 1.0 - price / reference
    chance = np.where(before & (loss > 0.3), 1.0 - np.exp(-0.5 * (loss - 0.3) / 0.7 * seen), 0.0)
    sold = holds(patient) & ~holds(nervous)
    stayed = chance[before & (holds(patient) | (chance == 0.0))]
    assert abs(sold.sum() - stayed.sum()) < 4.0 * np.sqrt((stayed * (1.0 - stayed)).sum())
    assert sold.sum() > 50
    rest, paid = (one.electorate.column("plan").astype(np.float64) for one in (patient, nervous))
    units = patient.electorate.column("units").astype(np.float64)
    assert np.allclose(paid[sold], (rest + units * price)[sold], rtol=1e-6)
    drop = float(patient.product_flows.sum() - nervous.product_flows.sum())
    assert drop == pytest.approx(float((units * price)[sold].sum()) * patient.citizens_per_voter, rel=1e-5)


def test_a_warning_keeps_savers_out_and_makes_holders_sell() -> None:
    values = {**CALM, "adoption.giving_up": True, "adoption.warning_hazard": 0.05}
    free, warned = world_of(values, 12), world_of(values, 12)
    assert adoption.warning(warned) == 0.0
    warned.law = warned.law.with_layer("guidance", Provision(0.5, 0.05, 1.0, 0.0, False, "opponent", 12))
    warned.refresh_policy()
    assert adoption.warning(warned) == 1.0
    for world in (free, warned):
        world.advance(12)
    assert holds(warned).mean() < 0.9 * holds(free).mean()


def test_an_option_taken_off_is_sold_for_those_who_hold_it_there() -> None:
    values = {**CALM, "employer.removal_suit": 0.1, "adoption.annual_reallocation_rate": 0.5}
    world = world_of(values, 12)
    assert world.employers is not None
    before, offers = product_of(world), world.employers.offers.copy()
    option = SimpleNamespace(restrictive=False, decided=1e9)
    world.suits.append(option)  # type: ignore[arg-type]
    world.advance(1)
    gone = (offers > 0) & (world.employers.offers == 0)
    employer = world.electorate.column("employer").astype(np.int64)
    mapped = np.array([one > 0 and gone[one, e] for one, e in zip(before, employer, strict=True)])
    assert mapped.sum() > 3
    still = before > 0
    assert not np.any(holds(world)[mapped])
    assert np.all(holds(world)[still & ~mapped])
    assert float(world.product_flows.sum()) < 0.0


def test_a_prohibition_leaves_holders_to_the_law_and_stops_adoption() -> None:
    world = world_of(CALM, 12)
    before = holds(world)
    world.law = world.law.with_layer("rule", Provision(0.0, 0.0, 0.0, 1.0, False, "opponent", 12))
    world.refresh_policy()
    world.advance(1)
    assert not np.any(holds(world) & ~before)
    assert np.array_equal(holds(world), before)
    world.advance(13)
    assert not holds(world).any()
    assert float(world.electorate.column("assigned_stake").max()) == 0.0


def test_a_holding_as_assigned_is_left_alone() -> None:
    world = world_of({"exposure.breadth": 0.3, "adoption.giving_up": True, "adoption.fall_hazard": 0.5})
    assigned = holds(world)
    world.advance(36)
    assert np.all(product_of(world)[assigned] == columns.ASSIGNED)
    assert np.any(product_of(world) > 0)


def test_on_a_network_it_is_the_own_neighbours_who_count() -> None:
    """Half of the voters look at holders only, half at others; nobody's own draws differ."""
    world = world_of({"adoption.neighbour_weight": 8.0, "adoption.takeup_given_offer_optin": 0.02}, 12)
    n = len(world.electorate)
    holder, other = int(np.flatnonzero(holds(world))[0]), int(np.flatnonzero(~holds(world))[0])
    twins = [world.fork() for _ in range(2)]
    for twin, friend in zip(twins, (holder, other), strict=True):
        twin.network = SimpleNamespace(starts=np.arange(n + 1), neighbours=np.full(n, friend))
        adoption.employers(twin)
    assert holds(twins[0]).sum() > 1.5 * holds(twins[1]).sum()
    assert not np.any(holds(twins[1]) & ~holds(twins[0]))


def test_with_exposure_assigned_nothing_of_it_happens() -> None:
    world = world_of({"exposure.evolves": False, "exposure.breadth": 0.2}, 24)
    assert world.employers is None
    assert set(np.unique(product_of(world))) == {-1, columns.ASSIGNED}
    assert np.all(world.product_flows[1:] == 0.0)
    assert world.product_flows[0] * 1.0 == pytest.approx(world.market.flow, rel=1e-12)


@pytest.mark.parametrize("closed", [False, True])
def test_accounts_held_at_an_inauguration_give_nobody_money(closed: bool) -> None:
    """What was taken up came out of the balance of month 0, unlike an assigned stake, which lay beside it."""
    values = {"exposure.breadth": 0.1, "adoption.ira_takeup": 0.3, "market.btc_log_sd_monthly": 0.1}
    world = world_of(values)
    first = world.electorate.dynamic.copy()

    def wealth() -> npt.NDArray[np.float64]:
        now = world.electorate.dynamic.astype(np.float64)
        price = world.electorate.unit_prices(world.product_prices)
        return np.asarray(now[columns.PLAN] + now[columns.IRA] + now[columns.UNITS] * price)

    start = wealth()
    world.advance(48)
    if closed:
        world.law = world.law.with_layer("rule", Provision(0.0, 0.0, 1.0, 0.0, True, "opponent", 48))
        world.refresh_policy()
    held = holds(world)
    hold_accounts(world, first)
    assert np.allclose(wealth(), start, rtol=1e-6, atol=1e-2)
    assert np.array_equal(holds(world), held)
    assert set(np.unique(product_of(world))) >= {columns.ASSIGNED, columns.SINGLE_ASSET, columns.IRA_FUND}
    assert float(world.electorate.dynamic[[columns.PLAN, columns.IRA]].min()) >= 0.0


HELD = {
    "exposure.evolves": True,
    "electorate.voters": 2000,
    "policy.start_theta": 0.75,
    "policy.friendly_month": 0,
}
"""Safe-harbour policy from the start, never touched: the agenda opens only when policy is released."""
PESSIMISTIC = dict(PRESETS["h7-no-diffusion"].values)
GENEROUS = {
    "adoption.takeup_given_offer_optin": 0.15,
    "adoption.ira_takeup": 0.1,
    "adoption.annual_reallocation_rate": 0.105,
    "adoption.legitimacy_weight": 2.0,
    "adoption.neighbour_weight": 6.0,
    "adoption.trend_weight": 1.5,
    "adoption.tdf_crypto_sleeve": 0.02,
    "adoption.fall_hazard": 0.0,
    "employer.plan_offer_years_to_half": 2.0,
    "employer.removal_crash": 0.0,
    "product.target_date_sleeve_least_openness": 0.75,
}


def test_both_ends_of_diffusion_lie_inside_the_declared_ranges() -> None:
    known = {one.name: one.known for one in describe(Parameters())}
    for values in (PESSIMISTIC, GENEROUS):
        for name, value in values.items():
            assert known[name].low <= value <= known[name].high, name


@pytest.mark.parametrize("replicate", range(3))
def test_diffusion_can_fail_for_twelve_terms_and_can_reach_tens_of_percent(replicate: int) -> None:
    failed, grown = (World(Parameters().with_values({**HELD, **one}), 31, replicate) for one in (PESSIMISTIC, GENEROUS))
    most = 0.0
    for _ in range(12):
        failed.advance(48)
        most = max(most, float(holds(failed).mean()))
    grown.advance(12 * 12)
    assert most < 0.01
    assert 0.1 < float(holds(grown).mean()) < 0.6
