"""Several threads may compute a large world: same state, same totals, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from political_moat import Parameters, World
from political_moat.agents.numerics import blocks
from political_moat.agents.numerics.blocks import BLOCK, GROUP, added_blocks, block_count, share_out, working_space
from political_moat.agents.numerics.processors import usable_processors


@pytest.mark.parametrize("count", [1, BLOCK, GROUP - 1, GROUP, GROUP + 1, 7 * GROUP + 5])
@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_every_voter_is_in_one_range_and_ranges_begin_at_groups(count: int, threads: int) -> None:
    seen: list[tuple[int, int]] = []
    share_out(count, lambda first, stop: seen.append((first, stop)), threads=threads)
    assert [i for first, stop in sorted(seen) for i in range(first, stop)] == list(range(count))
    assert all(first % GROUP == 0 for first, _ in seen)


@njit
def address_and_size(size: int) -> tuple[int, int]:  # pragma: no cover - compiled
    space = working_space(size)
    space[:] = 1.0
    return space.ctypes.data, space.size


def test_working_space_begins_with_a_line_of_the_cache() -> None:
    for size in (1, 7, 8, 520, 12_345):
        address, length = address_and_size(size)
        assert (address % 64, length) == (0, size)


def test_a_mistake_in_a_thread_is_the_callers() -> None:
    def work(first: int, stop: int) -> None:
        raise ZeroDivisionError(first)

    with pytest.raises(ZeroDivisionError):
        share_out(3 * GROUP, work, threads=2)


def test_blocks_are_added_in_order() -> None:
    sums = np.random.default_rng(1).normal(0.0, 10.0 ** np.arange(5), (1001, 5))
    expected = [0.0] * 5
    for row in sums.tolist():
        expected = [total + amount for total, amount in zip(expected, row, strict=True)]
    assert added_blocks(sums).tolist() == expected
    assert block_count(BLOCK) == 1
    assert block_count(BLOCK + 1) == 2


def state(monkeypatch: pytest.MonkeyPatch, threads: int, values: dict[str, object]) -> bytes:
    """Return the state of a world after three years in which every kernel has acted, computed by so many threads."""
    monkeypatch.setattr(blocks, "LARGE", 1)
    monkeypatch.setattr(blocks, "thread_count", lambda: threads)
    world = World(Parameters().with_values({"electorate.voters": 9001, "exposure.breadth": 0.3, **values}), seed=5)
    world.advance(24)
    world.released, world.next_government = True, "opponent"
    world.advance(36)
    electorate = world.electorate
    return electorate.fixed.tobytes() + electorate.dynamic.tobytes() + repr((world.record, world.results)).encode()


@pytest.mark.parametrize(
    "values",
    [
        {"party.agenda_gate": 1.0, "party.agenda_cost": 0.0, "party.choice_precision": 20.0},
        {"people.ageing": True},
        {"network.kind": "small-world"},
    ],
    ids=["policy", "ageing", "network"],
)
def test_one_thread_and_several_give_the_same_bits(monkeypatch: pytest.MonkeyPatch, values: dict[str, object]) -> None:
    single = state(monkeypatch, 1, values)
    assert state(monkeypatch, 2, values) == single
    assert state(monkeypatch, 3, values) == single


def test_workers_of_a_study_use_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks.thread_count.cache_clear()
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert blocks.thread_count() == 1
    blocks.thread_count.cache_clear()
    monkeypatch.delenv("NUMBA_NUM_THREADS")
    assert blocks.thread_count() == usable_processors()
    blocks.thread_count.cache_clear()
