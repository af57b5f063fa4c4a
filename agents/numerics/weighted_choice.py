"""One of a few by their weights, for many persons at once."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from .blocks import BLOCK

Reals = npt.NDArray[np.float64]
Members = npt.NDArray[np.bool_]


def drawn_by_weight(weights: Reals, uniforms: Reals, who: Members) -> Reals:
    """Number of the first whose cumulated weight passes each uniform, as a share of the whole; shape (persons,).

    weights: not negative, at least one positive; uniforms: from 0 to below 1; who: all others are given -1.
    """
    reached = np.cumsum(weights)
    # One less than a power of 2, so that every search takes the same steps; nobody gets beyond the end.
    table = np.full((1 << weights.size.bit_length()) - 1, np.inf)
    table[: weights.size] = reached
    numbers = np.empty(uniforms.size)
    _search(table, uniforms, who, float(reached[-1]), weights.size - 1.0, numbers)
    return numbers


@numba.njit(cache=True, error_model="numpy")
def _search(
    table: Reals, uniforms: Reals, who: Members, whole: float, last: float, numbers: Reals
) -> None:  # pragma: no cover - compiled
    """Bisection, everybody's step before the next one: without branches that the processor would guess wrong."""
    passed = np.empty(BLOCK, dtype=np.uint64)
    for start in range(0, uniforms.size, BLOCK):
        block, found = uniforms[start : start + BLOCK], numbers[start : start + BLOCK]
        chosen = who[start : start + BLOCK]
        for j in range(block.size):
            passed[j] = 0
        half = np.uint64((table.size + 1) // 2)
        while half > 0:
            for j in range(block.size):
                passed[j] += half if table[passed[j] + half - np.uint64(1)] <= block[j] * whole else np.uint64(0)
            half //= np.uint64(2)
        for j in range(block.size):
            found[j] = min(np.float64(passed[j]), last) if chosen[j] else -1.0
