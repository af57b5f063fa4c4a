"""Decorator of the ODD's equations: scalar functions, compiled into the kernels and callable from Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Equation = TypeVar("Equation", bound=Callable[..., object])


def equation(function: Equation) -> Equation:
    """Compile a scalar function so that kernels inline it: a loop that calls it is still vectorised.

    Division follows the floating-point standard and never raises (ODD, Arithmetic).
    """
    compiled: Any = numba.njit(cache=True, error_model="numpy", forceinline=True)(function)
    inlined: Equation = compiled
    return inlined


def on_columns(function: Callable[..., float]) -> Callable[..., Any]:
    """Return an equation as plain Python, which takes NumPy columns where it has no branch; nothing is compiled."""
    plain: Callable[..., Any] = getattr(function, "py_func", function)
    return plain
