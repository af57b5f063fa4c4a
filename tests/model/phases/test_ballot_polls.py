"""Polls whose respondents name one party or none: noise between questions, the mirror, shared moods, an empty poll."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from political_moat.agents.electorate.columns import TURNOUT_PRESIDENTIAL
from political_moat.agents.electorate.voting.ballots import ballots
from political_moat.agents.electorate.voting.kernel import expected_votes
from political_moat.agents.perception import Stand
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.polling import ask, poll_moods, question_rows
from political_moat.model.world import World

BINARY = {"polls.binary": True, "electorate.voters": 1000, "exposure.breadth": 0.3}
HOLD, PROHIBIT, CLOSE = Stand(0.75, 0.0, 0.0), Stand(0.0, 1.0, 0.0), Stand(0.25, 0.0, 0.0)


def world_of(values: dict[str, Any] | None = None, months: int = 5, seed: int = 6) -> World:
    world = World(Parameters().with_values(BINARY | (values or {})), seed=seed)
    world.advance(months)
    return world


def asked_of(world: World, count: int) -> tuple[tuple[Any, ...], np.ndarray[Any, Any], Any]:
    """Arguments of a vote on holding and on prohibition against a rival who closes: panel, questions, coefficients."""
    panel = (world.electorate.fixed, world.electorate.dynamic, 0, count)
    rest = (world.product_prices, world.incumbent_sign, 0.0, world.threat, TURNOUT_PRESIDENTIAL, True)
    questions = np.array(question_rows(world, [(HOLD, CLOSE), (PROHIBIT, CLOSE)], world.openness))
    return (*panel, *rest), questions, world.vote_coefficients


def probabilities(world: World) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Turnout and choice of R by voter, at both questions; shape (2, voters)."""
    (fixed, dynamic, _, _, *rest), questions, c = asked_of(world, 1000)
    utilities, turnouts = zip(*[ballots(fixed, dynamic, *rest, row, c) for row in questions], strict=True)
    return np.array(turnouts), expit(np.array(utilities))


def test_shares_differ_between_moves_by_the_noise_of_respondents_who_change_sides() -> None:
    """Votes of one respondent at two questions share two uniforms, so the noise of their difference is in closed form.

    With a = min of both turnouts and b = min of both choices, E[xy] of two votes for R is a * b; likewise for D.
    """
    world = world_of({"exposure.breadth": 1.0, "exposure.visibility": 1.0})
    panel, questions, c = asked_of(world, 1000)
    turnout, choice = probabilities(world)
    draw = np.random.default_rng(1)
    votes = np.array([expected_votes(*panel, questions, c, logit(draw.random((2, 1000)))) for _ in range(2000)])
    expected = expected_votes(*panel, questions, c)
    errors = votes.std(axis=0, ddof=1) / math.sqrt(len(votes))
    assert np.all(np.abs(votes.mean(axis=0) - expected) < 4.0 * errors)

    for_r = turnout * choice
    both_r = turnout.min(axis=0) * choice.min(axis=0)
    variance = np.sum(for_r[0] + for_r[1] - 2.0 * both_r - (for_r[0] - for_r[1]) ** 2)
    difference = votes[:, 0, 0] - votes[:, 1, 0]
    # The relative error of a standard deviation of normal draws is 1 / sqrt(2 n).
    assert difference.std(ddof=1) == pytest.approx(math.sqrt(variance), rel=4.0 / math.sqrt(2 * len(votes)))

    # Sharing moods is what makes it small: with moods of their own the answers would differ by several times as much.
    shares = votes[:, :, 0] / votes.sum(axis=2)
    between = np.std(shares[:, 0] - shares[:, 1], ddof=1)
    unshared = np.std(shares[:-1, 0] - shares[1:, 1], ddof=1)
    assert 0.0 < between < 0.5 * unshared


def test_counts_are_those_of_respondents_who_name_a_party() -> None:
    world = world_of()
    panel, questions, c = asked_of(world, 1000)
    moods = poll_moods(world, 1000)
    votes = expected_votes(*panel, questions, c, moods)
    turnout, choice = probabilities(world)
    goes, for_r = moods[0] < logit(turnout), moods[1] < logit(choice)
    assert votes.tolist() == [[np.sum(g & r), np.sum(g & ~r)] for g, r in zip(goes, for_r, strict=True)]
    report = ask(world, "author", [(HOLD, CLOSE), (PROHIBIT, CLOSE)])
    assert report.shares == tuple((votes[:, 0] / votes.sum(axis=1)).tolist())


def test_both_parties_and_all_arms_meet_the_same_moods() -> None:
    worlds = [world_of({"exposure.breadth": breadth}) for breadth in (0.0, 0.3)]
    moods = [poll_moods(world, 1000) for world in worlds]
    assert moods[0] is moods[1]
    pairs = [(HOLD, CLOSE), (PROHIBIT, CLOSE)]
    reports = [ask(worlds[0], role, pairs).shares for role in ("author", "opponent")]
    assert [own + rival for own, rival in zip(*reports, strict=True)] == pytest.approx([1.0, 1.0])
    worlds[0].advance(1)
    assert not np.array_equal(poll_moods(worlds[0], 1000), moods[0])


def test_the_mirror_world_gives_mirrored_answers() -> None:
    right, left = (world_of({"institutions.author": author}) for author in ("R", "D"))
    pairs = [(HOLD, CLOSE), (PROHIBIT, CLOSE), (HOLD, PROHIBIT)]
    for role in ("author", "opponent"):
        assert ask(right, role, pairs).shares == ask(left, role, pairs).shares


def test_a_poll_in_which_nobody_names_a_party_is_a_tie() -> None:
    world = world_of()
    for row in ("turnout_presidential", "turnout_midterm"):
        world.electorate.fixed = world.electorate.fixed.copy()
        world.electorate.column(row)[:] = -60.0
    assert ask(world, "author", [(HOLD, CLOSE), (PROHIBIT, CLOSE)]).shares == (0.5, 0.5)


def test_one_respondent_gives_one_ballot() -> None:
    world = world_of({"polls.respondents": 1})
    assert set(ask(world, "author", [(HOLD, CLOSE)] * 3).shares) in ({0.0}, {0.5}, {1.0})
