"""Who comes first when persons are ordered from the largest value to the smallest, some of them before all others.

A radix sort (Knuth 1998, 5.2.5): digit by digit from the lowest, and each pass leaves equal ones as they came. Its time
does not depend on how values are spread or how many are equal, and there are no comparisons whose outcome the processor
would have to guess.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from .exponential import bits_of

Reals = npt.NDArray[np.float64]
Members = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.uint32]
Order = npt.NDArray[np.int64]

_BITS = np.uint64(11)
"""Bits of a digit: six digits cover a double, and the counters of one stay in the nearest cache."""
_DIGITS = 6
_LARGEST = np.uint64((1 << 11) - 1)
_ALL_BUT_SIGN = np.int64((1 << 63) - 1)
_ONE = np.uint64(1)


def falling_order(values: Reals, first: Members) -> Order:
    """Numbers of those in `first`, then of the others, both by falling value, equal ones as they came; shape (n,).

    values: no NaN among them; 0 and -0 are equal.
    """
    n = values.size
    order = np.empty(n, dtype=np.int64)
    # Where the order is written in the end, keys may stand before: of ten million voters they fill 80 MB.
    keys, keys_beside = np.empty(n, dtype=np.uint64), order.view(np.uint64)
    numbers, numbers_beside = np.empty(n, dtype=np.uint32), np.empty(n, dtype=np.uint32)
    places = np.empty(int(_LARGEST) + 1, dtype=np.uint64)
    _sort(values, first, places, keys, keys_beside, numbers, numbers_beside, order)
    return order


@numba.njit(cache=True, error_model="numpy")
def _sort(
    values: Reals,
    first: Members,
    places: Keys,
    keys: Keys,
    keys_beside: Keys,
    numbers: Numbers,
    numbers_beside: Numbers,
    order: Order,
) -> None:  # pragma: no cover - compiled
    for j in range(values.size):
        bits = bits_of(values[j] + 0.0)  # -0 becomes 0
        # A key rises as its value falls: bits of a negative double do, those of a positive one once they are inverted.
        keys[j] = np.uint64(bits if bits < 0 else bits ^ _ALL_BUT_SIGN)
        numbers[j] = j
    for digit in range(_DIGITS):
        if _one_pass(_BITS * np.uint64(digit), places, keys, numbers, keys_beside, numbers_beside):
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
def _one_pass(
    shift: np.uint64, places: Keys, keys: Keys, numbers: Numbers, sorted_keys: Keys, sorted_numbers: Numbers
) -> bool:  # pragma: no cover - compiled
    """Put everybody in the order of one digit, those of the same digit as they stand; False where all have the same.

    Draws of 24 bits have their lowest digits in common, and no pass is needed.
    """
    for k in range(places.size):
        places[k] = 0
    digit = np.uint64(0)
    for j in range(keys.size):
        digit = (keys[j] >> shift) & _LARGEST
        places[digit] += _ONE
    if places[digit] == np.uint64(keys.size):
        return False
    before = np.uint64(0)
    for k in range(places.size):
        here = places[k]
        places[k] = before
        before += here
    for j in range(keys.size):
        key = keys[j]
        digit = (key >> shift) & _LARGEST
        place = places[digit]
        places[digit] = place + _ONE
        sorted_keys[place] = key
        sorted_numbers[place] = numbers[j]
    return True
