"""What can be done with a results folder: plan, merge, run a row again, archive, export, status."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from results_folders import LITTLE, STOP, command, contents, finished, rows

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.ledger import Ledger
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.reader import parse_study

pytestmark = pytest.mark.usefixtures("drawn_once")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("little") / "out"
    finished(LITTLE, place)
    return place


def test_shards_of_different_studies_do_not_merge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, text in ((1, LITTLE), (2, LITTLE.replace("min = 3", "min = 2"))):
        Path("study.toml").write_text(text)
        assert command("shard", f"{number}/2", "study.toml", "--quiet") == 0
    parts = [f"results/little-shard-{number}-of-2" for number in (1, 2)]
    assert command("merge", *parts) == 2
    assert "is a part of another study" in capsys.readouterr().err
    assert command("merge", tmp_path) == 2
    assert not Path("results/little").exists()


def test_plan_counts_points_runs_time_and_disk_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("study.toml").write_text(LITTLE.replace("min = 3", STOP))
    assert command("plan", "study.toml", "--pilots", "2") == 0
    shown = capsys.readouterr().out
    for line in ("design points                2", "arms per point               3", "12 to 96   rows of runs.csv"):
        assert line in shown
    assert "From 2 pilot replicates" in shown
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_the_plan_counts_what_is_run(out: Path) -> None:
    plan = Plan(parse_study(LITTLE))
    assert sum(len(cell.arms) for cell in plan) * 3 == len(rows(out))


def test_any_row_can_be_run_again_by_its_key(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for row in rows(out)[::7]:
        assert command("rerun", row["key"][:20], "--results", out) == 0
        shown = capsys.readouterr().out
        assert "the same outcome" in shown
        assert shown.count(row["outcome_hash"]) == 2
    for key, message in (("zz", "allowed: 6 to 64 digits"), ("0" * 64, "there is no run")):
        assert command("rerun", key, "--results", out) == 2
        assert message in capsys.readouterr().err


def test_an_archive_is_the_folder_and_the_same_bytes_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    assert command("archive", place) == 0
    packed = (tmp_path / "out.zip").read_bytes()
    assert command("archive", place, "--out", tmp_path / "again.zip") == 0
    assert (tmp_path / "again.zip").read_bytes() == packed
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        folder = {f"results/{name}" for name in (*contents(place), "ledger.sqlite")}
        assert {name for name in archive.namelist() if name.startswith("results/")} == folder
        archive.extractall(tmp_path / "elsewhere")
    capsys.readouterr()
    assert command("verify", tmp_path / "elsewhere" / "results", "--sample", "10%") == 0


def test_exports_that_were_lost_are_written_again(tmp_path: Path) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    before = contents(place)
    for name in ("export/runs.csv", "summary.csv", "codebook.md"):
        (place / name).unlink()
    assert command("export", place) == 0
    assert contents(place) == before


def test_status_tells_what_is_missing_without_touching_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    (place / "study.toml").write_text(LITTLE.replace("min = 3", "min = 5"))
    assert command("status", place) == 0
    before = (place / "ledger.sqlite").read_bytes()
    capsys.readouterr()
    assert command("status", place) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == [
        "  study little: 2 design points",
        "  6 of 10 replicates done, 4 missing, 0 failed (60%)",
        "  18 of 30 runs done, 12 missing, 0 failed; recorded: 18 rows of runs.csv, 36 of cycles.csv",
    ]
    assert re.fullmatch(r"  time: \d+ s spent; (about \d+ s left|time left not known yet)", lines[4])
    assert lines[5].split() == ["done", "missing", "failed", "design", "point"]
    assert [line.split(maxsplit=3) for line in lines[6:]] == [
        ["3", "2", "0", "office rent 0.5"],
        ["3", "2", "0", "office rent 2"],
    ]
    assert (place / "ledger.sqlite").read_bytes() == before
    assert command("status", tmp_path / "nowhere") == 2


def test_status_tells_time_from_the_ledger_and_failures_by_point(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    finished(LITTLE, place)
    (place / "study.toml").write_text(LITTLE.replace("min = 3", "min = 5"))
    second = Plan(parse_study(LITTLE.replace("min = 3", "min = 5"))).arm_sets(1)[0]
    with Ledger(place / "ledger.sqlite") as ledger:
        spent, _ = ledger.time_taken()
        ledger.add_time(600.0 - spent, 100.0)
        ledger.record_failure(second.task_key(4), 2, "point 1, replicate 4: a reason", 1, final=True)
    assert command("status", place) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:5] == [
        "  6 of 10 replicates done, 3 missing, 1 failed (60%)",
        "  18 of 30 runs done, 9 missing, 3 failed; recorded: 18 rows of runs.csv, 36 of cycles.csv",
        "  time: 10 min spent; about 5 min left",
    ]
    assert lines[7].split(maxsplit=3) == ["3", "1", "1", "office rent 2"]
    assert lines[8] == "FAILED point 1, replicate 4: a reason"


def test_from_python_a_table_that_is_not_there_is_a_clear_line(tmp_path: Path) -> None:
    study = Study.from_text(LITTLE, tmp_path / "out")
    with pytest.raises(UserError, match="run the study first"):
        study.frame()
    with pytest.raises(UserError, match="allowed: runs, cycles, points, summary"):
        study.frame("rows")
