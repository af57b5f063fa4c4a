"""Implausibility by hand; the cutoff keeps the truth at the nominal rate over all targets together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from political_moat.experiments.matching.implausibility import cutoff, implausibilities, implausibility, largest
from political_moat.experiments.matching.targets_file import Target

TARGET = Target("share", 0.5, 0.03, 0.04, "record")


def test_the_distance_is_in_standard_deviations_of_everything_uncertain() -> None:
    # variance .0144 + .03^2 + .04^2 = .0169 = .13^2; distance .26
    assert implausibility(np.array([0.76, 0.24]), np.array([0.0144, 0.0144]), TARGET) == pytest.approx([2.0, 2.0])
    assert implausibility(np.array([0.6]), np.array([0.0]), TARGET) == pytest.approx([2.0])


def test_a_target_that_was_not_measured_rules_nothing_out() -> None:
    means = np.array([[0.5, math.nan], [math.nan, math.nan], [math.nan, 0.7]])
    distances = implausibilities(means, np.zeros((3, 2)), [TARGET, TARGET._replace(error=0.0)])
    assert np.isnan(distances).tolist() == [[False, True], [True, True], [True, False]]
    assert largest(distances) == pytest.approx([0.0, 0.0, 5.0])


@pytest.mark.parametrize(("targets", "coverage"), [(1, 0.95), (1, 0.5), (4, 0.95), (12, 0.9)])
def test_all_targets_together_keep_the_truth_with_the_coverage(targets: int, coverage: float) -> None:
    within = norm.cdf(cutoff(targets, coverage)) - norm.cdf(-cutoff(targets, coverage))
    assert within**targets == pytest.approx(coverage)


def test_one_target_has_the_familiar_cutoff() -> None:
    assert cutoff(1) == pytest.approx(1.959964, abs=1e-6)
