"""Congressional Review Act and midnight rules: what is made late can be voided, and is then salted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.perception import Option, Stand
from political_moat.agents.regulator.docket import Docket
from political_moat.model.elections.lame_duck import hurry, lame_duck
from political_moat.model.elections.national_vote import UNIFIED_AUTHOR, Congress, ElectionResult
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import pipeline as government
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.transition import transition
from political_moat.model.policy.law import (
    SALT,
    Law,
    Provision,
    effective,
    enact,
    initial_law,
    openness,
    salted,
    void_rule,
)
from political_moat.model.policy.lawsuit import Suit
from political_moat.model.policy.legislature import EVERYTHING, NOTHING
from political_moat.model.policy.menu import menu
from political_moat.model.policy.public_facts import law_state, review_open
from political_moat.model.world import World

P = Parameters().with_values({"electorate.voters": 200})
CAP = P.policy.cap
IDEALS = {"DOL": 0.5, "SEC": 0.5}
THETAS = st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0))
OPPONENTS = Congress(0.45, (0.45, 0.45, 0.45))


def rule(theta: float, role: str = "author", month: int = 44) -> Provision:
    return Provision(theta, CAP, 0.0, 0.0, False, role, month)


def ruled(theta: float, before: float | None = None, role: str = "author", month: int = 44) -> Law:
    """A law with a rule, and perhaps an earlier one that it replaced."""
    law = initial_law(P)
    if before is not None:
        law = law.with_layer("rule", rule(before, "opponent", 3))
    return law.with_layer("rule", rule(theta, role, month))


def options(law: Law, review: bool = True, passage: Any = EVERYTHING) -> dict[str, Option]:
    return {one.name: one for one in menu(law, P, IDEALS, passage, 0.0, review=review)}


def after_takeover(month_of_rule: int = 44, since: int = 0, **values: Any) -> World:
    """The opponent in office since month 48, the author's rule being of another month."""
    world = World(P.with_values(values), seed=1)
    world.law = ruled(0.75, month=month_of_rule)
    world.month, world.term_start, world.in_office, world.congress = 48 + since, 48, "opponent", OPPONENTS
    world.released, world.friendly_pending = True, False
    world.refresh_policy()
    return world


@pytest.mark.parametrize(("month", "open_"), [(18, False), (42, False), (43, True), (47, True)])
def test_only_rules_of_the_last_months_of_the_old_congress_are_looked_back_at(month: int, open_: bool) -> None:
    world = after_takeover(month)
    assert review_open(world) is open_
    assert law_state(world).review is open_
    assert ("disapprove" in {one.name for one in available_options(world)}) is open_


@pytest.mark.parametrize(("since", "open_"), [(0, True), (4, True), (5, False), (20, False)])
def test_the_window_closes_in_the_spring(since: int, open_: bool) -> None:
    assert review_open(after_takeover(since=since)) is open_


def test_nobody_reviews_its_own_rule_or_one_of_its_own_term_and_the_act_can_be_switched_off() -> None:
    assert not review_open(after_takeover(**{"institutions.review_act": False}))
    own = after_takeover()
    own.law = ruled(0.25, role="opponent")
    assert not review_open(own)
    later = after_takeover(month_of_rule=49, since=2)
    assert not review_open(later)


def test_a_resolution_needs_both_chambers_but_no_sixty_senators() -> None:
    world = after_takeover()
    assert "disapprove" in {one.name for one in available_options(world)}
    world.congress = Congress(0.45, (0.55, 0.55, 0.55))
    assert "disapprove" not in {one.name for one in available_options(world)}
    assert "disapprove" not in options(ruled(0.75), passage=NOTHING)


def test_voiding_brings_back_what_stood_before() -> None:
    assert effective(void_rule(ruled(0.75))).theta == P.policy.start_theta
    again = void_rule(ruled(0.75, before=0.25))
    assert again.rule == rule(0.25, "opponent", 3)
    assert again.former is None
    assert void_rule(initial_law(P)) == initial_law(P)


@pytest.mark.parametrize(("theta", "nest", "stand"), [(0.75, "restrict", 0.5), (0.25, "loosen", 0.5)])
def test_it_works_in_both_directions(theta: float, nest: str, stand: float) -> None:
    found = options(ruled(theta))["disapprove"]
    assert (found.nest, found.instrument, found.stand.openness, found.risk) == (nest, "resolution", stand, 0.0)
    span = P.regulator.resolution_soonest + P.regulator.resolution_latest
    assert found.months == pytest.approx(0.5 * span)
    assert found.months < P.regulator.rule_months


def test_voiding_a_ban_ends_its_forced_sale() -> None:
    ban = replace(rule(0.0, "opponent"), kappa=0.0, forced=1.0)
    law = initial_law(P).with_layer("rule", rule(0.75, month=18)).with_layer("rule", ban)
    found = options(law)["disapprove"].stand
    assert (found.openness, found.forced) == (0.75, 0.0)


@given(THETAS, THETAS, st.floats(0.0, 1.0))
def test_salt_lies_on_the_voided_rules_side(theta: float, before: float, level: float) -> None:
    law = void_rule(ruled(theta, before=before))
    if theta >= before:
        assert salted(law, level) == (level >= theta - SALT - 1e-9)
    else:
        assert salted(law, level) == (level <= theta + SALT + 1e-9)
    assert not salted(ruled(theta, before=before), level)


@given(THETAS, THETAS)
def test_salt_of_two_resolutions_adds_up(first: float, second: float) -> None:
    one = void_rule(ruled(first))
    both = void_rule(one.with_layer("rule", rule(second)))
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        assert salted(both, level) >= salted(one, level)
        assert salted(both, level) >= salted(void_rule(ruled(second)), level)


def test_after_salting_the_same_rule_takes_a_statute_and_the_statute_ends_the_salt() -> None:
    law = void_rule(ruled(1.0, before=0.75))
    loosen = options(law, review=False)["loosen"]
    assert (loosen.theta, loosen.instrument, loosen.risk) == (1.0, "statute", 0.0)
    assert "loosen" not in options(law, review=False, passage=NOTHING)
    assert options(law, review=False)["close"].instrument == "rule", "the other direction is free"
    authorised = enact(law, loosen, "author", 60)
    assert not salted(authorised, 1.0)
    assert openness(effective(authorised), CAP) == 1.0


def test_the_docket_of_a_world_voids_and_salts() -> None:
    world = after_takeover()
    world.suits.append(Suit(rule(0.75), initial_law(P), Stand(0.75, 0.0, 0.0), "author", 60.0, False))
    option = next(one for one in available_options(world) if one.name == "disapprove")
    government.open_docket(world, option, True)
    assert world.docket is not None
    assert 50.0 <= world.docket.due <= 51.0
    while world.docket is not None:
        world.month += 1
        government.pipeline(world)
    assert [(one.kind, one.role, one.restrictive) for one in world.events] == [
        ("docketed", "opponent", True),
        ("voided", "opponent", True),
    ]
    assert (world.openness, world.binding) == (0.5, "base")
    state = law_state(world)
    assert (state.salted, state.review) == (True, False)
    assert grieved(world) == 0.0, "nobody holds anything here"
    world.month = 60
    government.pipeline(world)
    assert world.suits == []
    assert world.openness == 0.5


def test_a_resolution_against_a_rule_that_a_court_struck_down_first_is_withdrawn_and_voids_nothing_else() -> None:
    world = after_takeover()
    world.law = ruled(0.75, before=0.25)
    world.refresh_policy()
    option = next(one for one in available_options(world) if one.name == "disapprove")
    government.open_docket(world, option, True)
    world.law = initial_law(P).with_layer("rule", rule(0.25, "opponent", 3))
    world.refresh_policy()
    world.month = 52
    government.pipeline(world)
    assert [one.kind for one in world.events] == ["docketed", "withdrawn"]
    assert world.openness == 0.25
    assert not law_state(world).salted


def grieved(world: World) -> float:
    return float(abs(world.electorate.column("grievance")).max())


def test_holders_resent_a_voided_rule_like_any_restriction() -> None:
    found = []
    for name in ("disapprove", "warn"):
        world = after_takeover(**{"exposure.breadth": 0.5})
        option = next(one for one in available_options(world) if one.name == name)
        government.take_effect(world, option, "opponent", 48, True)
        found.append(grieved(world))
    assert found[0] == pytest.approx(found[1])
    assert found[0] > 0.0


def lost_election(
    factor: float, due: float, instrument: str = "rule", winner: str = "opponent", **values: Any
) -> World:
    """Election night of month 46 with the author in office and an item in its last stage."""
    world = World(P.with_values({"regulator.midnight_factor": factor, **values}), seed=1)
    world.friendly_pending, world.month = False, 46
    stand = Stand(1.0, 0.0, 0.0)
    option = Option("loosen", 1, "loosen", stand, 1.0, CAP, instrument, "DOL", 18.0, 0.0)
    world.docket = Docket(option, "author", 30, 2 if instrument == "rule" else 0, due, False)
    world.results.append(ElectionResult(46, True, 1.0, 1.0, 0.5, 0.0, 0.0, winner, UNIFIED_AUTHOR))
    hurry(world)
    return world


@pytest.mark.parametrize(("factor", "due", "final"), [(0.5, 47.9, True), (0.5, 48.1, False), (1.0, 47.9, False),
                                                     (0.25, 49.9, True), (1.0, 46.9, True)])  # fmt: skip
def test_a_government_that_lost_hurries_its_rule(factor: float, due: float, final: bool) -> None:
    world = lost_election(factor, due)
    world.month = 47
    government.pipeline(world)
    assert any(one.kind == "enacted" for one in world.events) is final


def test_only_rules_and_only_losers_hurry() -> None:
    for kind, winner in (("statute", "opponent"), ("guidance", "opponent"), ("rule", "author")):
        world = lost_election(0.25, 50.0, kind, winner)
        assert world.docket is not None
        assert world.docket.due == 50.0
    world = lost_election(0.25, 50.0)
    assert world.docket is not None
    assert world.docket.due == 47.0


def test_the_lame_duck_ends_with_the_handover_and_later_stages_hurry_too() -> None:
    """A stage that begins after the election takes the same share of its time as one that was under way."""
    left = []
    for factor in (0.25, 1.0):
        world = lost_election(factor, 46.0, **{"regulator.rule_months": 240.0})
        assert world.docket is not None
        world.docket = world.docket._replace(stage=0)
        world.month = 47
        assert lame_duck(world)
        government.pipeline(world)
        assert world.docket is not None
        assert world.docket.stage == 1
        left.append(world.docket.due - 46.0)
        world.month = 48
        assert not lame_duck(world)
    assert left[0] == pytest.approx(0.25 * left[1])


def test_a_midnight_rule_falls_into_the_look_back_of_the_next_government() -> None:
    """Hurried over the line in month 47, in force at the handover, open to review by the winner."""
    world = lost_election(0.5, 47.5)
    world.released = True
    world.month = 47
    government.pipeline(world)
    world.month = 48
    world.elected_congress = OPPONENTS
    transition(world)
    assert world.in_office == "opponent"
    assert world.openness == 1.0
    assert review_open(world)
