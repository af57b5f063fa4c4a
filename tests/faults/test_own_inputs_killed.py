"""A study with people, ties, events and series of its own, killed: the same command ends with the same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from own_inputs import study_text, write_inputs
from results_folders import command, contents

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

WORDS = ("--engine", "process", "--workers", "1", "--no-report", "--out", "out")


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    """The sweep of a study folder as a process of its own."""
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", "sweep", *words, *WORDS]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_a_killed_study_resumes_from_its_folder_alone_to_the_same_bytes(tmp_path: Path) -> None:
    text = study_text(replicates=12)
    for name in ("undisturbed", "killed"):
        write_inputs(tmp_path / name, text)
    undisturbed = started(tmp_path / "undisturbed", "study.toml")
    undisturbed.communicate(timeout=300)
    assert undisturbed.returncode == 0
    process = started(tmp_path / "killed", "study.toml")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("replicates: 2"):
            break
    assert process.poll() is None
    process.kill()
    process.wait(30)
    process.stderr.close()
    for name in ("people.csv", "edges.csv", "study.toml"):
        (tmp_path / "killed" / name).unlink()
    last = started(tmp_path / "killed", "out")  # the copies in out/inputs are all that is left
    last.communicate(timeout=300)
    assert last.returncode == 0
    assert contents(tmp_path / "killed" / "out") == contents(tmp_path / "undisturbed" / "out")


def test_dask_workers_get_the_people_and_ties_and_give_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    study = write_inputs(tmp_path / "study")
    words = ("sweep", study, "--quiet", "--no-report")
    assert command(*words, "--engine", "serial", "--out", tmp_path / "serial") == 0
    assert command(*words, "--engine", "dask", "--workers", 2, "--out", tmp_path / "dask") == 0
    assert contents(tmp_path / "dask") == contents(tmp_path / "serial")
