"""The normal quantile of every draw there is: 2^24 uniforms."""

from __future__ import annotations

import platform
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.special import ndtri

from political_moat.agents.numerics.normal_quantile import normal_quantiles

pytestmark = pytest.mark.statistical
CHUNK = 2**20


def chunks() -> Iterator[np.ndarray]:
    """All uniforms in rising order, and the last of a chunk again as the first of the next."""
    for first in range(0, 2**24, CHUNK):
        yield (np.arange(max(first - 1, 0), first + CHUNK) + 0.5) * 2.0**-24


def test_the_quantile_of_every_draw_is_scipys() -> None:
    for one in chunks():
        found, expected = normal_quantiles(one), ndtri(one)
        if platform.machine().lower() in ("x86_64", "amd64"):
            assert found.tobytes() == expected.tobytes()
        else:  # operations of SciPy's may be fused
            np.testing.assert_array_max_ulp(found, expected, 8)


def test_a_normal_rises_strictly_with_its_uniform() -> None:
    assert all((np.diff(normal_quantiles(one)) > 0.0).all() for one in chunks())
