"""Where fewer workers can start than were asked for, or none, the same results come from those that can."""

from __future__ import annotations

import io
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from political_moat.experiments.execution import limits
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.limits import HANDLES_KEPT, HANDLES_OF_A_WORKER, startable_workers
from political_moat.experiments.execution.progress import Progress
from political_moat.experiments.execution.tasks import Task
from political_moat.experiments.execution.worker import interrupts_later, without_main_script

HERE = Path(__file__).parents[1]
DAEMON = "this process is a worker of another program and may start none: runs follow one another in it"


@pytest.fixture(autouse=True)
def _toys_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))


def processes_used(engine: Engine) -> tuple[set[int], list[str]]:
    """Process numbers that ran three tasks, and the lines of progress."""
    used: set[int] = set()
    stream = io.StringIO()

    def keep(task: Task, value: Any) -> None:
        used.add(value["process"])

    tasks = [Task(str(number), {"replicate": number}) for number in range(3)]
    with Progress(3, "toys", stream=stream) as progress:
        summary = engine.run(tasks, "moat_toys:panel", keep, lambda *_: None, progress)
    assert summary.done == 3
    return used, [line for line in stream.getvalue().splitlines() if not line.startswith("toys: ")]


@pytest.mark.parametrize("kind", ["process", "dask"])
def test_a_worker_of_another_pool_runs_everything_itself(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A daemonic process may have no children: multiprocessing would raise AssertionError."""
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    assert processes_used(Engine(kind=kind, workers=2)) == ({os.getpid()}, [DAEMON])


@pytest.mark.parametrize("kind", ["process", "dask"])
@pytest.mark.parametrize(("room", "startable"), [(-3, 0), (0, 0), (1, 1), (2.9, 2), (3, 3), (100, 3), (math.inf, 3)])
def test_as_many_workers_start_as_file_handles_allow(
    monkeypatch: pytest.MonkeyPatch, kind: str, room: float, startable: int
) -> None:
    free = HANDLES_KEPT[kind] + room * HANDLES_OF_A_WORKER[kind]
    monkeypatch.setattr(limits, "file_handles", lambda: (64.0, free))
    workers, reason = startable_workers(kind, 3)
    assert workers == startable
    if startable == 3:
        assert reason is None
    else:
        instead = f"{startable} of 3 workers start" if startable else "runs follow one another in this process"
        assert reason == f"only 64 files may be open (ulimit -n): {instead}"


def test_few_file_handles_cost_workers_and_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "file_handles", lambda: (30.0, 2.0))
    used, notes = processes_used(Engine(kind="process", workers=2))
    assert used == {os.getpid()}
    assert notes == ["only 30 files may be open (ulimit -n): runs follow one another in this process"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_open_files_are_counted(tmp_path: Path) -> None:
    limit, free = limits.file_handles()
    with (tmp_path / "one more").open("w"):
        assert limits.file_handles() == (limit, free - 1)


def test_processes_that_start_see_no_main_script_but_what_it_defines() -> None:
    main = sys.modules["__main__"]
    with without_main_script():
        stand_in = sys.modules["__main__"]
        assert not hasattr(stand_in, "__file__")
        assert stand_in.__spec__ is None
        names = vars(main).keys() - {"__file__", "__spec__"}
        assert {name: vars(stand_in)[name] for name in names} == {name: vars(main)[name] for name in names}
    assert sys.modules["__main__"] is main


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_while_a_process_starts_reaches_the_coordinator_afterwards_and_never_the_process() -> None:
    heard: list[int] = []
    previous = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with interrupts_later():
            child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read(); print('ends')"], **PIPES)
            child.send_signal(signal.SIGINT)
            signal.pthread_kill(
                threading.get_ident(), signal.SIGINT
            )  # other threads of the test runner do not block it
            before = list(heard)
        assert (before, heard) == ([], [signal.SIGINT])
        assert child.communicate(timeout=30) == ("ends\n", None)
        assert child.returncode == 0
    finally:
        signal.signal(signal.SIGINT, previous)


PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
