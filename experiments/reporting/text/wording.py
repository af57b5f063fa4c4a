"""Sentences that every report prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

NOTICE = "A laboratory, not a forecast and not advice."
MORE = "every table: the same command with --verbose"

BEYOND_COVERAGE = (
    "* beyond current coverage: holders without an account get an IRA with the median balance of their age."
)

IN_RANGE, MISS, NO_CASE, NO_AIM = "in range", "MISS", "no case", "no aim"
"""Verdicts of `moat targets` on an estimate and its range."""

WIDTH, SCREEN = 100, 80
"""Columns: the widest line that is printed, and a line of a usual terminal."""


def collapsed(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return rows of a label and its cells; neighbours with equal cells are one row, "0.05 to 0.2"."""
    groups: list[tuple[list[str], str]] = []
    for label, cells in rows:
        if groups and groups[-1][1] == cells:
            groups[-1][0].append(label)
        else:
            groups.append(([label], cells))
    return [(labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}", cells) for labels, cells in groups]


def wrapped(line: str, width: int = WIDTH, hang: int = 2) -> list[str]:
    """Return a line in pieces that fit `width`; pieces after the first are indented by `hang` more characters."""
    if len(line) <= width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + hang)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
