"""Elections: incumbency, the level shock, the two chambers, the college, and the record that comes out of history."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.draws import Draws
from political_moat.model.elections.national_vote import (
    UNIFIED_AUTHOR,
    Congress,
    college_winner,
    incumbency_points,
    level_sd,
    next_congress,
    seat_share,
    valence_points,
)
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

RECORD = Parameters().with_values({"electorate.voters": 300})
MODERN = RECORD.with_values({"elections.regime": "modern"})
REGIMES = {"record": RECORD, "modern": MODERN}
SHARES = st.floats(0.0, 1.0)
COUNT = 6000


def test_office_helps_after_one_term_and_hurts_after_more() -> None:
    assert incumbency_points(1, RECORD) == RECORD.elections.incumbent_running_bonus > 0.0
    assert incumbency_points(2, RECORD) == incumbency_points(5, RECORD) == RECORD.elections.duration_penalty < 0.0


def test_the_modern_regime_halves_the_effects_and_has_its_own_level_sd() -> None:
    for terms in (1, 2, 3):
        assert incumbency_points(terms, MODERN) == 0.5 * incumbency_points(terms, RECORD)
    assert (level_sd(RECORD), level_sd(MODERN)) == (3.9, 2.25)


def shocks(parameters: Parameters, presidential: bool, incumbent: float = 1.0) -> np.ndarray:
    found = []
    for replicate in range(COUNT):
        draws = Draws(4, replicate)
        year = draws.normal("stock year of this test")
        found.append(valence_points(draws.normal("valence", 0, 46), year, incumbent, presidential, parameters))
    return np.array(found)


@pytest.mark.parametrize("regime", REGIMES)
def test_the_two_parts_of_the_level_shock_add_up_to_its_sd(regime: str) -> None:
    found, sd = shocks(REGIMES[regime], True), level_sd(REGIMES[regime])
    assert abs(found.mean()) < 4.0 * sd / math.sqrt(COUNT)
    assert abs(found.std() / sd - 1.0) < 4.0 / math.sqrt(2.0 * COUNT)


def test_a_midterm_swings_less_and_knows_no_economy() -> None:
    sd = level_sd(RECORD) * RECORD.elections.midterm_sd_factor
    found = shocks(RECORD, False)
    assert abs(found.std() / sd - 1.0) < 4.0 / math.sqrt(2.0 * COUNT)
    assert found.tolist() == shocks(RECORD, False, -1.0).tolist()


def test_a_good_year_is_credited_to_the_party_in_office() -> None:
    in_office, out = (valence_points(0.3, 2.0, sign, True, RECORD) for sign in (1.0, -1.0))
    assert in_office - out == pytest.approx(4.0 * RECORD.elections.economy_sd)


def test_level_shocks_of_successive_elections_are_independent() -> None:
    pairs = np.array([[Draws(4, r).normal("valence", 0, month) for month in (46, 94)] for r in range(COUNT)])
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4.0 / math.sqrt(COUNT)


@given(SHARES, st.floats(0.5, 5.0))
def test_seats_follow_votes_and_half_the_votes_are_half_the_seats(share: float, slope: float) -> None:
    assert seat_share(0.5, slope) == 0.5
    assert 0.0 <= seat_share(share, slope) <= 1.0
    assert (seat_share(share, slope) - 0.5) * (share - 0.5) >= 0.0
    assert seat_share(share, slope) + seat_share(1.0 - share, slope) == pytest.approx(1.0, abs=1e-12)


@given(SHARES, st.integers(0, 40))
def test_the_house_is_elected_whole_and_one_class_of_the_senate(share: float, term: int) -> None:
    month = 22 + 24 * term
    before = Congress(0.3, (0.2, 0.4, 0.6))
    after = next_congress(before, month, share, RECORD)
    assert after.house == seat_share(share, RECORD.elections.house_responsiveness)
    seated = seat_share(share, RECORD.elections.senate_responsiveness)
    same = [old == new for old, new in zip(before.senate_classes, after.senate_classes, strict=True)]
    assert sum(same) >= 2
    assert seated in after.senate_classes


def test_every_class_of_the_senate_stands_every_six_years() -> None:
    congress = Congress(0.0, (0.0, 0.0, 0.0))
    for term in range(3):
        congress = next_congress(congress, 22 + 24 * term, 0.6, RECORD)
    assert congress.senate_classes == (seat_share(0.6, RECORD.elections.senate_responsiveness),) * 3
    assert congress.senate == pytest.approx(congress.senate_classes[0])


@given(SHARES, st.tuples(SHARES, SHARES, SHARES))
def test_one_party_or_the_other_controls_each_chamber(house: float, classes: tuple[float, float, float]) -> None:
    congress = Congress(house, classes)
    author, opponent = congress.controls("author"), congress.controls("opponent")
    assert all(a != o for a, o in zip(author, opponent, strict=True))


@given(SHARES.filter(lambda x: x != 0.5), st.tuples(SHARES, SHARES, SHARES))
def test_a_mirrored_congress_is_controlled_by_the_other_party(
    house: float, classes: tuple[float, float, float]
) -> None:
    congress = Congress(house, classes)
    mirrored = Congress(1.0 - house, (1.0 - classes[0], 1.0 - classes[1], 1.0 - classes[2]))
    if abs(congress.senate - 0.5) < 1e-12 or abs(house - 0.5) < 1e-12:
        return
    assert mirrored.controls("author") == congress.controls("opponent")


def test_the_author_starts_with_both_chambers() -> None:
    assert UNIFIED_AUTHOR.controls("author") == (True, True)


def test_the_college_turns_close_votes_alone_and_evenly() -> None:
    close = [college_winner(0.502, Draws(4, r).normal("college", 0, 46), RECORD) for r in range(COUNT)]
    lost = close.count("opponent") / COUNT
    expected = 0.5 * math.erfc(0.2 / RECORD.elections.college_bias_sd / math.sqrt(2.0))
    assert abs(lost - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / COUNT)
    assert {college_winner(0.55, Draws(4, r).normal("college", 0, 46), RECORD) for r in range(500)} == {"author"}
    fair = RECORD.with_values({"elections.college_bias_sd": 0.0})
    assert college_winner(0.5000001, 2.0, fair) == "author"
    assert college_winner(0.4999999, 2.0, fair) == "opponent"
    biased = RECORD.with_values({"elections.college_bias_sd": 0.0, "elections.college_bias": 1.0})
    assert college_winner(0.491, -2.0, biased) == "author"


def test_elections_are_held_in_november_of_even_years_and_winners_wait_two_months() -> None:
    world = World(RECORD, seed=2)
    world.advance(48 * 6)
    assert [result.month for result in world.results] == [22 + 24 * i for i in range(12)]
    assert [result.presidential for result in world.results] == [False, True] * 6
    office = {month.month: month.in_office for month in world.record}
    for result in world.results[1::2]:
        assert office[result.month + 1] == office[result.month]
        if result.month + 2 in office:
            assert office[result.month + 2] == result.winner


class History(NamedTuple):
    """Presidential elections of one replicate: swings in points, and (terms in office, whether it was lost)."""

    swings: np.ndarray
    ends: list[tuple[int, bool]]


def history(parameters: Parameters, replicate: int, terms: int = 12) -> History:
    world = World(parameters, 41, replicate)
    world.released = True
    world.advance(parameters.institutions.term_months * terms)
    held = [result for result in world.results if result.presidential]
    ends, holder, count = [], "author", 1
    for result in held:
        ends.append((count, result.winner != holder))
        holder, count = (holder, count + 1) if result.winner == holder else (result.winner, 1)
    return History(100.0 * np.diff([result.author_share for result in held]), ends)


def clustered(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Ratio of sums over replicates and its standard error, replicates being independent (delta method)."""
    ratio = values.sum() / weights.sum()
    residual = values - ratio * weights
    return float(ratio), float(math.sqrt((residual**2).sum()) / weights.sum())


TARGETS: dict[str, dict[str, Any]] = {
    "record": {"swing": 7.0, "one": 0.29, "more": 0.81},
    "modern": {"swing": 3.9, "one": 0.32, "more": 0.78},
}


@pytest.mark.statistical
@pytest.mark.parametrize("regime", TARGETS)
def test_history_swings_and_turns_over_as_the_record_does(regime: str) -> None:
    """40 replicates of 12 terms against the design's values, within three Monte Carlo standard errors."""
    histories = [history(REGIMES[regime], replicate) for replicate in range(40)]
    squares = np.array([(one.swings**2).sum() for one in histories])
    variance, error = clustered(squares, np.array([float(one.swings.size) for one in histories]))
    swing, swing_error = math.sqrt(variance), error / (2.0 * math.sqrt(variance))
    assert abs(swing - TARGETS[regime]["swing"]) < 3.0 * swing_error, (swing, swing_error)
    for name, first in (("one", True), ("more", False)):
        lost = np.array([float(sum(gone for n, gone in one.ends if (n == 1) == first)) for one in histories])
        faced = np.array([float(sum(1 for n, _ in one.ends if (n == 1) == first)) for one in histories])
        share, error = clustered(lost, faced)
        assert abs(share - TARGETS[regime][name]) < 3.0 * error, (name, share, error)
