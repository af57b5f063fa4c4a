"""A table as csv and as Parquet: the same numbers, text and missing values, whatever comes first."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from political_moat.experiments.storage.tables import write_csv, write_parquet

CELLS = st.fixed_dictionaries(
    {
        "key": st.text("abcdef0123456789", min_size=1, max_size=8),
        "count": st.integers(-(2**60), 2**60),
        "share": st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-5, 5)),
        "words": st.one_of(st.none(), st.sampled_from(["none", "a, b", 'say "no"', "two\nlines", "é"])),
        "flag": st.booleans(),
        "empty": st.none(),
    }
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(CELLS, max_size=20))
def test_parquet_holds_what_the_csv_holds(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    columns = ["key", "count", "share", "words", "flag", "empty"]
    table, parquet = tmp_path / "t.csv", tmp_path / "t.parquet"
    kinds = write_csv(table, columns, set(), rows)
    write_parquet(parquet, table, kinds)
    found = pq.read_table(parquet)
    assert found.column_names == columns
    assert found.to_pylist() == [row | {"flag": int(bool(row["flag"]))} for row in rows]


def test_a_column_is_real_if_one_late_value_is(tmp_path: Path) -> None:
    rows = [{"key": "a", "x": 1}] * 100_000 + [{"key": "a", "x": 0.5}]
    kinds = write_csv(tmp_path / "t.csv", ["key", "x"], set(), rows)
    write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv", kinds)
    found = pq.read_table(tmp_path / "t.parquet")["x"]
    assert str(found.type) == "double"
    assert (found.to_pylist()[0], found.to_pylist()[-1]) == (1.0, 0.5)


def test_seeds_of_64_bits_are_whole_numbers_in_both(tmp_path: Path) -> None:
    rows = [{"key": "a", "seed": seed} for seed in (0, 2**63, 2**64 - 1)]
    kinds = write_csv(tmp_path / "t.csv", ["key", "seed"], set(), rows)
    write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv", kinds)
    column = pq.read_table(tmp_path / "t.parquet")["seed"]
    assert (str(column.type), column.to_pylist()) == ("uint64", [0, 2**63, 2**64 - 1])


def test_a_column_on_one_side_only_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="run a: column 'y' is declared or present, but not both"):
        write_csv(tmp_path / "t.csv", ["key", "x"], set(), [{"key": "a", "x": 1, "y": 2}])
    assert not list(tmp_path.iterdir())
