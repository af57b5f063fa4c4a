"""Historical cases: policies that a later government inherited. Reads a case file and reports every mistake in it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from ...agents.user_input import TextFileError, csv_rows, shown
from ..errors import UserError
from .case_columns import COLUMNS, RECORD_ENDS, CellError, Value, months_between

TERM_MONTHS = 48
"""Months after a change of government in which a reversal counts."""
AGE_SLACK = 1
"""Months by which a stated age may differ from the two dates, which are coded by month."""
MOST_MISTAKES = 1_000
"""Lines of an error at most; a file of 1 MiB can hold a million wrong cells."""

_MOST_CELLS = 100
_BY_NAME = {column.name: column for column in COLUMNS}
_COARSEST_BREADTH = 0.005


class Case(NamedTuple):
    """One case, a field for each column of a case file (COLUMNS). Months are YYYY-MM; an empty cell is None."""

    id: str
    group: str
    jurisdiction: str
    policy: str
    enacted: str
    enacting_party: str | None
    opposed_took_office: str
    age_months_at_alternation: int
    alternation: bool
    exposed_millions: float
    adults_millions: float
    breadth_b: float
    stake_years_income: str | None
    stake_mid: float
    visibility: float
    partisan_skew: float
    vested: bool
    grandfathered: bool
    legal_layer: str
    unified_opposed_gov: bool
    default_on_inaction: str
    contested_at_issue: int
    attempt: int
    attempt_48m: int
    enacted_reversal_any: int
    reversal_48m: int
    enacted_reversal_full: int
    severity: float
    months_to_reversal: int | None
    blocked_by: str | None
    status_outcome: str | None
    status_exposure: str | None
    source: str | None
    sunset: str | None = None
    on_money: bool | None = None


class _Row(NamedTuple):
    """A row of the file: its number in a spreadsheet, its cells by column, and the values of the correct cells."""

    number: int
    cells: dict[str, str]
    values: dict[str, Value]


def shipped_cases_file() -> Path:
    """Return the path of the case file in the package."""
    return Path(__file__).with_name("cases.csv")


def transition(case: Case) -> str:
    """Return the change of government behind a case: jurisdiction and year, such as "US 2009"."""
    return f"{case.jurisdiction} {case.opposed_took_office[:4]}"


def horizon_months(case: Case) -> int:
    """Return for how many months after the change of government the outcome is known, 48 at most."""
    return min(TERM_MONTHS, months_between(case.opposed_took_office, RECORD_ENDS))


def read_cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of a csv file, in the order of its rows; columns stand in any order.

    Raises UserError with one line for every mistake: file, row as a spreadsheet counts it, column, value, and what is
    allowed.
    """
    try:
        header, *lines = [[cell.strip() for cell in row] for row in csv_rows(path)] or [[]]
    except TextFileError as error:
        raise UserError(f"case file {path} cannot be read: {error}") from None
    problems = list(_header_mistakes(header))
    rows = list(_rows(header, lines, problems)) if set(header) & set(_BY_NAME) else []
    problems += _repeated_ids(rows)
    if not rows and not problems:
        problems.append("row 1: holds no cases below its header")
    if len(problems) > MOST_MISTAKES:
        problems[MOST_MISTAKES:] = [f"and {len(problems) - MOST_MISTAKES} mistakes more"]
    if problems:
        raise UserError("\n".join(f"case file {path}, {problem}" for problem in problems))
    fields: list[dict[str, Any]] = [row.values for row in rows]
    return tuple(Case(**values) for values in fields)


def _header_mistakes(header: Sequence[str]) -> Iterator[str]:
    known, present = list(_BY_NAME), set(header)
    if not present & set(known):
        yield f"row 1: {shown(','.join(header))} names no known column; allowed, with commas: {', '.join(known)}"
        return
    if len(header) > _MOST_CELLS:
        yield f"row 1: has {len(header):,} cells; allowed: {len(known)} columns"
        return
    missing = [column.name for column in COLUMNS if not column.optional and column.name not in present]
    for name in dict.fromkeys(header):
        if name not in _BY_NAME:
            near = next(iter(difflib.get_close_matches(name[:100], known, n=1, cutoff=0.5)), None)
            hint = f"; did you mean {near!r}" * bool(near) + ", which is missing" * (near in missing) + "?" * bool(near)
            yield f"row 1, column {shown(name)}: unknown; allowed: {', '.join(known)}{hint}"
            missing = [column for column in missing if column != near]
    for name, count in Counter(header).items():
        if count > 1 and name in _BY_NAME:
            yield f"row 1, column {name}: stands {count} times; allowed: once"
    for name in missing:
        yield f"row 1, column {name}: missing; it holds: {_BY_NAME[name].meaning}"


def _rows(header: Sequence[str], lines: Sequence[Sequence[str]], problems: list[str]) -> Iterator[_Row]:
    """Yield the rows that have a cell for each column of the header; an empty line is no case."""
    for number, line in enumerate(lines, start=2):
        if not any(line):
            continue
        if len(line) != len(header):
            problems.append(f"row {number}: has {len(line)} cells; allowed: {len(header)}, as in the header")
            continue
        row = _Row(number, dict(zip(header, line, strict=True)), {})
        for name in row.cells:
            if name in _BY_NAME:
                try:
                    row.values[name] = _BY_NAME[name].read(row.cells[name])
                except CellError:
                    problems.append(_line(row, name, _BY_NAME[name].kind.allowed))
        problems += [_line(row, name, allowed) for name, allowed in _contradictions(row)]
        yield row


def _line(row: _Row, name: str, allowed: str) -> str:
    return f"row {row.number}, column {name}: {shown(row.cells[name])} is not possible; allowed: {allowed}"


def _contradictions(row: _Row) -> Iterator[tuple[str, str]]:
    """Yield the columns that contradict others of the row, and what is allowed, where all of these are correct."""
    values: dict[str, Any] = row.values
    if {"exposed_millions", "adults_millions", "breadth_b"} <= set(values):
        share = values["exposed_millions"] / values["adults_millions"]
        if not _is_rounded(row.cells["breadth_b"], values["breadth_b"], share):
            yield "breadth_b", f"exposed_millions / adults_millions = {share:.5g}, rounded"
    if {"enacted", "opposed_took_office"} <= set(values):
        age = months_between(values["enacted"], values["opposed_took_office"])
        if age < 0:
            yield "enacted", f"no later than opposed_took_office, {values['opposed_took_office']}"
        elif abs(values.get("age_months_at_alternation", age) - age) > AGE_SLACK:
            yield "age_months_at_alternation", f"{age}, the months from enacted to opposed_took_office"
    if values.get("sunset") is not None:
        if values.get("default_on_inaction") == "keeps":
            yield "sunset", "empty, because default_on_inaction is keeps"
        elif values["sunset"] < values.get("opposed_took_office", ""):
            yield "sunset", f"no earlier than opposed_took_office, {values['opposed_took_office']}"


def _is_rounded(cell: str, value: float, share: float) -> bool:
    """Return whether a cell writes a share to its last decimal, of two at least; 0 only if the share is 0."""
    if value == share or 0.0 in (value, share):
        return value == share
    half = 0.5 * 10.0 ** int(Decimal(cell).normalize().as_tuple().exponent)
    return abs(value - share) <= min(half, _COARSEST_BREADTH) * (1.0 + 1e-9) + 1e-12


def _repeated_ids(rows: Sequence[_Row]) -> Iterator[str]:
    first: dict[str, int] = {}
    for row in rows:
        name = row.values.get("id")
        if isinstance(name, str) and first.setdefault(name, row.number) != row.number:
            yield _line(row, "id", f"an id of its own; row {first[name]} has this one")
