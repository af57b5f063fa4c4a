"""Blocked loops over the electorate: several blocks at a time, in one thread or several.

Totals are added voter by voter within blocks of 512, and block by block after that, whatever the number of threads: the
order of additions, and so every bit, is that of one loop over all voters.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt
from numba.extending import register_jitable

from ..user_input import plain_whole
from .processors import usable_processors

Block = npt.NDArray[np.float32]
Totals = npt.NDArray[np.float64]

BLOCK = 512
GROUP = 4 * BLOCK
"""Voters computed together: the sums of four blocks are independent, which hides the latency of additions."""
PAD = 8
"""Between rows of working space: rows at multiples of 4,096 bytes would collide in the cache."""
ROW = GROUP + PAD
LINE = 8
"""Float64 values in a line of the cache."""
LARGE = 1_000_000
"""Number of voters from which several threads share a world; below, starting threads costs more than it saves."""


@lru_cache(maxsize=1)
def thread_count() -> int:
    """Return the number of threads for a large world: NUMBA_NUM_THREADS (1 in workers), or one per processor."""
    threads = plain_whole(os.environ.get("NUMBA_NUM_THREADS", ""))
    return threads if threads is not None and threads > 0 else usable_processors()


@lru_cache(maxsize=4)
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="voters")


def share_out(count: int, work: Callable[..., object], *arguments: object, threads: int | None = None) -> None:
    """Call work(first, stop, *arguments) on ranges that together are 0 .. count-1 and begin at multiples of GROUP.

    One range and no thread below LARGE voters. Threads save time only if `work` releases the interpreter's lock.

    >>> share_out(5, print, "voters")
    0 5 voters
    """
    used = threads or (thread_count() if count >= LARGE else 1)
    if used == 1:
        work(0, count, *arguments)
        return
    each = GROUP * -(-count // (GROUP * used))
    ranges = [(first, min(first + each, count)) for first in range(0, count, each)]
    for future in [_pool(used).submit(work, *bounds, *arguments) for bounds in ranges]:
        future.result()


def block_count(count: int) -> int:
    """Return the number of blocks that `count` voters fill; the last may be short."""
    return -(-count // BLOCK)


@register_jitable
def blocks_of_groups(count: int) -> int:
    """Return the number of blocks in the groups that `count` voters fill; blocks after the last voter add 0."""
    return GROUP // BLOCK * -(-count // GROUP)


def added_blocks(sums: Totals) -> Totals:
    """Return the totals of the blocks' sums, added in the order of blocks; sums: shape (blocks, quantities)."""
    totals = np.zeros(sums.shape[1])
    add_blocks(sums, totals)
    return totals


@numba.njit(cache=True, error_model="numpy")
def add_blocks(sums: Totals, totals: Totals) -> None:  # pragma: no cover - compiled
    """Add the blocks' sums to totals, in the order of blocks."""
    for block in range(sums.shape[0]):
        for k in range(sums.shape[1]):
            totals[k] += sums[block, k]


@numba.njit(error_model="numpy", forceinline=True)
def working_space(size: int) -> Totals:  # pragma: no cover - compiled
    """Return an uninitialised array of `size` float64 values that starts at a cache line.

    Vector instructions, which move eight values at a time, then never straddle two lines.
    """
    buffer = np.empty(size + LINE)
    skipped = -(buffer.ctypes.data // 8) % LINE
    return buffer[skipped : skipped + size]


@numba.njit(error_model="numpy", forceinline=True)
def add_row(row: Totals, sums: Totals, at: int) -> None:  # pragma: no cover - compiled
    """Add up each block of a full row of a group; sums: one for each block, of which `at` is the first."""
    a = b = c = d = 0.0
    for j in range(BLOCK):
        a += row[j]
        b += row[BLOCK + j]
        c += row[2 * BLOCK + j]
        d += row[3 * BLOCK + j]
    sums[at], sums[at + 1], sums[at + 2], sums[at + 3] = a, b, c, d


@numba.njit(error_model="numpy", forceinline=True)
def add_two_rows(row: Totals, other: Totals, sums: Totals, at: int) -> None:  # pragma: no cover - compiled
    """Add up like `add_row` for two rows in turn: of every voter first the entry of `row`, then that of `other`."""
    a = b = c = d = 0.0
    for j in range(BLOCK):
        a += row[j]
        b += row[BLOCK + j]
        c += row[2 * BLOCK + j]
        d += row[3 * BLOCK + j]
        a += other[j]
        b += other[BLOCK + j]
        c += other[2 * BLOCK + j]
        d += other[3 * BLOCK + j]
    sums[at], sums[at + 1], sums[at + 2], sums[at + 3] = a, b, c, d


@numba.njit(error_model="numpy", forceinline=True)
def add_pair(row: Totals, sums: Totals, other: Totals, other_sums: Totals, at: int) -> None:  # pragma: no cover
    """Add up like `add_row` for two rows at once, each into its own sums: twice as many independent additions."""
    a = b = c = d = 0.0
    e = f = g = h = 0.0
    for j in range(BLOCK):
        a += row[j]
        b += row[BLOCK + j]
        c += row[2 * BLOCK + j]
        d += row[3 * BLOCK + j]
        e += other[j]
        f += other[BLOCK + j]
        g += other[2 * BLOCK + j]
        h += other[3 * BLOCK + j]
    sums[at], sums[at + 1], sums[at + 2], sums[at + 3] = a, b, c, d
    other_sums[at], other_sums[at + 1], other_sums[at + 2], other_sums[at + 3] = e, f, g, h
