"""Targets of history matching: what the record says, how well it is known, and how exact the model claims to be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ...agents.user_input import TextFileError, csv_rows, plain_number, shown
from ..errors import UserError
from ..protocols.messages import nearest
from ..studies.limits import joined


class Target(NamedTuple):
    """One number of the record. All numbers are in the unit of the simulated estimate of that name.

    error: standard error of the record. discrepancy: standard deviation of the model's own departure from the world,
    declared before the comparison. source: where the value comes from.
    """

    name: str
    value: float
    error: float
    discrepancy: float
    source: str


COLUMNS = Target._fields
_NUMBERS = ("value", "error", "discrepancy")


def read_targets(path: Path, known: Sequence[str] | None = None) -> tuple[Target, ...]:
    """Read the targets of a csv file with the columns of `COLUMNS`, in any order.

    known: names that can be simulated; None allows any. Raises UserError with a line for every mistake.
    """
    try:
        rows = [(number, cells) for number, cells in enumerate(csv_rows(path), start=1) if any(map(str.strip, cells))]
    except TextFileError as error:
        raise UserError(f"targets file {path} cannot be read: {error}") from None
    header = [cell.strip() for cell in rows[0][1]] if rows else []
    mistakes = _wrong_columns(header)
    if not mistakes and not rows[1:]:
        mistakes = ["no target; allowed: one row or more below the header"]
    targets: dict[str, Target] = {}
    for number, cells in rows[1:] if not mistakes else []:
        wrong, target = _row(header, cells, known)
        if target is not None and target.name in targets:
            wrong.append(f"name {shown(target.name)} stands in an earlier row; allowed: each target once")
        mistakes += [f"row {number}: {line}" for line in wrong]
        if target is not None:
            targets.setdefault(target.name, target)
    if mistakes:
        raise UserError(joined([f"targets file {path}: {line}" for line in mistakes]))
    return tuple(targets.values())


def _wrong_columns(header: Sequence[str]) -> list[str]:
    allowed = ", ".join(COLUMNS)
    lines = [f"column {name} is missing; allowed: {allowed}" for name in COLUMNS if name not in header]
    for place, name in enumerate(header):
        if name not in COLUMNS:
            lines.append(f"column {shown(name)} is unknown; allowed: {allowed}{nearest(name, COLUMNS)}")
        elif name in header[:place]:
            lines.append(f"column {name} stands twice; allowed: {allowed}, each once")
    return lines


def _row(header: Sequence[str], cells: Sequence[str], known: Sequence[str] | None) -> tuple[list[str], Target | None]:
    """Return the mistakes of a row, and its target if the name can be used."""
    if len(cells) != len(header):
        return [f"{len(cells)} cells; allowed: {len(header)}, as in the header"], None
    row = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
    wrong, name = [], row["name"]
    if not name:
        wrong.append("name is empty; allowed: the name of an estimate")
    elif known is not None and name not in known:
        hint = nearest(name, known) or f" (any of {', '.join(known)})"
        wrong.append(f"name {shown(name)} is unknown; allowed: an estimate that the model can simulate{hint}")
    numbers = {column: plain_number(row[column]) for column in _NUMBERS}
    for column, number in numbers.items():
        at_least = "" if column == "value" else " of at least 0"
        if number is None or (at_least and number < 0):
            wrong.append(f"{column} = {shown(row[column])} is not possible; allowed: a number{at_least}")
    if numbers["error"] == 0 and numbers["discrepancy"] == 0:
        wrong.append("error and discrepancy are both 0; allowed: at least one above 0, no record and no model is exact")
    if not row["source"]:
        wrong.append("source is empty; allowed: where the value comes from")
    value, error, discrepancy = (float(number or 0) for number in numbers.values())
    return wrong, Target(name, value, error, discrepancy, row["source"]) if name else None
