"""A table as a Stata data set (.dta) with labels of variables and values, written block by block (constant memory)."""

from __future__ import annotations

import io
import re
import struct
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..storage.atomic_files import partial_file, remove_file
from ..storage.columns import Column
from ..storage.tables import arrow_source, system_memory

if TYPE_CHECKING:
    import pandas as pd

LONGEST_NAME, LONGEST_LABEL = 32, 80
"""Limits of Stata, in characters."""
MOST_CATEGORIES = 65_536
"""Limit of Stata: values with a label, in one column."""
YES_NO = "0 or 1"
"""Unit of columns whose values mean no and yes."""
_BLOCK_ROWS = 1_000
"""5,000 rows at once hold 20 MB more in the memory of a coordinator."""
_IDENTIFIERS = frozenset({"key", "outcome_hash"})
"""Columns of hashes, all of one length, which are texts and no categories."""
_LARGEST_INT32, _LARGEST_EXACT = 2_147_483_620, 2**53
_VERSION: Final = 118
"""Format of Stata 14 and later, whose texts are UTF-8."""
_TIME = datetime(1980, 1, 1)
_ORDER: dict[str, Any] = {"byteorder": "<"}
_COUNT, _MAP = b"<N>", b"<map>"
_OFFSETS = struct.Struct("<14q")
_DATA, _AFTER_DATA = 9, 10
"""Places in the map of a Stata file: start of its rows, and of what follows them."""

_WORDS = """
aggregate alias array boolean break byte case catch class colvector complex const continue default delegate delete do
double else eltypedef end enum explicit export external float for friend function global goto if in inline int local
long NULL pragma protected quad rowvector short strL typedef typename using virtual with
_all _b _coef _cons _n _N _pi _pred _rc _se _skip
"""
_RESERVED = frozenset(_WORDS.split())
"""Words that Stata and its library of matrices keep for themselves."""


class _Kind(NamedTuple):
    """How a column is stored: a pandas type, or the words that its labelled codes stand for, in order."""

    dtype: str
    words: tuple[str, ...] = ()


def stata_names(names: Iterable[str]) -> dict[str, str]:
    """Return a valid and unique Stata name for each column: letters, digits and _, at most 32 characters."""
    chosen: dict[str, str] = {}
    for name in names:
        valid = re.sub(r"[^0-9A-Za-z_]", "_", name)[:LONGEST_NAME]
        if not valid or valid[0].isdigit() or valid in _RESERVED or re.fullmatch(r"str\d+", valid):
            valid = f"_{valid}"[:LONGEST_NAME]
        candidate, number = valid, 1
        while candidate in chosen.values():
            number += 1
            candidate = f"{valid[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
        chosen[name] = candidate
    return chosen


def variable_label(column: Column, name: str) -> str:
    """Return the label of a column: its own name if Stata's differs, its meaning and unit, cut at 80 characters."""
    unit = f" ({column.unit})" if column.unit and column.unit != YES_NO else ""
    text = f"{column.meaning}{unit}" if column.name == name else f"{column.name}: {column.meaning}{unit}"
    return textwrap.shorten(text, LONGEST_LABEL, placeholder="...")


def write_stata(path: Path, table: Path, columns: Sequence[Column], title: str) -> str:
    """Write a Parquet file `table` as a Stata data set, atomically; return "", or one line why it was left out.

    Columns of 0 and 1 get the value labels no and yes; words get value labels in the order of their first row. The same
    table gives the same bytes. Where it is left out, an earlier file is removed.
    """
    import pyarrow.parquet as pq

    with system_memory(), arrow_source(table) as source:
        file = pq.ParquetFile(source)
        kinds = _kinds(file, {column.name for column in columns if column.unit == YES_NO})
        crowded = [name for name, kind in kinds.items() if len(kind.words) > MOST_CATEGORIES]
        if crowded:
            remove_file(path)
            return f"No {path.name}: {crowded[0]} has more than {MOST_CATEGORIES:,} different words, Stata's limit"
        names = stata_names(kinds)
        known = {column.name: column for column in columns}
        options = {
            "data_label": title[:LONGEST_LABEL],
            "variable_labels": {own: variable_label(known[name], own) for name, own in names.items()},
            "value_labels": {names[name]: {0: "no", 1: "yes"} for name, kind in kinds.items() if kind.dtype == "int8"},
        }
        blocks = (_prepared(frame, kinds).rename(columns=names) for frame in _frames(file))
        with partial_file(path) as stream:
            for piece in _joined((_encoded(block, options) for block in blocks), file.metadata.num_rows):
                stream.write(piece)
    return ""


def _frames(file: Any, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
    """Yield the table in blocks; an empty table in one."""
    if file.metadata.num_rows == 0:
        yield file.read(columns=columns).to_pandas()
    for batch in file.iter_batches(_BLOCK_ROWS, columns=columns, use_threads=False):
        yield batch.to_pandas()


def _kinds(file: Any, yes_no: set[str]) -> dict[str, _Kind]:
    """Return how each column is stored, from a first pass over integers and words."""
    import pyarrow as pa

    schema = file.schema_arrow
    kinds = {field.name: _Kind("float64") for field in schema}
    whole = {field.name for field in schema if pa.types.is_integer(field.type)}
    words: dict[str, dict[str, None]] = {field.name: {} for field in schema if pa.types.is_string(field.type)}
    words = {name: seen for name, seen in words.items() if name not in _IDENTIFIERS}
    largest, missing = dict.fromkeys(whole, 0), set()
    for frame in _frames(file, [*whole, *words]):
        for name in whole:
            if frame[name].isna().any():
                missing.add(name)
            elif len(frame):
                largest[name] = max(largest[name], int(frame[name].max()), -int(frame[name].min()))
        for name, seen in words.items():
            seen.update(dict.fromkeys(frame[name].dropna().unique()))
    for name in whole - missing:
        if name in yes_no and largest[name] <= 1:
            kinds[name] = _Kind("int8")
        elif largest[name] <= _LARGEST_EXACT:
            kinds[name] = _Kind("int32" if largest[name] <= _LARGEST_INT32 else "float64")
        else:
            kinds[name] = _Kind(
                "category", tuple(dict.fromkeys(str(v) for f in _frames(file, [name]) for v in f[name]))
            )
    for name, seen in words.items():
        if seen:  # a column without any value is stored as missing numbers
            kinds[name] = _Kind("category", tuple(seen))
    return kinds | {name: _Kind("object") for name in schema.names if name in _IDENTIFIERS}


def _prepared(frame: pd.DataFrame, kinds: Mapping[str, _Kind]) -> pd.DataFrame:
    import pandas as pd

    def stored(name: str, kind: _Kind) -> Any:
        values: Any = frame[name]
        if kind.dtype == "category":
            as_words = values.astype(str).astype(object).where(values.notna(), None)
            return pd.Categorical(as_words, categories=list(kind.words))
        return values.astype(kind.dtype)

    return pd.DataFrame({name: stored(name, kind) for name, kind in kinds.items()})


def _encoded(block: pd.DataFrame, options: Mapping[str, Any]) -> bytes:
    stream = io.BytesIO()
    block.to_stata(stream, write_index=False, version=_VERSION, time_stamp=_TIME, **_ORDER, **options)
    return stream.getvalue()


def _joined(files: Iterator[bytes], rows: int) -> Iterator[bytes]:
    """Yield the bytes of one Stata file with the rows of all `files`, which differ in their rows alone.

    Rows have one width, so the number of rows and the place of everything after them are known from the first file.
    """
    first = next(files)
    count = first.index(_COUNT) + len(_COUNT)
    places = first.index(_MAP) + len(_MAP)
    offsets = list(_OFFSETS.unpack_from(first, places))
    start, end = offsets[_DATA] + len(b"<data>"), offsets[_AFTER_DATA] - len(b"</data>")
    (here,) = struct.unpack_from("<q", first, count)
    added = (end - start) // here * (rows - here) if here else 0
    head = bytearray(first[:start])
    struct.pack_into("<q", head, count, rows)
    _OFFSETS.pack_into(head, places, *(o + added if place >= _AFTER_DATA else o for place, o in enumerate(offsets)))
    yield bytes(head)
    yield first[start:end]
    for file in files:
        yield file[start : len(file) - (len(first) - end)]
    yield first[end:]
