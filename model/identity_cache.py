"""Remembering what follows from frozen objects alone, so that months do not work it out again."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")
Tree = TypeVar("Tree")
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


def by_tree(
    function: Callable[Concatenate[Tree, Given], Result],
) -> Callable[Concatenate[Tree, Given], Result]:
    """Like `by_identity` for a first argument told apart by identity and others by value, given by place.

    >>> cut = by_tree(lambda words, most: words[:most])
    >>> words = ["a", "b", "c"]
    >>> cut(words, 2) is cut(words, 2)
    True
    """
    known: dict[tuple[object, ...], tuple[Tree, Result]] = {}

    @functools.wraps(function)
    def remembered(tree: Tree, /, *given: Given.args, **named: Given.kwargs) -> Result:
        if named:
            return function(tree, *given, **named)
        key = (id(tree), *given)
        found = known.get(key)
        if found is not None:
            return found[1]
        if len(known) >= MOST:
            known.clear()
        result = function(tree, *given, **named)
        known[key] = (tree, result)
        return result

    return remembered
