"""Who comes first when persons are ordered from the largest value to the smallest, some of them before all others.

A radix sort (Knuth 1998, 5.2.5): digit by digit from the lowest, and each pass leaves equal ones as they came. Its time
does not depend on how values are spread or how many are equal, and there are no comparisons whose outcome the processor
would have to guess.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from ..agents.electorate.exponential import bits_of

Reals = npt.NDArray[np.float64]
Members = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.uint64]
Order = npt.NDArray[np.int64]

_PASSES = 6
_DIGIT = np.uint64(11)
"""Bits that one pass sorts by: six digits cover a double, and the counters of one stay in the nearest cache."""
_DIGITS = 1 << 11
_LOWEST = np.uint64(_DIGITS - 1)
_ALL_BUT_SIGN = np.int64((1 << 63) - 1)


def falling_order(values: Reals, first: Members) -> Order:
    """Numbers of those in `first`, then of the others, both by falling value, equal ones as they came; shape (n,).

    values: no NaN among them; 0 and -0 are equal.
    """
    n = values.size
    counts = np.zeros((_PASSES, _DIGITS), dtype=np.uint64)
    keys, keys_beside = np.empty(n, dtype=np.uint64), np.empty(n, dtype=np.uint64)
    numbers, numbers_beside = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint32)
    order = np.empty(n, dtype=np.int64)
    _sort(values, first, counts, keys, keys_beside, numbers, numbers_beside, order)
    return order


@numba.njit(cache=True, error_model="numpy")
def _sort(
    values: Reals,
    first: Members,
    counts: Counts,
    keys: Keys,
    keys_beside: Keys,
    numbers: Numbers,
    numbers_beside: Numbers,
    order: Order,
) -> None:  # pragma: no cover - compiled
    _start(values, counts, keys, numbers)
    for digit in range(_PASSES):
        if counts[digit].max() < keys.size:  # else all have the same digit, as draws of 24 bits do in their last ones
            _one_pass(digit, counts, keys, numbers, keys_beside, numbers_beside)
            keys, keys_beside = keys_beside, keys
            numbers, numbers_beside = numbers_beside, numbers
    ahead, behind = 0, 0
    for j in range(first.size):
        behind += 1 if first[j] else 0
    for j in range(numbers.size):
        mine = first[numbers[j]]
        order[ahead if mine else behind] = numbers[j]
        ahead += 1 if mine else 0
        behind += 0 if mine else 1


@numba.njit(error_model="numpy", forceinline=True)
def _start(values: Reals, counts: Counts, keys: Keys, numbers: Numbers) -> None:  # pragma: no cover - compiled
    """Whole numbers that rise as values fall, and how often each of their digits occurs."""
    for j in range(values.size):
        bits = bits_of(values[j] + 0.0)  # -0 becomes 0
        # Bits of a negative double rise as it falls; those of a positive one fall with it once they are turned round.
        keys[j] = np.uint64(bits if bits < 0 else bits ^ _ALL_BUT_SIGN)
        numbers[j] = j
    for j in range(values.size):
        key = keys[j]
        for digit in range(_PASSES):
            counts[digit, (key >> (_DIGIT * np.uint64(digit))) & _LOWEST] += np.uint64(1)


@numba.njit(error_model="numpy", forceinline=True)
def _one_pass(
    digit: int, counts: Counts, keys: Keys, numbers: Numbers, sorted_keys: Keys, sorted_numbers: Numbers
) -> None:  # pragma: no cover - compiled
    """Put everybody in the order of one digit, those of the same digit as they stand."""
    shift = _DIGIT * np.uint64(digit)
    places = counts[digit]
    before = np.uint64(0)
    for k in range(_DIGITS):
        here = places[k]
        places[k] = before
        before += here
    for j in range(keys.size):
        k = (keys[j] >> shift) & _LOWEST
        place = places[k]
        places[k] = place + np.uint64(1)
        sorted_keys[place] = keys[j]
        sorted_numbers[place] = numbers[j]
