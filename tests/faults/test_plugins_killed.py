"""A sweep with plug-ins that is killed: the folder alone, or the same command, finishes it with the same bytes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from plugin_toys import MONTHS, STRESS, digest, users_folder
from results_folders import command

from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.ledger import Ledger

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]
SLOW = "    import time\n    time.sleep(0.1)\n"


def slowed(folder: Path, text: str) -> Path:
    """A study whose outcome takes its time, so that a kill finds it at work."""
    study = users_folder(folder, text.replace("min = 3", "min = 12"))
    file = folder / "phase_down.py"
    code = file.read_text(encoding="utf-8")
    place = code.index("    return 0.0 if run.control")
    file.write_text(code[:place] + SLOW + code[place:], encoding="utf-8")
    return study


def recorded(out: Path) -> int:
    try:
        with Ledger(out / "ledger.sqlite", read_only=True) as ledger:
            return ledger.count()
    except UserError:  # the sweep has only begun
        return 0


@pytest.mark.parametrize("text", [STRESS, MONTHS], ids=["stress", "months"])
def test_a_killed_sweep_is_resumed_from_its_folder(tmp_path: Path, text: str) -> None:
    study, out = slowed(tmp_path / "user", text), tmp_path / "out"
    words = ["sweep", str(study), "--workers", "2", "--out", str(out), "--no-report", "--quiet"]
    sweep = subprocess.Popen(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *words], start_new_session=True, env=os.environ
    )
    try:
        until = time.monotonic() + 120.0
        while recorded(out) < 4 and sweep.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        assert sweep.poll() is None, "the sweep ended before it could be killed"
        assert recorded(out) >= 4
    finally:
        sweep.send_signal(signal.SIGKILL)
        sweep.wait()
    whole = tmp_path / "whole"
    assert command("sweep", study, "--engine", "serial", "--out", whole, "--no-report", "--quiet") == 0
    shutil.rmtree(study.parent)
    assert command("sweep", out, "--engine", "serial", "--no-report", "--quiet") == 0
    assert digest(out) == digest(whole)
    assert command("verify", out, "--sample", "5%") == 0
