"""`moat backtest`: the printed answer, json, mistakes, other case files, study files, and resuming."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from case_files import FOUR, KEPT, WOMBAT, case_file
from results_folders import command, contents, rows

from political_moat import Study
from political_moat.experiments.protocols.backtest.design import ABLATIONS, MODEL, VARIANTS
from political_moat.experiments.protocols.backtest.scores import REFERENCE
from political_moat.experiments.record.baselines import BASELINES
from political_moat.experiments.reporting.text.backtest import miss_lines, verdict
from political_moat.experiments.storage.checksums import verify_checksums

pytestmark = pytest.mark.usefixtures("drawn_once")

SMALL = ("--replicates", 3, "--voters", 200, "--workers", 1)
STUDY = """
[study]
name = "record"
[model]
protocol = "backtest"
voters = 200
[factors."party.office_rent"]
levels = [0.5, 2]
[replicates]
min = 2
[backtest]
cases = "cases.csv"
[engine]
kind = "serial"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder of the made-up cases, beside their file."""
    folder = tmp_path_factory.mktemp("backtest")
    file = case_file(folder / "cases.csv")
    assert command("backtest", *SMALL, "--cases", file, "--out", folder / "out") == 0
    return folder / "out"


def again(made: Path, *words: object) -> int:
    """The command of the fixture in the same folder."""
    return command("backtest", *SMALL, "--cases", made.parent / "cases.csv", "--out", made, *words)


def test_the_answer_shows_scores_cases_misses_and_files(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert again(made) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert "3 scored cases of 3 changes of government" in " ".join(out.split())
    for name in (*VARIANTS, *BASELINES):
        assert any(line.startswith(f"{name} ") for line in lines)
    for case, happened in (("WOMBAT", "reversed"), ("QUOLL", "kept"), ("NUMBAT", "reversed"), ("POTOROO", "kept*")):
        (line,) = (line for line in lines if line.startswith(f"  {case} ") and line.endswith(f"  {happened}"))
        assert "Wombat rule" in line
    assert [line for line in lines if line in ("AU 2009", "US 2009", "US 2017", "US 2021")] == [
        *("AU 2009", "US 2009", "US 2017", "US 2021")
    ]
    assert lines[-2] == f"Files: {made}"
    assert lines[-1].startswith("  (summary.csv, backtest.csv, ")
    assert max(map(len, lines)) <= 100


def test_the_json_has_scores_by_forecast_and_a_row_per_case(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert again(made, "--format", "json") == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {"model", "baselines", "ablations", "cases", "seed", "replicates", "notice", "files"} <= answer.keys()
    assert list(answer["baselines"]) == list(BASELINES)
    assert list(answer["ablations"]) == list(ABLATIONS)
    table = pd.read_csv(made / "backtest.csv").set_index("forecast")
    for name, scores in {MODEL: answer["model"], **answer["baselines"], **answer["ablations"]}.items():
        for score in ("log_score", "brier"):
            assert scores[score] == pytest.approx(table.loc[name, score])
            assert scores[f"{score}_error"] > 0.0
            assert {f"{score}_mcse"} <= scores.keys()
    assert answer["model"]["from_reference"] == pytest.approx(
        answer["model"]["log_score"] - answer["baselines"][REFERENCE]["log_score"]
    )
    assert [case["id"] for case in answer["cases"]] == ["POTOROO", "WOMBAT", "QUOLL", "NUMBAT"]
    for case in answer["cases"]:
        assert set(case) == {
            *("id", "policy", "transition", "layer", "contested", "exposure", "scored", "outcome"),
            *("probability", "probability_mcse", "ablations", "baselines"),
        }
        assert list(case["ablations"]) == list(ABLATIONS)
        assert 0.0 < case["probability"] < 1.0
    assert answer["replicates"] == 3
    assert answer["cases"][0]["baselines"][REFERENCE] is None


def test_probabilities_are_those_of_the_rows(made: Path) -> None:
    runs = [row for row in rows(made) if row["variant"] == MODEL]
    with (made / "summary.csv").open(newline="", encoding="utf-8") as stream:
        for case in csv.DictReader(stream):
            counts = [int(row["restricted"]) for row in runs if row["case"] == case["case"]]
            assert float(case[MODEL]) == pytest.approx((sum(counts) + 0.5) / (len(counts) + 1))


def test_the_folder_is_verified_reported_and_read_by_programs(made: Path) -> None:
    assert verify_checksums(made) == []
    before = contents(made)
    assert command("verify", made, "--sample", "20%") == 0
    assert command("export", made) == 0
    assert command("rerun", rows(made)[7]["key"], "--results", made) == 0
    assert contents(made) == before
    assert (made / "inputs" / "cases.csv").read_bytes() == (made.parent / "cases.csv").read_bytes()
    study = Study.from_toml(made)
    assert study.tables == ("runs", "summary", "backtest")
    assert len(study.frame("backtest")) == len(VARIANTS) + len(BASELINES)
    assert command("report", made) == 0
    page = (made / "report.html").read_text(encoding="utf-8")
    assert "<h2>Back-test</h2>" in page
    assert "data:image/svg+xml" in page
    assert "months_to_restriction" in (made / "codebook.md").read_text(encoding="utf-8")
    assert "from_reference" in (made / "codebook-statements.md").read_text(encoding="utf-8")


def test_more_replicates_reuse_the_rows_and_other_cases_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = case_file(tmp_path / "cases.csv", FOUR[:2]), tmp_path / "out"
    words = ("backtest", "--voters", 200, "--workers", 1, "--cases", file, "--out", out)
    assert command(*words, "--replicates", 1) == 0
    first = rows(out)
    assert command(*words, "--replicates", 2) == 0
    assert [row for row in rows(out) if row["replicate"] == "0"] == first
    case_file(tmp_path / "cases.csv", (FOUR[0] | {"visibility": 0.5}, FOUR[1]))
    capsys.readouterr()
    assert command(*words, "--replicates", 2) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_another_outcome_in_the_file_reuses_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = case_file(tmp_path / "cases.csv", FOUR), tmp_path / "out"
    words = ("backtest", *SMALL, "--cases", file, "--out", out)
    assert command(*words) == 0
    kept, made = rows(out), (out / "ledger.sqlite").stat().st_size
    before = pd.read_csv(out / "summary.csv").set_index("case")
    case_file(file, (WOMBAT | KEPT | {"source": "read again"}, *FOUR[1:]))
    assert command(*words) == 0
    assert rows(out) == kept
    assert (out / "ledger.sqlite").stat().st_size == made
    after = pd.read_csv(out / "summary.csv").set_index("case")
    assert (before.loc["WOMBAT", "outcome"], after.loc["WOMBAT", "outcome"]) == (1, 0)
    assert after[list(VARIANTS)].equals(before[list(VARIANTS)])


@pytest.mark.parametrize(
    ("rows_", "words"),
    [
        (({**WOMBAT, "legal_layer": "decree"},), ("row 2", "legal_layer", "decree", "rule, guidance, statute or EO")),
        (({**WOMBAT, "visibility": 2},), ("row 2", "visibility", "'2'")),
        (({**WOMBAT, "visibilty": 1},), ("visibilty", "did you mean 'visibility'")),
        (({**WOMBAT, "alternation": "n"},), ("no case with alternation = y",)),
    ],
)
def test_each_mistake_in_the_file_is_one_line_and_nothing_is_written(
    rows_: tuple[dict[str, Any], ...], words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = case_file(tmp_path / "wrong.csv", rows_)
    assert command("backtest", *SMALL, "--cases", file, "--out", tmp_path / "out") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert all(word in line for word in words)
    assert not (tmp_path / "out").exists()


def test_mistakes_of_file_and_options_are_named_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = case_file(tmp_path / "wrong.csv", ({**WOMBAT, "skew": 0, "stake_mid": -1}, {**WOMBAT, "skew": 0}))
    assert command("backtest", *SMALL, "--cases", wrong, "--out", tmp_path / "out") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert [name in line for name, line in zip(("skew", "stake_mid", "WOMBAT"), lines, strict=True)] == [True] * 3
    assert command("backtest", "--cases", tmp_path / "none.csv", "--out", tmp_path / "out") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "none.csv cannot be read" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"cases.csv"', '"other.csv"', "other.csv cannot be read"),
        ('"cases.csv"', '"sub/cases.csv"', "backtest.cases = sub/cases.csv is not possible"),
        ('"cases.csv"', '"summary.csv"', "backtest.cases = summary.csv is not possible"),
        ("cases =", "case =", "backtest.case: unknown key; allowed: cases; did you mean 'cases'?"),
        ("[backtest]", '[factors."exposure.breadth"]\nlevels = [0, 0.3]\n[backtest]', "factors.exposure.breadth: "),
        ("voters = 200", 'voters = 200\nset = { "exposure.evolves" = true }', "allowed: exposure.evolves = false"),
        ("voters = 200", 'voters = 200\nset = { "institutions.term_months" = 60 }', "institutions.term_months = 48"),
    ],
)
def test_validate_names_what_a_study_of_cases_cannot_have(
    old: str, new: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case_file(tmp_path / "cases.csv")
    study = tmp_path / "study.toml"
    study.write_text(STUDY)
    assert command("validate", study) == 0
    capsys.readouterr()
    study.write_text(STUDY.replace(old, new))
    assert command("validate", study) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_sweep_scores_every_design_point_and_keeps_the_case_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case_file(tmp_path / "cases.csv")
    study, out = tmp_path / "study.toml", tmp_path / "out"
    study.write_text(STUDY)
    assert command("sweep", study, "--out", out, "--quiet") == 0
    assert f"Report: {out / 'report.html'}" in capsys.readouterr().out
    scores = pd.read_csv(out / "backtest.csv")
    assert scores.groupby("point")["forecast"].apply(list).tolist() == [[*VARIANTS, *BASELINES]] * 2
    baseline = scores[scores["forecast"] == "base rate"]["log_score"]
    assert baseline.nunique() == 1
    before = contents(out)
    assert command("sweep", out, "--quiet") == 0
    assert contents(out) == before
    assert command("verify", out, "--sample", "5%") == 0


def test_moat_run_takes_the_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "--protocol", "backtest", "--voters", 200, "--replicates", 1, "--workers", 1)
    assert command(*words, "--out", tmp_path / "out") == 0
    assert "49 scored cases" in " ".join(capsys.readouterr().out.split())
    assert len(rows(tmp_path / "out")) == 53 * len(VARIANTS)


@pytest.mark.parametrize(
    ("difference", "error", "mcse", "word"),
    [(0.2, 0.05, 0.05, "worse"), (-0.2, 0.05, 0.05, "better"), (0.2, 0.1, 0.05, "not decided")],
)
def test_a_verdict_needs_a_difference_beyond_both_errors(
    difference: float, error: float, mcse: float, word: str
) -> None:
    row = {"from_reference": difference, "from_reference_error": error, "log_score_mcse": mcse}
    assert verdict(row) == word


def test_misses_are_the_cases_that_the_model_thought_unlikely_worst_first() -> None:
    table = pd.DataFrame(
        {
            "case": ["A", "B", "C", "D"],
            "policy": "policy",
            "transition": "US 2009",
            "scored": [1, 1, 1, 0],
            "outcome": [1, 0, 1, 1],
            MODEL: [0.2, 0.9, 0.6, 0.1],
        }
    )
    lines = miss_lines(table)
    assert [line.split()[0] for line in lines] == ["Worst", "B", "A"]
    assert lines[1].endswith("the model said 0.90; it was kept")
    (none,) = miss_lines(table[table["case"] == "C"])
    assert "none" in none


def test_a_case_file_that_was_changed_in_the_folder_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = case_file(tmp_path / "cases.csv", FOUR[:2]), tmp_path / "out"
    words = ("--replicates", 1, "--voters", 200, "--workers", 1, "--cases", file, "--out", out)
    assert command("backtest", *words) == 0
    kept = out / "inputs" / "cases.csv"
    kept.write_text(kept.read_text().replace("nowhere", "elsewhere"))
    capsys.readouterr()
    assert command("export", out, "--replace") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cases.csv was changed" in line
    assert command("verify", out, "--sample", "0") == 1
    assert "cases.csv" in capsys.readouterr().out
