"""Memory bandwidth of this machine, and the least time of a month that it allows.

Copy and triad as in STREAM (McCalpin 1995), on arrays larger than any cache; bytes are counted as in STREAM, one read
or write for every element of every array. The bytes of a month are counted from the columns that its two kernels read
and write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from measuring import Action, Row, in_turn, wall_seconds

from political_moat.agents.electorate import columns

LINE = 64 // 4
"""Values of float32 in a line of the cache."""


class Traffic(NamedTuple):
    """Columns that a kernel reads and writes for every voter, and those that it uses for holders only."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    holder_reads: tuple[str, ...]
    holder_writes: tuple[str, ...]


TRAFFIC = {
    "accounts_month": Traffic(
        reads=("equity", "contribution", "plan", "ira", "units", "assigned_stake"),
        writes=("plan", "ira"),
        holder_reads=("income", "eligible", "product"),
        holder_writes=("units",),
    ),
    "opinion_month": Traffic(
        reads=("units", "opposed", "ideal_base", "partisanship", "ideal", "salience", "blame", "grievance"),
        writes=("ideal", "salience", "blame", "grievance"),
        holder_reads=("income", "attention", "visibility", "product", "reference"),
        holder_writes=("reference",),
    ),
}
"""Age is not among the columns: without ageing no voter draws down, so the kernel does not need to read it."""


def merged(one: Traffic, other: Traffic) -> Traffic:
    """Return the traffic of two kernels in one pass: columns that both use are moved once."""
    everybody = set(one.reads + other.reads)
    return Traffic(
        reads=tuple(sorted(everybody)),
        writes=tuple(sorted({*one.writes, *other.writes})),
        holder_reads=tuple(sorted({*one.holder_reads, *other.holder_reads} - everybody)),
        holder_writes=tuple(sorted({*one.holder_writes, *other.holder_writes})),
    )


def bytes_a_voter(traffic: Traffic, holding: float) -> float:
    """Return the bytes that must move for a voter of a population in which a share holds; columns are float32."""
    known = set(columns.FIXED + columns.DYNAMIC)
    unknown = {name for part in traffic for name in part} - known
    if unknown:
        raise ValueError(f"no voter column is called {', '.join(sorted(unknown))}")
    everybody = len(traffic.reads) + len(traffic.writes)
    return 4.0 * (everybody + holding * (len(traffic.holder_reads) + len(traffic.holder_writes)))


def share_of_lines(holding: float) -> float:
    """Return the share of cache lines that contain a holder, if holders are scattered: lines move whole."""
    return 1.0 - (1.0 - holding) ** LINE


def month_bytes(holding: float) -> tuple[float, float]:
    """Return the bytes of a voter's month: kernel after kernel, and in one pass."""
    kernels = list(TRAFFIC.values())
    return sum(bytes_a_voter(one, holding) for one in kernels), bytes_a_voter(merged(*kernels), holding)


def _copy(a: Any, b: Any) -> None:
    for i in range(a.size):
        b[i] = a[i]


def _triad(a: Any, b: Any, c: Any, factor: Any) -> None:
    for i in range(a.size):
        c[i] = a[i] + factor * b[i]


def _copy_threads(a: Any, b: Any) -> None:
    for i in numba.prange(a.size):
        b[i] = a[i]


def _triad_threads(a: Any, b: Any, c: Any, factor: Any) -> None:
    for i in numba.prange(a.size):
        c[i] = a[i] + factor * b[i]


def _compiled(function: Callable[..., None], threads: bool) -> Callable[..., None]:
    made: Callable[..., None] = numba.njit(cache=True, error_model="numpy", parallel=threads)(function)
    return made


def gigabytes_a_second(megabytes: int, repeats: int) -> dict[str, list[float]]:
    """Copy and triad, float32 and float64, one thread and all of them; arrays of so many megabytes each."""
    found: dict[str, list[float]] = {}
    serial = (_compiled(_copy, False), _compiled(_triad, False))
    threaded = (_compiled(_copy_threads, True), _compiled(_triad_threads, True))
    for kind in (np.float32, np.float64):
        size = megabytes * 1_000_000 // np.dtype(kind).itemsize
        a, b, c = (np.full(size, value, dtype=kind) for value in (1.0, 2.0, 0.0))
        sides: dict[str, Callable[[], Action]] = {}
        moved: dict[str, int] = {}
        for threads, (copy, triad) in ((1, serial), (numba.get_num_threads(), threaded)):
            who = "one thread" if threads == 1 and copy is serial[0] else f"all threads ({threads})"
            name = f"{np.dtype(kind).name}, {who}"
            sides[f"copy, {name}"] = _prepared(copy, a, c)
            sides[f"triad, {name}"] = _prepared(triad, a, b, c, kind(3.0))
            moved |= {f"copy, {name}": 2 * a.nbytes, f"triad, {name}": 3 * a.nbytes}
        for prepare in sides.values():
            prepare()()  # compiles, and touches the pages of memory
        for name, seconds in in_turn(sides, repeats, wall_seconds).items():
            found[name] = [moved[name] / one / 1e9 for one in seconds]
    return found


def _prepared(kernel: Callable[..., None], *arguments: Any) -> Callable[[], Action]:
    return lambda: lambda: kernel(*arguments)


def rows(megabytes: int, repeats: int, breadth: float) -> tuple[list[Row], float]:
    """Return rows of the table, and the floor of a voter's month in ns: in one pass, at one thread's best bandwidth.

    The best of all repeats counts, as in STREAM, so that other load on the machine does not raise the floor.
    """
    found = gigabytes_a_second(megabytes, repeats)
    made = [Row(name, 0, values, "GB a second") for name, values in found.items()]
    best = max(max(values) for name, values in found.items() if name.endswith("one thread"))
    apart, together = month_bytes(breadth)
    made += [
        Row("bytes of a voter-month, kernel after kernel", 0, [apart], "bytes"),
        Row("bytes of a voter-month, in one pass (the floor)", 0, [together], "bytes"),
        Row("floor of a voter-month, kernel after kernel, one thread", 0, [apart / best], "ns"),
        Row("floor of a voter-month, in one pass, one thread", 0, [together / best], "ns"),
    ]
    return made, together / best
