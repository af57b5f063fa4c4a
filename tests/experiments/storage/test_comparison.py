"""Where a file differs from the same file made anew."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from political_moat.experiments.storage.comparison import Difference, difference

TABLE = "key,x,y\na,1,\nb,2,two\nc,3,\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (TABLE, None),
        (TABLE.replace("two", "six"), Difference("line 3, column y", "six, made anew two")),
        (TABLE.replace("a,1,", "a,1,9"), Difference("line 2, column y", "9, made anew ''")),
        (TABLE.replace("key,x", "key,z"), Difference("line 1", "other columns than made anew")),
        (TABLE.replace("b,2,two\n", ""), Difference("line 3", "2 rows, made anew 3; missing, first key b")),
        ("key,x,y\n", Difference("line 2", "0 rows, made anew 3; missing, first key a")),
        ("", Difference("line 1", "other columns than made anew")),
        (TABLE + "a,1,\n", Difference("line 5", "4 rows, made anew 3; doubled key a")),
        (TABLE + "d,4,\n", Difference("line 5", "4 rows, made anew 3; foreign key d")),
        (TABLE.replace("a,1,", "a,1"), Difference("line 2", "2 cells, made anew 3")),
        (TABLE.replace("\n", "\r\n"), Difference("", "the same table in other bytes")),
        ("\x00\n", Difference("line 1", "other columns than made anew")),
    ],
)
def test_a_table_differs_at_a_line_and_a_column(tmp_path: Path, text: str, wanted: Difference | None) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode())
    (tmp_path / "b.csv").write_bytes(TABLE.encode())
    assert difference(tmp_path / "a.csv", tmp_path / "b.csv") == wanted


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"one\ntwo\n", None),
        (b"one\nsix\n", Difference("line 2", "other text than made anew")),
        (b"one\n", Difference("line 2", "other text than made anew")),
        (b"one\r\ntwo\n", Difference("", "the same lines in other bytes")),
        (b"\xff\xfe", Difference("", "other bytes than made anew")),
    ],
)
def test_a_text_differs_at_a_line(tmp_path: Path, content: bytes, wanted: Difference | None) -> None:
    (tmp_path / "a.md").write_bytes(content)
    (tmp_path / "b.md").write_bytes(b"one\ntwo\n")
    assert difference(tmp_path / "a.md", tmp_path / "b.md") == wanted


def test_parquet_differs_at_a_row_and_a_column(tmp_path: Path) -> None:
    def compared(columns: dict[str, list[object]], **options: object) -> Difference | None:
        pq.write_table(pa.table(columns), tmp_path / "a.parquet", **options)
        return difference(tmp_path / "a.parquet", tmp_path / "b.parquet")

    table: dict[str, list[object]] = {"key": ["a", "b"], "x": [1, 2]}
    pq.write_table(pa.table(table), tmp_path / "b.parquet")
    assert compared(table) is None
    assert compared(table | {"x": [1, 3]}) == Difference("row 2, column x", "3, made anew 2")
    assert compared(table | {"x": [1.0, 2.0]}) == Difference("column x", "another type than made anew")
    assert compared({"key": ["a"], "x": [1]}) == Difference("", "1 rows, made anew 2")
    assert compared({"key": ["a", "b"]}) == Difference("", "other columns than made anew")
    assert compared(table, compression="gzip") == Difference("", "the same table in other bytes")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    different = difference(tmp_path / "a.parquet", tmp_path / "b.parquet")
    assert different is not None
    assert different.what.startswith("not a Parquet table")


def test_parquet_of_another_writer_is_equal_if_the_table_is(tmp_path: Path) -> None:
    pq.write_table(pa.table({"key": ["a", "b"]}), tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    written = f"parquet-cpp-arrow version {pa.__version__}".encode()
    assert written in content
    (tmp_path / "b.parquet").write_bytes(content.replace(written, written[:-1] + b"!"))
    assert difference(tmp_path / "a.parquet", tmp_path / "b.parquet") is None
