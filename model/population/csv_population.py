"""A user's population: a csv file of persons instead of people drawn from the calibration."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from ...agents.draws import Draws
from ...agents.electorate.electorate import Electorate
from ...agents.user_input import MOST_TABLE_BYTES, TextFileError, csv_rows, plain_number, shown
from ..parameters.tree import Parameters
from .builder import electorate_of
from .traits import Everybody, author_sign, draw_traits

Reals = npt.NDArray[np.float64]
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

_BY_NAME = {column.name: column for column in FILE_COLUMNS}
_NOT_TRAITS = ("partisanship", "vote_r", "plan", "ira", "weight")


def population_from_csv(
    path: str | Path, parameters: Parameters | None = None, seed: int = 0, replicate: int = 0
) -> Electorate:
    """Return the electorate of a csv file, one row a person, for `World(parameters, seed, replicate, population=...)`.

    Columns are FILE_COLUMNS: age, income, plan, ira and either partisanship or vote_r are required; other absent
    columns are drawn from the model at (seed, replicate). electorate.voters must be the number of rows; with a column
    `weight` that many people are drawn from the rows, in proportion to it. People come in an order drawn at random,
    since a poll's panel is a block of the population. Raises PopulationFileError naming file, row, column and what is
    allowed, up to 20 mistakes at once.
    """
    p = parameters or Parameters()
    place, draws = Path(path), Draws(seed, replicate)
    columns = read_columns(place)
    rows = _rows_taken(place, columns, p.electorate.voters, draws)
    columns = {name: values[rows] for name, values in columns.items()}
    if "vote_r" in columns:
        columns["partisanship"] = logit(columns["vote_r"])
    balance = columns["plan"] + columns["ira"]
    columns.setdefault("eligible", np.where(balance + columns.get("contribution", 0.0) > 0.0, 1.0, 0.0))
    traits = draw_traits(
        p,
        Everybody(draws, rows.size),
        {name: values for name, values in columns.items() if name not in _NOT_TRAITS}
        | {"lean": author_sign(p) * columns["partisanship"], "balance": balance},
    )
    return electorate_of(p, draws, traits, columns["plan"], columns["ira"])


def read_columns(path: Path) -> dict[str, Reals]:
    """Read the columns of a population file by name; PopulationFileError with every mistake up to MOST_MISTAKES."""
    rows = csv_rows(path, MOST_TABLE_BYTES)
    problems, numbers, values = Mistakes(), array("q"), array("d")
    try:
        header = [cell.strip() for cell in next(rows, [])]
        for line in _header_mistakes(header):
            problems.append(line)
        if not problems:
            _read_persons(rows, [_BY_NAME[name] for name in header], numbers, values, problems)
    except TextFileError as error:
        raise PopulationFileError(f"population file {path} cannot be read: {error}") from None
    if not problems and not numbers:
        problems.append("holds no persons below its header")
    if problems:
        raise _error(path, problems)
    table = np.asarray(values).reshape(len(numbers), len(header))
    persons = {name: table[:, place].copy() for place, name in enumerate(header)}
    for line in _contradictions(persons, numbers):
        problems.append(line)
    if problems:
        raise _error(path, problems)
    return persons


def _read_persons(
    rows: Iterator[list[str]],
    columns: Sequence[FileColumn],
    numbers: array[int],
    values: array[float],
    problems: Mistakes,
) -> None:
    """Append the number of each row and its values.

    A number is that of a spreadsheet, where the header is row 1. An empty line is no person.
    """
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        numbers.append(number)
        if len(row) != len(columns):
            problems.append(f"row {number}: has {len(row)} cells, the header has {len(columns)}")
            continue
        for column, cell in zip(columns, row, strict=True):
            value = plain_number(cell)
            if value is None or not _allowed(column, value):
                problems.append(
                    f"row {number}, column {column.name}: {shown(cell.strip())} is not {_described(column)}"
                )
            else:
                values.append(value)


def _error(path: Path, problems: Mistakes) -> PopulationFileError:
    lines = [f"population file {path}, {problem}" for problem in problems]
    if problems.number > len(problems):
        lines.append(f"population file {path}, and {problems.number - len(problems)} mistakes more")
    return PopulationFileError("\n".join(lines))


def _header_mistakes(header: Sequence[str]) -> Iterator[str]:
    for name in header:
        if name not in _BY_NAME:
            yield f"row 1: unknown column {shown(name)}; allowed: {', '.join(_BY_NAME)}"
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


def _contradictions(persons: dict[str, Reals], numbers: Sequence[int]) -> Iterator[str]:
    if "eligible" in persons:
        money = persons["plan"] + persons["ira"] + persons.get("contribution", np.zeros(len(numbers)))
        for index in np.flatnonzero((persons["eligible"] == 0.0) & (money > 0.0)).tolist():
            yield f"row {numbers[index]}, column eligible: 0, but plan, ira or contribution is above 0"
    if "weight" in persons and not persons["weight"].sum() > 0.0:
        yield "column weight: all weights are 0; at least one must be above 0"


def _rows_taken(path: Path, persons: dict[str, Reals], voters: int, draws: Draws) -> npt.NDArray[np.int64]:
    """Return the file row of each voter, in random order; with weights by systematic sampling; shape (voters,)."""
    weights = persons.pop("weight", None)
    size = persons["age"].size
    if weights is None:
        if size != voters:
            raise PopulationFileError(
                f"population file {path}, has {size} persons, but electorate.voters is {voters}: set electorate.voters "
                f'to {size} (with_values({{"electorate.voters": {size}}})), or add a column weight to draw from'
            )
        return np.argsort(draws.uniforms("order of a population file", size), kind="stable")
    edges = np.cumsum(weights) / weights.sum()
    points = (np.arange(voters) + draws.uniform("start in a population file")) / voters
    taken = np.minimum(np.searchsorted(edges, points, side="right"), np.flatnonzero(weights)[-1])
    return np.asarray(taken[np.argsort(draws.uniforms("order of a population file", voters), kind="stable")])
