"""Ctrl-C at fifty moments of the first seconds of a command, imports included: one line, code 130, no traceback."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]

SCRIPT = Path(sys.executable).with_name("moat")
MOAT = (str(SCRIPT),) if SCRIPT.exists() else ("-m", "political_moat")
SMALL = ("run", "--voters", "300", "--breadth", "0,.3", "--replicates", "400", "--out", "out")
LISTENS = "political_moat.experiments.cli.ctrl_c"


class Interrupted:
    """A command that gets SIGINT some seconds after it began to listen, in a process group of its own."""

    def __init__(self, folder: Path, seconds: float, *words: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            # Python itself says when the module is imported; before that, Ctrl-C is the interpreter's affair.
            [sys.executable, "-X", "importtime", *words],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell may have started the tests deaf
        )
        assert process.stderr is not None
        assert any(LISTENS in line for line in process.stderr)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        self.code = process.returncode
        self.lines = [line for line in errors.splitlines() if not line.startswith(("import time:", "replicates: "))]

    def assert_one_line(self) -> None:
        assert self.code == 130, self.lines
        said = [line for line in self.lines if not line.startswith(("compiling ", "stopping after "))]
        assert len(said) == 1, self.lines
        assert said[0].startswith("moat: interrupted")
        assert said[0].endswith("; the same command resumes")


@pytest.mark.parametrize(
    ("words", "last", "moments"),
    [
        ((*MOAT, *SMALL, "--workers", "1"), 2.0, 10),
        ((*MOAT, *SMALL, "--workers", "2"), 2.5, 30),
        (("-m", "political_moat", *SMALL, "--workers", "1", "--replicate", "399"), 1.0, 10),
    ],
    ids=["one process", "workers", "module"],
)
def test_ctrl_c_at_any_moment_is_one_line(tmp_path: Path, words: tuple[str, ...], last: float, moments: int) -> None:
    draw = random.Random(last)
    for moment in range(moments):
        seconds = last * (moment + draw.random()) / moments
        Interrupted(tmp_path / str(moment), 0.002 + seconds, *words).assert_one_line()


def test_ctrl_c_while_dask_starts_its_workers_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        '[study]\nname = "u"\n[model]\nvoters = 300\n[factors."exposure.breadth"]\nlevels = [0, 0.3]\n'
        '[replicates]\nmin = 4000\n[engine]\nkind = "dask"\n'
    )
    for moment in range(6):
        Interrupted(tmp_path, 0.5 + moment, *MOAT, "sweep", "study.toml", "--workers", "2").assert_one_line()
