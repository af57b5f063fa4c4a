"""Clocks, interleaved repeats and rows of the one table that `table.py` prints."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

Action = Callable[[], object]


class Aim(NamedTuple):
    """Target of a median: a least or a largest value."""

    least: float | None = None
    most: float | None = None

    def text(self, median: float) -> str:
        """Return the aim in words, and whether it was met or missed."""
        missed = (self.least is not None and median < self.least) or (self.most is not None and median > self.most)
        words = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        return f"{words}: {'MISSED' if missed else 'met'}"


NO_AIM = Aim()


class Row(NamedTuple):
    """One line: quantity, number of voters (0: irrelevant), values of the repeats, unit, aim."""

    what: str
    voters: int
    values: Sequence[float]
    unit: str
    aim: Aim = NO_AIM


def processor_seconds(action: Action) -> float:
    """Return this process's processor time (user and system, all threads) for one call without garbage collection."""
    return _seconds(action, time.process_time)


def wall_seconds(action: Action) -> float:
    """Return the wall time of one call without garbage collection, seconds."""
    return _seconds(action, time.perf_counter)


def _seconds(action: Action, clock: Callable[[], float]) -> float:
    gc.collect()
    gc.disable()
    try:
        start = clock()
        action()
        return clock() - start
    finally:
        gc.enable()


def in_turn(
    sides: Mapping[str, Callable[[], Action]],
    repeats: int,
    clock: Callable[[Action], float] = processor_seconds,
) -> dict[str, list[float]]:
    """Return the seconds of every side, measured in turn, so that other load on the machine affects all sides alike.

    A side is a function that prepares (untimed) and returns the timed action. The order rotates by one every repeat.
    """
    names = list(sides)
    found: dict[str, list[float]] = {name: [] for name in names}
    for repeat in range(repeats):
        turn = repeat % len(names)
        for name in names[turn:] + names[:turn]:
            found[name].append(clock(sides[name]()))
    return found


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the ratio of every repeat."""
    return [one / other for one, other in zip(above, below, strict=True)]


def number(value: float) -> str:
    """Return a number as text: four significant digits, or whole with separated thousands from 10,000 on."""
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}"


def table(sections: Mapping[str, Sequence[Row]]) -> str:
    """Return the Markdown table: section, what, voters, median, lowest, highest, unit, aim."""
    lines = [
        "| section | what | voters | median | lowest | highest | unit | aim |",
        "|---|---|---:|---:|---:|---:|---|---|",
    ]
    for section, rows in sections.items():
        for row in rows:
            median = statistics.median(row.values)
            cells = [number(one) for one in (median, min(row.values), max(row.values))]
            aim = "" if row.aim == NO_AIM else row.aim.text(median)
            voters = f"{row.voters:,}" if row.voters else ""
            lines.append(f"| {section} | {row.what} | {voters} | {' | '.join(cells)} | {row.unit} | {aim} |")
    return "\n".join(lines)
