"""Simultaneous bands of means: their critical value is the one theory gives, and they cover as often as promised."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, t

from political_moat.experiments.statistics.intervals import mean_interval
from political_moat.experiments.statistics.mean_bands import max_t_band_of_means


def test_independent_doses_need_the_critical_value_of_sidak() -> None:
    sample = np.random.default_rng(1).normal(size=(2000, 5))
    found = max_t_band_of_means(sample, rng=np.random.default_rng(2))
    # Sidak (1967): independent doses multiply their coverages.
    assert found.critical_value == pytest.approx(norm.ppf(0.5 + 0.95**0.2 / 2), abs=0.02)


def test_equal_doses_cost_nothing_and_give_the_t_interval() -> None:
    one = np.random.default_rng(3).normal(0.3, 2.0, size=(400, 1))
    band = max_t_band_of_means(np.repeat(one, 6, axis=1))
    assert band.critical_value == pytest.approx(t.ppf(0.975, 399), abs=1e-9)
    interval = mean_interval(one[:, 0])
    assert (band.low[0], band.high[0]) == pytest.approx(tuple(interval), rel=1e-9)


def test_the_band_covers_the_whole_curve_as_often_as_it_promises() -> None:
    truth = np.array([0.0, 0.1, 0.3])
    covered = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        # Half of the replicates never fall and the others fall by an exponential amount: as severity does.
        common = rng.exponential(2.0, size=(150, 1)) * (rng.random((150, 1)) < 0.5)
        band = max_t_band_of_means(truth * common, rng=rng)
        covered.append(bool(((band.low <= truth) & (truth <= band.high)).all()))
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)


def test_a_hole_or_a_single_replicate_is_refused() -> None:
    for wrong in (np.array([[0.0, np.nan], [1.0, 0.0]]), np.zeros((1, 3)), np.zeros(4)):
        with pytest.raises(ValueError, match="replicate x dose"):
            max_t_band_of_means(wrong)
