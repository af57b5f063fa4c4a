"""Plug-ins under every engine: equal exports, also where the workers cannot see the user's folder."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plugin_toys import MONTHS, STRESS, digest, users_folder
from results_folders import command, rows

from political_moat import Study
from political_moat.experiments.studies.reader import read_study

STUDIES = {"stress": STRESS, "months": MONTHS}


def study_without_files(folder: Path, name: str, out: Path) -> Study:
    """A study that was read, and whose folder is gone: nothing but its memory has the sources."""
    file = read_study(users_folder(folder, STUDIES[name]))
    shutil.rmtree(folder)
    return Study(replace(file, attached=()), out)


@pytest.fixture(scope="module", params=STUDIES)
def serial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    place = tmp_path_factory.mktemp("serial")
    study = users_folder(place / "user", STUDIES[request.param])
    Study.from_toml(study, place / "out").run(engine="serial", report=False)
    shutil.rmtree(study.parent)
    return request.param, place / "out"


def test_threads_give_the_bytes_of_the_serial_engine(serial: tuple[str, Path], tmp_path: Path) -> None:
    name, reference = serial
    with ThreadPoolExecutor(2) as executor:
        study = study_without_files(tmp_path / "user", name, tmp_path / "out").run(executor=executor, report=False)
    assert digest(study.path) == digest(reference)


def test_shards_that_are_merged_give_the_bytes_of_the_serial_engine(serial: tuple[str, Path], tmp_path: Path) -> None:
    name, reference = serial
    study = users_folder(tmp_path / "user", STUDIES[name])
    parts = [tmp_path / f"part{number}" for number in (1, 2)]
    for number, part in enumerate(parts, start=1):
        assert command("shard", f"{number}/2", study, "--engine", "serial", "--out", part, "--quiet") == 0
    shutil.rmtree(study.parent)
    assert command("merge", *parts, "--out", tmp_path / "out", "--no-report") == 0
    assert digest(tmp_path / "out") == digest(reference)


def test_two_workers_give_the_bytes_of_the_serial_engine(serial: tuple[str, Path], tmp_path: Path) -> None:
    """The workers start without the user's folder."""
    name, reference = serial
    study = study_without_files(tmp_path / "user", name, tmp_path / "out")
    study.run(workers=2, engine="process", report=False)
    assert digest(study.path) == digest(reference)


@pytest.mark.faults
def test_dask_gives_the_bytes_of_the_serial_engine(serial: tuple[str, Path], tmp_path: Path) -> None:
    name, reference = serial
    study = study_without_files(tmp_path / "user", name, tmp_path / "out")
    study.run(workers=2, engine="dask", report=False)
    assert digest(study.path) == digest(reference)


def test_the_folder_alone_repeats_verifies_and_resumes(serial: tuple[str, Path], tmp_path: Path, capsys: Any) -> None:
    """The sources are those of OUT/inputs: the user's folder is gone."""
    out = tmp_path / "copy"
    shutil.copytree(serial[1], out)
    before = digest(out)
    key = rows(out)[-1]["key"]
    assert command("rerun", key, "--results", out) == 0
    assert "the same outcome" in capsys.readouterr().out
    assert command("verify", out, "--sample", "20%") == 0
    assert command("retry", out, "--engine", "serial", "--no-report", "--quiet") == 0
    assert command("export", out) == 0
    assert digest(out) == before
    text = (out / "study.toml").read_text(encoding="utf-8")
    (out / "study.toml").write_text(text.replace("min = 3", "min = 4"), encoding="utf-8")
    assert command("sweep", out, "--engine", "serial", "--no-report", "--quiet") == 0
    assert len(rows(out)) > len(rows(serial[1]))


def test_an_altered_copy_of_a_source_is_an_altered_folder(
    serial: tuple[str, Path], tmp_path: Path, capsys: Any
) -> None:
    out = tmp_path / "copy"
    shutil.copytree(serial[1], out)
    file = out / "inputs" / "phase_down.py"
    file.write_text(file.read_text(encoding="utf-8").replace("< 0.5", "< 0.6"), encoding="utf-8")
    assert command("verify", out, "--sample", "0") == 1
    assert "inputs/phase_down.py: not as SHA256SUMS says" in capsys.readouterr().out


def test_columns_stand_in_codebook_summary_and_runs(serial: tuple[str, Path]) -> None:
    _, out = serial
    codebook = (out / "codebook.md").read_text(encoding="utf-8")
    runs_and_summary = codebook.count(
        "| months_below | months |  | outcome of the study, computed by phase_down.py:mon"
    )
    assert runs_and_summary == 2
    assert "openness_kept_difference" in (out / "summary.csv").read_text(encoding="utf-8").partition("\n")[0]
    for row in rows(out):
        assert 0.0 <= float(row["months_below"]) <= 48.0
        assert -1.0 <= float(row["openness_kept"]) <= 1.0


def test_the_rule_and_the_move_act(tmp_path: Path) -> None:
    """Under the move some run puts it on the agenda; without it none does."""
    text = STRESS.replace("min = 3", "min = 8").replace("phase_down.py:openness_kept", "phase_down.py:docketed")
    study = Study.from_toml(users_folder(tmp_path / "user", text), tmp_path / "out")
    runs = study.run(engine="serial", report=False).frame("runs")
    assert set(runs["rule"]) == {"midway"}
    docketed = runs.groupby("policy.extra_move")["openness_kept"].sum()
    assert docketed["none"] == 0.0
    assert docketed["phase-down"] > 0.0
