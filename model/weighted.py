"""One of a few by their weights, for many persons at once."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

_BLOCK = 512


def drawn_by_weight(weights: Reals, uniforms: Reals) -> Reals:
    """Number of the first whose cumulated weight passes each uniform, a share of all weights; float64, shape (persons,).

    weights: not negative, at least one positive; uniforms: in [0, 1).
    """
    reached = np.cumsum(weights)
    # One less than a power of 2, so that every search takes the same steps; nobody gets beyond the end.
    table = np.full((1 << weights.size.bit_length()) - 1, np.inf)
    table[: weights.size] = reached
    numbers = np.empty(uniforms.size)
    _search(table, uniforms, float(reached[-1]), numbers)
    return np.minimum(numbers, weights.size - 1.0)


@numba.njit(cache=True, error_model="numpy")
def _search(table: Reals, uniforms: Reals, whole: float, numbers: Reals) -> None:  # pragma: no cover - compiled
    """Bisection, everybody's step before the next one: without branches that the processor would guess wrong."""
    passed = np.empty(_BLOCK, dtype=np.uint64)
    for start in range(0, uniforms.size, _BLOCK):
        block, found = uniforms[start : start + _BLOCK], numbers[start : start + _BLOCK]
        for j in range(block.size):
            passed[j] = 0
        half = np.uint64((table.size + 1) // 2)
        while half > 0:
            for j in range(block.size):
                passed[j] += half if table[passed[j] + half - np.uint64(1)] <= block[j] * whole else np.uint64(0)
            half //= np.uint64(2)
        for j in range(block.size):
            found[j] = passed[j]
