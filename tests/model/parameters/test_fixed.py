"""Which parameters are fixed when a world is built: the list against what month 0 is made of, and the docstring."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from political_moat.agents.draws import draws_of
from political_moat.model.build import build_state
from political_moat.model.parameters.fixed import FIXED, may_change, refuse_fixed
from political_moat.model.parameters.tree import Described, ParameterError, Parameters, describe, parameter_names
from political_moat.model.world import World

BASES = (
    {"exposure.breadth": 0.3, "network.kind": "small-world", "exposure.skew": 0.3},
    {"exposure.breadth": 0.3, "exposure.evolves": True, "people.ageing": True, "network.kind": "blocks"},
)
STARTING_VALUES = {
    "exposure.evolves": "a fork may switch it on; employers are made then",
    "people.retirement_age": "decides each month who contributes",
    "opinion.salience_base": "salience returns to it every month",
    "voting.turnout_gap_weight": "acts at every election",
    "policy.friendly_theta": "the friendly policy may still lie ahead, and parties judge policies by it",
    "policy.before_theta": "terms of `close`; outcomes are measured against it",
    "policy.cap": "largest share of the friendly policy, the measure of openness",
    "regulator.career_ideal": "staff pull every new head towards it",
    "regulator.confirmation_soonest": "acts at every change of office",
    "regulator.confirmation_latest": "acts at every change of office",
}
"""Parameters that both set a value of month 0 and act later: these may change."""


def others(row: Described, p: Parameters) -> list[Any]:
    """Return values of a parameter near its present one."""
    value = row.value
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        near = [value * 1.05 if value else 0.01, value + 1, value - 1, value * 0.95, value + 2, value - 2]
        return [type(value)(each) for each in near if row.known.minimum <= each <= row.known.maximum]
    group, _, leaf = row.name.partition(".")
    annotation = type(getattr(p, group)).model_fields[leaf].annotation
    return list(getattr(annotation, "__args__", ()))


def people_and_offices(p: Parameters) -> tuple[Any, ...]:
    """Return everything of month 0 that a fork cannot make anew."""
    world = build_state(p, draws_of(1, 0))
    electorate, network, people = world.electorate, world.network, world.people
    columns = (electorate.fixed.tobytes(), electorate.dynamic.tobytes(), electorate.exposure_order.tobytes())
    offices = [str(dataclasses.astuple(each)) for each in (*world.parties.values(), *world.agencies.values())]
    ties = None if network is None else (network.starts.tobytes(), network.neighbours.tobytes())
    ageing = None if people is None else (people.places.tobytes(), people.scores.tobytes(), people.lean_shift)
    start = (electorate.logit_per_point, world.citizens_per_voter, world.sign, str(world.law))
    return columns, offices, ties, ageing, start


def test_every_parameter_that_makes_month_0_is_fixed_unless_it_also_acts_later() -> None:
    acting = set()
    for base in BASES:
        p = Parameters().with_values({"electorate.voters": 200, **base})
        start = people_and_offices(p)
        for row in describe(p):
            for value in others(row, p):
                if value == row.value:
                    continue
                try:
                    changed = p.with_values({row.name: value})
                    acting |= {row.name} if people_and_offices(changed) != start else set()
                except ParameterError:
                    continue
                break
    assert acting - set(FIXED) == set(STARTING_VALUES)
    assert not set(FIXED) & set(STARTING_VALUES)


def test_a_fork_names_all_fixed_parameters_that_differ_in_one_line() -> None:
    p = Parameters().with_values({"electorate.voters": 200})
    world = World(p, seed=1)
    world.advance(3)
    with pytest.raises(ParameterError) as caught:
        world.fork(p.with_values({"exposure.breadth": 0.2, "network.kind": "blocks", "party.office_rent": 2.0}))
    assert str(caught.value) == (
        "exposure.breadth, network.kind cannot change at a fork: fixed when a world is built "
        "(World.fork lists what may change)"
    )
    assert world.fork(p.with_values({"party.office_rent": 2.0})).parameters.party.office_rent == 2.0


def test_blind_polls_cannot_begin_later_but_can_end() -> None:
    p = Parameters()
    blind = p.with_values({"polls.blind": True})
    with pytest.raises(ParameterError, match=r"polls\.blind cannot be switched on at a fork"):
        refuse_fixed(p, blind, "at a fork")
    refuse_fixed(blind, p, "at a fork")


def test_the_docstring_of_fork_lists_what_may_change() -> None:
    text = " ".join(str(World.fork.__doc__).split())
    assert f"What may change: {may_change()}" in text
    assert set(FIXED) <= set(parameter_names())
