"""Powers in vector form against exact arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from political_moat.agents.numerics.power import LARGEST, SMALLEST, powers


@njit(error_model="numpy")
def replaced(values: np.ndarray, exponent: float) -> None:  # pragma: no cover - compiled
    powers(values, exponent)


def ours(values: list[float], exponent: float) -> list[float]:
    results = np.array(values)
    replaced(results, exponent)
    return [float(result) for result in results]


positive = st.one_of(st.floats(0.5, 2.0), st.floats(SMALLEST, LARGEST, exclude_min=True, exclude_max=True))


@given(st.lists(positive, min_size=1, max_size=20), st.floats(0.01, 1.0))
@example([1.0, math.nextafter(1.0, 0.0), math.nextafter(1.0, 2.0), 1.4121, 0.7059, 1e-199, 1e199], 0.88)
@example([0.25, 3.0, 1e-5, 7e4], 1.0)
def test_within_one_unit_of_the_last_place(values: list[float], exponent: float) -> None:
    with localcontext() as context:
        context.prec = 60
        for x, result in zip(values, ours(values, exponent), strict=True):
            exact = (Decimal(exponent) * Decimal(x).ln()).exp()
            assert abs(Decimal(result) - exact) <= Decimal("0.54") * Decimal(math.ulp(float(exact)))


@given(st.lists(positive, min_size=1, max_size=20))
def test_the_first_power_of_a_number_is_the_number(values: list[float]) -> None:
    assert ours(values, 1.0) == values


def test_nothing_to_any_power_is_nothing() -> None:
    assert ours([0.0, 4.0, -0.0], 0.5) == [0.0, 2.0, 0.0]
    assert math.copysign(1.0, ours([-0.0], 0.5)[0]) == 1.0


@pytest.mark.parametrize("extreme", [math.inf, 1e300, 5e-324, LARGEST, SMALLEST])
def test_extremes_are_the_librarys(extreme: float) -> None:
    assert ours([2.0, extreme], 0.88) == [2.0**0.88, extreme**0.88]
    assert math.isnan(ours([math.nan], 0.88)[0])


@pytest.mark.parametrize("exponent", [0.0, -1.5, 1.25, 3.0])
def test_other_exponents_are_the_librarys(exponent: float) -> None:
    assert ours([2.0, 0.3, 1e100], exponent) == [2.0**exponent, 0.3**exponent, 1e100**exponent]


def test_a_value_does_not_depend_on_its_neighbours() -> None:
    values = np.exp(np.random.default_rng(2).normal(0.0, 5.0, 1000))
    alone = [ours([float(value)], 0.88)[0] for value in values]
    assert ours(values.tolist(), 0.88) == alone
