"""Powers of positive numbers in vector form, the same to the last bit on every machine and system.

The C library's `pow` took half of the time of a holder's ballot. As in exponential.py, this is the algorithm of the ARM
optimized routines, which GNU's library uses as well (Nagy 2018): x^y = exp(y log x) with log x in two doubles, from a
table of log c, 128 numbers c, and a polynomial of degree 8 in the rest. Which multiplications and additions are fused
is declared. The error is below .54 units in the last place.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

import numba
import numpy as np

from .exponential import Space, bits_of, double_of, fused, reduced, restored

SMALLEST, LARGEST = 1e-200, 1e200
"""Outside this range the C library computes the power (except of 0), and everywhere for exponents not in .01 .. 1."""
_PARTS = 128
_FIRST = 0x3FE6955500000000
"""Bits of the smallest number of [.705, 1.41), which is divided into 128 parts; 1 lies inside one of them."""
_LOG2_HIGH, _LOG2_LOW = float.fromhex("0x1.62e42fefa3800p-1"), float.fromhex("0x1.ef35793c76730p-45")
_A2, _A3 = -2.0 * float.fromhex("0x1.555555555556p-2"), -2.0 * float.fromhex("-0x1.0000000000006p-2")
_A4, _A5 = 4.0 * float.fromhex("0x1.999999959554ep-3"), 4.0 * float.fromhex("-0x1.555555529a47ap-3")
_A6, _A7 = -8.0 * float.fromhex("0x1.2495b9b4845e9p-3"), -8.0 * float.fromhex("-0x1.0002b8b263fc3p-3")


def _table() -> tuple[Space, Space, Space]:
    """Return 1 / c, log c to 43 binary places and its rest, for c near the middle of every part; shapes (128,)."""
    bits = _FIRST + (np.arange(_PARTS + 1, dtype=np.int64) << 45)
    ends = bits.view(np.float64)
    middles = 0.5 * (ends[:-1] + ends[1:])
    # 1 / c has few digits, so that x / c - 1 is exact.
    inverses = np.where(middles < 1.0, np.rint(_PARTS / middles) / _PARTS, np.rint(2 * _PARTS / middles) / _PARTS / 2)
    logs, rests = np.empty(_PARTS), np.empty(_PARTS)
    with localcontext() as context:
        context.prec = 60
        for k, inverse in enumerate(inverses):
            exact = -Decimal(float(inverse)).ln()
            logs[k] = float((exact * 2**43).to_integral_value()) / 2.0**43
            rests[k] = float(exact - Decimal(float(logs[k])))
    return inverses, logs, rests


_INVERSES, _LOGS, _RESTS = _table()


@numba.njit(error_model="numpy")
def powers(values: Space, exponent: float) -> None:  # pragma: no cover - compiled
    """Replace non-negative values by their powers. Not inlined, since its callers call it repeatedly."""
    outside = 0
    for j in range(values.size):
        x = values[j]
        outside += 0 if (SMALLEST < x < LARGEST) or x == 0.0 else 1  # NaN counts as outside
    if outside > 0 or not 0.01 <= exponent <= 1.0:
        for j in range(values.size):
            values[j] = values[j] ** exponent
        return
    for j in range(values.size):
        x = values[j]
        high, low = _logarithm(x)
        product = exponent * high
        step, r = reduced(product)
        result = restored(step, r + fused(exponent, low, fused(exponent, high, -product)))
        values[j] = result if x > 0.0 else 0.0


@numba.njit(error_model="numpy", forceinline=True)
def _logarithm(x: float) -> tuple[float, float]:  # pragma: no cover - compiled
    """Return log x as the sum of two doubles, good to 68 binary places."""
    offset = bits_of(x) - _FIRST
    part = (offset >> 45) & (_PARTS - 1)
    exponent = float(offset >> 52)
    r = fused(double_of(bits_of(x) - ((offset >> 52) << 52)), _INVERSES[part], -1.0)
    known = fused(exponent, _LOG2_HIGH, _LOGS[part])
    first = known + r
    half = -0.5 * r
    square = r * half
    high = first + square
    low = fused(exponent, _LOG2_LOW, _RESTS[part]) + (known - first + r)
    low = low + fused(half, r, -square) + (first - high + square)
    rest = fused(square, fused(square, fused(r, _A7, _A6), fused(r, _A5, _A4)), fused(r, _A3, _A2))
    low = fused(r * square, rest, low)
    log = high + low
    return log, high - log + low
