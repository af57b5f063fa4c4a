"""Scores by hand on three cases; the bootstrap of groups against its closed form."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from political_moat.experiments.statistics.forecast_scores import (
    bootstrap_by_group,
    brier,
    case_briers,
    case_log_scores,
    log_score,
)
from political_moat.experiments.statistics.ratios import ratio

P, Y = [0.8, 0.5, 0.1], [1, 0, 1]


def test_scores_are_those_computed_by_hand() -> None:
    assert case_log_scores(P, Y).tolist() == pytest.approx([-math.log(0.8), math.log(2.0), math.log(10.0)])
    assert case_briers(P, Y).tolist() == pytest.approx([0.04, 0.25, 0.81])
    assert log_score(P, Y) == pytest.approx((0.22314355 + 0.69314718 + 2.30258509) / 3.0, abs=1e-8)
    assert brier(P, Y) == pytest.approx(1.10 / 3.0)


def test_certain_forecasts_are_clipped() -> None:
    assert case_log_scores([0.0, 1.0, 0.001, 1.0], [1, 0, 1, 1]).tolist() == pytest.approx(
        [-math.log(0.005), -math.log(0.005), -math.log(0.005), -math.log(0.995)]
    )
    assert case_briers([0.0, 1.0], [1, 1]).tolist() == pytest.approx([0.995**2, 0.005**2])


def test_the_true_probability_scores_best() -> None:
    y = [1] * 30 + [0] * 70
    for score in (log_score, brier):
        scores = {p: score([p] * 100, y) for p in (0.1, 0.2, 0.29, 0.3, 0.31, 0.5)}
        assert min(scores, key=lambda p: scores[p]) == 0.3
    assert log_score([0.5] * 100, y) == pytest.approx(math.log(2.0))


def test_the_order_of_the_cases_changes_no_bit() -> None:
    source = random.Random(3)
    cases = [(source.random(), source.randrange(2), f"group {source.randrange(6)}") for _ in range(200)]
    p, y, groups = zip(*cases, strict=True)
    source.shuffle(cases)
    q, z, others = zip(*cases, strict=True)
    assert (log_score(p, y), brier(p, y)) == (log_score(q, z), brier(q, z))
    assert bootstrap_by_group(case_briers(p, y), groups, 1) == bootstrap_by_group(case_briers(q, z), others, 1)


def test_groups_of_one_size_have_the_error_of_a_mean_of_group_means() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=(12, 4)) + rng.normal(size=(12, 1))
    groups = [f"group {number}" for number in range(12) for _ in range(4)]
    means = values.mean(axis=1)
    # Resampled means have variance (1 / G) x (population variance of the G means); 10,000 draws: error .7%.
    closed = means.std(ddof=0) / math.sqrt(12.0)
    assert bootstrap_by_group(values.ravel(), groups, 1) == pytest.approx(closed, rel=0.03)


def test_groups_of_unlike_sizes_weigh_by_their_cases() -> None:
    rng = np.random.default_rng(6)
    sizes = rng.integers(8, 13, size=60)
    effects = rng.normal(size=60)
    values = np.repeat(effects, sizes) + 0.1 * rng.normal(size=sizes.sum())
    groups = np.repeat([f"group {number}" for number in range(60)], sizes).tolist()
    sums = [values[np.array(groups) == f"group {number}"].sum() for number in range(60)]
    _, linearised = ratio(sums, sizes)
    assert bootstrap_by_group(values, groups, 1) == pytest.approx(linearised, rel=0.05)


def test_cases_of_one_group_are_no_independent_evidence() -> None:
    values = [0.0] * 20 + [1.0] * 20
    in_two = bootstrap_by_group(values, ["first"] * 20 + ["second"] * 20, 1)
    each = bootstrap_by_group(values, [str(number) for number in range(40)], 1)
    assert in_two == pytest.approx(math.sqrt(0.125), rel=0.03)
    assert each == pytest.approx(0.5 / math.sqrt(40.0), rel=0.03)


def test_a_seed_gives_the_error_and_another_seed_another() -> None:
    values, groups = [0.3, 0.1, 0.9, 0.4], ["a", "a", "b", "c"]
    errors = {seed: bootstrap_by_group(values, groups, seed) for seed in (1, 2)}
    assert bootstrap_by_group(values, groups, 1) == errors[1] != errors[2]


def test_a_paired_difference_of_equal_scores_has_no_error_and_one_group_has_none_to_give() -> None:
    scores = case_log_scores(P, Y)
    assert bootstrap_by_group(scores - scores, ["a", "b", "c"], 1) == 0.0
    assert math.isnan(bootstrap_by_group(scores, ["a", "a", "a"], 1))


def test_what_is_no_forecast_is_refused() -> None:
    for p, y, message in (
        ([0.5], [1, 0], "a probability and an outcome for each case"),
        ([], [], "a probability and an outcome for each case"),
        ([1.1], [1], "probabilities lie in"),
        ([math.nan], [1], "probabilities lie in"),
        ([0.5], [0.5], "outcomes are 0 or 1"),
        ([0.5], [math.nan], "outcomes are 0 or 1"),
    ):
        for score in (log_score, brier, case_log_scores, case_briers):
            with pytest.raises(ValueError, match=message):
                score(p, y)
    with pytest.raises(ValueError, match="a value for each of 1 groups"):
        bootstrap_by_group([1.0, 2.0], ["a"], 1)
