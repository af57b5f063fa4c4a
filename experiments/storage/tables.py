"""Tables on disk: CSV files of declared columns, and the same tables as Parquet."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .atomic_files import partial_file, replaced_atomically

if TYPE_CHECKING:
    import pandas as pd

EMPTY, WHOLE, REAL, TEXT = 0, 1, 2, 3
"""Kinds of a column's values; each kind includes those before it."""
SEED = "seed"
"""The column that holds whole numbers up to 2^64 - 1."""
_BLOCK_BYTES = 1 << 20


def read_results(path: Path) -> pd.DataFrame:
    """Return a table of results as a frame: every number as it was written, an empty cell as a missing value.

    A word stays a word: "null" or "NA" may name a rule or an outcome of the user's own.
    """
    import pandas as pd

    options: dict[str, Any] = {"keep_default_na": False, "na_values": [""]}
    if int(pd.__version__.partition(".")[0]) < 3:  # it changes the last digit of many numbers unless asked not to
        options["float_precision"] = "round_trip"
    frame: pd.DataFrame = pd.read_csv(path, **options)
    return frame


def write_csv(path: Path, columns: Sequence[str], added: set[str], rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Write a table atomically; return the kind of each column's values.

    A row must have every column and may have those of `added`. Floats are written by repr, booleans as 1 and 0, missing
    values as empty cells; UTF-8, line feeds. Raises ValueError for a column that is declared but absent, or present but
    not declared.
    """
    declared = set(columns)
    allowed = declared | added
    checked: set[tuple[str, ...]] = set()
    plain: dict[tuple[type, ...], bool] = {}  # by the types of a row's cells: a table has few combinations
    with replaced_atomically(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            names = tuple(row)
            if names not in checked:
                wrong = sorted((declared - row.keys()) | (row.keys() - allowed))
                if wrong:
                    raise ValueError(f"run {row['key']}: column {wrong[0]!r} is declared or present, but not both")
                checked.add(names)
            cells = [row[column] for column in columns]
            types = tuple(map(type, cells))
            if types not in plain:
                plain[types] = _WRITTEN_BY_CSV.issuperset(types)
            writer.writerow(cells if plain[types] else map(_cell, cells))
    types_by_column = zip(*plain, strict=True) if plain else ((),) * len(columns)
    return {name: max(map(_kind, types), default=EMPTY) for name, types in zip(columns, types_by_column, strict=True)}


_WRITTEN_BY_CSV = frozenset({str, int, float, type(None)})
"""Types for which the csv module writes what `_cell` returns."""


def _kind(type_: type) -> int:
    if type_ is type(None):
        return EMPTY
    if issubclass(type_, int):
        return WHOLE
    return REAL if issubclass(type_, float) else TEXT


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)


@contextmanager
def arrow_source(path: Path) -> Iterator[str | BinaryIO]:
    """Yield a file as Arrow can read it: its path, or an open file where the path is not UTF-8.

    Threads of Arrow read an open file of Python; they can abort a process that exits meanwhile.
    """
    try:
        name = str(path)
        name.encode()
    except UnicodeEncodeError:
        with path.open("rb") as stream:
            yield stream
    else:
        yield name


@contextmanager
def system_memory() -> Iterator[None]:
    """Let Arrow take memory from the system: its own pool keeps what it frees, 15 MB more for 24,000 rows."""
    import pyarrow as pa

    pool = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(pool)


def write_parquet(path: Path, table: Path, kinds: Mapping[str, int]) -> None:
    """Write a CSV file `table` as Parquet, atomically and block by block (constant memory).

    Columns are int64 (seeds: uint64), double or string by their kind; an empty column is a string, an empty cell null.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    types = {EMPTY: pa.string(), WHOLE: pa.int64(), REAL: pa.float64(), TEXT: pa.string()}
    seeds = {SEED: pa.uint64()} if kinds.get(SEED) == WHOLE else {}
    schema = pa.schema([(name, seeds.get(name, types[kind])) for name, kind in kinds.items()])
    convert = pa_csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=True)
    read = pa_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False)
    with (
        system_memory(),
        partial_file(path) as stream,
        pq.ParquetWriter(stream, schema, compression="zstd") as writer,
        arrow_source(table) as rows,
    ):
        if table.stat().st_size > len(",".join(kinds)) + 1:
            for batch in pa_csv.open_csv(rows, read_options=read, convert_options=convert):
                writer.write_batch(batch)


def table_kinds(table: Path) -> dict[str, int]:
    """Return the kind of each column of a CSV file: from the Parquet file beside it, else from its cells."""
    parquet = table.with_suffix(".parquet")
    if parquet.is_file():
        return _parquet_kinds(parquet)
    with table.open(newline="", encoding="utf-8") as stream:
        rows = csv.reader(stream)
        names = next(rows)
        kinds = [EMPTY] * len(names)
        for row in rows:
            for place, cell in enumerate(row):
                if cell and kinds[place] < TEXT:
                    kinds[place] = max(kinds[place], _kind_of_cell(cell))
    return dict(zip(names, kinds, strict=True))


def _parquet_kinds(file: Path) -> dict[str, int]:
    """Return the kinds of a Parquet file that `write_parquet` wrote; an empty column counts as text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with arrow_source(file) as source:
        schema = pq.ParquetFile(source).schema_arrow
    return {
        field.name: WHOLE if pa.types.is_integer(field.type) else REAL if pa.types.is_floating(field.type) else TEXT
        for field in schema
    }


def _kind_of_cell(cell: str) -> int:
    if re.fullmatch(r"-?\d+", cell):
        return WHOLE
    try:
        return REAL if math.isfinite(float(cell)) else TEXT
    except ValueError:
        return TEXT
