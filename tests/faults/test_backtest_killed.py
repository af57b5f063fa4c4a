"""`moat backtest` killed between replicates: the same command ends with the bytes of an undisturbed run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from case_files import case_file
from results_folders import contents

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

WORDS = ("backtest", "--cases", "cases.csv", "--voters", "200", "--replicates", "40", "--workers", "1", "--out", "out")
KILLS = 3


def started(folder: Path) -> subprocess.Popen[str]:
    """The command in a folder with the made-up cases."""
    folder.mkdir(exist_ok=True)
    case_file(folder / "cases.csv")
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", *WORDS]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_a_killed_back_test_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    undisturbed = started(tmp_path / "undisturbed")
    undisturbed.communicate(timeout=300)
    assert undisturbed.returncode == 0
    interrupted = 0
    for _ in range(KILLS):
        process = started(tmp_path / "killed")
        assert process.stderr is not None
        lines = 0
        for line in process.stderr:
            lines += line.startswith("replicates: ")
            if lines == 2:
                break
        interrupted += process.poll() is None
        process.kill()
        process.wait(30)
        process.stderr.close()
    assert interrupted > 0
    last = started(tmp_path / "killed")
    last.communicate(timeout=300)
    assert last.returncode == 0
    assert contents(tmp_path / "killed" / "out") == contents(tmp_path / "undisturbed" / "out")
