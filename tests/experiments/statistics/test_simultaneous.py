"""Critical values of simultaneous bands: closed forms, an independent simulation, and seeds that agree to .01."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_t, norm, t

from political_moat.experiments.statistics.simultaneous import correlation, critical_value


def equal(doses: int, rho: float) -> np.ndarray:
    return np.full((doses, doses), rho) + (1.0 - rho) * np.eye(doses)


@pytest.mark.parametrize("doses", [2, 3, 6, 15])
def test_independent_doses_have_the_value_of_sidak(doses: int) -> None:
    assert critical_value(np.eye(doses)) == pytest.approx(norm.ppf(0.5 + 0.95 ** (1 / doses) / 2), abs=0.005)


def test_one_dose_has_its_pointwise_value() -> None:
    assert critical_value(np.eye(1)) == pytest.approx(norm.ppf(0.975), abs=1e-12)
    assert critical_value(np.eye(1), degrees=7) == pytest.approx(t.ppf(0.975, 7), abs=1e-12)
    assert critical_value(np.empty((0, 0))) == pytest.approx(norm.ppf(0.975), abs=1e-12)


@pytest.mark.parametrize(("doses", "rho"), [(2, 0.9), (6, 0.5), (6, 0.9), (14, 0.7)])
@pytest.mark.parametrize("degrees", [math.inf, 20.0])
def test_two_seeds_differ_by_at_most_a_hundredth(doses: int, rho: float, degrees: float) -> None:
    values = [critical_value(equal(doses, rho), degrees=degrees, rng=np.random.default_rng(s)) for s in range(4)]
    assert max(values) - min(values) <= 0.01
    assert len(set(values)) == 4
    assert critical_value(equal(doses, rho)) == critical_value(equal(doses, rho))


@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_the_value_is_the_quantile_of_simulated_maxima(rho: float) -> None:
    rng = np.random.default_rng(8)
    normals = rng.standard_normal((200_000, 5)) @ np.linalg.cholesky(equal(5, rho)).T
    # The quantile of 200,000 maxima has a standard error of .004.
    assert critical_value(equal(5, rho)) == pytest.approx(np.quantile(np.abs(normals).max(axis=1), 0.95), abs=0.015)


def test_a_multivariate_t_holds_the_level() -> None:
    found = critical_value(equal(3, 0.6), degrees=9)
    box = multivariate_t(shape=equal(3, 0.6), df=9, seed=1).cdf(np.full(3, found), lower_limit=np.full(3, -found))
    assert box == pytest.approx(0.95, abs=0.002)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 8), st.integers(0, 1000))
def test_the_value_lies_between_one_dose_and_independent_doses(doses: int, seed: int) -> None:
    sample = np.random.default_rng(seed).standard_normal((12, doses)).cumsum(axis=1)
    found = critical_value(correlation(sample))
    assert norm.ppf(0.975) <= found <= norm.ppf(0.5 + 0.95 ** (1 / doses) / 2)


def test_doses_that_repeat_or_never_vary_do_not_count() -> None:
    rng = np.random.default_rng(4)
    sample = rng.standard_normal((50, 2))
    padded = np.column_stack([sample, sample, np.zeros(50)])
    assert correlation(padded).shape == (2, 2)
    assert critical_value(correlation(padded)) == pytest.approx(critical_value(correlation(sample)), abs=1e-6)
