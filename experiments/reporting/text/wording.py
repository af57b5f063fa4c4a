"""Sentences that every report prints."""

from __future__ import annotations

import textwrap

NOTICE = "A laboratory, not a forecast and not advice."

IN_RANGE, MISS, NO_CASE, NO_AIM = "in range", "MISS", "no case", "no aim"
"""Verdicts of `moat targets` on an estimate and its range."""

WIDTH = 120


def wrapped(line: str) -> list[str]:
    """Return a line in pieces that fit WIDTH; pieces after the first are indented by two more characters."""
    if len(line) <= WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
