"""Sentences that every report prints."""

from __future__ import annotations

import textwrap

NOTICE = "A laboratory, not a forecast and not advice."
MORE = "every table: the same command with --verbose"

IN_RANGE, MISS, NO_CASE, NO_AIM = "in range", "MISS", "no case", "no aim"
"""Verdicts of `moat targets` on an estimate and its range."""

WIDTH, SCREEN = 100, 80
"""Columns: the widest line that is printed, and a line of a usual terminal."""


def wrapped(line: str, width: int = WIDTH, hang: int = 2) -> list[str]:
    """Return a line in pieces that fit `width`; pieces after the first are indented by `hang` more characters."""
    if len(line) <= width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + hang)
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
