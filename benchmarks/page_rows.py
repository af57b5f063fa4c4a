"""Rows of the page's benchmark: how one is made, printed and passed from the process that measures it."""

from __future__ import annotations

import json
from typing import NamedTuple

MARK = "row "
WIDTHS = (58, 22, 14, 10)


class Row(NamedTuple):
    """A line of the table: quantity, Mesa's page, our page, the target, whether it is met (None: no target).

    cause: why the target is missed, as far as the measurement shows it; printed below a missed row only.
    """

    what: str
    mesa: str
    ours: str
    target: str
    met: bool | None
    cause: str = ""


def at_most(what: str, value: float, target: float, *, mesa: str = "-", form: str = ".2f", cause: str = "") -> Row:
    """Return a row whose value may not exceed its target."""
    return Row(what, mesa, format(value, form), f"<= {target:g}", value <= target, cause)


def at_least(what: str, value: float, target: float, *, mesa: str = "-", form: str = ".0f", cause: str = "") -> Row:
    """Return a row whose value must reach its target."""
    return Row(what, mesa, format(value, form), f">= {target:g}", value >= target, cause)


def percentile(values: list[float], share: float = 0.95) -> float:
    """Return the value that a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def give(*rows: Row) -> None:
    """Print rows for the process that collects them."""
    for row in rows:
        print(MARK + json.dumps(row), flush=True)


def read(line: str) -> Row | None:
    """Return the row of a line that `give` printed, or None for any other line."""
    return Row(*json.loads(line.removeprefix(MARK))) if line.startswith(MARK) else None


def line_of(*texts: str) -> str:
    """Return a line of the table."""
    first, *rest = (
        text.ljust(width) if n == 0 else text.rjust(width)
        for n, (text, width) in enumerate(zip(texts, WIDTHS, strict=True))
    )
    return " ".join((first, *rest))


def show(row: Row) -> None:
    """Print a row of the table, and the cause of a miss below it."""
    print(line_of(*row[:4]) + ("  MISSED" if row.met is False else ""), flush=True)
    if row.met is False and row.cause:
        print(f"    cause: {row.cause}", flush=True)
