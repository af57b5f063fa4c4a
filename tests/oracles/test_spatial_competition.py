"""Closed forms of spatial competition: Downs, Lindbeck and Weibull, and the pivotal group among holders and others.

The platforms, polls and decisions are the model's own, in a limit of their parameters. The closed forms need office as
the only motive (policy weight 0), choice without noise (a very large precision), and voters who differ only in the
variables of the formula.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from political_moat.agents.electorate import columns
from political_moat.agents.party.decisions import agenda_decision, platform_candidates, platform_decision
from political_moat.agents.perception import PolicyState, Stand
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.agenda import available_options
from political_moat.model.phases.polling import ask
from political_moat.model.policy.menu import NESTS
from political_moat.model.policy.public_facts import law_state, policy_state
from political_moat.model.world import World

Reals = npt.NDArray[np.float64]

OFFICE_ALONE = {
    "party.office_rent": 1.0,
    "party.policy_weight": 0.0,
    "party.choice_precision": 1e9,
    "party.credibility_cost": 0.0,
    "party.donors": 0.0,
    "party.agenda_cost": 0.0,
    "party.rival_value": 0.0,
    "polls.binary": False,
    "party.divided_cost": 0.0,
    "party.guidance_cost": 0.0,
    "party.rule_cost": 0.0,
    "party.statute_cost": 0.0,
}
ALIKE = {
    "electorate.voters": 2000,
    "polls.respondents": 2000,
    "electorate.partisanship_sd": 0.0,
    "voting.turnout_person_sd": 0.0,
    "voting.turnout_gap_weight": 0.0,
    "exposure.direct_owners": False,
}
ONE_TURNOUT = {
    f"electorate.turnout_presidential_{band}": 0.6 for band in ("18_29", "30_44", "45_64", "65p")
}  # fmt: skip


def tree(values: dict[str, Any]) -> Parameters:
    return Parameters().with_values({**OFFICE_ALONE, **ALIKE, **ONE_TURNOUT, **values})


def plain_state(world: World, role: str) -> PolicyState:
    """Return public facts without the advantage of office, which the closed forms here leave out."""
    return policy_state(world, role)._replace(incumbency_share=0.0)


def settle(world: World, platforms: dict[str, float], step: float, level_sd: float) -> dict[str, float]:
    """Let both parties respond to each other in turn, step by step, until neither moves."""
    now = dict(platforms)
    for _ in range(2000):
        before = dict(now)
        for role in ("author", "opponent"):
            candidates = platform_candidates(now[role], step)
            pairs = [
                tuple(Stand(candidate if one == role else now[one], 0.0, 0.0) for one in ("author", "opponent"))
                for candidate in candidates
            ]
            report = ask(world, role, [(author, opponent) for author, opponent in pairs])
            now[role] = platform_decision(
                candidates,
                report,
                plain_state(world, role),
                0.5,
                level_sd,
                world.parameters.party,
                [0.0] * len(candidates),
            )
        if now == before:
            return now
    raise AssertionError(f"the platforms {now} do not settle")


def with_ideals(world: World, ideals: Reals) -> World:
    world.electorate.dynamic[columns.IDEAL] = ideals
    return world


def bent(voters: int, power: float) -> Reals:
    """Return ideals u ** power: the further the power is from 1, the further the mean is from the median."""
    return np.asarray(((np.arange(voters) + 0.5) / voters) ** power)


STARTS = [{"author": 0.9, "opponent": 0.2}, {"author": 0.1, "opponent": 0.05}, {"author": 1.0, "opponent": 0.0}]


@pytest.mark.parametrize("power", [3.0, 0.4, 1.0])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("level_sd", [0.039, 0.5])
def test_downs_both_platforms_settle_at_the_voter_median(
    power: float, start: dict[str, float], level_sd: float
) -> None:
    """Voters decide without noise: the weight on the issue is so large that a step changes every vote it can change.

    Platforms move in steps, so the resting point is the median within one step.
    """
    step = 0.02
    world = World(tree({"voting.ideal_weight": 1e4, "opinion.salience_base": 1.0}), seed=3)
    with_ideals(world, bent(len(world.electorate), power))
    median = float(np.median(world.electorate.column("ideal")))
    if power != 1.0:
        assert abs(median - float(world.electorate.column("ideal").mean())) > 2.0 * step
    found = settle(world, start, step, level_sd)
    assert found == pytest.approx({"author": median, "opponent": median}, abs=step)


@pytest.mark.parametrize("start", STARTS)
def test_lindbeck_and_weibull_both_platforms_settle_at_the_responsive_mean(start: dict[str, float]) -> None:
    """Voters decide with noise: theta* = sum f s c / sum f s, f the logistic density at a voter's partisanship.

    Salience, ideal and partisanship differ between voters and are correlated, so that the plain mean, the median and
    the mean weighted by salience alone are different positions.
    """
    step = 0.005
    world = World(tree({"voting.ideal_weight": 0.5}), seed=3)
    voters = len(world.electorate)
    ideals = bent(voters, 2.0)
    partisanship = np.where(np.arange(voters) % 3 == 0, 3.0 * ideals, -3.0 * ideals)
    salience = 0.1 + 0.9 * np.sqrt(1.0 - ideals)
    with_ideals(world, ideals)
    world.electorate.fixed[columns.PARTISANSHIP] = partisanship
    world.electorate.dynamic[columns.SALIENCE] = salience
    weight = stats.logistic.pdf(partisanship) * salience
    expected = float(weight @ ideals / weight.sum())
    for other in (ideals.mean(), np.median(ideals), salience @ ideals / salience.sum()):
        assert abs(expected - float(other)) > 3.0 * step
    found = settle(world, start, step, 0.039)
    assert found == pytest.approx({"author": expected, "opponent": expected}, abs=step)


STAKE, FALL, SALE = 0.06, 0.3, 0.2


class Groups(NamedTuple):
    """Partisanship of those without a stake and of those with one, and the ideal of those without."""

    partisanship_n: float
    partisanship_e: float
    ideal_n: float


def two_groups() -> World:
    """Make an opposed government under the friendly policy. Group E would lose a stake; N has none and wants a ban."""
    world = World(
        tree(
            {
                "electorate.voters": 5000,
                "polls.respondents": 5000,
                "opinion.curvature": 1.0,
                "opinion.salience_threat": 0.0,
                "opinion.believed_price_fall": FALL,
                "opinion.believed_sale_loss": SALE,
                "voting.ideal_weight": 1.0,
            }
        ),
        seed=3,
    )
    world.take_friendly_policy()
    world.in_office = "opponent"
    world.electorate.fixed[columns.INCOME] = 50_000.0
    world.electorate.fixed[columns.BELIEF] = 1.0
    world.electorate.dynamic[columns.VISIBILITY] = 1.0
    return world


def expose(world: World, groups: Groups, holders: int) -> None:
    """Make the first `holders` voters group E: with a stake, and an ideal halfway between the two policies."""
    halfway = 0.5 * world.openness
    for row, inside, outside in (
        (columns.UNITS, STAKE * 50_000.0, 0.0),
        (columns.IDEAL, halfway, groups.ideal_n),
    ):
        world.electorate.dynamic[row] = outside
        world.electorate.dynamic[row, :holders] = inside
    world.electorate.fixed[columns.PARTISANSHIP] = groups.partisanship_n
    world.electorate.fixed[columns.PARTISANSHIP, :holders] = groups.partisanship_e


def holds(world: World, groups: Groups, holders: int) -> bool:
    """Return whether a government with office as its only motive holds the policy instead of prohibiting."""
    expose(world, groups, holders)
    options = [one for one in available_options(world) if one.name in ("hold", "prohibit")]
    author = Stand(world.openness, 0.0, 0.0)
    report = ask(world, "opponent", [(author, one.stand) for one in options])
    chosen = agenda_decision(
        options,
        report,
        plain_state(world, "opponent"),
        law_state(world),
        0.5,
        0.039,
        world.parameters.party,
        [0.0] * len(options),
        dict.fromkeys(NESTS, 0.0),
    )
    return options[chosen].name == "hold"


@pytest.mark.parametrize("groups", [Groups(0.0, 0.0, 0.2), Groups(1.2, -0.3, 0.3), Groups(-0.4, 1.5, 0.1)])
def test_an_office_seeker_holds_from_the_analytic_breadth_on(groups: Groups) -> None:
    """Hold iff b > f_N s_N D_N / (f_N s_N D_N + f_E k D_E): an analytic x50.

    s_N D_N is what N gains in logit from a ban, k D_E what E loses. The formula is the first order of both; the second
    is at most half of either (the logistic's density changes by less than 100% per logit), plus one voter.
    """
    world = two_groups()
    voters = len(world.electorate)
    salience, now = world.parameters.opinion.salience_base, world.openness
    gain_n = salience * ((now - groups.ideal_n) ** 2 - groups.ideal_n**2)
    loss_e = salience * world.vote_coefficients.loss_weight * 2.25 * STAKE * (FALL * now + SALE)
    f_n, f_e = stats.logistic.pdf([groups.partisanship_n, groups.partisanship_e])
    expected = f_n * gain_n / (f_n * gain_n + f_e * loss_e)
    assert 0.05 < expected < 0.95
    assert not holds(world, groups, 0)
    assert holds(world, groups, voters)
    low, high = 0, voters
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(world, groups, middle) else (middle, high)
    second_order = 0.5 * (gain_n + loss_e) * expected * (1.0 - expected)
    assert high / voters == pytest.approx(expected, abs=second_order + 1.0 / voters)
