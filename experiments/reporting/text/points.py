"""Printed effects at every design point: a block per outcome, a row per combination of factor values."""

from __future__ import annotations

import math

from ..effects import Effect, Effects, PointEffect, title_of
from ..point_labels import value_text
from .wording import wrapped

WIDTH = 100
MOST_ROWS = 40
MOST_REPEATED = 16
"""Rows that are printed for every outcome; more are printed for the first alone."""
_GAP = "  "
_HEADS = ("pairs", "P at b=0", "P exposed", "difference [95% interval]", "MC error")
_MEANS = ("pairs", "at b=0", "exposed", "difference [95% interval]", "MC error")


def effect_lines(effects: Effects, events: tuple[str, ...], most: int = MOST_ROWS) -> list[str]:
    """Return the printed tables of a study's effects: at most `most` rows each, WIDTH columns wide.

    Rows that are not printed, and factors for which there is no space, are counted.
    """
    rows = effects.rows[:most]
    if not rows:
        return []
    labels, hidden = _labels(effects, rows)
    lines = []
    printed = effects.outcomes if len(rows) <= MOST_REPEATED else effects.outcomes[:1]
    for outcome in printed:
        heads = _HEADS if outcome in events else _MEANS
        cells = [_cells(row, row.effects[outcome]) for row in rows]
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        numbers = [
            _GAP.join(f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True)) for line in (heads, *cells)
        ]
        lines += [
            *wrapped(title_of(outcome)),
            *(f"{label}{_GAP}{line}" for label, line in zip(labels, numbers, strict=True)),
            "",
        ]
    if len(rows) < len(effects.rows):
        lines.append(f"The first {len(rows)} of {len(effects.rows):,} rows by factor values; summary.csv has all.")
    if len(rows) > MOST_REPEATED:
        spreads = [words for name in effects.outcomes if (words := effects.spread(name))]
        lines += [f"Difference over all rows, {words}." for words in spreads]
    if hidden:
        lines.append(f"Not shown: {hidden} more factor{'s' * (hidden != 1)}; summary.csv has their values.")
    return [
        *lines,
        "Difference: exposed minus zero exposure, by replicate. MC error: its Monte Carlo standard error.",
    ]


def _labels(effects: Effects, rows: tuple[PointEffect, ...]) -> tuple[list[str], int]:
    """Return the left part of head and rows, as wide as the numbers leave room, and the number of factors left out."""
    columns = [[effects.names[name], *(value_text(row.values[name]) for row in rows)] for name in effects.factors]
    if effects.arms_differ or not columns:
        columns.append(["arm", *(row.arm for row in rows)])
    room = WIDTH - len(_GAP.join(_HEADS)) - 2
    kept: list[list[str]] = []
    for column in columns:
        width = max(map(len, column))
        if kept and width + len(_GAP) > room:
            break
        room -= width + len(_GAP)
        kept.append([f"{cell:>{width}}" for cell in column])
    return [_GAP.join(cells) for cells in zip(*kept, strict=True)], len(columns) - len(kept)


def _cells(row: PointEffect, effect: Effect) -> tuple[str, ...]:
    change = "-"
    if math.isfinite(effect.difference):
        change = f"{effect.difference:+.3f} [{_signed(effect.low)}, {_signed(effect.high)}]"
    return (f"{row.pairs}", _plain(effect.zero), _plain(effect.exposed), change, _plain(effect.error))


def _plain(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "-"


def _signed(value: float) -> str:
    return f"{value:+.3f}" if math.isfinite(value) else "-"
