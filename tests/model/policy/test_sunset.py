"""Sunsets: a formal provision lapses unless it is renewed, and inaction is not counted as action."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.party.decisions import move_cost, move_utility, share_before_lapse
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.perception import NEVER, Option, PolicyState, Stand
from political_moat.experiments.protocols.term_outcomes import term_outcomes
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import pipeline as government
from political_moat.model.phases.agenda import available_options
from political_moat.model.policy.law import Law, Provision, effective, initial_law, lapse, next_expiry, openness, renew
from political_moat.model.policy.legislature import EVERYTHING, NOTHING
from political_moat.model.policy.menu import menu
from political_moat.model.world import World

P = Parameters().with_values({"electorate.voters": 200, "policy.sunset_months": 24, "institutions.sunset_bargain": 0.0})
CAP = P.policy.cap
IDEALS = {"DOL": 0.5, "SEC": 0.5}
EXPIRY = P.policy.friendly_month + 24


def run(months: int, **values: Any) -> World:
    world = World(P.with_values(values), seed=1)
    world.advance(months)
    return world


def lapses(world: World) -> list[Any]:
    return [event for event in world.events if event.kind == "lapsed"]


@pytest.mark.parametrize("layer", ["rule", "statute"])
def test_the_friendly_policy_lapses_that_many_months_after_it_came_into_force(layer: str) -> None:
    world = run(48, **{"policy.layer": layer})
    assert [month.openness for month in world.record] == [0.5] * 18 + [0.75] * 24 + [0.5] * 6
    (event,) = lapses(world)
    assert (event.month, event.role, event.instrument, event.restrictive) == (EXPIRY, "author", layer, True)
    assert world.record[-1].layer == "base"


def test_guidance_has_no_sunset_and_without_the_lever_nothing_lapses() -> None:
    assert run(48, **{"policy.layer": "guidance"}).record[-1].openness == 0.75
    assert run(48, **{"policy.sunset_months": 0}).record[-1].openness == 0.75


def provision(theta: float, expires: int = -1) -> Provision:
    return Provision(theta, CAP, 0.0, 0.0, False, "author", 18, expires)


def test_what_stands_beneath_applies_after_a_lapse() -> None:
    law = initial_law(P).with_layer("rule", provision(0.75)).with_layer("statute", provision(1.0, 60))
    law = law.with_layer("guidance", provision(0.75))
    assert next_expiry(law) == ("statute", 60)
    after = lapse(law, "statute")
    assert effective(after) == provision(0.75)
    assert after.guidance is None, "guidance about what lapsed falls with it"
    covered = initial_law(P).with_layer("rule", provision(0.25, 60)).with_layer("statute", provision(1.0))
    assert effective(lapse(covered, "rule")) == effective(covered)


@given(st.none() | st.integers(0, 200), st.none() | st.integers(0, 200))
def test_the_next_sunset_is_the_first(rule: int | None, statute: int | None) -> None:
    law = initial_law(P)
    for layer, month in (("rule", rule), ("statute", statute)):
        law = law.with_layer(layer, provision(0.75, -1 if month is None else month))
    dates = [month for month in (rule, statute) if month is not None]
    found = next_expiry(law)
    assert (found is None) == (not dates)
    if found is not None:
        assert found[1] == min(dates)
        assert next_expiry(lapse(law, found[0])) != found


def options(law: Law, month: int, passage: Any = EVERYTHING) -> dict[str, Option]:
    return {one.name: one for one in menu(law, P, IDEALS, passage, 0.0, month=month)}


@pytest.mark.parametrize("layer", ["rule", "statute"])
def test_renewal_is_open_in_the_last_year_by_the_same_instrument(layer: str) -> None:
    law = initial_law(P).with_layer(layer, provision(0.75, 60))
    assert "renew" not in options(law, 47)
    found = options(law, 48)["renew"]
    assert (found.nest, found.instrument, found.risk) == ("loosen", layer, 0.0)
    assert found.stand == options(law, 48)["hold"].stand
    assert found.months < {"rule": P.regulator.rule_months, "statute": P.regulator.statute_months}[layer]
    assert ("renew" in options(law, 48, NOTHING)) == (layer == "rule")
    assert "renew" not in options(initial_law(P).with_layer(layer, provision(0.75)), 48)


def test_renewing_a_restriction_belongs_to_the_restrictive_moves() -> None:
    law = initial_law(P).with_layer("rule", provision(0.25, 60))
    assert options(law, 50)["renew"].nest == "restrict"


def test_a_renewal_puts_the_date_off_and_leaves_the_terms() -> None:
    law = initial_law(P).with_layer("rule", provision(0.75, 60))
    after = renew(law, "rule", 84)
    assert after == replace(law, rule=provision(0.75, 84))
    assert renew(initial_law(P), "rule", 84) == initial_law(P)


def live_renewal(month: int, **values: Any) -> World:
    """The friendly rule in its last year, its renewal docketed by the author in `month`."""
    world = run(month, **values)
    world.released = True
    option = next(one for one in available_options(world) if one.name == "renew")
    government.open_docket(world, option, False)
    return world


def test_a_renewal_in_time_saves_the_policy_without_a_suit() -> None:
    world = live_renewal(
        36, **{"regulator.rule_months": 1.0, "party.agenda_gate": 0.0, "regulator.suit_probability": 1}
    )
    world.advance(12)
    assert [event.kind for event in world.events] == ["docketed", "renewed"]
    assert world.openness == 0.75
    assert world.suits == []
    assert world.law.rule is not None
    renewed = world.events[-1].month
    assert world.law.rule.expires == renewed + 24
    assert (world.law.rule.month, world.law.rule.role) == (18, "author")


def test_a_renewal_that_comes_too_late_is_withdrawn() -> None:
    world = live_renewal(39, **{"regulator.rule_months": 400.0, "party.agenda_gate": 0.0})
    world.advance(6)
    assert [event.kind for event in world.events] == ["docketed", "lapsed", "withdrawn"]
    assert world.openness == 0.5
    assert world.docket is None
    assert world.stand("author").openness == 0.5, "voters judge it by what is in force"


def test_a_renewal_of_a_rule_that_a_court_struck_down_is_withdrawn() -> None:
    world = live_renewal(36, **{"regulator.rule_months": 1.0, "party.agenda_gate": 0.0})
    world.law = initial_law(P).with_layer("rule", provision(0.25))
    world.refresh_policy()
    world.advance(12)
    assert [event.kind for event in world.events] == ["docketed", "withdrawn"]
    assert world.law.rule == provision(0.25)


@pytest.mark.parametrize(("covers", "expires"), [("friendly", -1), ("all", 20 + 24)])
def test_later_rules_have_a_sunset_where_it_covers_all(covers: str, expires: int) -> None:
    world = run(20, **{"policy.sunset_covers": covers})
    close = next(one for one in available_options(world) if one.name == "close")
    government.take_effect(world, close, "author", 19, True)
    assert world.law.rule is not None
    assert world.law.rule.expires == expires


def state(openness_: float, months: float = NEVER, after: float = 0.0) -> PolicyState:
    base = PolicyState(51, openness_, openness_, CAP, "author", "author", 0.75, 0.25, 0, 1, 0.0, 45, 0.0)
    return base._replace(lapse_months=months, lapse_openness=after)


@given(st.floats(0.0, 200.0), st.floats(0.0, 100.0))
def test_the_share_before_a_lapse_is_the_time_before_it(lapse_months: float, months: float) -> None:
    share = share_before_lapse(state(0.75, lapse_months), months)
    assert 0.0 <= share <= 1.0
    assert share * months == pytest.approx(min(lapse_months, months))
    assert share_before_lapse(state(0.75), months) == 1.0


STAND = Stand(0.75, 0.0, 0.0)
HOLD = Option("hold", 0, "hold", STAND, 0.75, CAP, "none", "DOL", 0.0, 0.0)
RENEW = Option("renew", 9, "loosen", STAND, 0.75, CAP, "rule", "DOL", 6.0, 0.0)


@pytest.mark.parametrize(("target", "renews"), [(0.9, True), (0.15, False)])
def test_who_wants_the_policy_renews_it_and_who_does_not_lets_it_lapse(target: float, renews: bool) -> None:
    party = PartyParameters().model_copy(update={"donors": 0.0, "credibility_cost": 0.0})
    near = state(0.75, 9.0, 0.5)
    hold, renewed = (move_utility(one, 0.5, target, near, False, 0.039, party) for one in (HOLD, RENEW))
    assert (renewed > hold) is renews
    assert move_cost(RENEW, 0, False, party) < move_cost(RENEW._replace(name="cap"), 0, False, party)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 96.0))
def test_holding_is_worth_the_time_before_and_after_the_lapse(target: float, after: float, months: float) -> None:
    """By hand: distance and donors at policy now until the sunset, at the lapsed policy for the rest of eight years."""
    party = PartyParameters().model_copy(update={"credibility_cost": 0.0, "donors": 0.1})
    found = move_utility(HOLD, 0.5, target, state(0.75, months, after), False, 0.039, party)
    early = months / 96.0
    loss = early * (0.75 - target) ** 2 + (1.0 - early) * (after - target) ** 2
    level = early * 0.75 + (1.0 - early) * after
    office = 0.5 * party.office_rent
    assert found == pytest.approx(office - party.policy_weight * loss + 0.1 * level)


def test_parties_know_when_policy_lapses_and_to_what() -> None:
    world = run(30)
    facts = government.policy_state(world, "opponent")
    assert (facts.lapse_months, facts.lapse_openness) == (EXPIRY - 30, 0.5)
    plain = government.policy_state(run(30, **{"policy.sunset_months": 0}), "opponent")
    assert plain.lapse_months == NEVER


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_holders_resent_a_lapse_by_the_declared_share(share: float) -> None:
    values = {"exposure.breadth": 0.5, "policy.lapse_blame": share}
    world = run(EXPIRY, **values)
    full = world.fork()
    government.pipeline(world)
    assert len(lapses(world)) == 1
    government.leave_grievance(full, 0.75, Stand(0.5, 0.0, 0.0), "author")
    grieved, whole = (one.electorate.column("grievance").astype(float) for one in (world, full))
    assert np.abs(whole).max() > 0.0
    np.testing.assert_allclose(grieved, share * whole, rtol=1e-5, atol=1e-9)


def test_lapse_is_a_restriction_without_an_attempt() -> None:
    world = run(48)
    months = world.record[30:]
    found = term_outcomes(months, world.events, 0.75, P.policy.before_theta)
    assert (found.lapsed, found.restricted, found.attempted, found.reversed) == (1, 1, 0, 0)
    assert (found.prohibited, found.closed, found.court, found.withdrawn) == (0, 0, 0, 0)
    assert found.restricted_layer == "base"
    assert found.months_to_restriction == EXPIRY - 30


def test_a_restriction_that_lapses_opens_and_is_no_lapse_of_the_friendly_kind() -> None:
    world = run(24)
    world.law = initial_law(P).with_layer("rule", provision(0.25, 24))
    world.refresh_policy()
    government.pipeline(world)
    (event,) = lapses(world)
    assert not event.restrictive
    assert openness(effective(world.law), CAP) == 0.5
    assert np.abs(world.electorate.column("grievance")).max() == 0.0
