"""Bargaining over sunsets: what is due is put off with a declared probability if its side has something to trade."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from political_moat.agents.regulator.docket import Docket
from political_moat.model.elections.national_vote import Congress
from political_moat.model.parameters.institutions import InstitutionsParameters
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.pipeline import pipeline
from political_moat.model.policy.law import Provision
from political_moat.model.policy.legislature import MAJORITY, bargains
from political_moat.model.world import World

SUNSET = {"electorate.voters": 200, "policy.sunset_months": 24, "exposure.breadth": 0.5}
FRIENDLY_MONTH = 18
EXPIRY = FRIENDLY_MONTH + 24
SURE = {"institutions.sunset_bargain": 1.0}


def due(**values: Any) -> World:
    """Return a world of the author in the month in which the friendly policy expires."""
    world = World(Parameters().with_values({**SUNSET, **values}), seed=1)
    world.advance(EXPIRY)
    return world


def kinds(world: World) -> list[str]:
    return [event.kind for event in world.events]


@pytest.mark.parametrize("layer", ["rule", "statute"])
def test_a_bargain_puts_the_sunset_off_as_a_renewal_does(layer: str) -> None:
    world = due(**SURE, **{"policy.layer": layer})
    before = getattr(world.law, layer)
    pipeline(world)
    assert getattr(world.law, layer) == replace(before, expires=EXPIRY + 24)
    assert world.in_force is getattr(world.law, layer)
    (event,) = world.events
    assert (event.month, event.kind, event.role, event.instrument, event.restrictive) == (
        EXPIRY,
        "bargained",
        "author",
        layer,
        False,
    )
    assert np.abs(world.electorate.column("grievance")).max() == 0.0
    world.advance(25)
    assert kinds(world).count("bargained") == 2


def test_without_bargaining_the_sunset_takes_effect() -> None:
    world = due(**{"institutions.sunset_bargain": 0.0})
    pipeline(world)
    assert kinds(world) == ["lapsed"]


def test_a_renewal_of_the_same_provision_is_withdrawn_and_another_goes_on() -> None:
    for layer, left in (("rule", []), ("statute", ["renew"])):
        world = due(**SURE)
        renewal = next(one for one in available_options(world) if one.name == "renew")._replace(instrument=layer)
        world.docket = Docket(renewal, "author", EXPIRY - 3, 0, EXPIRY + 9.0, False)
        world.announced = renewal.stand
        pipeline(world)
        assert kinds(world) == ["bargained"] + ["withdrawn"] * (not left)
        assert ([] if world.docket is None else [world.docket.option.name]) == left
        assert (world.announced is None) == (not left)


def test_a_sunset_of_the_past_that_a_court_restored_runs_from_now() -> None:
    world = due(**SURE)
    world.law = world.law.with_layer("rule", Provision(0.75, 0.05, 0.0, 0.0, False, "author", 2, EXPIRY - 5))
    world.refresh_policy()
    pipeline(world)
    assert world.law.rule is not None
    assert world.law.rule.expires == EXPIRY + 24


def test_where_sunsets_have_been_abolished_a_bargain_is_for_good() -> None:
    world = due(**SURE)
    without = world.fork(world.parameters.with_values({"policy.sunset_months": 0}))
    pipeline(without)
    assert without.law.rule is not None
    assert without.law.rule.expires < 0


def test_the_opponent_bargains_for_its_own_provisions() -> None:
    """The author is in office with both chambers; the opponent's 47 senators can block a statute."""
    world = due(**SURE)
    strict = Provision(0.25, 0.05, 0.0, 0.0, False, "opponent", 20, EXPIRY)
    for senate, kind in ((0.53, "bargained"), (0.61, "lapsed")):
        arm = world.fork()
        arm.law, arm.congress = arm.law.with_layer("rule", strict), Congress(0.6, (senate,) * 3)
        arm.refresh_policy()
        pipeline(arm)
        assert (arm.events[-1].kind, arm.events[-1].role) == (kind, "opponent")


INSTITUTIONS = InstitutionsParameters()


@pytest.mark.parametrize("role", ["author", "opponent"])
@pytest.mark.parametrize(
    ("house", "senate", "threshold", "able"),
    [
        (0.51, 0.30, 0.6, True),
        (0.45, 0.51, 0.6, True),
        (0.45, 0.41, 0.6, True),
        (0.45, 0.40, 0.6, False),
        (0.45, 0.41, MAJORITY, False),
        (0.45, 0.34, 2 / 3, True),
    ],
)
def test_who_can_bargain_out_of_office(role: str, house: float, senate: float, threshold: float, able: bool) -> None:
    """House, Senate and what blocks a statute: 41 of 100 seats against three fifths, 34 against two thirds."""
    own = (house, senate) if role == "author" else (1.0 - house, 1.0 - senate)
    congress, rival = Congress(own[0], (own[1],) * 3), "opponent" if role == "author" else "author"
    assert bargains(congress, role, rival, threshold, INSTITUTIONS) is able
    assert bargains(congress, role, role, threshold, INSTITUTIONS), "in office"
    one = INSTITUTIONS.model_copy(update={"chambers": "unicameral"})
    assert bargains(congress, role, rival, threshold, one) is (house > 0.5)
    parliament = INSTITUTIONS.model_copy(update={"chambers": "parliamentary"})
    assert not bargains(congress, role, rival, threshold, parliament)
    assert bargains(congress, role, role, threshold, parliament)


def test_a_filibuster_is_worth_nothing_in_a_bargain_over_money() -> None:
    switches = ("policy.on_money", "institutions.reconciliation")
    for on, kind in ((True, "lapsed"), (False, "bargained")):
        world = due(**SURE, **dict.fromkeys(switches, on))
        world.in_office, world.congress = "opponent", Congress(0.45, (0.45,) * 3)
        pipeline(world)
        assert kinds(world) == [kind]
