"""Where a file of a results folder differs from the same file made anew: line and column where it can be."""

from __future__ import annotations

import csv
import io
import itertools
import struct
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from .tables import arrow_source

_CHUNK = 1 << 20
_SHOWN_CHARACTERS = 40


class Difference(NamedTuple):
    """The place of a difference ("" for the whole file), and what is different there."""

    place: str
    what: str


def difference(path: Path, anew: Path) -> Difference | None:
    """Return where a file first differs from `anew`; None if the bytes are equal.

    Parquet files that two versions of pyarrow wrote are equal if schema and values are.
    """
    if _same_bytes(path, anew):
        return None
    if path.suffix == ".parquet":
        return _parquet(path, anew)
    if path.suffix == ".dta":
        return _stata(path, anew)
    try:
        here, there = path.read_text(encoding="utf-8"), anew.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Difference("", "other bytes than made anew")
    if path.suffix == ".csv":
        try:
            return _table(_rows(here), _rows(there))
        except csv.Error:
            return Difference("", "not a csv table")
    return _lines(here.splitlines(), there.splitlines())


def _same_bytes(path: Path, anew: Path) -> bool:
    if path.stat().st_size != anew.stat().st_size:
        return False
    with path.open("rb") as here, anew.open("rb") as there:
        while chunk := here.read(_CHUNK):
            if chunk != there.read(_CHUNK):
                return False
    return True


def _rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))]


def _table(here: list[tuple[str, ...]], there: list[tuple[str, ...]]) -> Difference:
    """Compare two tables: rows that are missing, doubled or foreign come before single cells."""
    if here[:1] != there[:1]:
        return Difference("line 1", "other columns than made anew")
    header = there[0]
    if len(here) == len(there):
        for line, (row, wanted) in enumerate(zip(here, there, strict=True), 1):
            if row != wanted:
                return _cells(line, row, wanted, header)
        return Difference("", "the same table in other bytes")
    lacking, extra = Counter(there) - Counter(here), Counter(here) - Counter(there)
    counts = f"{len(here) - 1:,} rows, made anew {len(there) - 1:,}"
    if len(here) < len(there):
        line, row = next((line, row) for line, row in enumerate(there, 1) if row in lacking)
        return Difference(f"line {line}", f"{counts}; missing, first {_name(header, row)}")
    line, row = next((line, row) for line, row in reversed(list(enumerate(here, 1))) if row in extra)
    how = "doubled" if row in set(there) else "foreign"
    return Difference(f"line {line}", f"{counts}; {how} {_name(header, row)}")


def _cells(line: int, row: tuple[str, ...], wanted: tuple[str, ...], header: tuple[str, ...]) -> Difference:
    if len(row) != len(wanted):
        return Difference(f"line {line}", f"{len(row)} cells, made anew {len(wanted)}")
    name, value, right = next((name, a, b) for name, a, b in zip(header, row, wanted, strict=False) if a != b)
    return Difference(f"line {line}, column {name}", f"{_short(value)}, made anew {_short(right)}")


def _name(header: tuple[str, ...], row: tuple[str, ...]) -> str:
    return f"{header[0]} {row[0][:16]}" if row else "empty row"


def _short(value: Any) -> str:
    text = repr(value) if value in ("", None) else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def _lines(here: list[str], there: list[str]) -> Difference:
    for line, (text, wanted) in enumerate(itertools.zip_longest(here, there), 1):
        if text != wanted:
            return Difference(f"line {line}", "other text than made anew")
    return Difference("", "the same lines in other bytes")


def _parquet(path: Path, anew: Path) -> Difference | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with arrow_source(path) as recorded, arrow_source(anew) as made:
            writers = [pq.read_metadata(file).created_by for file in (recorded, made)]
            here, there = pq.read_table(recorded), pq.read_table(made)
    except (pa.ArrowException, OSError) as error:
        return Difference("", f"not a Parquet table ({str(error).splitlines()[0]})")
    different = _frames(here, there)
    if different is None and writers[0] != writers[1] and here.schema.equals(there.schema, check_metadata=True):
        return None
    return different or Difference("", "the same table in other bytes")


def _stata(path: Path, anew: Path) -> Difference:
    import pandas as pd
    import pyarrow as pa

    try:
        here, there = (pa.Table.from_pandas(pd.read_stata(file), preserve_index=False) for file in (path, anew))
    except (ArithmeticError, LookupError, OSError, TypeError, ValueError, struct.error) as error:
        return Difference("", f"not a Stata table ({(str(error).splitlines() or [''])[0]})")
    return _frames(here, there) or Difference("", "the same table in other bytes")


def _frames(here: Any, there: Any) -> Difference | None:
    """Compare two Arrow tables by columns, rows and values."""
    if here.schema.names != there.schema.names:
        return Difference("", "other columns than made anew")
    if here.num_rows != there.num_rows:
        return Difference("", f"{here.num_rows:,} rows, made anew {there.num_rows:,}")
    for name in here.schema.names:
        if here.schema.field(name).type != there.schema.field(name).type:
            return Difference(f"column {name}", "another type than made anew")
        if not here[name].equals(there[name]):
            values = zip(here[name].to_pylist(), there[name].to_pylist(), strict=True)
            row, value, right = next(((row, a, b) for row, (a, b) in enumerate(values, 1) if a != b), (0, "", ""))
            return Difference(f"row {row}, column {name}", f"{_short(value)}, made anew {_short(right)}")
    return None
