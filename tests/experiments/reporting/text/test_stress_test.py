"""What `moat run` prints: the table, the verdict and the files; as text for a reader and as JSON for a program."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from results_folders import run_here

from political_moat.experiments.cli.main import main
from political_moat.experiments.reporting.text.doses import money_lines
from political_moat.experiments.reporting.text.wording import NOTICE

SCRIPT = Path(sys.executable).with_name("moat")
MOAT = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "political_moat.experiments.cli.main"]
SMALL = ("--voters", "300", "--replicates", "6", "--breadth", "0,.3,.6", "--workers", "1", "--out", "out")
WIDTH = 100


def moat(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        [*MOAT, *words], cwd=cwd, env={**os.environ}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("headline")


@pytest.fixture(scope="module")
def answer(folder: Path) -> dict[str, Any]:
    """The study run for a program: standard output is JSON and nothing else."""
    found: dict[str, Any] = json.loads(moat("run", *SMALL, "--format", "json", cwd=folder))
    return found


@pytest.fixture(scope="module")
def printed(folder: Path, answer: dict[str, Any]) -> list[str]:
    """The same command again, for a reader; in this process, which has everything imported."""
    shown = io.StringIO()
    with pytest.MonkeyPatch.context() as here, contextlib.redirect_stdout(shown):
        here.chdir(folder)
        here.setattr(sys, "argv", ["moat", "run", "--verbose", *SMALL])
        main()
    return shown.getvalue().splitlines()


@pytest.fixture(scope="module")
def summary(folder: Path, answer: dict[str, Any]) -> list[dict[str, str]]:
    with (folder / "out" / "summary.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def table_rows(printed: list[str]) -> list[list[str]]:
    """Cells of the printed table, its sections one after the other."""
    starts = [number + 1 for number, line in enumerate(printed) if line.startswith("   b P(att)")]
    rows = []
    for start in starts:
        for line in printed[start:]:
            if not line:
                break
            rows.append(line.replace("*", " ").split())
    return rows


def test_json_is_the_summary_table(answer: dict[str, Any], summary: list[dict[str, str]]) -> None:
    assert (answer["preset"], answer["seed"], answer["replicates"]) == ("calibrated", 20250807, 6)
    assert answer["notice"] == NOTICE
    assert answer["failed"] == []
    assert len(answer["table"]) == len(summary) == 14
    for printed_row, written in zip(answer["table"], summary, strict=True):
        assert printed_row.keys() == written.keys()
        for name, value in printed_row.items():
            assert written[name] == ("" if value is None else str(value)), name


def test_the_printed_table_is_the_summary_table(printed: list[str], summary: list[dict[str, str]]) -> None:
    rows = table_rows(printed)
    # Each section begins with its reference: the summary has it once per visibility and layer too.
    assert len(rows) == len(summary)
    for cells, row in zip(rows, summary, strict=True):
        assert float(cells[0]) == float(row["breadth"])
        assert row["n"] == "6"
        wanted = [row[name] for name in ("p_attempted", "p_restricted", "p_reversed")]
        assert cells[1:4] == [f"{float(value):.3f}" for value in wanted]
        assert cells[-3:] == [f"{float(row[name]):.3f}" for name in ("severity", "gap", "mean_policy")]
        if float(row["breadth"]) == 0.0:
            assert cells[4:6] == ["reference", "reference"]
            continue
        for place, event in ((4, "restricted"), (7, "reversed")):
            names = (f"rd_{event}", f"rd_{event}_low", f"rd_{event}_high")
            assert [float(cell.strip("[],")) for cell in cells[place : place + 3]] == [
                round(float(row[name]), 3) for name in names
            ]
        errors = [float(row[f"{name}_mcse"]) for name in ("p_attempted", "p_restricted", "p_reversed")]
        errors += [float(row[f"rd_{event}_mcse"]) for event in ("restricted", "reversed")]
        assert cells[10] == f"{max(errors):.3f}"


def test_every_column_stands_under_its_head_and_fits_the_page(printed: list[str]) -> None:
    heads = [line for line in printed if line.startswith("   b P(att)")]
    assert len(heads) == 6
    assert len(set(heads)) == 1
    for start in (number for number, line in enumerate(printed) if line.startswith("   b P(att)")):
        for line in printed[start : printed.index("", start)]:
            assert len(line) == len(heads[0]) <= WIDTH
    for name in ("P(att)", "P(restr)", "P(care)", "RD extreme care", "RD", "error", "S", "A", "G"):
        explained = [line for line in printed if line not in heads and name in line and ":" in line]
        assert explained, name


def test_the_reader_sees_size_seed_verdict_and_files(printed: list[str], answer: dict[str, Any]) -> None:
    setting = printed.index("Preset calibrated, rule best-response, 300 voters, 6 pairs, seed 20250807.")
    assert printed[setting + 1].endswith(NOTICE)
    assert printed[setting + 3] == "Stress test, rule layer. Holders have 4% of their balance in crypto."
    assert [sentence.partition(": ")[0] for sentence in answer["verdict"]] == [
        f"Verdict of version {version} at foresight {foresight}, v = {visibility}"
        for version, foresight in ((1, 0), (2, 0), (2, 1))
        for visibility in ("1", "0.1")
    ]
    assert printed[-2] == "Files: out"
    assert printed[-1].startswith("  (summary.csv, depth.csv, moves.csv, export/runs.csv, ")
    assert any(line.startswith("* beyond current coverage") for line in printed)
    assert not any("nan" in line.split() for line in printed)


def test_the_headline_is_the_depth_table_at_the_named_depths(printed: list[str], answer: dict[str, Any]) -> None:
    curve = {(row["foresight"], row["visibility"], row["breadth"], row["tau"]): row for row in answer["depth"]}
    names = {"restricted": 0.65, "back to neutral": 0.5, "back to extreme care": 0.25, "no new money": 0.0}
    for foresight in (0.0, 1.0):
        start = next(n for n, line in enumerate(printed) if line.startswith(f"foresight {foresight:g}: "))
        heads = ["RD at v = 1 [band]", "RD at v = 0.1 [band]"]
        assert re.split(r"  +", printed[start + 1]) == ["depth", "tau", "P at b=0", *heads]
        for line, (name, tau) in zip(printed[start + 2 : start + 6], names.items(), strict=True):
            assert line.startswith(name)
            shown = [float(word.strip("[],")) for word in line.removeprefix(name).split()]
            rows = [curve[foresight, visibility, 0.3, tau] for visibility in (1.0, 0.1)]
            wanted = [tau, rows[0]["p_zero"]]
            wanted += [row[name] for row in rows for name in ("rd", "band_low", "band_high")]
            assert shown == pytest.approx(wanted, abs=5.1e-4)
    assert any(line.startswith("no new money: openness 0: prohibited, or closed") for line in printed)


def test_moves_in_force_stand_beside_it_with_and_without_exposure(printed: list[str], answer: dict[str, Any]) -> None:
    start = next(n for n, line in enumerate(printed) if line.startswith("foresight  ")) - 1
    moves = printed[start + 1].split()[3:]
    assert moves[0] == "none"
    rows = printed[start + 2 : printed.index("", start)]
    assert [tuple(row.split()[:3]) for row in rows] == [
        (foresight, *dose) for foresight in ("0", "1") for dose in (("0", "-"), ("0.3", "1"), ("0.3", "0.1"))
    ]
    for row in rows:
        foresight, breadth, visibility, *shares = row.split()
        own = {
            each["move"]: each["share"]
            for each in answer["moves"]
            if (each["foresight"], each["breadth"]) == (float(foresight), float(breadth))
            and visibility in ("-", f"{each['visibility']:g}")
        }
        assert [float(share) for share in shares] == pytest.approx([own[move] for move in moves], abs=5.1e-4)


def test_both_declared_contrasts_are_printed_with_their_verdicts(printed: list[str], answer: dict[str, Any]) -> None:
    start = next(n for n, line in enumerate(printed) if line.startswith("Contrasts declared before any run"))
    body = printed[start : printed.index("", start)]
    rows = [line for line in body if line[:1] == " " and "[" in line and "difference" not in line]
    assert len(rows) == len(answer["contrasts"]) == 2 * 2 + 2 * 2 * 3
    assert {row["level"] for row in answer["contrasts"] if row["version"] == 1} == {1 - 0.05 / 2}
    assert {row["level"] for row in answer["contrasts"] if row["version"] == 2} == {1 - 0.05 / 3}
    assert [row["outcome"] for row in answer["contrasts"][:2]] == ["back to extreme care", "restricted"]
    for line, row in zip(rows, answer["contrasts"], strict=True):
        assert row["outcome"] in line
        assert f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]" in line
        assert line.split("  ")[-1] == {"no effect of political size": "no effect"}.get(
            row["verdict"], row["verdict"].partition(" after ")[0]
        )


def test_the_headline_comes_first_and_tables_are_not_broken(printed: list[str], answer: dict[str, Any]) -> None:
    order = [
        next(n for n, line in enumerate(printed) if line.startswith(start))
        for start in (
            "How far policy falls",
            "Moves in",
            "Closed form",
            "Party rules",
            "Range over",
            "Contrasts",
            "Doses",
        )
    ]
    assert order == sorted(order)
    formula = {row["visibility"]: row for row in answer["closed_form"]}
    assert sorted(formula) == [0.1, 1.0]
    heads = [
        next(n for n, line in enumerate(printed) if word in line) for word in ("vote effect  ", "  rule   ", "smallest")
    ]
    for line, visibility in zip(printed[heads[0] + 1 :], (1.0, 0.1), strict=False):
        row = formula[visibility]
        assert line.split()[:4] == [
            f"{visibility:g}",
            f"{row['points']:.2f}",
            "points",
            f"{row['predicted']:+.3f}",
        ]
        assert f"{row['measured']:+.3f}" in line
        assert line.endswith(row["word"])
        assert row["departure"] == pytest.approx(row["measured"] - row["predicted"])
    assert {row["rule"] for row in answer["rules"]} >= {"best-response", "sticker"}
    for line, row in zip(printed[heads[1] + 1 :], answer["rules"], strict=False):
        assert line.split()[0] == row["rule"]
        assert line.endswith(f"{row['rd_reversed']:+.3f} ({row['rd_reversed_mcse']:.3f})")
    for line, visibility in zip(printed[heads[2] + 1 :], (1.0, 0.1), strict=False):
        least = min(row["rd_reversed"] for row in answer["range"] if row["visibility"] == visibility)
        assert line.split()[:2] == [f"{visibility:g}", f"{least:+.3f}"]


def test_nothing_is_called_reversed_without_its_level_and_everything_fits(
    printed: list[str], answer: dict[str, Any], folder: Path
) -> None:
    shown = "\n".join(printed)
    assert "back to extreme care" in shown
    assert "reversed" not in shown.lower()
    assert "reversal" not in shown.lower()
    assert "reversed" not in " ".join(answer["verdict"])
    assert [line for line in printed if len(line) > WIDTH] == []
    replicate = moat("run", *SMALL[:2], "--breadth", "0,.3", "--replicate", "1", cwd=folder)
    table = replicate.partition("\n\n")[0]
    assert "reversed" not in table
    assert all(len(line) <= WIDTH for line in table.splitlines())
    meanings = [line.split("|")[4] for line in (folder / "out" / "codebook.md").read_text().splitlines() if "|" in line]
    # Columns keep their names (p_reversed); in a meaning the word stands alone nowhere.
    assert not [meaning for meaning in meanings if re.search(r"(?<![_\w])revers(ed|al)", meaning)]


def test_files_named_in_the_answer_exist(printed: list[str], folder: Path) -> None:
    for name in printed[-1].partition("(")[2].rstrip(")").split(", "):
        assert (folder / "out" / name).exists()


def money(breadths: list[float], shares: list[float]) -> list[str]:
    table = pd.DataFrame({"breadth": breadths, "share_of_401k_assets": shares})
    return money_lines(
        table.assign(layer="rule", foresight=0.0, visibility=1.0, exposed_usd_bn=1e4 * table["share_of_401k_assets"])
    )


def test_the_articles_share_is_placed_between_doses_or_said_to_be_beyond_them() -> None:
    assert money([0.0, 0.1, 0.3], [0.0, 0.03, 0.07]) == [
        "Exposed USD bn at each breadth (share of 401(k) assets): 0.1: 300 (3.0%); 0.3: 700 (7.0%).",
        "The article's 5% of 401(k) assets corresponds to breadth 0.20.",
    ]
    assert money([0.0, 0.1], [0.0, 0.10])[-1].endswith("corresponds to breadth 0.05.")
    assert money([0.0, 0.3], [0.0, 0.04])[-1].endswith("is more than the largest dose of this table.")
    assert money([0.0], [0.0]) == ["The article's 5% of 401(k) assets is more than the largest dose of this table."]


def test_one_replicate_or_no_declared_dose_gives_no_verdict(tmp_path: Path) -> None:
    from political_moat.experiments.reporting.text.sweep import outcome_text
    from political_moat.experiments.studies.from_options import study_of_run

    shown = outcome_text(run_here(study_of_run(replicates=1, voters=300, breadths="0,.3"), tmp_path / "one"))
    assert "No verdict: one replicate has no error." in shown
    assert "1 pair," in shown
    assert not (tmp_path / "one" / "figures").exists()
    outcome = run_here(study_of_run(replicates=2, voters=300, breadths="0"), tmp_path / "none")
    assert "No verdict: the declared contrast needs breadth 0.3 (--breadth 0,0.3)." in outcome_text(outcome)
    assert all(not math.isnan(value) for value in outcome.finished.runs["severity"])
