"""A case file is read as it stands, in any order; every mistake is one line with row, column and what is allowed."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from political_moat.experiments.errors import UserError
from political_moat.experiments.record.case_columns import COLUMNS, months_between
from political_moat.experiments.record.cases import (
    MOST_MISTAKES,
    Case,
    horizon_months,
    read_cases,
    shipped_cases_file,
    transition,
)

DOCS = Path(__file__).parents[3] / "docs"
NAMES = [column.name for column in COLUMNS]
SHIPPED = read_cases(shipped_cases_file())
WRONG = {
    "text that is not empty": ("", "  "),
    "a month as YYYY-MM": ("2009", "2009-13", "2009-1", "Jan-09", "2009-01-20", "", "２００９-01"),
    "a month as YYYY-MM, or empty": ("2009", "2009-00", "never"),
    "a month as YYYY-MM before 2026-06, where the record ends": ("2009", "2026-06", "2029-01", ""),
    "y or n": ("Y", "yes", "1", "", "true"),
    "y or n, or empty": ("Y", "1", "none"),
    "0 or 1": ("2", "-1", "y", "", ".5"),
    "a whole number of 0 or more": ("-1", "3.5", "x", "", "1_0"),
    "a whole number of 0 or more, or empty": ("-1", "3.5", "never"),
    "a number of 0 or more": ("-.1", "nan", "1,5", "", "$3", "inf"),
    "a number above 0": ("0", "-1", "x", ""),
    "a number from 0 to 1": ("1.01", "-.1", "50%", ""),
    "a number from -1 to 1": ("1.01", "-1.1", "D", ""),
    "rule, guidance, statute or EO": ("decree", "Rule", "eo", ""),
    "keeps or lapses": ("keep", "y", ""),
}
"""Cells that no column with these words may hold."""
WRONG_CELLS = [(column.name, cell) for column in COLUMNS for cell in WRONG.get(column.kind.allowed, ())]


def cells_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: list[dict[str, str]], columns: list[str] | None = None) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, columns or list(rows[0]), extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
    return path


def mistakes_of(path: Path) -> list[str]:
    """Lines of the error, without the name of the file, which each of them begins with."""
    with pytest.raises(UserError) as caught:
        read_cases(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"case file {path}, ") for line in lines)
    return [line.removeprefix(f"case file {path}, ") for line in lines]


def changed(path: Path, row: int, **cells: str) -> Path:
    """The shipped file with other cells in one row, counted as a spreadsheet does."""
    rows = cells_of(shipped_cases_file())
    rows[row - 2] |= cells
    return write(path, rows)


def test_the_shipped_cases_are_the_coded_ones() -> None:
    assert len(SHIPPED) == 53
    assert sum(case.alternation for case in SHIPPED) == 49
    assert len({case.id for case in SHIPPED}) == 53
    myra = next(case for case in SHIPPED if case.id == "MYRA")
    assert myra[:9] == ("MYRA", "A-EBSA", "US", "Treasury myRA accounts", "2014-01", "D", "2017-01", 36, True)
    assert myra[9:18] == (0.02, 250.0, 8e-05, ".001-.01", 0.003, 0.3, 0.2, True, True)
    assert myra[18:30] == ("guidance", True, "keeps", 0, 1, 1, 1, 1, 1, 1.0, 6, "none")
    assert myra.source == "Treasury via pionline, thehill: 20,000 funded, $34m, median $500"
    assert next(case for case in SHIPPED if case.id == "QDIA").months_to_reversal is None


def test_reversals_by_layer_and_contest_are_those_of_the_codebook() -> None:
    def reversed_of(layer: str, contested: int) -> tuple[int, int]:
        cell = [c for c in SHIPPED if c.alternation and (c.legal_layer, c.contested_at_issue) == (layer, contested)]
        return sum(case.reversal_48m for case in cell), len(cell)

    assert [reversed_of("rule", contested) for contested in (0, 1)] == [(0, 8), (11, 15)]
    assert [reversed_of("statute", contested) for contested in (0, 1)] == [(0, 1), (7, 13)]
    assert [reversed_of("guidance", contested) for contested in (0, 1)] == [(1, 2), (2, 5)]
    assert [reversed_of("EO", contested) for contested in (0, 1)] == [(1, 4), (1, 1)]


def test_lapse_and_budget_are_coded_for_the_laws_that_have_them() -> None:
    assert {case.id: case.sunset for case in SHIPPED if case.sunset} == {"EPTC": "2025-12", "VEETC": "2010-12"}
    assert {case.id for case in SHIPPED if case.default_on_inaction == "lapses"} == {"EPTC", "VEETC"}
    assert {case.legal_layer for case in SHIPPED if case.on_money is not None} == {"statute"}
    assert all(case.on_money is not None for case in SHIPPED if case.legal_layer == "statute")
    assert {case.id for case in SHIPPED if case.on_money is False} == {"RFS", "SS05"}


def test_a_file_without_the_optional_columns_reads_the_same_otherwise(tmp_path: Path) -> None:
    without = write(tmp_path / "c.csv", cells_of(shipped_cases_file()), NAMES[:-2])
    assert read_cases(without) == tuple(case._replace(sunset=None, on_money=None) for case in SHIPPED)


def test_a_transition_is_a_jurisdiction_and_a_year() -> None:
    assert {transition(case) for case in SHIPPED if case.alternation} == {
        *(f"US {year}" for year in (1993, 2001, 2009, 2017, 2021, 2025)),
        *("UK 1997", "UK 2010", "EE 2019"),
    }


@pytest.mark.parametrize(
    ("month", "months"), [("2009-01", 48), ("2022-06", 48), ("2022-07", 47), ("2025-01", 17), ("2026-05", 1)]
)
def test_outcomes_are_known_for_a_term_or_until_the_record_ends(month: str, months: int) -> None:
    assert horizon_months(SHIPPED[0]._replace(opposed_took_office=month)) == months


def test_months_are_counted_across_years() -> None:
    assert months_between("1999-12", "2000-01") == 1
    assert months_between("2000-01", "1999-12") == -1
    assert months_between("1935-08", "2001-01") == 785


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_order_of_columns_and_rows_reads_the_same_cases(tmp_path: Path, seed: int) -> None:
    source, rows, names = random.Random(seed), cells_of(shipped_cases_file()), NAMES.copy()
    order = list(range(len(rows)))
    source.shuffle(names)
    source.shuffle(order)
    file = write(tmp_path / "c.csv", [rows[place] for place in order], names)
    assert read_cases(file) == tuple(SHIPPED[place] for place in order)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wrong=st.sampled_from(WRONG_CELLS), row=st.integers(2, 54))
def test_a_wrong_cell_is_one_line_that_names_row_column_and_value(
    tmp_path: Path, wrong: tuple[str, str], row: int
) -> None:
    column, cell = wrong
    allowed = next(known.kind.allowed for known in COLUMNS if known.name == column)
    lines = mistakes_of(changed(tmp_path / "c.csv", row, **{column: cell}))
    assert lines == [f"row {row}, column {column}: {cell.strip()!r} is not possible; allowed: {allowed}"]


def test_every_column_but_notes_has_wrong_cells_in_the_test_above() -> None:
    tested = {column for column, _ in WRONG_CELLS}
    assert {column.name for column in COLUMNS if column.kind.allowed != "any text, or empty"} == tested


def test_all_mistakes_are_reported_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = cells_of(shipped_cases_file())
    rows[0] |= {"visibility": "2", "legal_layer": "decree"}
    rows[52] |= {"severity": "x"}
    lines = mistakes_of(write(tmp_path / "c.csv", rows))
    assert [re.match(r"row (\d+), column (\w+):", line).groups() for line in lines] == [  # type: ignore[union-attr]
        ("2", "visibility"),
        ("2", "legal_layer"),
        ("54", "severity"),
    ]


CONTRADICTIONS: list[tuple[dict[str, str], str, str]] = [
    ({"breadth_b": "0.5"}, "breadth_b: '0.5'", "exposed_millions / adults_millions = 0.25862, rounded"),
    ({"breadth_b": "0.25863"}, "breadth_b: '0.25863'", "exposed_millions / adults_millions = 0.25862, rounded"),
    ({"breadth_b": "0"}, "breadth_b: '0'", "exposed_millions / adults_millions = 0.25862, rounded"),
    ({"exposed_millions": "30"}, "breadth_b: '0.25862'", "exposed_millions / adults_millions = 0.12931, rounded"),
    ({"exposed_millions": "0"}, "breadth_b: '0.25862'", "exposed_millions / adults_millions = 0, rounded"),
    (
        {"age_months_at_alternation": "83"},
        "age_months_at_alternation: '83'",
        "81, the months from enacted to opposed_took_office",
    ),
    (
        {"enacted": "2003-04"},
        "age_months_at_alternation: '81'",
        "69, the months from enacted to opposed_took_office",
    ),
    ({"enacted": "2009-02"}, "enacted: '2009-02'", "no later than opposed_took_office, 2009-01"),
    ({"sunset": "2010-12"}, "sunset: '2010-12'", "empty, because default_on_inaction is keeps"),
    (
        {"sunset": "2008-12", "default_on_inaction": "lapses"},
        "sunset: '2008-12'",
        "no earlier than opposed_took_office, 2009-01",
    ),
    ({"id": "QDIA"}, "id: 'QDIA'", "an id of its own; row 2 has this one"),
]


@pytest.mark.parametrize(("cells", "column", "allowed"), CONTRADICTIONS)
def test_a_cell_that_contradicts_others_is_one_line(
    tmp_path: Path, cells: dict[str, str], column: str, allowed: str
) -> None:
    lines = mistakes_of(changed(tmp_path / "c.csv", 2, **cells))
    row = 3 if "id" in cells else 2
    assert lines == [f"row {row}, column {column} is not possible; allowed: {allowed}"]


def test_rounding_of_breadth_and_of_ages_is_no_contradiction(tmp_path: Path) -> None:
    for breadth in ("0.25862", "0.2586", "0.259", "0.26", "2.5862E-01", "0.2586206896551724"):
        assert read_cases(changed(tmp_path / "c.csv", 2, breadth_b=breadth))[0].breadth_b == float(breadth)
    for age in ("80", "82"):
        assert read_cases(changed(tmp_path / "c.csv", 2, age_months_at_alternation=age))[0].id == "EDISC02"
    nobody = read_cases(changed(tmp_path / "c.csv", 2, exposed_millions="0", breadth_b="0"))[0]
    assert (nobody.exposed_millions, nobody.breadth_b) == (0.0, 0.0)
    later = changed(tmp_path / "c.csv", 2, sunset="2030-01", default_on_inaction="lapses")
    assert read_cases(later)[0].sunset == "2030-01"


def test_whole_numbers_may_be_written_as_spreadsheets_write_them(tmp_path: Path) -> None:
    case = read_cases(changed(tmp_path / "c.csv", 2, age_months_at_alternation="81.0", reversal_48m="1.0"))[0]
    assert (case.age_months_at_alternation, case.reversal_48m) == (81, 1)
    assert type(case.reversal_48m) is int


def test_a_misspelt_column_is_one_line_with_the_nearest_name(tmp_path: Path) -> None:
    rows = [
        {("visiblity" if name == "visibility" else name): cell for name, cell in row.items()}
        for row in cells_of(shipped_cases_file())
    ]
    assert mistakes_of(write(tmp_path / "c.csv", rows)) == [
        f"row 1, column 'visiblity': unknown; allowed: {', '.join(NAMES)}; did you mean 'visibility', which is missing?"
    ]


def test_columns_too_many_twice_and_missing_are_reported_with_the_wrong_cells(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    text = shipped_cases_file().read_text(encoding="utf-8").replace("visibility", "severity", 1)
    file.write_text(text.replace(",rule,", ",decree,", 1), encoding="utf-8")
    assert mistakes_of(file) == [
        "row 1, column severity: stands 2 times; allowed: once",
        "row 1, column visibility: missing; it holds: share of the stake that holders see",
        "row 2, column legal_layer: 'decree' is not possible; allowed: rule, guidance, statute or EO",
    ]
    rows = [row | {"x9": "1"} for row in cells_of(shipped_cases_file())]
    assert mistakes_of(write(file, rows)) == [f"row 1, column 'x9': unknown; allowed: {', '.join(NAMES)}"]


def test_a_row_of_another_length_is_one_line(tmp_path: Path) -> None:
    file, lines = tmp_path / "c.csv", shipped_cases_file().read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines[:3], "QDIA2,A-EBSA", *lines[3:]]), encoding="utf-8")
    assert mistakes_of(file) == ["row 4: has 2 cells; allowed: 35, as in the header"]


def test_a_file_of_something_else_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    names = ", ".join(NAMES)
    for text, start in (("", "''"), ("age;income\n45;50000\n", "'age;income'"), ("age,income\n45,5\n", "'age,income'")):
        file.write_text(text, encoding="utf-8")
        assert mistakes_of(file) == [f"row 1: {start} names no known column; allowed, with commas: {names}"]
    file.write_text(",".join(NAMES) + "\n,,,\n", encoding="utf-8")
    assert mistakes_of(file) == ["row 1: holds no cases below its header"]


def test_a_file_of_wrong_cells_alone_has_a_short_answer(tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_text(",".join(NAMES) + "\n" + ("x" + "," * 34 + "\n") * 2_000, encoding="utf-8")
    lines = mistakes_of(file)
    assert len(lines) == MOST_MISTAKES + 1
    # A row has 25 cells besides its id that may not be empty, and are; every id but the first is a repetition.
    assert lines[-1] == f"and {2_000 * 25 + 1_999 - MOST_MISTAKES} mistakes more"
    file.write_text(",".join([*NAMES, *map(str, range(90_000))]) + "\n", encoding="utf-8")
    assert mistakes_of(file) == ["row 1: has 90,035 cells; allowed: 35 columns"]


def test_no_number_however_written_stops_the_reader(tmp_path: Path) -> None:
    tiny = "1e-" + "9" * 30
    case = read_cases(changed(tmp_path / "c.csv", 2, exposed_millions="0", breadth_b=tiny))[0]
    assert case.breadth_b == 0.0
    lines = mistakes_of(changed(tmp_path / "c.csv", 2, exposed_millions="1e308", adults_millions="1e-300"))
    assert lines == [
        "row 2, column breadth_b: '0.25862' is not possible; allowed: exposed_millions / adults_millions = inf, rounded"
    ]


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for name, content, reason in (
        ("none.csv", None, "No such file or directory"),
        ("utf16.csv", "id,group".encode("utf-16"), "its encoding is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8)"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError) as caught:
            read_cases(tmp_path / name)
        assert str(caught.value) == f"case file {tmp_path / name} cannot be read: {reason}"


def test_a_file_saved_by_a_spreadsheet_is_the_same(tmp_path: Path) -> None:
    file, text = tmp_path / "c.csv", shipped_cases_file().read_text(encoding="utf-8")
    file.write_bytes((text + "," * 34 + "\n\n").replace("\n", "\r\n").encode("utf-8-sig"))
    assert read_cases(file) == SHIPPED


def test_cases_have_a_field_for_each_column_in_its_declared_type() -> None:
    assert list(Case._fields) == NAMES
    kinds = get_type_hints(Case)
    for case in SHIPPED:
        for name, value in case._asdict().items():
            assert type(value) in (get_args(kinds[name]) or (kinds[name],)), name


def test_the_codebook_describes_every_column() -> None:
    text = (DOCS / "cases.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\w+) \| (.+) \| (.+) \|$", text.partition("## Lapse")[0], re.MULTILINE)
    assert table[1:] == [(column.name, column.kind.allowed, column.meaning) for column in COLUMNS]
