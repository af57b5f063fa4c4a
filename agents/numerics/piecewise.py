"""Functions of one variable in pieces, of many persons at once: steps by band, and straight lines between points.

Piece after piece is worked out for everybody and kept for whoever has reached it, in short loops that compilers turn
into vector instructions; looking up everybody's piece, as NumPy does, takes several times longer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
import numpy.typing as npt

from .blocks import BLOCK

Reals = npt.NDArray[np.float64]


def by_band(values: Sequence[float], edges: Sequence[float], ages: Reals) -> Reals:
    """The value of each age's band; an age on an edge belongs to the upper band; values: one more than edges."""
    return _in_pieces(ages, values[0], edges, values[1:], [0.0] * len(edges))


def interpolated(x: Reals, points: Sequence[float], heights: Sequence[float]) -> Reals:
    """Straight lines between points, level outside, as `numpy.interp` gives them; shape of x."""
    runs = zip(points, points[1:], heights, heights[1:], strict=False)
    slopes = [(above - below) / (right - left) if right > left else 0.0 for left, right, below, above in runs]
    return _in_pieces(x, heights[0], points, heights, [*slopes, 0.0])


def _in_pieces(
    x: Reals, first: float, starts: Sequence[float], heights: Sequence[float], slopes: Sequence[float]
) -> Reals:
    results = np.empty(x.size)
    _work_out(x, first, np.array([starts, heights, slopes]), results)
    return results


@numba.njit(cache=True, error_model="numpy")
def _work_out(x: Reals, first: float, pieces: Reals, results: Reals) -> None:  # pragma: no cover - compiled
    for begin in range(0, x.size, BLOCK):
        block, found = x[begin : begin + BLOCK], results[begin : begin + BLOCK]
        for j in range(block.size):
            found[j] = first
        for k in range(pieces.shape[1]):
            start, height, slope = pieces[0, k], pieces[1, k], pieces[2, k]
            for j in range(block.size):
                value = slope * (block[j] - start) + height
                found[j] = value if block[j] >= start else found[j]
