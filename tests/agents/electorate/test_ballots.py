"""Ballots of single voters: the same equations as the totals, exact probabilities, persistent tastes, the mirror."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from political_moat.agents.electorate.columns import DYNAMIC, TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL
from political_moat.agents.electorate.voting.ballots import ballots
from political_moat.agents.electorate.voting.kernel import expected_votes
from political_moat.model import data_collection as observe
from political_moat.model.data_collection import individual_votes, vote_probabilities
from political_moat.model.economy.products import starting_prices
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

HELD = Parameters().with_values({"electorate.voters": 2000, "exposure.breadth": 0.5, "exposure.visibility": 1.0})


def at_election(values: dict[str, Any], months: int = 23, seed: int = 4) -> World:
    world = World(HELD.with_values(values), seed=seed)
    world.advance(months)
    return world


@pytest.mark.parametrize("channel", [True, False])
@pytest.mark.parametrize("row", [TURNOUT_PRESIDENTIAL, TURNOUT_MIDTERM])
@pytest.mark.parametrize("incumbent", [1.0, -1.0])
def test_ballots_add_up_to_expected_votes(channel: bool, row: int, incumbent: float) -> None:
    world = at_election({})
    electorate = world.electorate
    electorate.dynamic[DYNAMIC.index("grievance")] = np.linspace(-0.5, 0.5, len(electorate), dtype=np.float32)
    for question in ([0.8, 0.1, 0.05, 0.4, 0.9, 0.3, 0.0], [0.5, 0.5, *[0.0] * 5], [0.0, 1.0, 0.7, 0.0, 0.3, 0.0, 1.0]):
        asked = np.array([question])
        common = (electorate.fixed, electorate.dynamic)
        rest = (1.3 * starting_prices(), incumbent, 0.1, 0.2, row, channel)
        panel: list[Any] = [*common, 0, len(electorate), *rest, asked, world.vote_coefficients]
        everybody: list[Any] = [*common, *rest, asked[0], world.vote_coefficients]
        totals = expected_votes(*panel)[0]
        utility, turnout = ballots(*everybody)
        choice = 1.0 / (1.0 + np.exp(-utility))
        assert np.sum(turnout * choice) == pytest.approx(totals[0], rel=1e-9)
        assert np.sum(turnout * (1.0 - choice)) == pytest.approx(totals[1], rel=1e-9)


@pytest.mark.parametrize("months", [23, 47])
@pytest.mark.parametrize("mirrored", [False, True])
def test_probabilities_are_those_of_the_election_just_held(months: int, mirrored: bool) -> None:
    world = at_election({"institutions.author": "D" if mirrored else "R"}, months)
    utility, turnout = vote_probabilities(world)
    r = float(np.sum(turnout / (1.0 + np.exp(-utility))))
    d = float(np.sum(turnout)) - r
    result = world.results[-1]
    own, rival = (d, r) if mirrored else (r, d)
    assert own == pytest.approx(result.author_votes, rel=1e-9)
    assert rival == pytest.approx(result.opponent_votes, rel=1e-9)


def test_ballots_are_drawn_only_right_after_an_election() -> None:
    world = World(HELD, seed=4)
    with pytest.raises(ValueError, match="none was held yet"):
        individual_votes(world)
    world.advance(24)
    with pytest.raises(ValueError, match="month 22"):
        individual_votes(world)


def test_draws_agree_with_the_probabilities() -> None:
    hits = 0
    worlds = [at_election({}, seed=seed) for seed in range(3)]
    for world in worlds:
        utility, turnout = vote_probabilities(world)
        votes = individual_votes(world)
        assert votes.dtype == np.int8
        assert set(votes.tolist()) == {-1, 0, 1}
        assert np.array_equal(votes, individual_votes(world))
        for share, drawn in ((turnout, votes != 0), (turnout / (1.0 + np.exp(-utility)), votes == 1)):
            noise = np.sqrt(np.sum(share * (1.0 - share)))
            hits += abs(np.sum(drawn) - np.sum(share)) < 3.5 * noise
    assert hits == 6


def test_mirrored_worlds_give_mirrored_ballots() -> None:
    for months in (23, 47):
        right, left = (individual_votes(at_election({"institutions.author": who}, months)) for who in ("R", "D"))
        assert np.array_equal(right, -left)


def repeated(turnout: float, vote: float, monkeypatch: pytest.MonkeyPatch) -> tuple[float, float]:
    """Share who do alike about going twice, and share of those voting twice who vote alike; opinions held still."""
    world = at_election({"voting.turnout_persistence": turnout, "voting.vote_persistence": vote})
    same = np.zeros(len(world.electorate)), np.full(len(world.electorate), 0.5)
    monkeypatch.setattr(observe, "vote_probabilities", lambda world: same)
    first = individual_votes(world)
    world.month += 24
    second = individual_votes(world)
    twice = (first != 0) & (second != 0)
    return float(np.mean((first == 0) == (second == 0))), float(np.mean(first[twice] == second[twice]))


def test_taste_lasts_as_long_as_the_parameter_says(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two even coins with normal correlation r agree with probability 1/2 + arcsin(r) / pi (Sheppard 1899).
    for both in ((0.0, 1.0), (0.5, 0.97), (0.97, 0.5), (1.0, 0.0)):
        assert repeated(*both, monkeypatch) == pytest.approx(0.5 + np.arcsin(both) / np.pi, abs=0.06)
