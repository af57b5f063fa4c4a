"""Tests, bootstrap and bands keep their promises, and the verdict follows the rule declared before any run."""

from __future__ import annotations

import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, norm
from statsmodels.stats.multitest import multipletests

from political_moat.experiments.statistics.intervals import (
    PairedDifference,
    paired_mean_difference,
    paired_risk_difference,
    tango,
)
from political_moat.experiments.statistics.paired_tests import (
    Band,
    Verdict,
    equivalence,
    holm,
    max_t_band,
    risk_ratio,
    smallest_dose_reaching,
    verdict,
)

cells = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda counts: sum(counts) > 0)


def pairs(both: int, gained: int, lost: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the treated and the control outcomes with these cell counts."""
    treated = np.repeat([1, 1, 0, 0], [both, gained, lost, neither])
    control = np.repeat([1, 0, 1, 0], [both, gained, lost, neither])
    return treated, control


def difference(both: int, gained: int, lost: int, neither: int, level: float = 0.95) -> PairedDifference:
    return paired_risk_difference(*pairs(both, gained, lost, neither), level=level)


def test_the_risk_ratio_bootstrap_equals_resampling_whole_pairs() -> None:
    treated, control = pairs(150, 10, 60, 405)
    ratio = risk_ratio(treated, control, rng=np.random.default_rng(1))
    plain = bootstrap(
        (treated, control),
        lambda first, second, axis: first.sum(axis=axis) / second.sum(axis=axis),
        n_resamples=2000,
        paired=True,
        method="percentile",
        random_state=np.random.default_rng(2),
    ).confidence_interval
    assert ratio.estimate == pytest.approx(160 / 210)
    assert (ratio.low, ratio.high) == pytest.approx((plain.low, plain.high), abs=0.01)
    # Delta method for the ratio of paired proportions (Nam & Blackwelder 2002).
    assert ratio.monte_carlo_error == pytest.approx(160 / 210 * math.sqrt((10 + 60) / (160 * 210)), rel=0.06)


def test_a_ratio_to_an_event_that_never_happens_is_not_a_number() -> None:
    assert all(math.isnan(value) for value in risk_ratio([1, 0, 1], [0, 0, 0]))


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_holm_agrees_with_statsmodels(p_values: list[float]) -> None:
    with mock.patch("gc.collect"):  # statsmodels searches for garbage at every call
        assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


@settings(max_examples=60, deadline=None)
@given(cells, st.sampled_from([0.02, 0.05, 0.1, 0.3]), st.sampled_from([0.025, 0.05, 0.1]))
def test_equivalence_by_tests_is_equivalence_by_interval(
    counts: tuple[int, int, int, int], margin: float, alpha: float
) -> None:
    found = equivalence(difference(*counts), margin, alpha)
    assert found.equivalent == (found.interval.low > -margin and found.interval.high < margin)


def test_equivalence_reproduces_the_published_example() -> None:
    # Tango (1998): 44 lens wearers, 43 with both systems and 1 with the old one only, margin .10: Z = 1.709, p = .044.
    found = equivalence(difference(43, 0, 1, 0), 0.10)
    assert round(found.p_value, 3) == 0.044
    assert found.equivalent


def test_no_effect_needs_replicates_not_just_a_small_estimate() -> None:
    assert not equivalence(difference(4, 1, 1, 4)).equivalent
    assert equivalence(difference(400, 10, 10, 400)).equivalent


def doses(n: int = 400, seed: int = 5) -> np.ndarray:
    """Return nested paired differences: a case saved by a small dose is saved by a larger one."""
    uniforms = np.random.default_rng(seed).random((n, 1))
    return -(uniforms < np.array([[0.02, 0.06, 0.12, 0.2]])).astype(float)


def test_the_simultaneous_band_contains_the_pointwise_intervals() -> None:
    differences = doses()
    band = max_t_band(differences, rng=np.random.default_rng(1))
    for dose, (low, high) in enumerate(zip(band.low, band.high, strict=True)):
        pointwise = tango(0, int(-differences[:, dose].sum()), len(differences))
        assert low < pointwise.low < band.estimates[dose] < pointwise.high < high
    assert 1.96 < band.critical_value < norm.ppf(1 - 0.025 / 4) + 0.3


def test_equal_doses_cost_nothing_and_a_dose_without_any_change_keeps_a_width() -> None:
    copies = np.repeat(doses()[:, -1:], 5, axis=1)
    assert max_t_band(copies).critical_value == pytest.approx(1.95996, abs=1e-4)
    silent = max_t_band(np.zeros((100, 3)))
    assert (silent.low < 0.0).all()
    assert (silent.high > 0.0).all()


def test_the_band_covers_the_whole_curve_as_often_as_it_promises() -> None:
    truth = -np.array([0.02, 0.06, 0.12, 0.2])
    covered = []
    for seed in range(150):
        band = max_t_band(doses(seed=seed), rng=np.random.default_rng(seed))
        covered.append(bool(((band.low <= truth) & (truth <= band.high)).all()))
    assert np.mean(covered) >= 0.95 - 3 * 0.018


def test_the_band_refuses_what_is_not_a_paired_binary_difference() -> None:
    with pytest.raises(ValueError, match="replicate x dose"):
        max_t_band(np.full((10, 2), 0.5))


def flat_band(estimates: list[float], half: float) -> Band:
    values = np.array(estimates)
    return Band(values, values - half, values + half, 2.4)


def test_the_smallest_dose_and_its_interval_come_from_tested_doses() -> None:
    grid, estimates = [0.05, 0.1, 0.2, 0.3, 0.45], [-0.02, -0.06, -0.12, -0.18, -0.3]
    found = smallest_dose_reaching(grid, estimates, flat_band(estimates, 0.05))
    assert (found.dose, found.low, found.high) == (0.2, 0.1, 0.3)
    assert "0.2" in found.sentence


def test_a_dose_not_reached_names_the_largest_dose() -> None:
    found = smallest_dose_reaching([0.1, 0.6], [-0.01, -0.03], flat_band([-0.01, -0.03], 0.08))
    assert (found.dose, found.low, found.high, found.largest_dose) == (None, 0.6, None, 0.6)
    assert "up to 0.6" in found.sentence
    assert "above 0.6" in found.sentence
    excluded = smallest_dose_reaching([0.1, 0.6], [-0.01, -0.03], flat_band([-0.01, -0.03], 0.02))
    assert excluded.low is None
    assert "excludes it" in excluded.sentence


def test_a_dose_response_that_turns_back_is_not_forced_to_be_monotone() -> None:
    estimates = [-0.15, -0.02, -0.2]
    assert smallest_dose_reaching([0.1, 0.2, 0.3], estimates, flat_band(estimates, 0.01)).dose == 0.1


def test_a_trapdoor_has_a_smallest_dose_too() -> None:
    estimates = [0.02, 0.14]
    found = smallest_dose_reaching([0.1, 0.3], estimates, flat_band(estimates, 0.03), threshold=0.10)
    assert (found.dose, found.low, found.high) == (0.3, 0.3, 0.3)


MOAT, TRAPDOOR = (180, 2, 120, 323), (180, 120, 2, 323)
NOTHING, UNDECIDED = (200, 5, 6, 414), (200, 10, 45, 370)


def judged(primary: PairedDifference, second: PairedDifference, margin: float = 0.05) -> Verdict:
    return verdict({"primary": primary, "second": second}, margin)


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        (MOAT, "moat"),
        (TRAPDOOR, "trapdoor"),
        (NOTHING, "no effect of political size"),
        (UNDECIDED, "inconclusive after 625 replicates"),
    ],
)
def test_the_verdict_is_the_declared_rule(counts: tuple[int, int, int, int], word: str) -> None:
    found = judged(difference(*counts), difference(*NOTHING))
    assert found.word == found.by_outcome["primary"].word == word
    assert found.by_outcome["second"].word == "no effect of political size"
    assert found.sentence.lower().startswith(word)
    assert "n = 625 paired replicates" in found.sentence


def test_the_family_is_protected_by_widening_both_intervals() -> None:
    borderline = difference(200, 10, 59, 356)
    # Alone, at 95%, a moat; not with two outcomes to choose from.
    assert borderline.high < -0.05
    found = judged(borderline, difference(*MOAT))
    assert found.word == "inconclusive after 625 replicates"
    assert found.by_outcome["second"].word == "moat"
    assert found.by_outcome["primary"].difference.level == pytest.approx(0.975)
    assert "on its own: moat" in found.sentence


@settings(deadline=None)
@given(cells, cells, st.floats(0.01, 0.3))
def test_turning_the_effect_turns_moat_into_trapdoor(
    first: tuple[int, int, int, int], second: tuple[int, int, int, int], margin: float
) -> None:
    n = 240
    one, two = ((*counts[:3], n - sum(counts[:3])) for counts in (first, second))
    found = judged(difference(*one), difference(*two), margin)
    turned = judged(difference(one[0], one[2], one[1], one[3]), difference(two[0], two[2], two[1], two[3]), margin)
    swap = {"moat": "trapdoor", "trapdoor": "moat"}
    for name, outcome in found.by_outcome.items():
        assert turned.by_outcome[name].word == swap.get(outcome.word, outcome.word)


def test_a_model_without_reversals_says_that_no_moat_could_have_shown() -> None:
    found = judged(difference(6, 1, 2, 616), difference(*NOTHING))
    assert found.word == "no effect of political size"
    assert "was impossible" in found.sentence
    assert "was impossible" not in judged(difference(*NOTHING), difference(*NOTHING)).sentence


def test_outcomes_of_different_replicates_are_refused() -> None:
    with pytest.raises(ValueError, match="same replicates"):
        judged(difference(*MOAT), difference(1, 1, 1, 1))


def test_a_third_outcome_widens_every_interval_and_may_be_a_mean() -> None:
    rng = np.random.default_rng(6)
    calm = rng.uniform(size=625)
    severity = paired_mean_difference(calm * 0.7, calm)
    found = verdict({"first": difference(*MOAT), "second": difference(*NOTHING), "severity": severity})
    assert found.level == pytest.approx(1 - 0.05 / 3)
    assert {outcome.difference.level for outcome in found.by_outcome.values()} == {found.level}
    assert [outcome.word for outcome in found.by_outcome.values()] == ["moat", "no effect of political size", "moat"]
    assert "mean severity is" in found.sentence
    assert "P(first) is" in found.sentence
    with pytest.raises(ValueError, match="same replicates"):
        verdict({})
