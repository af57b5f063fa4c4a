"""Calibration facts of the model and their loader.

Each row of `parameters.csv` is one fact with its citation. `status`: `seen` at the source, `derived` by arithmetic,
from `memory` (unverified, and never used to fit a main result), or `assumed`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..user_input import TextFileError, csv_rows, plain_number, shown

COLUMNS = ("block", "parameter", "value", "low", "high", "unit", "source", "status", "use")
FILE = "parameters.csv"
STATUSES = ("seen", "derived", "memory", "assumed")


class CalibrationError(ValueError):
    """A calibration folder that cannot be used; the message is one line."""


class Fact(NamedTuple):
    """One row of parameters.csv."""

    block: str
    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    status: str
    use: str

    @property
    def role(self) -> str:
        """Return the role in the parameter tree: input, swept, fitted or target."""
        first = self.use.split()[0]
        return {"input": "input", "SWEEP": "swept", "FIT": "fitted", "TARGET": "target"}[first]


def shipped_folder() -> Path:
    """Return the folder of the facts shipped with the package."""
    return Path(__file__).parent


@cache
def shipped_facts() -> dict[str, Fact]:
    """Return the shipped facts by parameter name."""
    return load_facts(shipped_folder())


def load_facts(folder: Path) -> dict[str, Fact]:
    """Read parameters.csv of a calibration folder.

    Raises CalibrationError in one line: the error, the file and row, and what is allowed.
    """
    path = folder / FILE
    try:
        lines = [line for line in csv_rows(path) if line]
    except TextFileError as error:
        raise CalibrationError(f"calibration file {path} cannot be read: {error}") from None
    header, rows = tuple(lines[0]) if lines else (), lines[1:]
    if header != COLUMNS:
        raise CalibrationError(f"calibration file {path} must start with the header {','.join(COLUMNS)}")
    if not rows:
        raise CalibrationError(f"calibration file {path} holds no rows")
    facts: dict[str, Fact] = {}
    for number, cells in enumerate(rows, start=2):
        fact = _fact(cells, f"calibration file {path}, row {number}")
        if fact.name in facts:
            raise CalibrationError(
                f"calibration file {path}, row {number}: {shown(fact.name, quotes=False)} is given twice"
            )
        facts[fact.name] = fact
    return facts


def _fact(cells: list[str], place: str) -> Fact:
    if len(cells) != len(COLUMNS):
        raise CalibrationError(f"{place}: must have {len(COLUMNS)} columns ({','.join(COLUMNS)})")
    row = dict(zip(COLUMNS, cells, strict=True))
    numbers = []
    for column in ("value", "low", "high"):
        number = plain_number(row[column])
        if number is None:
            raise CalibrationError(
                f"{place}: {column} of {shown(row['parameter'], quotes=False)} is {shown(row[column])}, not a number"
            )
        numbers.append(float(number))
    value, low, high = numbers
    if not low <= value <= high:
        raise CalibrationError(
            f"{place}: value {value:g} of {shown(row['parameter'], quotes=False)} is outside its range "
            f"{low:g} to {high:g}"
        )
    if row["status"] not in STATUSES:
        raise CalibrationError(f"{place}: status is {shown(row['status'])}; allowed: {', '.join(STATUSES)}")
    if row["use"].split()[:1] not in (["input"], ["SWEEP"], ["FIT"], ["TARGET"]):
        raise CalibrationError(f"{place}: use is {shown(row['use'])}; allowed: input, SWEEP, FIT, TARGET")
    return Fact(row["block"], row["parameter"], value, low, high, row["unit"], row["source"], row["status"], row["use"])
