"""Reconciliation: a statute on money passes with half of the Senate, once in a calendar year of one Congress."""

from __future__ import annotations

from typing import Any

import pytest

from political_moat.agents.regulator.docket import Docket, stage_count
from political_moat.model.elections.national_vote import Congress
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.pipeline import pipeline
from political_moat.model.policy.events import Event
from political_moat.model.policy.public_facts import reconciliation_open
from political_moat.model.world import World

ON_MONEY = {"policy.layer": "statute", "policy.on_money": True, "institutions.reconciliation": True}
BARE = Congress(0.45, (0.45, 0.45, 0.45))
"""The opponent holds both chambers with 55 of 100 seats, short of cloture."""
JANUARY = 60


def opposed(month: int = JANUARY, congress: Congress = BARE, **values: Any) -> World:
    """Return a world of the opponent under the author's statute, in a month of its term."""
    p = Parameters().with_values({"electorate.voters": 200, **ON_MONEY, **values})
    world = World(p, seed=1)
    world.advance(20)
    world.in_office, world.congress, world.month, world.released = "opponent", congress, month, True
    return world


def statutes(world: World) -> set[str]:
    return {option.name for option in available_options(world) if option.instrument == "statute"}


def ripen(world: World, name: str = "close") -> list[str]:
    """Let a statute of the opponent's menu ripen now; return the kinds of the events that follow."""
    known = len(world.events)
    option = next(one for one in available_options(world) if one.name == name)
    return ripened(world, option, known)


def ripened(world: World, option: Any, known: int) -> list[str]:
    last = stage_count(option.instrument, world.parameters.regulator) - 1
    world.docket = Docket(option, "opponent", world.month, last, float(world.month), True)
    pipeline(world)
    return [event.kind for event in world.events[known:]]


@pytest.mark.parametrize("off", ["policy.on_money", "institutions.reconciliation"])
def test_a_bare_majority_restricts_by_statute_only_with_both_switches(off: str) -> None:
    assert "close" in statutes(opposed())
    assert "close" not in statutes(opposed(**{off: False}))


@pytest.mark.parametrize(("senate", "opens"), [(0.5, False), (0.499, True), (0.45, True)])
def test_half_of_the_senate_is_needed_and_the_party_that_holds_it_settles_a_tie(senate: float, opens: bool) -> None:
    """An exact tie belongs to the author (V9), so the opponent needs a vote more."""
    world = opposed(congress=Congress(0.45, (senate,) * 3), **{"institutions.restricting_yes_share": 0.0})
    assert ("close" in statutes(world)) is opens


def test_a_hostile_house_stops_a_statute_on_money() -> None:
    assert "close" not in statutes(opposed(congress=Congress(0.55, (0.45,) * 3)))


def test_a_statute_with_enough_votes_for_cloture_uses_nothing_up() -> None:
    world = opposed(congress=Congress(0.3, (0.3,) * 3))
    assert ripen(world, "cap") == ["enacted"]
    assert reconciliation_open(world)


def test_the_second_statute_of_a_year_needs_the_ordinary_threshold() -> None:
    world = opposed()
    assert ripen(world, "cap") == ["reconciled", "enacted"]
    used = world.events[-2]
    assert used == world.events[-1]._replace(kind="reconciled")
    assert "close" not in statutes(world)
    world.month = JANUARY + 11
    assert not reconciliation_open(world)
    assert "close" not in statutes(world)
    world.month = JANUARY + 12
    assert ripen(world) == ["reconciled", "enacted"]


def test_a_bill_that_ripens_after_the_use_of_the_year_is_withdrawn() -> None:
    world = opposed()
    late = next(one for one in available_options(world) if one.name == "close")
    world.events.append(Event(JANUARY, "reconciled", "opponent", "cap", "statute", True))
    assert ripened(world, late, len(world.events)) == ["withdrawn"]
    assert world.announced is None
    assert world.openness == 0.75


def test_another_congress_of_the_same_year_has_a_use_of_its_own() -> None:
    """With terms of 30 months Congress is seated in July of some years."""
    world = opposed(75, **{"institutions.term_months": 30})
    world.events.append(Event(74, "reconciled", "author", "cap", "statute", True))
    assert reconciliation_open(world)
    world.events.append(Event(75, "reconciled", "opponent", "cap", "statute", True))
    assert not reconciliation_open(world)


def test_only_statutes_are_reconciled() -> None:
    world = opposed(**{"policy.layer": "rule"})
    assert ripen(world) == ["enacted"]
    assert reconciliation_open(world)


@pytest.mark.parametrize("chambers", ["unicameral", "parliamentary"])
def test_without_a_senate_the_switch_changes_nothing(chambers: str) -> None:
    worlds = [opposed(**{"institutions.chambers": chambers, "institutions.reconciliation": on}) for on in (True, False)]
    assert available_options(worlds[0]) == available_options(worlds[1])
    assert ripen(worlds[0]) == ["enacted"]
