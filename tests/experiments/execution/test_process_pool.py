"""Process pool: each task is answered once, and a bad one costs itself alone, with any number of workers."""

from __future__ import annotations

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

import psutil
import pytest

from political_moat.experiments.errors import Interrupted, WorkersUnusable
from political_moat.experiments.execution import process_pool
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.tasks import Failure, Summary, Task
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


def run(
    payloads: Iterable[Any], function: str, engine: Engine | int, *, code: str | None = None
) -> tuple[Collected, Summary]:
    """Run a toy function on an engine, or on this machine with so many workers."""
    collected = Collected()
    tasks = (Task(str(index), payload) for index, payload in enumerate(payloads))
    chosen = Engine.local(engine) if isinstance(engine, int) else engine
    summary = chosen.run(tasks, f"moat_toys:{function}", collected.on_result, collected.on_failure, code=code)
    return collected, summary


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_task_is_answered_once(workers: int) -> None:
    collected, summary = run(range(40), "number", workers)
    assert collected.results == {str(n): 2 * n for n in range(40)}
    assert not collected.failures
    assert (summary.done, summary.failed, summary.retried) == (40, 0, 0)


@pytest.mark.parametrize("engine", [Engine(kind="serial"), Engine(kind="process", workers=2)])
def test_these_engines_open_no_port(engine: Engine) -> None:
    listening = []
    collected = Collected()

    def on_result(task: Task, value: Any) -> None:
        collected.on_result(task, value)
        processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
        listening.extend(c for p in processes for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN)

    tasks = [Task(str(number), number) for number in range(6)]
    engine.run(tasks, "moat_toys:number", on_result, collected.on_failure)
    assert len(collected.results) == 6
    assert listening == []


def test_no_task_starts_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "WorkerProcess", lambda *_: pytest.fail("a worker was started"))
    assert run([], "number", 4)[1] == Summary()


def test_one_worker_of_this_machine_is_this_process() -> None:
    here, _ = run([0], "surroundings", Engine.local(1))
    there, _ = run([0], "surroundings", Engine(kind="process", workers=1))
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
    Engine(workers=2).run(tasks, "moat_toys:surroundings", on_result, collected.on_failure)
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
    collected, _ = run(payloads, "panel", Engine(workers=2, timeout_s=0.5, attempts=1))
    assert time.monotonic() - started < 5.0
    assert sorted(collected.results) == ["1", "2", "3"]
    assert [(f.kind, f.reason) for _, f in collected.failures] == [("timeout", "no result within 0.5 s")]


@pytest.mark.parametrize("function", ["unpicklable", "unreadable"])
def test_a_result_that_does_not_travel_costs_itself_alone(function: str) -> None:
    collected, _ = run(range(4), function, Engine(workers=2, attempts=1))
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
        Engine(workers=2).run([Task("0", 0)], "moat_deadly:absent", collected.on_result, collected.on_failure)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_caller_ends_the_session_and_the_workers(workers: int) -> None:
    def on_result(task: Task, value: Any) -> None:
        raise RuntimeError("the disk is full")

    tasks = [Task(str(n), n) for n in range(9)]
    with pytest.raises(RuntimeError, match="the disk is full"):
        Engine.local(workers).run(tasks, "moat_toys:number", on_result, Collected().on_failure)
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
        tasks = [Task(str(n), {"replicate": n, "seconds": 0.02}) for n in range(500)]
        with pytest.raises(Interrupted, match="the same command resumes") as caught:
            Engine.local(workers).run(tasks, "moat_toys:panel", on_result, collected.on_failure)
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
        Engine(workers=2).run(tasks, "moat_toys:panel", on_result, collected.on_failure)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert len(collected.results) == 2


def test_a_script_without_a_guard_may_run_a_study(tmp_path: Path) -> None:
    script = [sys.executable, str(HERE / "toy_coordinator.py"), str(tmp_path / "out"), "--replicates", "4"]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("4 of 4") == 1
