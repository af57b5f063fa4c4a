"""`moat sweep` ends with the report: one command from a study file to the folder that a paper archives."""

from __future__ import annotations

from pathlib import Path

import pytest
from results_folders import command, contents

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.sweeps import run as sweep

pytestmark = pytest.mark.usefixtures("drawn_once")

TEXT = """
[study]
name = "little"
[model]
voters = 200
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = 4
[engine]
kind = "serial"
"""


def test_one_command_gives_the_folder_with_its_report_and_again_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.toml").write_text(TEXT)
    out = tmp_path / "out"
    words = ("sweep", tmp_path / "study.toml", "--out", out, "--quiet")
    assert command(*words) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Report: {out / 'report.html'}"
    made = contents(out)
    assert {"report.html", "tables/dose-response.tex", "SHA256SUMS"} <= made.keys()
    for figure in ("dose-response-print", "incidence", "one-run"):
        assert {f"figures/{figure}.{ending}" for ending in ("pdf", "svg", "csv")} <= made.keys()
    listed = {line.partition("  ")[2] for line in made["SHA256SUMS"].decode().splitlines()}
    assert listed == made.keys() - {"SHA256SUMS"}
    assert verify_checksums(out) == []

    assert command(*words) == 0
    assert contents(out) == made

    python = Study.from_text(TEXT, tmp_path / "python").run()
    assert contents(python.path) == made
    alone = contents(Study.from_text(TEXT, tmp_path / "alone").run(report=False).path)
    assert not {"report.html", "figures/incidence.svg", "tables/dose-response.tex"} & alone.keys()
    assert {name: made[name] for name in alone if name != "SHA256SUMS"} == {
        name: content for name, content in alone.items() if name != "SHA256SUMS"
    }


def test_merged_parts_end_with_the_report_that_one_machine_makes(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(TEXT)
    for number in (1, 2):
        words = ("shard", f"{number}/2", tmp_path / "study.toml", "--out", tmp_path / str(number), "--quiet")
        assert command(*words) == 0
    assert command("merge", tmp_path / "1", "--out", tmp_path / "early") == 1
    assert not (tmp_path / "early" / "report.html").exists(), "parts are missing"
    assert command("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "exports", "--no-report") == 0
    assert not (tmp_path / "exports" / "report.html").exists()
    assert command("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "merged") == 0
    assert contents(tmp_path / "merged") == contents(Study.from_text(TEXT, tmp_path / "python").run().path)


def test_without_a_report_the_exports_are_all_that_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.toml").write_text(TEXT)
    out = tmp_path / "out"
    assert command("sweep", tmp_path / "study.toml", "--out", out, "--quiet", "--no-report") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Files: {out}"
    assert (out / "export" / "runs.csv").is_file()
    assert not {"report.html", "figures", "tables"} & {path.name for path in out.iterdir()}
    assert verify_checksums(out) == []


def test_the_report_of_a_history_shows_its_summary(tmp_path: Path) -> None:
    text = TEXT.replace("voters = 200", 'voters = 200\nprotocol = "history"\ncycles = 1')
    study = Study.from_text(text, tmp_path / "out").run()
    page = (study.path / "report.html").read_text(encoding="utf-8")
    assert "<h2>Summary</h2>" in page
    for name in study.frame("summary").columns:
        # Points are named by their factor values.
        assert (f'<th scope="col">{name}</th>' in page) == (name != "point")
    assert verify_checksums(study.path) == []


def test_a_report_that_cannot_be_written_costs_no_export_and_no_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(folder: Path) -> Path:
        raise UserError(f"{folder} holds nothing to report")

    monkeypatch.setattr("political_moat.experiments.reporting.report.build_report", refuses)
    (tmp_path / "study.toml").write_text(TEXT)
    out = tmp_path / "out"
    assert command("sweep", tmp_path / "study.toml", "--out", out, "--quiet") == 0
    assert "No report: " in capsys.readouterr().out
    assert verify_checksums(out) == []


BROKEN = """
from political_moat.experiments.protocols.task import run_task

def broken(payload):
    if payload[3] == 2:
        raise ArithmeticError("broken on purpose")
    return run_task(payload)
"""


def test_with_a_failed_replicate_there_is_no_report_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_task.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sweep, "TASK", "broken_task:broken")
    (tmp_path / "study.toml").write_text(TEXT)
    out = tmp_path / "out"
    words = ("sweep", tmp_path / "study.toml", "--out", out, "--quiet")
    assert command(*words) == 1
    notice = f"No report: replicates are missing; moat report {out} makes one without them"
    assert notice in capsys.readouterr().out.splitlines()
    assert not (out / "report.html").exists()
    (out / "report.html").write_text("old")
    assert command(*words) == 1
    assert f"{notice} ({out / 'report.html'} is of an earlier state)" in capsys.readouterr().out.splitlines()
