"""The utility of a move against the equations D1 to D4 and J17 of the ODD, written here a second time."""

from __future__ import annotations

import random

import pytest
from scipy import stats

from political_moat.agents.party.decisions import move_utility
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.perception import Option, PolicyState, Stand

PARAMETERS = PartyParameters(
    agenda="cost",
    office_rent=1.5,
    policy_weight=0.7,
    donors=0.3,
    donors_per_stake=0.4,
    credibility_cost=0.2,
    agenda_cost=0.11,
    divided_cost=0.05,
    guidance_cost=0.01,
    rule_cost=0.03,
    statute_cost=0.13,
    resolution_cost=0.023,
    renewal_cost=0.017,
    horizon_years=6.0,
)
COSTS = {"guidance": 0.01, "enforcement": 0.01, "rule": 0.03, "statute": 0.13, "resolution": 0.023}
LEVEL_SD = 0.04


def expected_utility(option: Option, share: float, target: float, policy: PolicyState, live: bool) -> float:
    """Return D4 with the parameters above, in the notation of the ODD."""
    horizon = 72.0
    ends = min(horizon, policy.months_left) if option.instrument in ("guidance", "enforcement") else horizon
    life = 0.0 if option.instrument == "none" else (1.0 - option.risk) * max(0.0, ends - option.months) / horizon
    uncovered = (1.0 - life) * horizon
    before = 1.0 if not 0.0 <= policy.lapse_months < uncovered else policy.lapse_months / uncovered
    periods = (
        ((1.0 - life) * before, policy.openness),
        ((1.0 - life) * (1.0 - before), policy.lapse_openness),
        (life, option.stand.openness),
    )
    openness = sum(weight * position for weight, position in periods)
    distance = sum(weight * (position - target) ** 2 for weight, position in periods)
    cost = 0.0
    if option.instrument != "none":
        cost = 0.017 if option.name == "renew" else COSTS[option.instrument]
        cost += 0.05 * policy.hostile_chambers + (0.0 if live else 0.11)
    win = float(stats.norm.cdf((share + policy.incumbency_share - 0.5) / LEVEL_SD))
    donors = (0.3 + 0.4 * policy.pledges) * openness
    return 1.5 * win - 0.7 * distance + donors - cost - 0.2 * abs(openness - policy.own_platform)


def make_case(dice: random.Random) -> tuple[Option, PolicyState]:
    instrument = dice.choice(("none", *COSTS))
    name = dice.choice(("cap", "renew"))
    stand = Stand(dice.random(), 0.0, 0.0)
    months, risk = dice.uniform(0.0, 60.0), dice.choice((0.0, 0.11, 0.4))
    option = Option(name, 3, "restrict", stand, 0.5, 0.05, instrument, "DOL", months, risk)
    policy = PolicyState(
        month=51,
        openness=dice.random(),
        theta=0.75,
        kappa=0.05,
        in_office="opponent",
        own_role="opponent",
        own_platform=dice.random(),
        rival_platform=dice.random(),
        hostile_chambers=dice.choice((0, 1, 2)),
        terms_in_office=1,
        incumbency_share=0.02,
        months_left=dice.randrange(1, 48),
        pledges=dice.random(),
        lapse_months=dice.choice((-1.0, 6.0, 40.0)),
        lapse_openness=dice.random(),
    )
    return option, policy


@pytest.mark.parametrize("live", [False, True])
def test_under_agenda_competition_no_move_bears_an_agenda_cost(live: bool) -> None:
    dice = random.Random(31)
    contested = PARAMETERS.model_copy(update={"agenda": "competition"})
    for _ in range(50):
        option, policy = make_case(dice)
        utility = move_utility(option, 0.5, 0.2, policy, live, LEVEL_SD, contested)
        assert utility == pytest.approx(expected_utility(option, 0.5, 0.2, policy, live=True), abs=1e-12)


@pytest.mark.parametrize("live", [False, True])
def test_the_utility_of_a_move_is_that_of_the_equations(live: bool) -> None:
    dice = random.Random(29)
    for _ in range(400):
        option, policy = make_case(dice)
        share, target = 0.5 + 0.1 * dice.uniform(-1.0, 1.0), dice.random()
        utility = move_utility(option, share, target, policy, live, LEVEL_SD, PARAMETERS)
        assert utility == pytest.approx(expected_utility(option, share, target, policy, live), abs=1e-12)
