"""Sum of floats in a fixed order, the same on every version of Python."""

from __future__ import annotations

from collections.abc import Iterable


def ordered_sum(values: Iterable[float]) -> float:
    """Return the sum of values added from left to right in float64.

    The built-in `sum` compensates rounding from Python 3.12 on, and so differs between versions in the last bits.
    """
    total = 0.0
    for value in values:
        total += value
    return total
