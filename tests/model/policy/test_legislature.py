"""Congress: what it passes for the party in office, by seats, votes across the aisle, floor and filibuster."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from political_moat.agents.regulator.docket import Docket
from political_moat.model.calendar import half_term
from political_moat.model.elections.national_vote import UNIFIED_AUTHOR, Congress
from political_moat.model.parameters.institutions import InstitutionsParameters
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases import pipeline as government
from political_moat.model.phases.agenda import available_options
from political_moat.model.policy.events import other
from political_moat.model.policy.legislature import MAJORITY, chambers_held, passage, passes
from political_moat.model.policy.menu import menu
from political_moat.model.policy.public_facts import unified
from political_moat.model.world import World

DEFAULT = InstitutionsParameters()
ROLES = ("author", "opponent")
SEATS = st.floats(0.0, 1.0)
CONGRESSES = st.builds(lambda house, senate: Congress(house, (senate, senate, senate)), SEATS, SEATS)
ALONE = {"opening_yes_share": 0.0, "restricting_yes_share": 0.0, "own_direction_yes_share": 0.0}
"""Nobody crosses the aisle."""
role_and_direction = st.tuples(st.sampled_from(ROLES), st.booleans())


def under(**values: Any) -> InstitutionsParameters:
    return DEFAULT.model_copy(update=values)


def mirrored(congress: Congress) -> Congress:
    house, (a, b, c) = congress
    return Congress(1.0 - house, (1.0 - a, 1.0 - b, 1.0 - c))


@given(CONGRESSES, role_and_direction)
def test_where_nobody_crosses_and_half_is_enough_a_bill_needs_unified_government(
    congress: Congress, bill: tuple[str, bool]
) -> None:
    role, opens = bill
    assert passes(congress, role, opens, MAJORITY, under(**ALONE)) == all(congress.controls(role))


@given(CONGRESSES, role_and_direction)
def test_what_passes_a_filibuster_passes_without_one(congress: Congress, bill: tuple[str, bool]) -> None:
    role, opens = bill
    found = passage(congress, role, DEFAULT)
    assert found.of("statute", opens) <= found.of("resolution", opens)
    assert found == passage(congress, role, under(senate_threshold=0.6))
    plain = passage(congress, role, under(senate_threshold=0.5))
    assert plain.of("statute", opens) == plain.of("resolution", opens) == found.of("resolution", opens)
    assert all(found.of(one, opens) for one in ("none", "rule", "guidance", "enforcement"))


@given(CONGRESSES, SEATS, role_and_direction, st.booleans())
def test_more_seats_never_lose_a_bill(congress: Congress, more: float, bill: tuple[str, bool], floor: bool) -> None:
    role, opens = bill
    towards = 1.0 if role == "author" else 0.0
    house = congress.house + more * (towards - congress.house)
    senate = congress.senate + more * (towards - congress.senate)
    stronger = Congress(house, (senate, senate, senate))
    institutions = under(floor_control=floor)
    before, after = (passes(one, role, opens, 0.6, institutions) for one in (congress, stronger))
    assert before <= after


@given(CONGRESSES, role_and_direction)
def test_congress_treats_both_parties_alike(congress: Congress, bill: tuple[str, bool]) -> None:
    """With equal shares across the aisle, turning seats, party and direction around changes nothing."""
    role, opens = bill
    assume(min(abs(congress.house - 0.5), abs(congress.senate - 0.5), abs(congress.senate - 0.6)) > 1e-6)
    assume(abs(congress.senate - 0.4) > 1e-6)
    rival = "opponent" if role == "author" else "author"
    for share in (0.0, 0.33):
        institutions = under(opening_yes_share=share, restricting_yes_share=share)
        for threshold in (0.5, 0.6):
            turned = passes(mirrored(congress), rival, not opens, threshold, institutions)
            assert passes(congress, role, opens, threshold, institutions) == turned


def test_a_hostile_chamber_keeps_what_it_opposes_off_the_floor_and_brings_up_what_it_wants() -> None:
    """House .45 for the author's president: a third of the rest would make a majority, had it a vote."""
    congress = Congress(0.45, (0.53, 0.53, 0.53))
    assert not passes(congress, "author", True, MAJORITY, DEFAULT)
    assert passes(congress, "author", True, MAJORITY, under(floor_control=False))
    assert passes(congress, "author", False, MAJORITY, DEFAULT), "the opponents' House votes for a restriction"
    assert not passes(congress, "author", False, MAJORITY, under(own_direction_yes_share=0.0))


def test_january_2025_passes_an_opening_statute_and_its_mirror_could_not_restrict() -> None:
    """A third of the other party lifts 53 senators over 60; almost nobody crosses for a restriction."""
    assert passage(UNIFIED_AUTHOR, "author", DEFAULT).opening_statute
    turned = passage(mirrored(UNIFIED_AUTHOR), "opponent", DEFAULT)
    assert not turned.restricting_statute
    assert turned.restricting_resolution
    assert passage(mirrored(UNIFIED_AUTHOR), "opponent", under(senate_threshold=0.5)).restricting_statute
    assert passage(Congress(0.4, (0.4, 0.4, 0.4)), "opponent", DEFAULT).restricting_statute, "60 of 100 is cloture"


@given(CONGRESSES, role_and_direction)
def test_a_single_chamber_asks_no_senate(congress: Congress, bill: tuple[str, bool]) -> None:
    role, opens = bill
    one = under(chambers="unicameral", **ALONE)
    assert passes(congress, role, opens, 0.6, one) == congress.controls(role)[0]
    assert chambers_held(congress, role, role, one) == [congress.controls(role)[0]]


@given(CONGRESSES, role_and_direction)
def test_a_parliament_passes_every_bill_of_its_government(congress: Congress, bill: tuple[str, bool]) -> None:
    role, opens = bill
    parliament = under(chambers="parliamentary")
    assert passage(congress, role, parliament).of("statute", opens)
    assert chambers_held(congress, role, role, parliament) == [True]
    assert chambers_held(congress, role, "somebody else", parliament) == [False]


@pytest.mark.parametrize(("chambers", "elections"), [("bicameral", 4), ("unicameral", 4), ("parliamentary", 2)])
def test_a_parliament_has_no_midterm_and_no_divided_government(chambers: str, elections: int) -> None:
    p = Parameters().with_values({"institutions.chambers": chambers, "electorate.voters": 300})
    world = World(p, seed=3)
    hostile = set()
    for _ in range(96):
        world.advance(1)
        hostile.add(government.policy_state(world, world.in_office).hostile_chambers)
    assert len(world.results) == elections
    assert half_term(p) == 96 // elections
    assert [result.presidential for result in world.results] == [elections == 2, True] * (elections // 2)
    if chambers == "parliamentary":
        assert hostile == {0}
        assert unified(world, world.in_office)
        assert not unified(world, other(world.in_office))
    assert max(hostile) <= {"bicameral": 2, "unicameral": 1, "parliamentary": 0}[chambers]


def with_bill(seats: float) -> World:
    """An opposed government whose bill to close a statute is about to ripen, at a seat share of its own."""
    p = Parameters().with_values({"policy.layer": "statute", "electorate.voters": 200})
    world = World(p, seed=1)
    world.advance(20)
    world.in_office = "opponent"
    strong = Congress(0.0, (0.0, 0.0, 0.0))
    bills = passage(strong, "opponent", p.institutions)
    options = menu(world.law, p, {"DOL": 0.5, "SEC": 0.5}, bills, 0.0)
    close = next(one for one in options if one.name == "close")
    assert close.instrument == "statute"
    world.congress = Congress(1.0 - seats, (1.0 - seats,) * 3)
    world.docket = Docket(close, "opponent", world.month, 0, float(world.month), True)
    government.pipeline(world)
    return world


@pytest.mark.parametrize(("seats", "kind", "openness"), [(0.55, "withdrawn", 0.75), (0.62, "enacted", 0.0)])
def test_a_bill_is_passed_by_the_congress_that_sits_when_it_ripens(seats: float, kind: str, openness: float) -> None:
    world = with_bill(seats)
    assert [event.kind for event in world.events] == [kind]
    assert world.openness == openness
    assert world.docket is None


@pytest.mark.parametrize(("threshold", "passed"), [(0.5, True), (0.6, False)])
def test_the_menu_of_the_world_knows_the_filibuster(threshold: float, passed: bool) -> None:
    p = Parameters().with_values({"policy.layer": "statute", "institutions.senate_threshold": threshold})
    world = World(p.with_values({"electorate.voters": 200}), seed=1)
    world.advance(20)
    world.in_office, world.congress = "opponent", Congress(0.45, (0.45, 0.45, 0.45))
    names = {option.name for option in available_options(world) if option.instrument == "statute"}
    assert (names == {"cap", "close", "prohibit", "loosen"}) == passed
    assert "loosen" in names, "the author's party votes for an opening"
    assert ("close" in names) == passed
