"""The normal quantile of every possible draw: 2^24 uniforms."""

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
    """Yield all uniforms in rising order; each chunk begins with the last uniform of the one before."""
    for first in range(0, 2**24, CHUNK):
        yield (np.arange(max(first - 1, 0), first + CHUNK) + 0.5) * 2.0**-24


def test_the_quantile_of_every_draw_is_scipys() -> None:
    for uniforms in chunks():
        quantiles, expected = normal_quantiles(uniforms), ndtri(uniforms)
        if platform.machine().lower() in ("x86_64", "amd64"):
            assert quantiles.tobytes() == expected.tobytes()
        else:  # SciPy's operations may be fused there.
            np.testing.assert_array_max_ulp(quantiles, expected, 8)


def test_a_normal_rises_strictly_with_its_uniform() -> None:
    assert all((np.diff(normal_quantiles(uniforms)) > 0.0).all() for uniforms in chunks())
