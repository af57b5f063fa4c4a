"""The state of a world: what a fork copies and what it shares."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from political_moat.agents.draws import draws_of
from political_moat.model.build import build_state
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.state import AT_FORK, WorldState

EVERYTHING = Parameters().with_values(
    {
        "electorate.voters": 200,
        "exposure.breadth": 0.3,
        "exposure.evolves": True,
        "people.ageing": True,
        "polls.blind": True,
        "network.kind": "small-world",
        "network.degree": 4,
        "fund.active": True,
    }
)
WITHOUT_MESA = """
import sys
from political_moat.agents.draws import draws_of
from political_moat.model.build import build_state
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters

state = build_state(Parameters().with_values({"electorate.voters": 50}), draws_of(1, 0))
advance(state, 3)
advance(state.fork(), 3)
sys.exit("mesa" in sys.modules)
"""


@pytest.fixture(scope="module")
def state() -> WorldState:
    state = build_state(EVERYTHING, draws_of(4, 0))
    state.released = True
    advance(state, 50)
    return state


def parts(value: Any) -> list[Any]:
    """Return the objects inside a copied value that a month changes in place."""
    if value is None or isinstance(value, list):
        return [] if value is None else [value]
    if isinstance(value, dict):
        return [value, *value.values()]
    return [
        getattr(value, name) for name in ("dynamic", "offers", "offered_since", "ready_since") if hasattr(value, name)
    ]


def test_every_field_declares_what_a_fork_does_with_it() -> None:
    for field in fields(WorldState):
        assert AT_FORK in field.metadata, f"WorldState.{field.name}: is it copied or shared at a fork?"


@pytest.mark.parametrize("field", fields(WorldState), ids=lambda field: field.name)
def test_a_fork_copies_or_shares_as_declared(state: WorldState, field: Any) -> None:
    state.shown_by = object()  # what a World does with its state
    mine, its = getattr(state, field.name), getattr(state.fork(), field.name)
    if field.name == "shown_by":
        assert its is None, "a fork is shown by the world that is made for it, if any"
        return
    if field.metadata[AT_FORK] is None:
        assert its is mine
        return
    assert its is not mine
    assert parts(mine)
    for part, other in zip(parts(mine), parts(its), strict=True):
        assert part is not other
        assert type(part) is type(other)
        if isinstance(part, np.ndarray):
            assert np.array_equal(part, other)
            assert not np.shares_memory(part, other)


def test_a_fork_goes_on_as_its_origin_and_leaves_it_alone(state: WorldState) -> None:
    first, second = state.fork(), state.fork()
    before = state.electorate.dynamic.tobytes(), state.electorate.fixed.tobytes(), state.month, list(state.record)
    for twin in (first, second):
        advance(twin, 25)
    assert first.record == second.record
    assert first.electorate.dynamic.tobytes() == second.electorate.dynamic.tobytes()
    assert first.parties == second.parties
    after = state.electorate.dynamic.tobytes(), state.electorate.fixed.tobytes(), state.month, list(state.record)
    assert after == before
    assert first.month == state.month + 25


def test_neither_a_month_nor_a_fork_imports_mesa() -> None:
    assert subprocess.run([sys.executable, "-c", WITHOUT_MESA], check=False).returncode == 0
