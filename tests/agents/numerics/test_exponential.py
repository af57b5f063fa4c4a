"""The exponential in vector form against exact arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from political_moat.agents.numerics.exponential import LARGEST, exponentials, logistic


@njit
def replaced(values: np.ndarray) -> None:  # pragma: no cover - compiled
    exponentials(values, 0, values.size)


def ours(values: list[float]) -> list[float]:
    results = np.array(values)
    replaced(results)
    return [float(result) for result in results]


@given(st.lists(st.floats(-LARGEST, LARGEST, exclude_min=True, exclude_max=True), min_size=1, max_size=40))
@example([0.0, -0.0, 1.0, -1.0, 1e-300, 5e-324, 2.0**-54, math.log(2.0) / 256, 699.999, -699.999])
def test_within_one_unit_of_the_last_place(values: list[float]) -> None:
    with localcontext() as context:
        context.prec = 60
        for x, result in zip(values, ours(values), strict=True):
            exact = Decimal(x).exp()
            assert abs(Decimal(result) - exact) <= Decimal("0.52") * Decimal(math.ulp(float(exact)))


@pytest.mark.parametrize("extreme", [math.inf, -math.inf, 710.0, -800.0, 1e300, -745.0])
def test_extremes_are_the_librarys(extreme: float) -> None:
    with np.errstate(all="ignore"):
        expected = [math.exp(1.0), np.exp(extreme)]
    assert ours([1.0, extreme]) == expected
    assert math.isnan(ours([math.nan])[0])


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40))
def test_logistic_is_between_zero_and_one_and_symmetric(values: list[float]) -> None:
    results = logistic(np.array(values))
    assert np.all((results >= 0.0) & (results <= 1.0))
    assert np.allclose(results + logistic(-np.array(values)), 1.0, rtol=0.0, atol=1e-15)
    assert logistic(np.zeros(1))[0] == 0.5


def test_a_value_does_not_depend_on_its_neighbours() -> None:
    values = np.random.default_rng(2).normal(0.0, 20.0, 1000)
    alone = [ours([float(value)])[0] for value in values]
    assert ours(values.tolist()) == alone
