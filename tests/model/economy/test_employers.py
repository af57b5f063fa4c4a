"""Employers: lazy Mesa agents, workers, menus that policy, peers, record-keepers and litigation move."""

from __future__ import annotations

import pickle
from typing import Any

import mesa
import numpy as np
import pytest

from political_moat.agents.draws import Draws
from political_moat.agents.electorate import columns
from political_moat.agents.electorate.voter import Voter
from political_moat.agents.employer.decisions import (
    addition_probabilities,
    opening,
    option_chosen,
    readiness_probability,
    removal_probability,
)
from political_moat.agents.employer.employer import Employer, EmployerSet
from political_moat.agents.employer.parameters import EmployerParameters
from political_moat.agents.employer.state import Employers
from political_moat.model.data_collection import collector
from political_moat.model.economy.employers import (
    Climate,
    build_employers,
    menus_month,
    offer_rate,
    option_weights,
    peers_offering,
)
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

E = EmployerParameters()
QUIET = Climate(0.75, False, 0.0, 0.0)
VALUES: dict[str, Any] = {
    "electorate.voters": 1000,
    "exposure.evolves": True,
    "employer.employers": 60,
    "employer.share_plans_offering_crypto_t0": 0.4,
}


def tree(values: dict[str, Any] | None = None) -> Parameters:
    return Parameters().with_values({**VALUES, **(values or {})})


def world_of(values: dict[str, Any] | None = None, seed: int = 1) -> World:
    return World(tree(values), seed)


def employers_of(world: World) -> EmployerSet:
    found = world.agents_by_type[Employer]
    assert isinstance(found, EmployerSet)
    return found


def state_of(world: World) -> Employers:
    assert world.employers is not None
    return world.employers


def after(values: dict[str, Any], months: int, climate: Climate, seed: int = 2) -> tuple[Employers, np.ndarray]:
    p = tree(values)
    state, taken = build_employers(p, Draws(seed, 0), World(p, seed).electorate), 0
    for month in range(months):
        taken = taken + menus_month(state, climate, Draws(seed, 0), month, p, offer_rate(p.employer))
    return state, np.asarray(taken)


# Mesa


def test_employers_are_mesa_agents_and_none_is_made_before_it_is_touched() -> None:
    world = world_of()
    found = employers_of(world)
    assert len(found) == 60
    assert found.agg("workers", np.sum) == int((world.electorate.column("employer") >= 0.0).sum())
    assert found.agg(["options", "workers"], [len, len]) is not None
    assert world.agents.groupby(type).count()[Employer] == 60
    assert len(world.agents) == 4 + 1000 + 60
    assert found.views == {}
    one = found[7]
    assert isinstance(one, mesa.Agent)
    assert found[7] is one
    assert list(found.views) == [7]
    assert one in world.agents
    assert world.agents[4 + 1000 + 7] is one


def test_attributes_from_the_arrays_are_those_of_the_agents() -> None:
    world = world_of()
    world.advance(24)
    found = employers_of(world)
    for name in ("index", "unique_id", "sector", "record_keeper", "workers", "options", "offering"):
        assert found.get(name) == [getattr(one, name) for one in found]
    assert found.get(["sector", "workers"]) == [[one.sector, one.workers] for one in found]
    assert found.get("menu") == [one.menu for one in found]
    offering = found.select(lambda one: one.offering)
    assert len(offering) == sum(found.get("offering")) > 0
    by_sector = found.groupby("sector").count()
    assert sum(by_sector.values()) == 60
    assert found.agg("workers", [min, max]) == [min(found.get("workers")), max(found.get("workers"))]
    with pytest.raises(AttributeError, match="no employer attribute 'wages'"):
        found.array("wages")


def test_numbers_of_agents_are_unique_and_those_of_voters_do_not_depend_on_employers() -> None:
    world, plain = world_of(), world_of({"exposure.evolves": False})
    numbers = world.agents.get("unique_id")
    assert len(set(numbers)) == len(numbers)
    assert world.agents_by_type[Voter].get("unique_id") == plain.agents_by_type[Voter].get("unique_id")
    assert Employer not in plain.agents_by_type
    assert plain.employers is None


def test_a_menu_changed_by_hand_is_what_workers_choose_from() -> None:
    values = {"employer.share_plans_offering_crypto_t0": 0.0, "adoption.ira_takeup": 0.0}
    values |= {"adoption.annual_reallocation_rate": 1.0, "adoption.takeup_given_offer_optin": 0.9}
    world = world_of(values)
    largest = max(employers_of(world), key=lambda one: one.workers)
    largest.add_option("basket")
    assert largest.menu == ("basket",)
    assert largest.offered_since("basket") == 0
    world.advance(1)
    held = world.electorate.column("units") > 0.0
    assert held.sum() > 5
    assert set(world.electorate.column("employer")[held].tolist()) == {float(largest.index)}
    assert set(world.electorate.column("product")[held].tolist()) == {float(columns.BASKET)}
    largest.remove_option("basket")
    assert largest.menu == ()
    assert not largest.offering


def test_mistakes_with_employers_are_named() -> None:
    world = world_of()
    one = employers_of(world)[3]
    with pytest.raises(ValueError, match="does not offer 'own IRA fund'"):
        one.add_option("own IRA fund")
    with pytest.raises(ValueError, match="employer 3 exists already"):
        Employer(world, 3)
    with pytest.raises(IndexError, match="no employer 60"):
        Employer(world, 60)
    with pytest.raises(TypeError, match="number is a parameter"):
        one.remove()


def test_a_fork_has_menus_of_its_own_and_a_world_pickles() -> None:
    world = world_of()
    world.advance(12)
    twin = world.fork()
    before = state_of(world).offers.copy()
    assert employers_of(twin)[0] is not employers_of(world)[0]
    employers_of(twin)[0].add_option("hybrid")
    twin.advance(60)
    assert np.array_equal(state_of(world).offers, before)
    assert not np.array_equal(state_of(twin).offers, before)
    again = pickle.loads(pickle.dumps(world))
    assert np.array_equal(again.employers.offers, before)


def test_exposure_may_begin_to_evolve_at_a_fork() -> None:
    world = world_of({"exposure.evolves": False})
    world.advance(24)
    twin = world.fork(tree())
    twin.advance(24)
    assert len(employers_of(twin)) == 60
    assert (twin.electorate.column("units") > 0.0).any()
    assert not (world.electorate.column("units") > 0.0).any()


def test_a_fork_refuses_other_employers_by_name() -> None:
    world = world_of()
    world.advance(6)
    others = tree({"employer.employers": 30, "employer.record_keepers": 3, "employer.sectors": 2})
    with pytest.raises(
        ValueError, match=r"^employer\.employers, employer\.sectors, employer\.record_keepers cannot change"
    ):
        world.fork(others)


def test_the_collector_reports_offers_and_flows_by_product() -> None:
    world = world_of({"adoption.annual_reallocation_rate": 0.9})
    world.datacollector = collector(world)
    world.advance(6)
    table = world.datacollector.get_model_vars_dataframe()
    assert table["share_offering"].iloc[-1] == state_of(world).share_offering()
    assert table["flow_by_product"].iloc[-1] == tuple(world.product_flows.tolist())
    assert sum(table["flow_by_product"].iloc[-1]) != 0.0


# Workers


def test_those_who_contribute_have_an_employer_and_only_they() -> None:
    world = world_of({"exposure.evolves": False, "electorate.voters": 4000})
    employer, contributes = world.electorate.column("employer"), world.electorate.column("contribution") > 0.0
    assert np.array_equal(employer >= 0.0, contributes)
    assert employer.max() < 60


def test_sizes_are_as_unequal_as_declared() -> None:
    equal, unequal = (
        np.array(employers_of(world_of({"employer.size_log_sd": sd, "electorate.voters": 20000})).get("workers"))
        for sd in (0.0, 1.5)
    )
    assert abs(equal.std() / equal.mean() - 1.0 / np.sqrt(equal.mean())) < 0.05
    assert unequal.max() > 3.0 * equal.max()
    assert equal.sum() == unequal.sum()


# Decisions


def test_policy_opens_the_door_from_neutral_on() -> None:
    assert opening(0.49, E) == 0.0
    assert opening(0.5, E) == pytest.approx(E.neutral_opening)
    assert opening(0.75, E) == pytest.approx(1.0)
    assert opening(1.0, E) == pytest.approx(2.0 - E.neutral_opening)
    assert readiness_probability(0.25, E) == 0.0
    assert readiness_probability(0.75, E) == pytest.approx(1.0 - np.exp(-1.0 / 12.0))


def chance(
    peers: float = 0.3, ready: float = 1.0, offering: float = 0.0, suit: float = 0.0, crash: float = 0.0
) -> float:
    one = np.ones(1)
    return float(addition_probabilities(0.02, 0.75, peers * one, ready * one, offering * one, suit, crash, E)[0])


def test_the_hazard_rises_with_peers_and_falls_with_litigation() -> None:
    assert chance(peers=1.0) == pytest.approx(1.0 - np.exp(-0.02))
    assert chance(peers=0.0) == pytest.approx(1.0 - np.exp(-0.02 * (1.0 - E.peer_weight)))
    assert chance(ready=0.0) == 0.0
    assert chance(suit=1.0) == pytest.approx(chance(crash=1.0))
    assert chance(suit=1.0) < 0.4 * chance()
    assert chance(offering=1.0) < 0.3 * chance()
    assert removal_probability(0.0, 0.0, E) == 0.0
    assert removal_probability(1.0, 1.0, E) == pytest.approx(1.0 - (1.0 - E.removal_crash) * (1.0 - E.removal_suit))


def test_options_are_chosen_in_proportion_to_their_weight() -> None:
    weights = np.repeat(np.array([[0.0], [3.0], [1.0], [0.0]]), 4000, axis=1)
    chosen = option_chosen((np.arange(4000) + 0.5) / 4000, weights)
    assert np.bincount(chosen, minlength=4).tolist() == [0, 3000, 1000, 0]
    assert option_chosen(np.full(4000, 0.5), 0.0 * weights).max() == -1


# Menus


def test_a_sleeve_in_the_default_fund_needs_eligibility_as_a_default() -> None:
    p = tree()
    state = build_employers(p, Draws(2, 0), World(p, 2).electorate)
    for openness, allowed in ((0.75, False), (1.0, True)):
        weights = option_weights(state, openness, p)
        assert bool(weights[columns.TARGET_DATE_SLEEVE].max() > 0.0) == allowed
        assert np.all(weights[[columns.ASSIGNED, columns.IRA_FUND]] == 0.0)
    plain, _ = after({}, 240, QUIET)
    default, _ = after({}, 240, QUIET._replace(openness=1.0))
    assert plain.offers[columns.TARGET_DATE_SLEEVE].sum() == 0
    assert default.offers[columns.TARGET_DATE_SLEEVE].sum() > 10


def test_without_a_record_keeper_nobody_adds() -> None:
    state, _ = after({"employer.record_keeper_months": 1200.0, "employer.record_keepers": 1}, 24, QUIET)
    start, _ = after({}, 0, QUIET)
    assert state.ready_since.tolist() == [-1]
    assert np.array_equal(state.offers, start.offers)


def test_after_a_crash_and_while_a_suit_runs_options_go_and_few_come() -> None:
    few = {"employer.share_plans_offering_crypto_t0": 0.2}
    calm, kept = after(few, 60, QUIET)
    crash, gone = after(few, 60, QUIET._replace(crash=1.0, suit=1.0))
    start, _ = after(few, 0, QUIET)
    assert kept.sum() == 0
    assert gone.sum() > 0
    assert crash.share_offering() < start.share_offering() < calm.share_offering()


def test_prohibition_clears_every_menu_at_once_but_is_no_decision_of_employers() -> None:
    state, taken = after({}, 3, QUIET._replace(prohibited=True))
    assert state.share_offering() == 0.0
    assert taken.sum() == 0
    assert np.all(state.offered_since == -1)


def test_peers_of_the_own_sector_count_beside_all() -> None:
    p = tree({"employer.sector_weight": 1.0})
    state = build_employers(p, Draws(2, 0), World(p, 2).electorate)
    offering = state.offering()
    for sector in range(p.employer.sectors):
        here = state.sector == sector
        if here.any():
            assert np.allclose(peers_offering(state, p.employer)[here], offering[here].mean())
    alone = peers_offering(state, tree({"employer.sector_weight": 0.0}).employer)
    assert np.allclose(alone, offering.mean())


def test_arms_of_a_replicate_share_employers_and_their_draws() -> None:
    """Exposure that is assigned beside does not move a menu while policy and price are the same."""
    arms = [world_of({"exposure.breadth": breadth, "channels.price_impact": False}) for breadth in (0.0, 0.5)]
    for world in arms:
        world.advance(48)
    assert np.array_equal(state_of(arms[0]).offers, state_of(arms[1]).offers)
    assert np.array_equal(state_of(arms[0]).offered_since, state_of(arms[1]).offered_since)
