"""asset_vote_effect is read back from the simulated electorate: one holding moves the vote as declared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from political_moat.agents.electorate import columns
from political_moat.agents.electorate.electorate import Electorate
from political_moat.agents.electorate.opinion.kernel import opinion_month
from political_moat.agents.perception import Stand
from political_moat.model.diagnostics import PROHIBITION, utilities
from political_moat.model.economy.products import starting_prices
from political_moat.model.elections.questions import threat_of
from political_moat.model.elections.vote_effect import solve_vote_effect, touchable_share
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

ONES = starting_prices()
SETTLED_MONTHS = 240


def _settled(world: World, stake: float) -> Electorate:
    """Everybody holds `stake` years of income at a flat price, a rival stands for prohibition, opinion has settled."""
    electorate = world.electorate.fork()
    now = world.parameters.policy.friendly_theta
    electorate.dynamic[columns.UNITS] = stake * electorate.column("income")
    electorate.dynamic[columns.VISIBILITY] = 1.0 if stake > 0.0 else 0.0
    for _ in range(SETTLED_MONTHS):
        opinion_month(
            electorate.fixed,
            electorate.dynamic,
            starting_prices(),
            now,
            world.threat,
            0.0,
            now,
            0.0,
            0.0,
            world.opinion_coefficients,
        )
    return electorate


def _effect(values: dict[str, object]) -> tuple[float, float]:
    """Mean effect of the reference stake on P(vote for the protecting party) in points, and its Monte Carlo error."""
    p = Parameters().with_values({"electorate.voters": 20_000, "channels.retrospective": False, **values})
    world = World(p, seed=5)
    world.openness = p.policy.friendly_theta
    world.threat = threat_of((PROHIBITION,), world.openness, p.opinion)
    hold = Stand(world.openness, 0.0, 0.0)
    chances = []
    for stake in (p.voting.reference_stake, 0.0):
        utility, _ = utilities(world, _settled(world, stake), hold, PROHIBITION)
        chances.append(expit(utility))
    moved = 100.0 * (chances[0] - chances[1])
    return float(moved.mean()), float(moved.std(ddof=1) / np.sqrt(moved.size))


@pytest.mark.parametrize("points", [0.2, 1.0, 2.0, 6.0])
def test_one_holder_at_the_reference_stake_moves_the_declared_number_of_points(points: float) -> None:
    effect, error = _effect({"voting.asset_vote_effect": points})
    assert effect == pytest.approx(points, abs=3.0 * error)


@pytest.mark.parametrize(
    ("fall", "sale", "friendly"), [(0.3, 0.2, 0.75), (0.1, 0.05, 0.75), (0.6, 0.5, 0.75), (0.0, 0.2, 0.5)]
)
def test_the_effect_is_declared_for_any_belief_where_attention_follows_the_believed_loss(
    fall: float, sale: float, friendly: float
) -> None:
    values = {
        "opinion.threat_from": "believed-loss",
        "opinion.believed_price_fall": fall,
        "opinion.believed_sale_loss": sale,
        "policy.friendly_theta": friendly,
    }
    effect, error = _effect(values)
    assert effect == pytest.approx(1.0, abs=3.0 * error)


def test_the_central_beliefs_alarm_fully_and_give_the_same_weights() -> None:
    by_openness = Parameters()
    by_loss = by_openness.with_values({"opinion.threat_from": "believed-loss"})
    assert touchable_share(by_loss) == touchable_share(by_openness) == 1.0
    assert solve_vote_effect(by_loss) == solve_vote_effect(by_openness)


def test_a_holding_that_policy_cannot_touch_moves_the_vote_by_ownership_alone() -> None:
    values = {
        "opinion.threat_from": "believed-loss",
        "opinion.believed_price_fall": 0.0,
        "opinion.believed_sale_loss": 0.0,
    }
    assert _effect({**values, "opinion.ownership_shift": 0.0}) == (0.0, 0.0)
    effect, error = _effect(values)
    assert 3.0 * error < effect < 0.1


def test_the_declared_effect_is_the_same_in_the_mirror_world() -> None:
    effect, error = _effect({"institutions.author": "D"})
    assert effect == pytest.approx(1.0, abs=3.0 * error)


def test_a_declared_effect_of_zero_is_zero() -> None:
    assert _effect({"voting.asset_vote_effect": 0.0}) == (0.0, 0.0)


def test_the_loss_weight_rises_with_the_declared_effect_and_below_it_attention_is_scaled_down() -> None:
    trees = [Parameters().with_values({"voting.asset_vote_effect": points}) for points in (0.1, 1.0, 2.0, 4.0, 6.0)]
    effects = [solve_vote_effect(tree) for tree in trees]
    weights = [effect.loss_weight for effect in effects]
    assert weights == sorted(weights)
    assert weights[0] == 0.0
    assert 0.0 < effects[0].stake_scale < 1.0
    assert {effect.stake_scale for effect in effects[1:]} == {1.0}
