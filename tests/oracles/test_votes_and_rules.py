"""Closed forms: the vote without heterogeneity, the probability of winning, and the duration of a rule."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from political_moat.agents.draws import Draws
from political_moat.agents.electorate import columns
from political_moat.agents.electorate.voting.kernel import expected_votes
from political_moat.agents.party.decisions import win_probability
from political_moat.agents.perception import Option, Stand
from political_moat.agents.regulator.docket import expected_months, slow_roll_factor, stage_count, stage_months
from political_moat.model.economy.products import starting_prices
from political_moat.model.elections.national_vote import level_sd, valence_points
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.pipeline import open_docket, pipeline
from political_moat.model.world import World

ALIKE = World(Parameters().with_values({"electorate.voters": 1500, "voting.ideal_weight": 40.0}), seed=1)
ALIKE.electorate.fixed[columns.TURNOUT_PRESIDENTIAL] = 0.3


def share_of_r(partisanship: float, ideal: float, salience: float, r: float, d: float, shift: float) -> float:
    """Return the two-party share of R where all voters are equal and hold no stake."""
    electorate = ALIKE.electorate
    electorate.fixed[columns.PARTISANSHIP] = partisanship
    electorate.dynamic[columns.IDEAL] = ideal
    electorate.dynamic[columns.SALIENCE] = salience
    questions = np.array([[r, d, *[0.0] * 5]])
    row = columns.TURNOUT_PRESIDENTIAL
    blocks = (electorate.fixed, electorate.dynamic, 0, len(electorate))
    votes = expected_votes(*blocks, starting_prices(), 1.0, shift, 0.0, row, True, questions, ALIKE.vote_coefficients)[
        0
    ]
    return float(votes[0] / votes.sum())


UNIT = st.floats(0.0, 1.0, width=32)


@given(st.floats(-4.0, 4.0, width=32), UNIT, UNIT, UNIT, UNIT, st.floats(-1.0, 1.0))
def test_where_all_are_alike_the_vote_share_is_logistic(
    partisanship: float, ideal: float, salience: float, r: float, d: float, shift: float
) -> None:
    """Exact up to the order of 64-bit operations: the logit cancels numbers up to 40."""
    utility = partisanship + shift + salience * 40.0 * ((d - ideal) ** 2 - (r - ideal) ** 2)
    found = share_of_r(partisanship, ideal, salience, r, d, shift)
    assert found == pytest.approx(special.expit(utility), rel=1e-11, abs=1e-13)


def test_where_the_parties_have_the_same_stand_the_issue_has_no_effect() -> None:
    assert share_of_r(0.7, 0.2, 1.0, 0.4, 0.4, 0.0) == pytest.approx(special.expit(float(np.float32(0.7))), rel=1e-12)


@given(st.floats(0.0, 1.0), st.floats(1e-3, 0.5))
def test_the_probability_of_winning_is_the_normal_of_margin_over_sd(share: float, sd: float) -> None:
    expected = stats.norm.cdf((share - 0.5) / sd)
    assert win_probability(share, sd) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_without_a_level_shock_the_majority_wins() -> None:
    assert [win_probability(share, 0.0) for share in (0.4999, 0.5, 0.5001)] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("regime", ["record", "modern"])
@pytest.mark.parametrize("margin", [0.0, 1.5, -4.0])
def test_parties_expect_to_win_as_often_as_they_do_under_the_level_shock(regime: str, margin: float) -> None:
    """The shock's two parts, own and economic, add up to the level sd that P(win) uses; margins in points."""
    parameters = Parameters().with_values({"elections.regime": regime})
    count = 8000
    won = 0
    for replicate in range(count):
        draws = Draws(17, replicate)
        own = draws.normal("valence", 0, 46)
        won += margin + valence_points(own, draws.normal("stock year"), 1.0, True, parameters) > 0.0
    expected = win_probability(0.5 + 0.01 * margin, 0.01 * level_sd(parameters))
    assert abs(won / count - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / count)


START, END = 3, 48
PLAIN: dict[str, Any] = {"regulator.slow_roll": 0.0, "regulator.rule_months": 18.0, "regulator.rule_stages": 3}
RULES = Parameters().with_values({**PLAIN, "electorate.voters": 200})
DOCKETS = 20_000


def erlang(stages: int = 3, mean: float = 18.0) -> float:
    """Return P(a rule started in month 3 is final by month 48)."""
    return float(stats.gamma.cdf(END - START, stages, scale=mean / stages))


def durations(count: int, instrument: str = "rule", factor: float = 1.0) -> np.ndarray:
    regulator = RULES.regulator
    stages = stage_count(instrument, regulator)
    return np.array(
        [
            sum(stage_months(instrument, draw, factor, regulator) for draw in Draws(13, r).uniforms("docket", stages))
            for r in range(count)
        ]
    )


def errors(probability: float, count: int) -> float:
    return math.sqrt(probability * (1.0 - probability) / count)


def test_the_erlang_value_is_that_of_the_design() -> None:
    assert erlang() == pytest.approx(0.980, abs=5e-4)


def test_a_rule_takes_an_erlang_time() -> None:
    found = durations(DOCKETS)
    assert stats.kstest(found, "gamma", args=(3, 0.0, 6.0)).pvalue > 1e-4
    assert abs(found.mean() - 18.0) < 4.0 * math.sqrt(3.0) * 6.0 / math.sqrt(DOCKETS)
    done = float(np.mean(found <= END - START))
    assert abs(done - erlang()) < 4.0 * errors(erlang(), DOCKETS)


def test_a_monthly_hazard_would_finish_too_many_rules() -> None:
    """Compare with three stages of probability 1/6 a month, with and without a month between stages."""
    done = float(np.mean(durations(DOCKETS) <= END - START))
    months = np.arange(0, 200)
    stage = stats.geom.pmf(months, 1.0 / 6.0)
    apart = np.convolve(np.convolve(stage, stage), stage)[: END - START + 1].sum()
    early = np.append(stage[1:], 0.0)
    together = np.convolve(np.convolve(stage, early), early)[: END - START + 1].sum()
    for monthly in (apart, together):
        assert 0.986 <= round(float(monthly), 3) <= 0.991
        assert monthly - done > 5.0 * errors(erlang(), DOCKETS)


@pytest.mark.parametrize("disagreement", [0.0, 0.5])
def test_an_agency_that_disagrees_delays_the_rule(disagreement: float) -> None:
    regulator = RULES.regulator.model_copy(update={"slow_roll": 1.0})
    factor = slow_roll_factor(0.7, 0.7 - disagreement, regulator)
    assert factor == pytest.approx(1.0 + disagreement)
    found = durations(4000, factor=factor)
    expected = expected_months("rule", factor, regulator)
    assert expected == pytest.approx(18.0 * (1.0 + disagreement))
    assert abs(found.mean() - expected) < 4.0 * expected / math.sqrt(3.0 * 4000)


def test_guidance_takes_one_to_three_months_and_a_statute_an_exponential_time() -> None:
    guidance = durations(4000, "guidance")
    assert stats.kstest(guidance, "uniform", args=(1.0, 2.0)).pvalue > 1e-4
    statute = durations(4000, "statute")
    assert stats.kstest(statute, "expon", args=(0.0, RULES.regulator.statute_months)).pvalue > 1e-4


def test_the_share_of_dockets_in_force_by_month_48_is_the_erlang_probability() -> None:
    """The pipeline runs once a month and advances a rule through every stage that has ended: no month is lost."""
    count = 1500
    world = World(RULES, seed=1)
    law, stand = world.law, Stand(0.5, 0.0, 0.0)
    rule = Option("cap", 3, "restrict", stand, 0.5, 0.05, "rule", "DOL", 18.0, 0.1)
    done = 0
    for replicate in range(count):
        world.draws = Draws(13, replicate)
        world.law, world.docket, world.month = law, None, START
        world.friendly_pending = False
        world.events.clear()
        world.suits.clear()
        open_docket(world, rule, False)
        while world.month < END and world.docket is not None:
            world.month += 1
            pipeline(world)
        done += any(event.kind == "enacted" for event in world.events)
    assert abs(done / count - erlang()) < 4.0 * errors(erlang(), count)
