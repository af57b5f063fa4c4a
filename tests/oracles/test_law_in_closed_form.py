"""Closed forms of the law: seats needed by a bill, rules final before a handover, and lapses by inaction."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from political_moat.agents.draws import Draws
from political_moat.agents.party.decisions import agenda_opens
from political_moat.agents.perception import Option, Stand
from political_moat.agents.regulator.docket import Docket
from political_moat.model.elections.lame_duck import hurry
from political_moat.model.elections.national_vote import UNIFIED_AUTHOR, Congress, ElectionResult
from political_moat.model.parameters.institutions import InstitutionsParameters
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.pipeline import open_docket, pipeline
from political_moat.model.policy.law import Provision, initial_law
from political_moat.model.policy.legislature import passes
from political_moat.model.world import World

COUNT = 1500


def error(probability: float) -> float:
    return math.sqrt(probability * (1.0 - probability) / COUNT)


@given(st.floats(0.0, 0.9), st.floats(0.51, 0.9), st.floats(0.0, 1.0))
def test_the_seats_a_statute_needs(crossing: float, threshold: float, senate: float) -> None:
    """s + c (1 - s) >= q, so s* = (q - c) / (1 - c): with c = .33 and q = .6 a bare 40% of the Senate."""
    needed = (threshold - crossing) / (1.0 - crossing)
    assume(abs(senate - needed) > 1e-6)
    institutions = InstitutionsParameters(opening_yes_share=crossing, floor_control=False)
    passed = passes(Congress(1.0, (senate,) * 3), "author", True, threshold, institutions)
    assert passed == (senate > needed)


@pytest.mark.parametrize(("opens", "needed"), [(True, (0.6 - 0.33) / 0.67), (False, (0.6 - 0.02) / 0.98)])
def test_the_seats_a_statute_needs_at_the_defaults(opens: bool, needed: float) -> None:
    institutions = InstitutionsParameters(floor_control=False)
    for own, passed in ((needed - 1e-4, False), (needed + 1e-4, True)):
        role = "author" if opens else "opponent"
        share = own if role == "author" else 1.0 - own
        congress = Congress(1.0 if role == "author" else 0.0, (share,) * 3)
        assert passes(congress, role, opens, institutions.senate_threshold, institutions) is passed


def base_world(**values: float) -> World:
    p = Parameters().with_values({"electorate.voters": 200, "regulator.slow_roll": 0.0, **values})
    world = World(p, seed=1)
    world.friendly_pending = False
    return world


@pytest.mark.parametrize("factor", [1.0, 0.5, 0.25])
def test_share_of_rules_in_their_last_stage_that_are_final_before_the_handover(factor: float) -> None:
    """The remaining time is exponential with mean 6 at any date, times the factor; one month is available for it."""
    world = base_world(**{"regulator.midnight_factor": factor, "regulator.suit_probability": 0.0})
    option = Option("loosen", 1, "loosen", Stand(0.75, 0.0, 0.0), 0.75, 0.05, "rule", "DOL", 18.0, 0.0)
    law, final = world.law, 0
    world.results.append(ElectionResult(46, True, 1.0, 1.0, 0.5, 0.0, 0.0, "opponent", UNIFIED_AUTHOR))
    for replicate in range(COUNT):
        left = -6.0 * math.log(Draws(19, replicate).uniform("time left"))
        world.law, world.month = law, 46
        world.events.clear()
        world.docket = Docket(option, "author", 20, 2, 46.0 + left, False)
        hurry(world)
        world.month = 47
        pipeline(world)
        final += any(event.kind == "enacted" for event in world.events)
    expected = 1.0 - math.exp(-1.0 / (factor * 6.0))
    assert abs(final / COUNT - expected) < 4.0 * error(expected)


def test_probability_that_a_government_that_always_renews_is_late() -> None:
    """P(lapse) = 1 - sum over the quarters j of q (1 - q)^j F(12 - 3 j), F the Erlang of the renewal's time.

    With q = .25 even an instant renewal would be late in (1 - q)^4 = .32 of cases: the agenda alone lets policy lapse.
    """
    world = base_world(
        **{"policy.sunset_months": 24, "institutions.sunset_bargain": 0.0, "regulator.suit_probability": 0.0}
    )
    p = world.parameters
    mean, stages, gate = p.regulator.rule_months * p.regulator.renewal_factor, p.regulator.rule_stages, 0.25
    assert p.party.agenda_gate == gate
    law = initial_law(p).with_layer("rule", Provision(0.75, p.policy.cap, 0.0, 0.0, False, "author", 36, 60))
    option = Option("renew", 9, "loosen", Stand(0.75, 0.0, 0.0), 0.75, 0.05, "rule", "DOL", mean, 0.0)
    late = 0
    for replicate in range(COUNT):
        world.draws = Draws(23, replicate)
        world.law, world.docket, world.month = law, None, 48
        world.events.clear()
        world.refresh_policy()
        while world.month <= 60:
            pipeline(world)
            opens = agenda_opens(world.draws.uniform("agenda author", 0, world.month), p.party)
            if world.month % 3 == 0 and world.month < 60 and world.docket is None and opens and not world.events:
                open_docket(world, option, False)
            world.month += 1
        late += any(event.kind == "lapsed" for event in world.events)
    in_time = sum(
        gate * (1.0 - gate) ** j * stats.gamma.cdf(12.0 - 3.0 * j, stages, scale=mean / stages) for j in range(4)
    )
    assert abs(late / COUNT - (1.0 - in_time)) < 4.0 * error(1.0 - in_time)
    assert 1.0 - in_time > (1.0 - gate) ** 4


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_share_of_sunsets_that_are_bargained_away(share: float) -> None:
    """One draw a sunset: a share q survives the first, q^2 the second, if the side that wants it can always bargain."""
    world = base_world(**{"policy.sunset_months": 24, "institutions.sunset_bargain": share})
    law = initial_law(world.parameters).with_layer("rule", Provision(0.75, 0.05, 0.0, 0.0, False, "author", 12, 36))
    survived = [0, 0]
    for replicate in range(COUNT):
        world.draws, world.law = Draws(29, replicate), law
        world.events.clear()
        for sunset, month in enumerate((36, 60)):
            world.month = month
            world.refresh_policy()
            pipeline(world)
            survived[sunset] += world.law.rule is not None
        kinds = [event.kind for event in world.events]
        assert kinds in (["lapsed"], ["bargained", "lapsed"], ["bargained", "bargained"])
    for sunset, count in enumerate(survived):
        expected = share ** (sunset + 1)
        assert abs(count / COUNT - expected) < 4.0 * error(expected)
