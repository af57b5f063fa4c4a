"""Tables on disk: csv by declared columns, one row at a time, and the same table as Parquet."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .files import PARTIAL, disk_errors_in_one_line, replaced_atomically

EMPTY, WHOLE, REAL, TEXT = 0, 1, 2, 3
"""Kinds of a column's values, each able to hold those before it."""
_BLOCK_BYTES = 1 << 20


def write_csv(path: Path, columns: Sequence[str], added: set[str], rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Write a table, replaced in one step; returns the kind of each column's values.

    A row must have every column and may have those `added` beside them. Floats by repr, truth as 1 and 0, a missing
    value empty, UTF-8, line feeds. Raises ValueError, naming it, for a column declared or present only on one side.
    """
    declared = set(columns)
    kinds = dict.fromkeys(columns, EMPTY)
    with replaced_atomically(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            if not declared <= row.keys() or not row.keys() <= declared | added:
                wrong = sorted((declared - row.keys()) | (row.keys() - declared - added))
                raise ValueError(f"run {row['key']}: column {wrong[0]!r} is declared or present, but not both")
            for column in columns:
                kind = _kind(row[column])
                if kind > kinds[column]:
                    kinds[column] = kind
            writer.writerow([_cell(row[column]) for column in columns])
    return kinds


def _kind(value: Any) -> int:
    if value is None:
        return EMPTY
    if isinstance(value, bool | int):
        return WHOLE
    return REAL if isinstance(value, float) else TEXT


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)


def write_parquet(path: Path, table: Path, kinds: Mapping[str, int]) -> None:
    """Write a csv `table` as Parquet, a block at a time so that memory stays flat; replaced in one step.

    Columns are int64, double or string by their kind (an empty column is a string); an empty cell is null.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    types = {EMPTY: pa.string(), WHOLE: pa.int64(), REAL: pa.float64(), TEXT: pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in kinds.items()])
    convert = pa_csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=True)
    read = pa_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False)
    partial = path.with_name(path.name + PARTIAL)
    with disk_errors_in_one_line(path):
        try:
            with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
                if table.stat().st_size > len(",".join(kinds)) + 1:
                    for batch in pa_csv.open_csv(table, read_options=read, convert_options=convert):
                        writer.write_batch(batch)
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
            partial.replace(path)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
