"""Logit choice: softmax and its limits, nests, and how many choices change under common Gumbel draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from political_moat.agents.draws import Draws, gumbel
from political_moat.agents.party.choice import choose, inclusive_value, probabilities, softmax

MENU = ("hold", "loosen", "warn", "cap", "close", "prohibit")
NESTS = ("hold", "loosen", "restrict", "restrict", "restrict", "restrict")
UTILITIES = (0.62, 0.30, 0.58, 0.55, 0.41, 0.36)
REPLICATES = 6000
VALUES = st.lists(st.floats(-300.0, 300.0), min_size=1, max_size=8)


def own_nests(count: int) -> list[str]:
    return [str(index) for index in range(count)]


def drawn(utilities: Sequence[float], nests: Sequence[str], precision: float, dissimilarity: float) -> np.ndarray:
    """Return the choices of REPLICATES independent governments; the draws do not depend on the utilities."""
    names = list(dict.fromkeys(nests))
    return np.array(
        [
            choose(utilities, nests, precision, dissimilarity, moves, dict(zip(names, tops, strict=False)))
            for moves, tops in tastes()
        ]
    )


@cache
def tastes() -> list[tuple[list[float], list[float]]]:
    """Return Gumbel draws of six moves and six nests, one pair of lists per government."""
    pairs = []
    for replicate in range(REPLICATES):
        draws = Draws(21, replicate)
        pairs.append(([gumbel(u) for u in draws.uniforms("choice", 6)], [gumbel(u) for u in draws.uniforms("nest", 6)]))
    return pairs


def four_errors(probability: float) -> float:
    return 4.0 * math.sqrt(probability * (1.0 - probability) / REPLICATES)


@given(VALUES)
def test_softmax_is_a_distribution_and_the_textbook_one(values: list[float]) -> None:
    shares = softmax(values)
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert shares == pytest.approx(special.softmax(values), rel=1e-12, abs=1e-300)


@given(VALUES, st.floats(-50.0, 50.0))
def test_only_differences_of_utility_matter(values: list[float], constant: float) -> None:
    moved = softmax([value + constant for value in values])
    assert moved == pytest.approx(softmax(values), rel=1e-9, abs=1e-12)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=8, unique=True))
def test_without_noise_the_best_move_is_chosen(values: list[int]) -> None:
    shares = probabilities([float(v) for v in values], own_nests(len(values)), 1e6, 1.0)
    assert shares[values.index(max(values))] == pytest.approx(1.0, abs=1e-12)
    tops = dict.fromkeys(own_nests(len(values)), 0.5)
    chosen = choose([float(v) for v in values], own_nests(len(values)), 1e6, 1.0, [-0.5] * len(values), tops)
    assert chosen == values.index(max(values))


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
def test_with_noise_alone_every_move_is_as_likely(values: list[float]) -> None:
    shares = probabilities(values, own_nests(len(values)), 0.0, 1.0)
    assert shares == pytest.approx([1.0 / len(values)] * len(values), abs=1e-12)


def test_with_noise_alone_a_nest_of_four_is_as_likely_as_one_move() -> None:
    assert probabilities(UTILITIES, NESTS, 0.0, 0.5) == pytest.approx([1 / 3, 1 / 3] + [1 / 12] * 4, abs=1e-12)


@pytest.mark.parametrize("precision", [0.0, 1.0, 8.0])
@pytest.mark.parametrize(("nests", "dissimilarity"), [(NESTS, 0.5), (NESTS, 1.0), (own_nests(6), 1.0)])
def test_frequencies_are_the_probabilities(precision: float, nests: Sequence[str], dissimilarity: float) -> None:
    exact = probabilities(UTILITIES, nests, precision, dissimilarity)
    counts = np.bincount(drawn(UTILITIES, nests, precision, dissimilarity), minlength=len(MENU))
    assert stats.chisquare(counts, np.array(exact) * REPLICATES).pvalue > 1e-4
    for share, probability in zip(counts / REPLICATES, exact, strict=True):
        assert abs(share - probability) <= four_errors(probability)


def test_with_one_move_a_nest_the_nested_logit_is_the_plain_logit() -> None:
    plain = softmax([8.0 * u for u in UTILITIES])
    assert probabilities(UTILITIES, own_nests(6), 8.0, 1.0) == pytest.approx(plain, rel=1e-12)


@settings(max_examples=50)
@given(VALUES, st.floats(0.05, 1.0), st.integers(1, 5))
def test_copies_of_a_move_do_not_raise_the_value_of_its_nest(values: list[float], share: float, copies: int) -> None:
    assert inclusive_value(values * copies, share) == pytest.approx(inclusive_value(values, share), abs=1e-9)


def test_a_nest_of_copies_is_as_likely_as_the_move_alone() -> None:
    alone = probabilities([0.6, 0.5], ["hold", "restrict"], 8.0, 0.5)
    copied = probabilities([0.6, 0.5, 0.5, 0.5], ["hold", "restrict", "restrict", "restrict"], 8.0, 0.5)
    assert copied[0] == pytest.approx(alone[0], rel=1e-12)
    assert sum(copied[1:]) == pytest.approx(alone[1], rel=1e-12)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=6), st.floats(0.05, 1.0))
def test_a_nest_is_worth_between_its_mean_and_its_best(values: list[float], dissimilarity: float) -> None:
    worth = inclusive_value(values, dissimilarity)
    assert sum(values) / len(values) - 1e-9 <= worth <= max(values) + 1e-9


def inverse_cdf(shares: Sequence[float]) -> np.ndarray:
    """Return choices by inverse CDF, the alternative coupling: one uniform draw per government."""
    uniforms = np.array([Draws(21, replicate).uniform("inverse") for replicate in range(REPLICATES)])
    return np.minimum(np.searchsorted(np.cumsum(shares), uniforms), len(shares) - 1)


def total_variation(first: Sequence[float], second: Sequence[float]) -> float:
    return 0.5 * sum(abs(a - b) for a, b in zip(first, second, strict=True))


CHANGED = [
    (0.62, 0.30, 0.50, 0.47, 0.33, 0.28),
    (0.62, 0.30, 0.58, 0.55, 0.30, 0.20),
    (0.75, 0.30, 0.58, 0.55, 0.41, 0.36),
]


@pytest.mark.parametrize("other", CHANGED)
@pytest.mark.parametrize(("nests", "dissimilarity"), [(NESTS, 0.5), (own_nests(6), 1.0)])
def test_common_draws_change_few_choices(other: tuple[float, ...], nests: Sequence[str], dissimilarity: float) -> None:
    """At least the total variation must change, whatever the draws; common Gumbel draws change at most twice that."""
    distance = total_variation(
        probabilities(UTILITIES, nests, 8.0, dissimilarity), probabilities(other, nests, 8.0, dissimilarity)
    )
    before, after = (drawn(u, nests, 8.0, dissimilarity) for u in (UTILITIES, other))
    changed = float(np.mean(before != after))
    assert distance - four_errors(distance) <= changed <= 2.0 * distance + four_errors(2.0 * distance)


def test_one_uniform_a_government_would_change_more_choices_than_common_gumbel_draws() -> None:
    """Moving weight from the first move to the last shifts every move between them under the inverse CDF."""
    before = (0.5, 0.4, 0.4, 0.4, 0.4, 0.4)
    after = (0.4, 0.4, 0.4, 0.4, 0.4, 0.5)
    nests = own_nests(6)
    shares = [probabilities(u, nests, 8.0, 1.0) for u in (before, after)]
    distance = total_variation(*shares)
    gumbels = float(np.mean(drawn(before, nests, 8.0, 1.0) != drawn(after, nests, 8.0, 1.0)))
    uniforms = float(np.mean(inverse_cdf(shares[0]) != inverse_cdf(shares[1])))
    assert gumbels <= 2.0 * distance + four_errors(2.0 * distance)
    assert uniforms > gumbels + four_errors(gumbels) + four_errors(uniforms)
    assert uniforms > 1.5 * gumbels


def test_a_better_move_is_never_dropped_under_common_draws() -> None:
    """Raising one move's utility sends choices to it and from none to another (plain logit)."""
    nests = own_nests(6)
    raised = (*UTILITIES[:3], UTILITIES[3] + 0.2, *UTILITIES[4:])
    before, after = drawn(UTILITIES, nests, 8.0, 1.0), drawn(raised, nests, 8.0, 1.0)
    assert set(after[before != after]) == {3}
