"""The runner: every task answered once, a bad one costing itself alone, whatever the number of workers."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from political_moat.experiments.errors import Interrupted, WorkersUnusable
from political_moat.experiments.execution import process_pool as runner
from political_moat.experiments.execution.process_pool import Failure, Summary, Task, run_tasks
from political_moat.experiments.execution.progress import Progress, in_words
from political_moat.experiments.storage.provenance import code_hash

HERE = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _toys_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))


class Collected:
    def __init__(self) -> None:
        self.results: dict[str, Any] = {}
        self.failures: list[tuple[str, Failure]] = []

    def on_result(self, task: Task, value: Any) -> None:
        assert task.key not in self.results
        self.results[task.key] = value

    def on_failure(self, task: Task, failure: Failure) -> None:
        self.failures.append((task.key, failure))


def run(payloads: Iterable[Any], function: str, workers: int, **options: Any) -> tuple[Collected, Summary]:
    collected = Collected()
    tasks = (Task(str(index), payload) for index, payload in enumerate(payloads))
    summary = run_tasks(tasks, f"moat_toys:{function}", workers, collected.on_result, collected.on_failure, **options)
    return collected, summary


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_task_is_answered_once(workers: int) -> None:
    collected, summary = run(range(40), "number", workers)
    assert collected.results == {str(n): 2 * n for n in range(40)}
    assert not collected.failures
    assert (summary.done, summary.failed, summary.retried) == (40, 0, 0)


def test_no_task_starts_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WorkerProcess", lambda *_: pytest.fail("a worker was started"))
    assert run([], "number", 4)[1] == Summary()


def test_one_worker_is_this_process_unless_told_otherwise() -> None:
    here, _ = run([0], "surroundings", 1)
    there, _ = run([0], "surroundings", 1, in_process=False)
    assert here.results["0"]["process"] == os.getpid() != there.results["0"]["process"]


def test_workers_are_single_threaded_deaf_light_and_know_no_main_module() -> None:
    before = dict(os.environ), signal.getsignal(signal.SIGINT), sys.modules["__main__"]
    found = run([0], "surroundings", 2)[0].results["0"]
    assert found["threads"] == ["1", "1"]
    assert found["deaf"]
    assert found["main"] is None
    assert found["heavy"] == []
    assert "parent watch" in found["alive"]
    assert before == (dict(os.environ), signal.getsignal(signal.SIGINT), sys.modules["__main__"])


def test_workers_are_kept_and_tasks_read_a_few_ahead() -> None:
    read = 0

    def payloads() -> Iterator[int]:
        nonlocal read
        for number in range(30):
            read += 1
            yield number

    processes, ahead = set(), []
    collected = Collected()

    def on_result(task: Task, value: Any) -> None:
        processes.add(value["process"])
        collected.on_result(task, value)
        ahead.append(read - len(collected.results))

    tasks = (Task(str(number), number) for number in payloads())
    run_tasks(tasks, "moat_toys:surroundings", 2, on_result, collected.on_failure)
    assert len(processes) <= 2
    assert max(ahead) <= 5


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("fault", ["raise", "system exit"])
def test_an_exception_costs_its_run_alone(workers: int, fault: str) -> None:
    payloads = [{"replicate": r, "fault": fault if r == 2 else None} for r in range(5)]
    collected, summary = run(payloads, "panel", workers)
    assert sorted(collected.results) == ["0", "1", "3", "4"]
    assert [(key, f.attempt, f.kind, f.final) for key, f in collected.failures] == [
        ("2", 1, "exception", False),
        ("2", 2, "exception", True),
    ]
    reason = collected.failures[-1][1].reason
    assert reason == ("ValueError: two lines of trouble" if fault == "raise" else "SystemExit: no")
    assert "misbehave" in collected.failures[-1][1].detail
    assert (summary.done, summary.failed, summary.retried) == (4, 1, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_passing_fault_is_mended_by_the_second_attempt(workers: int, tmp_path: Path) -> None:
    payloads = [{"replicate": 0, "fault": "raise", "marker": str(tmp_path / "once")}]
    collected, summary = run(payloads, "panel", workers)
    assert sorted(collected.results) == ["0"]
    assert (summary.done, summary.failed, summary.retried) == (1, 0, 1)


def test_a_death_is_blamed_on_the_run_that_was_held() -> None:
    payloads = [{"replicate": r, "fault": "exit" if r == 1 else None} for r in range(6)]
    collected, summary = run(payloads, "panel", 2)
    assert sorted(collected.results) == ["0", "2", "3", "4", "5"]
    assert {key for key, _ in collected.failures} == {"1"}
    assert collected.failures[-1][1].kind == "died"
    assert collected.failures[-1][1].reason == "the worker exited with code 7"
    assert (summary.done, summary.failed, summary.retried) == (5, 1, 1)


def test_a_hang_is_ended_by_the_timeout() -> None:
    payloads = [{"replicate": r, "fault": "hang" if r == 0 else None} for r in range(4)]
    started = time.monotonic()
    collected, _ = run(payloads, "panel", 2, timeout_s=0.5, attempts=1)
    assert time.monotonic() - started < 5.0
    assert sorted(collected.results) == ["1", "2", "3"]
    assert [(f.kind, f.reason) for _, f in collected.failures] == [("timeout", "no result within 0.5 s")]


@pytest.mark.parametrize("function", ["unpicklable", "unreadable"])
def test_a_result_that_does_not_travel_costs_itself_alone(function: str) -> None:
    collected, _ = run(range(4), function, 2, attempts=1)
    assert collected.results == {"0": 0, "2": 2, "3": 3}
    assert [key for key, _ in collected.failures] == ["1"]


def test_large_results_travel() -> None:
    collected, _ = run([20_000_000, 5, 20_000_000], "big", 2)
    assert [len(collected.results[key]) for key in "012"] == [20_000_000, 5, 20_000_000]


@pytest.mark.parametrize("function", ["absent", "ARMS"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_function_nobody_can_run_is_said_once(function: str, workers: int) -> None:
    with pytest.raises((WorkersUnusable, AttributeError, ValueError), match=function):
        run(range(100), function, workers)


def test_workers_that_find_other_code_refuse() -> None:
    with pytest.raises(WorkersUnusable, match="changed while the study ran"):
        run(range(3), "number", 2, code="the hash of other sources")
    code_hash.cache_clear()
    assert run(range(3), "number", 2, code=code_hash())[1].done == 3


def test_workers_that_all_die_at_start_are_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "moat_deadly.py").write_text("import os\nos._exit(9)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    collected = Collected()
    with pytest.raises(WorkersUnusable, match="exited with code 9"):
        run_tasks([Task("0", 0)], "moat_deadly:absent", 2, collected.on_result, collected.on_failure)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_caller_ends_the_session_and_the_workers(workers: int) -> None:
    def on_result(task: Task, value: Any) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        run_tasks([Task(str(n), n) for n in range(9)], "moat_toys:number", workers, on_result, Collected().on_failure)
    assert multiprocessing.active_children() == []


def test_it_runs_in_a_thread_too() -> None:
    found: list[Collected] = []
    thread = threading.Thread(target=lambda: found.append(run(range(5), "number", 2)[0]))
    thread.start()
    thread.join(20)
    assert len(found[0].results) == 5


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_records_what_is_in_flight_and_says_how_to_go_on(workers: int) -> None:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    collected = Collected()

    def on_result(task: Task, value: Any) -> None:
        collected.on_result(task, value)
        if len(collected.results) == 3:
            signal.raise_signal(signal.SIGINT)

    try:
        with pytest.raises(Interrupted, match="the same command resumes") as caught:
            run_tasks(
                [Task(str(n), {"replicate": n, "seconds": 0.02}) for n in range(500)],
                "moat_toys:panel",
                workers,
                on_result,
                collected.on_failure,
            )
    finally:
        signal.signal(signal.SIGINT, previous)
    assert caught.value.done == len(collected.results)
    assert 3 <= len(collected.results) <= 3 + 2 * workers
    assert not collected.failures


def test_ctrl_c_during_the_last_runs_loses_nothing_and_ends_well() -> None:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    collected = Collected()

    def on_result(task: Task, value: Any) -> None:
        collected.on_result(task, value)
        if len(collected.results) == 1:
            signal.raise_signal(signal.SIGINT)

    try:
        tasks = [Task(str(n), {"replicate": n, "seconds": 0.1}) for n in range(2)]
        run_tasks(tasks, "moat_toys:panel", 2, on_result, collected.on_failure)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert len(collected.results) == 2


def test_a_script_without_a_guard_may_run_a_study(tmp_path: Path) -> None:
    script = [sys.executable, str(HERE / "toy_coordinator.py"), str(tmp_path / "out"), "--replicates", "4"]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("4 of 4") == 1


def test_progress_in_plain_lines() -> None:
    stream = io.StringIO()
    with Progress(200, "stress", done=100, stream=stream) as progress:
        for index in range(100):
            progress.advance(failed=index == 50)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("stress: 120 of 200 (60%), about ")
    assert lines[-1] == "stress: 200 of 200 (100%), 1 failed"


def test_progress_says_something_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("political_moat.experiments.execution.progress.time.monotonic", lambda: now)
    stream = io.StringIO()
    with Progress(1000, "slow", stream=stream) as progress:
        now = 9.0
        progress.advance()
        assert stream.getvalue() == ""
        now = 20.0
        progress.advance()
        assert stream.getvalue() == "slow: 2 of 1000 (0%), about 2 h 46 min left\n"
    assert stream.getvalue().count("\n") == 1


def test_progress_is_silent_when_quiet_and_survives_a_closed_stream() -> None:
    stream = io.StringIO()
    with Progress(2, "quiet", quiet=True, stream=stream) as progress:
        progress.advance()
        progress.note("nothing")
    assert stream.getvalue() == ""
    stream.close()
    closed = io.StringIO()
    with Progress(2, "closed", stream=closed) as progress:
        closed.isatty()
        closed.close()
        progress.advance()


def test_progress_on_a_terminal_is_a_bar() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Progress(3, "stress", stream=stream) as progress:
        for _ in range(3):
            progress.advance()
        progress.note("a word [with brackets]")
    assert "3 of 3 (100%)" in stream.getvalue()
    assert "a word [with brackets]" in stream.getvalue()


def test_durations_in_words() -> None:
    assert [in_words(s) for s in (0.2, 40.0, 200.0, 7800.0)] == ["1 s", "40 s", "3 min", "2 h 10 min"]
