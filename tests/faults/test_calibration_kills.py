"""Kill `moat calibrate` inside waves, between them and while it writes: the same command ends with the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from calibration_toy import files_of, write_toy

pytestmark = pytest.mark.faults

WITHIN, FITTING = "histories: ", "(100%)"
"""Beginning of a line of progress, and the end of a wave's last one: emulators are fitted after it."""


def started(place: Path, out: Path, *options: object) -> subprocess.Popen[str]:
    words = ("calibrate", "toy.toml", "--targets", "toy-targets.csv", "--waves", 2, "--out", out, *options)
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", *map(str, words)]
    return subprocess.Popen(
        command,
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell may have started the tests deaf
    )


def finished(place: Path, out: Path, *options: object) -> dict[str, bytes]:
    process = started(place, out, *options)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return files_of(out)


def stop_at(process: subprocess.Popen[str], wave: int, moment: str, how: int) -> str:
    """Send a signal when the process prints a line with `moment` in it during a wave; return what else it prints."""
    assert process.stderr is not None
    now = 1
    for line in process.stderr:
        if moment in line and now == wave:
            break
        now += line.startswith("wave ")
    else:
        raise AssertionError(f"{moment!r} was not printed in wave {wave}")
    children = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, how)
    rest = process.stderr.read() if how != signal.SIGKILL else ""
    process.wait(60)
    psutil.wait_procs(children, timeout=20)
    return rest


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kills")
    write_toy(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(place: Path) -> dict[str, bytes]:
    return finished(place, place / "undisturbed")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_calibration_killed_again_and_again_gives_the_same_bytes(
    place: Path, undisturbed: dict[str, bytes], tmp_path: Path, workers: int
) -> None:
    out, options = tmp_path / "out", ("--workers", workers)
    for wave, moment in ((1, WITHIN), (1, FITTING), (1, "wave 1 of 2"), (2, WITHIN), (2, FITTING), (2, "wave 2 of 2")):
        process = started(place, out, *options)
        stop_at(process, wave, moment, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
    assert finished(place, out, *options) == undisturbed
    assert not list(out.rglob("*.partial"))


@pytest.mark.parametrize(("wave", "moment"), [(1, WITHIN), (1, "wave 1 of 2"), (2, WITHIN)])
def test_ctrl_c_is_one_line_and_the_same_command_resumes(
    place: Path, undisturbed: dict[str, bytes], tmp_path: Path, wave: int, moment: str
) -> None:
    out = tmp_path / "out"
    process = started(place, out)
    rest = stop_at(process, wave, moment, signal.SIGINT)
    assert process.returncode == 130
    last = [line for line in rest.splitlines() if line.startswith("moat: ")]
    assert len(last) == 1
    assert last[0].endswith("the same command resumes")
    assert "Traceback" not in rest
    assert finished(place, out) == undisturbed
