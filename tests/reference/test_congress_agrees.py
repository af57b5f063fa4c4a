"""Reconciliation and bargaining agree with a count of members, by hand and in whole histories.

The plain reference counts members of chambers of 100 and shares no code with the legislature.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.model.elections.national_vote import Congress
from political_moat.model.parameters.institutions import InstitutionsParameters
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy.legislature import bargains, passage
from political_moat.model.world import World

MEMBERS = st.integers(0, 100)
CROSSING = Fraction(1, 4)
QUARTER = InstitutionsParameters(
    opening_yes_share=0.25, restricting_yes_share=0.25, own_direction_yes_share=0.25, floor_control=False
)
ROLES = st.sampled_from(["author", "opponent"])
CHAMBERS = st.sampled_from(["bicameral", "unicameral", "parliamentary"])


def chambers(role: str, house: int, senate: int) -> tuple[bool, bool]:
    """Return whether a party with these members of its own has the majority; of a tie, the author has."""
    needed = 50 if role == "author" else 51
    return house >= needed, senate >= needed


def plain_statute(role: str, house: int, senate: int, reconciled: bool, kind: str) -> bool:
    """Return whether a statute passes, by adding up the votes of all members."""
    votes = [own + CROSSING * (100 - own) for own in (house, senate)]
    tied = zip(votes, chambers(role, house, senate), strict=True)
    majority = [number > 50 or (number == 50 and holds) for number, holds in tied]
    if kind == "parliamentary":
        return True
    return majority[0] and (kind == "unicameral" or (majority[1] if reconciled else votes[1] >= 60))


def plain_bargain(role: str, in_office: str, house: int, senate: int, reconciled: bool, kind: str) -> bool:
    """Return whether a party has something to trade: an office, a chamber, or enough senators to block."""
    blocks = 41 if not reconciled else 51
    holds_house, holds_senate = chambers(role, house, senate)
    return {
        "parliamentary": role == in_office,
        "unicameral": role == in_office or holds_house,
        "bicameral": role == in_office or holds_house or holds_senate or senate >= blocks,
    }[kind]


def congress_of(role: str, house: int, senate: int) -> Congress:
    own = (house, senate) if role == "author" else (100 - house, 100 - senate)
    return Congress(own[0] / 100, (own[1] / 100,) * 3)


@given(ROLES, MEMBERS, MEMBERS, st.booleans(), CHAMBERS, st.booleans())
def test_a_statute_passes_by_the_count_of_votes(
    role: str, house: int, senate: int, reconciled: bool, kind: str, opens: bool
) -> None:
    bills = passage(congress_of(role, house, senate), role, QUARTER.model_copy(update={"chambers": kind}), reconciled)
    assert bills.of("statute", opens) is plain_statute(role, house, senate, reconciled, kind)


@given(ROLES, ROLES, MEMBERS, MEMBERS, st.booleans(), CHAMBERS)
def test_a_side_bargains_by_the_count_of_members(
    role: str, in_office: str, house: int, senate: int, reconciled: bool, kind: str
) -> None:
    institutions = QUARTER.model_copy(update={"chambers": kind})
    able = bargains(congress_of(role, house, senate), role, in_office, 0.5 if reconciled else 0.6, institutions)
    assert able is plain_bargain(role, in_office, house, senate, reconciled, kind)


BUSY: dict[str, Any] = {
    "electorate.voters": 300,
    "policy.layer": "statute",
    "policy.on_money": True,
    "policy.sunset_months": 24,
    "policy.sunset_covers": "all",
    "institutions.reconciliation": True,
    "institutions.senate_threshold": 0.55,
    "institutions.opening_yes_share": 0.0,
    "institutions.restricting_yes_share": 0.0,
    "institutions.own_direction_yes_share": 0.0,
    "institutions.sunset_bargain": 0.5,
    "regulator.statute_months": 4.0,
    "party.agenda_gate": 1.0,
    "party.agenda": "cost",
    "party.agenda_cost": -0.3,
}


@pytest.fixture(scope="module")
def histories() -> list[tuple[World, list[Congress]]]:
    """Return worlds after three terms, and the Congress that sat at each of their events."""
    worlds = []
    for replicate in range(6):
        world = World(Parameters().with_values(BUSY), seed=7, replicate=replicate)
        world.released = True
        sitting: list[Congress] = []
        for _ in range(144):
            world.advance(1)
            sitting += [world.congress] * (len(world.events) - len(sitting))
        worlds.append((world, sitting))
    return worlds


def test_no_calendar_year_has_two_uses_of_reconciliation(histories: list[tuple[World, list[Congress]]]) -> None:
    for world, _ in histories:
        uses = Counter(event.month // 12 for event in world.events if event.kind == "reconciled")
        assert set(uses.values()) == {1}
        assert uses


def test_each_statute_of_a_history_had_its_votes(histories: list[tuple[World, list[Congress]]]) -> None:
    """Nobody crosses here: a use of reconciliation had 50 to 54 votes of one party, any other statute 55 or more."""
    counted: Counter[str] = Counter()
    for world, sitting in histories:
        before = ""
        for event, congress in zip(world.events, sitting, strict=True):
            senate = congress.senate if event.role == "author" else 1.0 - congress.senate
            if event.instrument == "statute" and event.kind in ("enacted", "renewed"):
                way = "reconciled" if before == "reconciled" else "ordinary"
                counted[way] += 1
                assert (0.5 <= senate < 0.55) if way == "reconciled" else senate >= 0.55 - 1e-9
            before = event.kind
    assert min(counted["reconciled"], counted["ordinary"]) > 2


def test_sunsets_of_a_history_end_in_both_ways(histories: list[tuple[World, list[Congress]]]) -> None:
    kinds = Counter(event.kind for world, _ in histories for event in world.events)
    assert min(kinds["bargained"], kinds["lapsed"]) > 2
