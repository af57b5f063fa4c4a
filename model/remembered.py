"""Remembering what follows from frozen objects alone, so that months do not work it out again."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
MOST = 512


def by_identity(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """A function of frozen objects that is worked out once for the same ones. Nobody may write to its results.

    Objects are told apart by identity: comparing or hashing a tree of two hundred parameters costs more than most
    results. They are kept alive as long as they are remembered, so that no other can come to stand in their place.

    >>> words = by_identity(lambda text: text.split())
    >>> text = "a b"
    >>> words(text) is words(text)
    True
    """
    known: dict[tuple[int, ...], tuple[tuple[object, ...], Result]] = {}

    @functools.wraps(function)
    def remembered(*given: Given.args, **named: Given.kwargs) -> Result:
        if named:
            return function(*given, **named)
        key = tuple(map(id, given))
        found = known.get(key)
        if found is not None:
            return found[1]
        if len(known) >= MOST:
            known.clear()
        result = function(*given, **named)
        known[key] = (given, result)
        return result

    return remembered
