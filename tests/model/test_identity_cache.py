"""What follows from frozen objects is worked out once, and never taken for that of another object."""

from __future__ import annotations

import gc

from political_moat.model.economy.products import allocations
from political_moat.model.identity_cache import MOST, by_identity, by_tree
from political_moat.model.parameters.tree import Parameters


def test_worked_out_once_for_the_same_objects() -> None:
    calls = []
    known = by_identity(lambda a, b: calls.append((a, b)) or len(calls))  # type: ignore[func-returns-value]
    one, other = object(), object()
    assert [known(one, other), known(one, other), known(other, one), known(one, other)] == [1, 1, 2, 1]


def test_objects_that_are_gone_are_never_mistaken_for_new_ones() -> None:
    known = by_identity(lambda a: a[0])
    for number in range(3 * MOST):
        assert known([number]) == number  # each list may get the address of the one before
        gc.collect(0)


def test_values_beside_a_tree_are_told_apart_by_value() -> None:
    calls = []
    known = by_tree(lambda tree, a, b: calls.append((tree, a, b)) or len(calls))  # type: ignore[func-returns-value]
    one, other = [1], [1]
    assert [known(one, 0.5, "x"), known(one, 0.25 + 0.25, "x"), known(other, 0.5, "x")] == [1, 1, 2]
    assert [known(one, 0.5, "y"), known(one, 0.4, "x"), known(one, 0.5, "x")] == [3, 4, 1]
    pairs = by_tree(lambda tree, value: (tree[0], value))
    for number in range(3 * MOST):
        assert pairs([number], 2) == (number, 2)


def test_a_tree_with_other_values_has_its_own_results() -> None:
    p = Parameters()
    assert allocations(p)[0] == p.exposure.allocation
    assert allocations(p.with_values({"exposure.allocation": 0.02}))[0] == 0.02
    assert allocations(p)[0] == p.exposure.allocation
