"""Symmetries: party labels have no effect, and beliefs about the price decide the sign of the effect."""

from __future__ import annotations

from typing import Any

import moat_arms as arms
import numpy as np
import pytest

from political_moat.agents.draws import draws_of
from political_moat.agents.perception import Stand
from political_moat.model.fast_forward import advance
from political_moat.model.phases.polling import ask

EXPOSED = {"exposure.breadth": 0.4, "exposure.allocation": 0.1, "exposure.skew": 0.4, "voting.asset_vote_effect": 4.0}


EVOLVING = {
    **EXPOSED,
    "exposure.evolves": True,
    "exposure.breadth": 0.1,
    "policy.friendly_month": 1,
    "employer.share_plans_offering_crypto_t0": 0.4,
    "adoption.annual_reallocation_rate": 0.5,
    "adoption.takeup_given_offer_optin": 0.5,
    "adoption.tdf_crypto_sleeve": 0.05,
    "product.target_date_sleeve_least_openness": 0.5,
}


@pytest.mark.parametrize("values", [EXPOSED, EVOLVING], ids=["assigned", "evolving"])
@pytest.mark.parametrize("replicate", range(6))
def test_the_mirror_world_has_the_same_history_with_the_labels_swapped(replicate: int, values: dict[str, Any]) -> None:
    world = arms.opposed_world(values, replicate)
    mirror = arms.opposed_world({**values, "institutions.author": "D"}, replicate)
    assert mirror.events == world.events
    discrete = [
        [(m.month, m.in_office, m.theta, m.kappa, m.closed, m.layer) for m in w.record] for w in (world, mirror)
    ]
    assert discrete[0] == discrete[1]
    assert [r.winner for r in mirror.results] == [r.winner for r in world.results]
    assert [r.author_share for r in mirror.results] == pytest.approx([r.author_share for r in world.results], abs=1e-5)
    assert mirror.party("author").label == "D"
    assert mirror.party("author").platform == pytest.approx(world.party("author").platform, abs=1e-5)
    assert np.allclose(mirror.electorate.column("partisanship"), -world.electorate.column("partisanship"), atol=1e-5)
    assert np.allclose(mirror.electorate.column("grievance"), -world.electorate.column("grievance"), atol=1e-5)
    for name in ("ideal", "salience", "blame", "units"):
        assert np.allclose(mirror.electorate.column(name), world.electorate.column(name), rtol=1e-5, atol=1e-5)


def _vote_cost_of_prohibition(belief: float, exposed: bool) -> float:
    """Return the points that the opponent loses in the panel if it supports prohibition."""
    values = {
        "voting.asset_vote_effect": 3.0,
        "opinion.believed_price_fall": belief,
        "opinion.believed_sale_loss": 0.0,
        "electorate.voters": 4000,
        "polls.respondents": 4000,
        "opinion.ownership_shift": 0.0,
        **({"exposure.breadth": 0.6} if exposed else {}),
    }
    past = arms.friendly_term(arms.tree(values), seed=11, replicate=0)
    hold = Stand(past.openness, 0.0, 0.0)
    report = ask(past, "opponent", [(hold, hold), (hold, Stand(0.0, 1.0, 0.0))])
    return 100.0 * (report.shares[0] - report.shares[1])


def test_holders_who_believe_that_a_restriction_raises_the_price_reward_it_less_than_others_punish_it() -> None:
    without = _vote_cost_of_prohibition(0.3, exposed=False)
    loss = _vote_cost_of_prohibition(0.3, exposed=True) - without
    gain = _vote_cost_of_prohibition(-0.3, exposed=True) - without
    assert loss > 0.2
    assert gain < -0.05
    assert abs(gain) < loss


@pytest.mark.statistical
def test_reversals_do_not_depend_on_who_is_exposed_where_exposure_is_unrelated_to_party() -> None:
    """Two assignments of the same dose give the same probability of reversal within three standard errors."""
    replicates = 250
    values = {"exposure.breadth": 0.3, "exposure.allocation": 0.1, "voting.asset_vote_effect": 3.0}
    outcomes = []
    for permuted in (False, True):
        hits = []
        for replicate in range(replicates):
            population = arms.build_population(arms.tree(values), draws_of(11, replicate))
            if permuted:
                eligible = population.column("eligible")[population.exposure_order] > 0.0
                order = np.random.default_rng(replicate).permutation
                head, tail = population.exposure_order[eligible], population.exposure_order[~eligible]
                population.exposure_order = np.concatenate([order(head), order(tail)])
            past = arms.friendly_term(arms.tree(values), 11, replicate, population)
            world = arms.takeover(past, "opponent", past)
            advance(world, arms.TERM)
            hits.append(arms.measure(world).reversed)
        outcomes.append(np.array(hits))
    difference = outcomes[1] - outcomes[0]
    assert abs(difference.mean()) <= 3.0 * max(difference.std(ddof=1) / np.sqrt(replicates), 1.0 / replicates)
