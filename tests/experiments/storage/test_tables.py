"""A table as csv and as Parquet: the same numbers, text and missing values, whatever comes first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from political_moat.experiments.storage.tables import arrow_source, read_results, write_csv, write_parquet

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


@pytest.mark.parametrize("columns", [["key", "x"], ["key", "x", "y", "z"]])
def test_a_column_on_one_side_only_is_named_and_the_old_table_stays(tmp_path: Path, columns: list[str]) -> None:
    (tmp_path / "t.csv").write_text("old", encoding="utf-8")
    with pytest.raises(ValueError, match=r"run a: column .[yz]. is declared or present, but not both"):
        write_csv(tmp_path / "t.csv", columns, set(), [{"key": "a", "x": 1, "y": 2}])
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("t.csv", "old")]


def test_a_table_reads_as_plain_csv(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"key": "a", "share": 1 / 3, "flag": True, "months": None, "court": 'stayed, "vacated"\nlater'},
        {"key": "b", "share": 0.0, "flag": False, "months": 7, "court": ""},
    ]
    write_csv(tmp_path / "t.csv", list(rows[0]), set(), rows)
    frame = pd.read_csv(tmp_path / "t.csv", dtype={"share": str}, keep_default_na=False, na_values={"months": [""]})
    assert [float(text) for text in frame["share"]] == [1 / 3, 0.0]
    assert frame["flag"].tolist() == [1, 0]
    assert frame["months"].isna().tolist() == [True, False]
    assert frame["court"].tolist() == [row["court"] for row in rows]
    assert b"\r" not in (tmp_path / "t.csv").read_bytes()


def test_seeds_of_64_bits_are_whole_numbers_in_both(tmp_path: Path) -> None:
    rows = [{"key": "a", "seed": seed} for seed in (0, 2**63, 2**64 - 1)]
    kinds = write_csv(tmp_path / "t.csv", ["key", "seed"], set(), rows)
    write_parquet(tmp_path / "t.parquet", tmp_path / "t.csv", kinds)
    column = pq.read_table(tmp_path / "t.parquet")["seed"]
    assert (str(column.type), column.to_pylist()) == ("uint64", [0, 2**63, 2**64 - 1])


def test_arrow_reads_a_path_itself_and_a_file_only_where_the_path_is_not_utf_8(tmp_path: Path) -> None:
    """Threads of Arrow that read an open file of Python can abort a process at its exit (seen in 1 of 40 scripts)."""
    with arrow_source(tmp_path / "t.csv") as source:
        assert source == str(tmp_path / "t.csv")
    if sys.platform == "linux":
        odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
        odd.write_bytes(b"key\na\n")
        with arrow_source(odd) as source:
            assert not isinstance(source, str)
            assert source.read() == b"key\na\n"


ROOT = Path(__file__).parents[3]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_numbers_are_read_as_they_were_written(tmp_path: Path, numbers: list[float]) -> None:
    file = tmp_path / "numbers.csv"
    write_csv(file, ["number"], set(), [{"number": number} for number in [0.5, *numbers]])
    assert read_results(file)["number"].tolist() == [0.5, *numbers]


def test_only_an_empty_cell_is_missing(tmp_path: Path) -> None:
    """A rule of the user's own may be called null; a history's gap may be empty among numbers."""
    file = tmp_path / "runs.csv"
    rows = [{"rule": "null", "gap": 0.5}, {"rule": "NA", "gap": None}]
    write_csv(file, ["rule", "gap"], set(), rows)
    table = read_results(file)
    assert table["rule"].tolist() == ["null", "NA"]
    assert table["gap"].dtype == float
    assert table["gap"].isna().tolist() == [False, True]


def test_the_package_reads_csv_files_in_this_one_way() -> None:
    readers = {
        file.relative_to(ROOT).as_posix()
        for room in ("agents", "model", "experiments", "viz")
        for file in (ROOT / room).rglob("*.py")
        if "read_csv(" in file.read_text(encoding="utf-8")
    }
    assert readers == {"experiments/storage/tables.py"}
