"""runs.dta opens with labels, holds what runs.csv holds, and has the same bytes each time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from results_folders import LITTLE, finished

from political_moat.experiments.interchange import stata
from political_moat.experiments.interchange.stata import stata_names, variable_label, write_stata
from political_moat.experiments.storage.columns import Column
from political_moat.experiments.storage.tables import read_results, write_csv, write_parquet

_ANY = (-math.inf, math.inf)
COLUMNS = (
    Column("key", "", *_ANY, "content of the run", "sha256"),
    Column("replicate", "number", 0.0, math.inf, "replicate", "count"),
    Column("arm", "", *_ANY, "name of the arm", "layer"),
    Column("a factor.with dots", "share of voters", 0.0, 1.0, "dose", "design"),
    Column("fell", "0 or 1", 0.0, 1.0, "policy fell", "any fall"),
    Column("months", "months", 0.0, math.inf, "months to the fall", "count"),
    Column("cause", "", *_ANY, "cause", "word"),
    Column("seed", "number", 0.0, math.inf, "seed", "given"),
)


def table(folder: Path, rows: list[dict[str, Any]]) -> Path:
    kinds = write_csv(folder / "runs.csv", [column.name for column in COLUMNS], set(), rows)
    write_parquet(folder / "runs.parquet", folder / "runs.csv", kinds)
    return folder / "runs.parquet"


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "key": f"{number:064x}",
            "replicate": number,
            "arm": f"arm {number % 3}",
            "a factor.with dots": number / 7,
            "fell": number % 2,
            "months": None if number % 2 else number,
            "cause": None if number % 4 else "größer",
            "seed": 2**63 + 1,
        }
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("little") / "out"
    finished(LITTLE, place)
    return place


def test_the_runs_of_a_study_open_with_labels(out: Path) -> None:
    with pd.io.stata.StataReader(out / "export" / "runs.dta") as reader:
        frame, names, values = reader.read(), reader.variable_labels(), reader.value_labels()
        assert reader.data_label == "political-moat: study little, preset calibrated, seed 20250807"
    runs = read_results(out / "export" / "runs.csv")
    assert list(frame.columns) == list(stata_names(runs.columns).values())
    assert names["party_office_rent"].startswith("party.office_rent: ")
    assert names["breadth"] == "share of voters holding (b) (share of voters)"
    assert all(0 < len(label) <= 80 for label in names.values())
    assert values["reversed"] == {0: "no", 1: "yes"}
    assert values["arm"] == dict(enumerate(dict.fromkeys(runs["arm"])))
    assert list(frame["reversed"]) == ["yes" if event else "no" for event in runs["reversed"]]
    for name in ("key", "arm", "severity", "months_to_reversal", "outcome_hash"):
        assert list(frame[name]) == list(runs[name])


def test_blocks_make_the_bytes_of_one_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = table(tmp_path, rows(23))
    assert write_stata(tmp_path / "whole.dta", parquet, COLUMNS, "title") == ""
    monkeypatch.setattr(stata, "_BLOCK_ROWS", 5)
    assert write_stata(tmp_path / "blocks.dta", parquet, COLUMNS, "title") == ""
    assert (tmp_path / "blocks.dta").read_bytes() == (tmp_path / "whole.dta").read_bytes()


def test_missing_values_words_and_large_numbers_survive(tmp_path: Path) -> None:
    write_stata(tmp_path / "x.dta", table(tmp_path, rows(9)), COLUMNS, "title")
    frame = pd.read_stata(tmp_path / "x.dta")
    assert len(frame) == 9
    assert frame["months"].isna().tolist() == [bool(number % 2) for number in range(9)]
    assert frame["months"].dropna().tolist() == [0, 2, 4, 6, 8]
    assert frame["cause"].dropna().tolist() == ["größer"] * 3
    assert set(frame["seed"]) == {str(2**63 + 1)}
    assert frame["a_factor_with_dots"].tolist() == [number / 7 for number in range(9)]


def test_a_column_with_more_words_than_stata_can_label_leaves_the_file_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stata, "MOST_CATEGORIES", 2)
    (tmp_path / "x.dta").write_bytes(b"old")
    line = write_stata(tmp_path / "x.dta", table(tmp_path, rows(9)), COLUMNS, "title")
    assert line == "No x.dta: arm has more than 2 different words, Stata's limit"
    assert not (tmp_path / "x.dta").exists()


def test_names_are_valid_and_unique() -> None:
    long = "contested rule restricted in the whole of the term"
    names = ["a.b", "a_b", "a b", "1st", "case", "str7", long, f"{long} once more"]
    assert list(stata_names(names).values()) == [
        *("a_b", "a_b_2", "a_b_3", "_1st", "_case", "_str7"),
        *("contested_rule_restricted_in_the", "contested_rule_restricted_in_t_2"),
    ]


def test_a_label_names_the_column_its_meaning_and_its_unit_in_eighty_characters() -> None:
    assert variable_label(COLUMNS[3], "a_factor_with_dots") == "a factor.with dots: dose (share of voters)"
    assert variable_label(COLUMNS[4], "fell") == "policy fell"
    cut = variable_label(COLUMNS[4]._replace(meaning="long " * 30), "fell")
    assert len(cut) <= 80
    assert cut.endswith("long...")
