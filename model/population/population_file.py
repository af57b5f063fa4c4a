"""Reads a population file, one person a row, and names every mistake. Imports no numpy."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ...agents.user_input import MOST_TABLE_BYTES, TextFileError, csv_rows, plain_number, shown

MOST_MISTAKES = 20


class PopulationFileError(ValueError):
    """A population file that cannot be used; the message holds the mistakes, one line each."""


class Mistakes(list[str]):
    """The first MOST_MISTAKES lines, and the number of all: a file of millions of wrong rows fills no memory."""

    number = 0

    def append(self, line: str) -> None:
        """Keep a line if there is room, and count it."""
        self.number += 1
        if self.number <= MOST_MISTAKES:
            super().append(line)


class FileColumn(NamedTuple):
    """One column of a population file: name, allowed range, unit and meaning, whether it must be there."""

    name: str
    low: float
    high: float
    meaning: str
    required: bool = False
    whole: bool = False
    open_low: bool = False


FILE_COLUMNS = (
    FileColumn("age", 18.0, 110.0, "years", required=True),
    FileColumn("income", 0.0, 1e12, "USD a year", required=True, open_low=True),
    FileColumn("partisanship", -50.0, 50.0, "logit, positive to the R party"),
    FileColumn("vote_r", 0.001, 0.999, "probability to vote R rather than D, all else equal"),
    FileColumn("plan", 0.0, 1e12, "USD in the 401(k)", required=True),
    FileColumn("ira", 0.0, 1e12, "USD in the IRA", required=True),
    FileColumn("weight", 0.0, 1e12, "people a row stands for"),
    FileColumn("eligible", 0.0, 1.0, "0 or 1: has a plan or an IRA", whole=True),
    FileColumn("contribution", 0.0, 1e9, "USD a month, deferral and match"),
    FileColumn("equity", 0.0, 1.0, "share of the balance in stocks"),
    FileColumn("attention", 0.0, 1.0, "0-1, to one's own account"),
    FileColumn("belief", 0.0, 1e3, "ratio, mean 1: feared loss over the average voter's", open_low=True),
    FileColumn("ideal_base", 0.0, 1.0, "policy scale 0-1"),
    FileColumn("turnout_presidential", -20.0, 20.0, "logit"),
    FileColumn("turnout_midterm", -20.0, 20.0, "logit"),
    FileColumn("direct_owner", 0.0, 1.0, "0 or 1: owns crypto outside retirement accounts", whole=True),
)
"""Every column a population file may have."""

ID = "id"
"""Column of any text that names a person, for the ends of a network's ties; no model quantity."""
_BY_NAME = {column.name: column for column in FILE_COLUMNS}


@dataclass(frozen=True, slots=True)
class PersonTable:
    """Persons of a file in its order: column names, values by person then column, and ids if the file has them."""

    names: tuple[str, ...]
    values: array[float]
    ids: tuple[str, ...] | None = None

    def __len__(self) -> int:
        """Return the number of persons."""
        return len(self.values) // len(self.names)

    @property
    def weighted(self) -> bool:
        """Return whether persons are drawn by weight, so that a world may have any number of voters."""
        return "weight" in self.names


def read_persons(path: Path) -> PersonTable:
    """Read a population file; PopulationFileError with every mistake up to MOST_MISTAKES."""
    rows = csv_rows(path, MOST_TABLE_BYTES)
    problems, numbers, values = Mistakes(), array("q"), array("d")
    ids: dict[str, int] = {}
    try:
        header = [cell.strip() for cell in next(rows, [])]
        for line in _header_mistakes(header):
            problems.append(line)
        if not problems:
            _read_rows(rows, header, numbers, values, ids, problems)
    except TextFileError as error:
        raise PopulationFileError(f"population file {path} cannot be read: {error}") from None
    if not problems and not numbers:
        problems.append("holds no persons below its header")
    if not problems:
        names = tuple(name for name in header if name != ID)
        table = PersonTable(names, values, tuple(ids) if ID in header else None)
        for line in _contradictions(table, numbers):
            problems.append(line)
    if problems:
        raise _error(path, problems)
    return table


def _read_rows(
    rows: Iterator[list[str]],
    header: Sequence[str],
    numbers: array[int],
    values: array[float],
    ids: dict[str, int],
    problems: Mistakes,
) -> None:
    """Append the number of each row, its values and its id.

    A number is that of a spreadsheet, where the header is row 1. An empty line is no person.
    """
    columns = [_BY_NAME.get(name) for name in header]
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        numbers.append(number)
        if len(row) != len(columns):
            problems.append(f"row {number}: has {len(row)} cells, the header has {len(columns)}")
            continue
        for column, cell in zip(columns, row, strict=True):
            if column is None:
                _read_id(cell.strip(), number, ids, problems)
                continue
            value = plain_number(cell)
            if value is None or not _allowed(column, value):
                problems.append(
                    f"row {number}, column {column.name}: {shown(cell.strip())} is not {_described(column)}"
                )
            else:
                values.append(value)


def _read_id(name: str, number: int, ids: dict[str, int], problems: Mistakes) -> None:
    if not name:
        problems.append(f"row {number}, column {ID}: is empty; allowed: a name or number of this person alone")
    elif ids.setdefault(name, number) != number:
        problems.append(f"row {number}, column {ID}: {shown(name)} is also the id of row {ids[name]}")


def _error(path: Path, problems: Mistakes) -> PopulationFileError:
    lines = [f"population file {path}, {problem}" for problem in problems]
    if problems.number > len(problems):
        lines.append(f"population file {path}, and {problems.number - len(problems)} mistakes more")
    return PopulationFileError("\n".join(lines))


def _header_mistakes(header: Sequence[str]) -> Iterator[str]:
    for name in header:
        if name not in _BY_NAME and name != ID:
            yield f"row 1: unknown column {shown(name)}; allowed: {', '.join(_BY_NAME)}, {ID}"
    for name in sorted(name for name, count in Counter(header).items() if count > 1):
        yield f"row 1: column {shown(name, quotes=False)} is given twice"
    for column in FILE_COLUMNS:
        if column.required and column.name not in header:
            yield f"row 1: column {column.name} ({column.meaning}) is missing"
    leans = [name for name in ("partisanship", "vote_r") if name in header]
    if len(leans) != 1:
        yield f"row 1: one column of partisanship and vote_r is needed; there {'are both' if leans else 'is none'}"


def _allowed(column: FileColumn, value: float) -> bool:
    if column.whole and value != int(value):
        return False
    return column.low <= value <= column.high and not (column.open_low and value == column.low)


def _described(column: FileColumn) -> str:
    if column.whole:
        return f"0 or 1 ({column.meaning})"
    kind = "a number above" if column.open_low else "a number from"
    joint = "up to" if column.open_low else "to"
    return f"{kind} {column.low:g} {joint} {column.high:g} ({column.meaning})"


def _contradictions(table: PersonTable, numbers: Sequence[int]) -> Iterator[str]:
    width = len(table.names)
    persons = {name: table.values[place::width] for place, name in enumerate(table.names)}
    if "eligible" in persons:
        money = [persons[name] for name in ("plan", "ira", "contribution") if name in persons]
        for index, eligible in enumerate(persons["eligible"]):
            if eligible == 0.0 and any(column[index] > 0.0 for column in money):
                yield f"row {numbers[index]}, column eligible: 0, but plan, ira or contribution is above 0"
    if table.weighted and not math.fsum(persons["weight"]) > 0.0:
        yield "column weight: all weights are 0; at least one must be above 0"
