"""The normal quantile in vector form against SciPy's and against another algorithm."""

from __future__ import annotations

import math
import platform
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import ndtri

from political_moat.agents.draws import Draws, normal
from political_moat.agents.numerics.normal_quantile import LEAST, normal_quantiles

TAIL = 0.13533528323661269189
UNFUSED = platform.machine().lower() in ("x86_64", "amd64")
"""Elsewhere compilers may fuse multiplications and additions of SciPy's: then the last bits are not ours."""
INSIDE = st.floats(LEAST, 1.0 - LEAST, exclude_min=True, exclude_max=True)


def assert_is_scipys(probabilities: np.ndarray) -> None:
    computed, expected = normal_quantiles(probabilities), ndtri(probabilities)
    if UNFUSED:
        assert computed.tobytes() == expected.tobytes()
    else:
        np.testing.assert_array_max_ulp(computed, expected, 8)


@given(st.lists(INSIDE, max_size=40))
@example([0.5, TAIL, 1.0 - TAIL, math.nextafter(TAIL, 1.0), math.nextafter(1.0 - TAIL, 1.0), 2.0**-25, 1.0 - 2.0**-25])
def test_it_is_scipys(probabilities: list[float]) -> None:
    assert_is_scipys(np.array(probabilities, dtype=np.float64))


def test_it_is_scipys_at_some_draws_from_everywhere() -> None:
    assert_is_scipys((np.arange(0, 2**24, 257) + 0.5) * 2.0**-24)


@pytest.mark.parametrize("edge", [TAIL, 1.0 - TAIL])
def test_it_is_scipys_where_the_tails_begin(edge: float) -> None:
    assert_is_scipys(edge + np.arange(-1000, 1001) * 2.0**-55)


@pytest.mark.parametrize("outside", [0.0, 1.0, 1e-14, 1e-300, 1.0 - 2.0**-53, -0.5, math.nan])
def test_beyond_the_farthest_draw_it_is_scipys_own(outside: float) -> None:
    probabilities = np.array([0.3, outside, 0.9])
    assert normal_quantiles(probabilities).tobytes() == ndtri(probabilities).tobytes()


@given(INSIDE)
def test_it_agrees_with_another_algorithm(probability: float) -> None:
    other = NormalDist().inv_cdf(probability)  # Wichura 1988
    assert normal_quantiles(np.array([probability]))[0] == pytest.approx(other, rel=1e-14, abs=1e-15)


def test_a_value_depends_neither_on_its_neighbours_nor_on_its_place() -> None:
    probabilities = np.random.default_rng(5).uniform(LEAST, 1.0 - LEAST, 1300)
    alone = np.concatenate([normal_quantiles(probabilities[j : j + 1]) for j in range(probabilities.size)])
    for first in (0, 1, 5, 512, 700):
        assert normal_quantiles(probabilities[first:]).tobytes() == alone[first:].tobytes()


def test_probabilities_are_left_as_they_are() -> None:
    probabilities = np.array([0.1, 0.5])
    normal_quantiles(probabilities)
    assert probabilities.tolist() == [0.1, 0.5]


def test_many_normals_are_each_agents_own() -> None:
    draws = Draws(8, 1)
    own = [normal(draws.key("income"), agent, 3) for agent in range(2000)]
    many = draws.normals("income", 2000, 3)
    if UNFUSED:
        assert many.tolist() == own
    else:
        np.testing.assert_array_max_ulp(many, np.array(own), 8)
