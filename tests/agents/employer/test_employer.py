"""An employer's methods agree with the probabilities that the model computes for all employers at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from political_moat.agents.employer.decisions import addition_probabilities, opening
from political_moat.agents.employer.employer import Employer
from political_moat.model.economy.employers import offer_rate, peers_offering
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

EVOLVING = Parameters().with_values(
    {
        "electorate.voters": 300,
        "exposure.evolves": True,
        "employer.employers": 40,
        "employer.share_plans_offering_crypto_t0": 0.3,
        "employer.record_keeper_months": 24.0,
        "employer.further_options": 0.6,
        "employer.removal_crash": 0.2,
        "employer.removal_suit": 0.1,
    }
)


@pytest.fixture(scope="module")
def world() -> World:
    world = World(EVOLVING, seed=5)
    world.advance(10)
    return world


@pytest.mark.parametrize(("suit", "crash"), [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)])
def test_probabilities_of_additions_are_those_of_the_model(world: World, suit: float, crash: float) -> None:
    state, p = world.employers, EVOLVING.employer
    assert state is not None
    peers, rate = peers_offering(state, p), offer_rate(p)
    ready = (state.ready_since[state.record_keeper] >= 0).astype(float)
    offering = state.offering().astype(float)
    assert 0.0 < ready.mean() < 1.0
    assert 0.0 < offering.mean() < 1.0
    expected = addition_probabilities(rate, world.openness, peers, ready, offering, suit, crash, p)
    employers = world.agents_by_type[Employer]
    methods = [employer.addition_probability(rate, float(peers[employer.index]), suit, crash) for employer in employers]
    np.testing.assert_allclose(methods, expected, rtol=1e-12)
    for employer in employers:
        hazard = rate * employer.opening() * employer.imitation(float(peers[employer.index]))
        hazard *= math.exp(-p.suit_weight * suit - p.crash_weight * crash) * employer.ready
        hazard *= p.further_options if employer.offering else 1.0
        assert methods[employer.index] == pytest.approx(1.0 - math.exp(-hazard), rel=1e-9, abs=1e-15)


def test_removal_and_readiness_follow_the_document(world: World) -> None:
    employer = world.agents_by_type[Employer][3]
    assert employer.removal_probability() == 0.0
    assert employer.removal_probability(suit=1.0, crash=1.0) == pytest.approx(1.0 - 0.8 * 0.9)
    assert employer.readiness_probability() == pytest.approx(
        1.0 - math.exp(-opening(world.openness, EVOLVING.employer) / 24.0)
    )
