"""Intervals of proportions and paired differences agree with published examples and with independent packages."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t, ttest_rel
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from political_moat.experiments.statistics.intervals import (
    PairedDifference,
    monte_carlo_error_of_counts,
    monte_carlo_error_of_mean,
    monte_carlo_error_of_paired_difference,
    monte_carlo_error_of_proportion,
    newcombe,
    paired_mean_difference,
    paired_risk_difference,
    restricted_spread,
    tango,
    wilson,
)

cells = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda counts: sum(counts) > 0)


def pairs(both: int, gained: int, lost: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the treated and the control outcomes with these cell counts."""
    treated = np.repeat([1, 1, 0, 0], [both, gained, lost, neither])
    control = np.repeat([1, 0, 1, 0], [both, gained, lost, neither])
    return treated, control


def difference(both: int, gained: int, lost: int, neither: int, level: float = 0.95) -> PairedDifference:
    return paired_risk_difference(*pairs(both, gained, lost, neither), level=level)


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (1, 29), (15, 148), (250, 625), (625, 625)])
def test_wilson_agrees_with_statsmodels(successes: int, n: int) -> None:
    assert wilson(successes, n) == pytest.approx(proportion_confint(successes, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "low", "high", "digits"),
    [
        # Newcombe (1998), his method 10; quoted in the tests of R's ratesci (P. Laud).
        ((20, 12, 2, 16), 0.0562, 0.3292, 4),
        # Fagerland, Lydersen & Laake (2014), airway hyper-responsiveness (Bentur et al. 2009).
        ((1, 1, 7, 12), -0.507, -0.026, 3),
        # Fagerland et al. (2017), Cavo et al. 2012; in the tests of R's contingencytables.
        ((59, 6, 16, 80), -0.1186, -0.0046, 4),
        # Tang et al. (2010) and Chang (2024), both quoted in the tests of ratesci.
        ((8, 3, 1, 2), -0.1574, 0.4136, 4),
        ((7, 25, 2, 68), 0.133, 0.318, 3),
    ],
)
def test_newcombe_reproduces_published_examples(
    counts: tuple[int, int, int, int], low: float, high: float, digits: int
) -> None:
    found = difference(*counts)
    assert (round(found.low, digits), round(found.high, digits)) == (low, high)


@pytest.mark.parametrize(
    ("gained", "lost", "n", "level", "low", "high", "digits"),
    [
        # Tango (1998), both of his examples; quoted in the tests of ratesci.
        (9, 3, 32, 0.95, -0.027, 0.390, 3),
        (0, 1, 44, 0.90, -0.096, 0.037, 3),
        # Agresti & Min (2005), Fagerland et al. (2014), Tang et al. (2010), Chang (2024), quoted there too.
        (16, 8, 86, 0.95, -0.020, 0.207, 3),
        (1, 7, 21, 0.95, -0.517, -0.026, 3),
        (3, 1, 14, 0.95, -0.1670, 0.4327, 4),
        (25, 2, 102, 0.95, 0.139, 0.321, 3),
    ],
)
def test_tango_reproduces_published_examples(
    gained: int, lost: int, n: int, level: float, low: float, high: float, digits: int
) -> None:
    found = tango(gained, lost, n, level)
    assert (round(found.low, digits), round(found.high, digits)) == (low, high)


def restricted_likelihood_spread(gained: int, lost: int, n: int, null: float) -> float:
    """n times the standard error under the null, the likelihood maximised on a fine grid instead of in closed form."""
    lost_share = np.linspace(max(0.0, -null) + 1e-9, (1.0 - null) / 2.0 - 1e-9, 400_001)
    concordant = n - gained - lost
    likelihood = (
        gained * np.log(lost_share + null) + lost * np.log(lost_share) + concordant * np.log1p(-2.0 * lost_share - null)
    )
    best = lost_share[np.argmax(likelihood)]
    return math.sqrt(n * (2.0 * best + null - null**2))


@pytest.mark.parametrize("null", [-0.3, -0.05, 0.05, 0.2])
@pytest.mark.parametrize(("gained", "lost", "n"), [(9, 3, 32), (5, 40, 625), (12, 12, 100)])
def test_the_score_variance_is_the_maximum_likelihood_under_the_null(
    gained: int, lost: int, n: int, null: float
) -> None:
    by_grid = restricted_likelihood_spread(gained, lost, n, null)
    assert restricted_spread(gained, lost, n, null) == pytest.approx(by_grid, rel=1e-4)


@settings(deadline=None)
@given(cells)
def test_tango_limits_are_the_differences_the_score_test_just_does_not_reject(
    counts: tuple[int, int, int, int],
) -> None:
    _, gained, lost, _ = counts
    n = sum(counts)
    for limit in tango(gained, lost, n):
        if -1.0 < limit < 1.0:
            excess = abs(gained - lost - n * limit) - norm.ppf(0.975) * restricted_spread(gained, lost, n, limit)
            assert excess == pytest.approx(0.0, abs=1e-4)


def test_without_discordant_pairs_tango_keeps_a_width() -> None:
    squared = norm.ppf(0.975) ** 2
    assert tango(0, 0, 100) == pytest.approx((-squared / (100 + squared), squared / (100 + squared)))


@settings(deadline=None)
@given(cells)
def test_swapping_the_arms_turns_every_sign(counts: tuple[int, int, int, int]) -> None:
    both, gained, lost, neither = counts
    there, back = difference(both, gained, lost, neither), difference(both, lost, gained, neither)
    assert (there.estimate, there.low, there.high) == pytest.approx((-back.estimate, -back.high, -back.low), abs=1e-12)
    assert there.p_value == pytest.approx(back.p_value)
    forth, mirrored = tango(gained, lost, sum(counts)), tango(lost, gained, sum(counts))
    assert tuple(forth) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-12)


@settings(deadline=None)
@given(cells)
def test_counting_survival_instead_of_reversal_turns_every_sign(counts: tuple[int, int, int, int]) -> None:
    both, gained, lost, neither = counts
    event, survival = difference(both, gained, lost, neither), difference(neither, lost, gained, both)
    assert (event.low, event.high) == pytest.approx((-survival.high, -survival.low), abs=1e-9)


@settings(deadline=None)
@given(cells, st.floats(0.5, 0.99))
def test_intervals_hold_their_estimate_and_stay_in_range(counts: tuple[int, int, int, int], level: float) -> None:
    found = difference(*counts, level=level)
    for interval in (found[2:4], tango(found.gained, found.lost, found.n, level)):
        assert -1.0 <= interval[0] <= found.estimate + 1e-9
        assert found.estimate - 1e-9 <= interval[1] <= 1.0


@settings(deadline=None)
@given(cells)
def test_a_higher_level_widens_the_interval_of_the_same_difference(counts: tuple[int, int, int, int]) -> None:
    found = difference(*counts)
    wide = found.at_level(0.99)
    assert wide.low <= found.low + 1e-12
    assert found.high <= wide.high + 1e-12
    assert wide == difference(*counts, level=0.99)


@pytest.mark.parametrize("counts", [(20, 12, 2, 16), (1, 1, 7, 12), (300, 4, 31, 290)])
def test_the_exact_mcnemar_p_value_agrees_with_statsmodels(counts: tuple[int, int, int, int]) -> None:
    both, gained, lost, neither = counts
    oracle = mcnemar([[both, gained], [lost, neither]], exact=True).pvalue
    assert difference(*counts).p_value == pytest.approx(oracle)


def test_arms_that_never_differ_show_no_difference_and_no_evidence() -> None:
    found = difference(200, 0, 0, 425)
    assert (found.estimate, found.p_value, found.gained, found.lost) == (0.0, 1.0, 0, 0)
    assert found.low < 0.0 < found.high


@pytest.mark.parametrize("share", [0.02, 0.10])
def test_paired_intervals_cover_the_truth_as_often_as_they_promise(share: float) -> None:
    """Arms on common random numbers: few discordant pairs, most of them lost, as in the stress test."""
    rng = np.random.default_rng(20250807)
    n, truth = 625, share * (0.1 - 0.9)
    counts = rng.multinomial(n, [0.4, 0.1 * share, 0.9 * share, 0.6 - share], size=800)
    by_newcombe = [newcombe(a, b, c, n) for a, b, c, _ in counts.tolist()]
    by_tango = [tango(b, c, n) for _, b, c, _ in counts.tolist()]
    for intervals in (by_newcombe, by_tango):
        coverage = np.mean([low <= truth <= high for low, high in intervals])
        # Three Monte Carlo errors of .0077 around the nominal .95, and conservatism is no failure.
        assert 0.927 <= coverage <= 0.99


def test_unequal_lengths_nan_and_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        paired_risk_difference([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="NaN"):
        paired_risk_difference([0.0, math.nan], [0.0, 1.0])
    with pytest.raises(ValueError, match="0 or 1"):
        paired_risk_difference([0, 2], [0, 1])
    with pytest.raises(ValueError, match="at most n"):
        tango(6, 6, 10)
    with pytest.raises(ValueError, match="non-negative"):
        newcombe(1, 1, 1, 2)
    with pytest.raises(ValueError, match="confidence level"):
        wilson(1, 2, level=95)


def test_monte_carlo_errors_are_those_of_the_textbook() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=200)
    second = first + rng.normal(scale=0.1, size=200)
    assert monte_carlo_error_of_proportion(0.5, 2500) == pytest.approx(0.01)
    assert monte_carlo_error_of_mean(first) == pytest.approx(np.std(first, ddof=1) / math.sqrt(200))
    assert monte_carlo_error_of_paired_difference(first, second) < 0.2 * monte_carlo_error_of_mean(first)
    assert math.isnan(monte_carlo_error_of_mean([0.3]))


@pytest.mark.parametrize("n", [2, 40, 625])
def test_the_error_of_a_zero_count_is_that_of_its_interval(n: int) -> None:
    never, always, half = np.zeros(n), np.ones(n), np.arange(n) % 2
    for share in (0.0, 1.0):
        limits = wilson(round(share * n), n)
        error = monte_carlo_error_of_proportion(share, n)
        assert 2.0 * 1.959964 * error == pytest.approx(limits.high - limits.low, rel=1e-6)
    for treated, control in ((never, never), (half, half), (always, never), (never, always)):
        difference = paired_risk_difference(treated, control)
        wanted = (difference.high - difference.low) / (2.0 * 1.959964)
        assert difference.monte_carlo_error == pytest.approx(wanted, rel=1e-6)
        assert difference.monte_carlo_error > 0.0
    # One more discordant pair does not make the error smaller by an order of magnitude.
    changed = never.copy()
    changed[0] = 1.0
    assert monte_carlo_error_of_paired_difference(changed, never) < 4 * monte_carlo_error_of_paired_difference(
        never, never
    )


def test_counts_of_discordant_pairs_give_the_error_of_the_pairs() -> None:
    treated, control = pairs(both=10, gained=3, lost=7, neither=20)
    error = monte_carlo_error_of_counts(3, 7, 40)
    assert error == pytest.approx(monte_carlo_error_of_paired_difference(treated, control))
    for gained, lost in ((0, 0), (40, 0), (0, 40)):
        limits = tango(gained, lost, 40)
        assert monte_carlo_error_of_counts(gained, lost, 40) == pytest.approx((limits.high - limits.low) / 3.919928)
    assert math.isnan(monte_carlo_error_of_counts(1, 0, 1))


def test_equal_values_have_the_error_of_pairs_that_all_agree() -> None:
    limits = tango(0, 0, 30)
    assert monte_carlo_error_of_mean(np.full(30, 0.2)) == pytest.approx(limits.high / 1.959964, rel=1e-6)
    assert monte_carlo_error_of_mean(np.full(30, 0.2), span=12.0) == pytest.approx(12 * limits.high / 1.959964)
    assert monte_carlo_error_of_mean(np.full(30, 0.2), span=0.0) == 0.0


def test_the_interval_of_a_mean_difference_agrees_with_scipy() -> None:
    rng = np.random.default_rng(2)
    treated, control = rng.normal(0.1, 1.0, 40), rng.normal(0.0, 1.0, 40)
    found = paired_mean_difference(treated, control)
    oracle = ttest_rel(treated, control).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high))
    assert found.p_value == pytest.approx(ttest_rel(treated, control).pvalue)
    assert (found.treated, found.control) == pytest.approx((treated.mean(), control.mean()))
    wider = ttest_rel(treated, control).confidence_interval(0.99)
    assert (found.at_level(0.99).low, found.at_level(0.99).high) == pytest.approx((wider.low, wider.high))
    assert found.at_level(0.95) == found
    same, one = paired_mean_difference(treated, treated), paired_mean_difference([0.5], [0.1])
    assert (same.p_value, same.low) == (1.0, -same.high)
    assert same.high == pytest.approx(t.ppf(0.975, 39) * tango(0, 0, 40).high / 1.96, rel=1e-4)
    assert (one.p_value, math.isnan(one.low)) == (1.0, True)
