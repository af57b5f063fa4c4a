"""A targets file is read whatever program wrote it; every mistake is one line with its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.matching.targets_file import Target, read_targets

HEADER = "name,value,error,discrepancy,source"
KNOWN = ("turnover", "unified", "drop_out")
TEXT = f'{HEADER}\nturnover,.45,0.05,.02,"Record, 1948 to 2024"\n\ndrop_out,1.2e-1,0,.02,Panel\n'
TARGETS = (
    Target("turnover", 0.45, 0.05, 0.02, "Record, 1948 to 2024"),
    Target("drop_out", 0.12, 0.0, 0.02, "Panel"),
)


def mistakes(folder: Path, text: str, known: tuple[str, ...] | None = KNOWN) -> list[str]:
    file = folder / "targets.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        read_targets(file, known)
    start = f"targets file {file}: "
    lines = str(refused.value).splitlines()
    assert all(line.startswith(start) for line in lines)
    return [line.removeprefix(start) for line in lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_targets_are_read_whatever_program_wrote_them(tmp_path: Path, encoding: str, end: str) -> None:
    (tmp_path / "targets.csv").write_bytes(TEXT.replace("\n", end).encode(encoding))
    assert read_targets(tmp_path / "targets.csv", KNOWN) == TARGETS


def test_columns_stand_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("source, value,name,discrepancy,error\nPoll,2,any name,0,.5\n")
    assert read_targets(tmp_path / "t.csv") == (Target("any name", 2.0, 0.5, 0.0, "Poll"),)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (
            "turnovr,.4,.1,0,s",
            "name 'turnovr' is unknown; allowed: an estimate that the model can simulate; did you mean",
        ),
        (",.4,.1,0,s", "name is empty"),
        ("turnover,much,.1,0,s", "value = 'much' is not possible; allowed: a number"),
        ("turnover,nan,.1,0,s", "value = 'nan' is not possible; allowed: a number"),
        ("turnover,1e999,.1,0,s", "value = '1e999' is not possible; allowed: a number"),
        ("turnover,.4,-.1,0,s", "error = '-.1' is not possible; allowed: a number of at least 0"),
        ("turnover,.4,.1,,s", "discrepancy = '' is not possible; allowed: a number of at least 0"),
        ("turnover,.4,.1,inf,s", "discrepancy = 'inf' is not possible; allowed: a number of at least 0"),
        ("turnover,.4,0,0.0,s", "error and discrepancy are both 0"),
        ("turnover,.4,.1,0,", "source is empty"),
        ("turnover,.4,.1,0", "4 cells; allowed: 5"),
        ("unified,.4,.1,0,s", "name 'unified' stands in an earlier row; allowed: each target once"),
    ],
)
def test_a_wrong_row_gives_a_line_with_its_number(tmp_path: Path, row: str, line: str) -> None:
    (message,) = mistakes(tmp_path, f"{HEADER}\nunified,.5,.1,0,s\n\n{row}\n")
    assert message.startswith(f"row 4: {line}")


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    rows = "turnovr,x,.1,0,s\nunified,.5,0,0,\n"
    assert [line.split(":")[0] for line in mistakes(tmp_path, f"{HEADER}\n{rows}")] == ["row 2"] * 2 + ["row 3"] * 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [f"column {name} is missing" for name in HEADER.split(",")]),
        (HEADER, ["no target"]),
        ("name,value,eror,discrepancy,source\na,1,1,1,s\n", ["column error is missing", "column 'eror' is unknown"]),
        (f"{HEADER},name\na,1,1,1,s,a\n", ["column name stands twice"]),
    ],
)
def test_a_wrong_header_and_an_empty_file_are_named(tmp_path: Path, text: str, lines: list[str]) -> None:
    found = mistakes(tmp_path, text, None)
    assert len(found) == len(lines)
    assert all(message.startswith(line) for message, line in zip(found, lines, strict=True))


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^targets file .*absent\.csv cannot be read: No such file or directory$"):
        read_targets(tmp_path / "absent.csv", None)


def test_a_file_of_many_mistakes_shows_the_first_and_counts_the_rest(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"{HEADER}\n" + "turnover,x,1,1,s\n" * 200)
    with pytest.raises(UserError) as refused:
        read_targets(tmp_path / "t.csv", KNOWN)
    assert "more mistakes" in str(refused.value).splitlines()[-1]
