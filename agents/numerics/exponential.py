"""The exponential function in vector form, the same to the last bit on every machine and system.

Compilers do not turn calls of the C library's `exp` into vector instructions, and two of those calls made up most of a
ballot's cost. This is the algorithm of the ARM optimized routines, which GNU's library uses as well (Tang 1989; Nagy
2018): exp(x) = 2^(k/128) exp(r), with a table of 2^(k/128), k in 0..127, and a polynomial of degree 5 in the rest r,
|r| < ln(2)/256. The code declares which multiplications and additions are fused, so that all compilers give the same
bits. The error is below .52 units in the last place.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .blocks import BLOCK

Space = npt.NDArray[np.float64]

STEPS = 128
LARGEST = 700.0
"""Absolute value from which the C library computes the result, which is near overflow or underflow there."""
_PER_STEP = float.fromhex("0x1.71547652b82fep0") * STEPS
_STEP_HIGH, _STEP_LOW = float.fromhex("-0x1.62e42fefa0000p-8"), float.fromhex("-0x1.cf79abc9e3b39p-47")
_ROUND = float.fromhex("0x1.8p52")
_C2, _C3 = float.fromhex("0x1.ffffffffffdbdp-2"), float.fromhex("0x1.555555555543cp-3")
_C4, _C5 = float.fromhex("0x1.55555cf172b91p-5"), float.fromhex("0x1.1111167a4d017p-7")


def _table() -> tuple[npt.NDArray[np.int64], Space]:
    """Return 2^(k/128) as bits less k steps of the exponent, and their relative rounding errors; shape (128,) each."""
    powers, rests = np.empty(STEPS), np.empty(STEPS)
    with localcontext() as context:
        context.prec = 40
        log2 = Decimal(2).ln()
        for k in range(STEPS):
            exact = (log2 * k / STEPS).exp()
            powers[k] = float(exact)
            rests[k] = float(exact / Decimal(float(powers[k])) - 1)
    return powers.view(np.int64) - (np.arange(STEPS, dtype=np.int64) << 45), rests


_POWERS, _RESTS = _table()


def _fused(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a * b + c, rounded once (IEEE 754 fusedMultiplyAdd)."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        return builder.fma(*values)

    return types.float64(types.float64, types.float64, types.float64), generate


def _bits_of(typing_context: Any, number: Any) -> Any:
    """Return the 64 bits of a double as an integer."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.IntType(64))

    return types.int64(types.float64), generate


def _double_of(typing_context: Any, bits: Any) -> Any:
    """Return the double with these 64 bits."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.DoubleType())

    return types.float64(types.int64), generate


def logistic(values: Space, shift: float = 0.0) -> Space:
    """Return 1 / (1 + exp(-(x + shift))) of every value x; shape (n,)."""
    results = np.empty(values.size)
    _logistic(values, shift, results)
    return results


@numba.njit(cache=True, error_model="numpy")
def _logistic(values: Space, shift: float, results: Space) -> None:  # pragma: no cover - compiled
    for start in range(0, values.size, BLOCK):
        block, result = values[start : start + BLOCK], results[start : start + BLOCK]
        for j in range(block.size):
            result[j] = -(block[j] + shift)
        exponentials(result, 0, result.size)
        for j in range(block.size):
            result[j] = 1.0 / (1.0 + result[j])


fused: Any = intrinsic(_fused)
bits_of: Any = intrinsic(_bits_of)
double_of: Any = intrinsic(_double_of)


@numba.njit(error_model="numpy", forceinline=True)
def exponentials(space: Space, row: int, count: int) -> None:  # pragma: no cover - compiled
    """Replace space[row], .., space[row + count - 1] by their exponentials."""
    large = 0
    for j in range(count):
        large += 0 if abs(space[row + j]) < LARGEST else 1  # NaN counts as large
    if large > 0:
        for j in range(count):
            space[row + j] = math.exp(space[row + j])
        return
    for j in range(count):
        space[row + j] = exponential(space[row + j])


@numba.njit(error_model="numpy", forceinline=True)
def exponential(x: float) -> float:  # pragma: no cover - compiled
    """Return exp(x) of a number whose absolute value is below LARGEST; inlined into its caller's loop."""
    step, r = reduced(x)
    return float(restored(step, r))


@numba.njit(error_model="numpy", forceinline=True)
def reduced(x: float) -> tuple[int, float]:  # pragma: no cover - compiled
    """Return the number of 128ths of an exponent in x, in the low bits of an integer, and the rest r."""
    rounded = fused(_PER_STEP, x, _ROUND)
    k = rounded - _ROUND
    return bits_of(rounded), fused(k, _STEP_LOW, fused(k, _STEP_HIGH, x))


@numba.njit(error_model="numpy", forceinline=True)
def restored(step: int, r: float) -> float:  # pragma: no cover - compiled
    """Return 2^(k/128) exp(r) from the results of `reduced`."""
    power = double_of(_POWERS[step & (STEPS - 1)] + (step << 45))
    square = r * r
    rest = _RESTS[step & (STEPS - 1)] + r
    rest = fused(square * square, fused(r, _C5, _C4), fused(square, fused(r, _C3, _C2), rest))
    return float(fused(power, rest, power))
