"""Every engine gives the same results, blames the same run, and its choice is checked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.execution.dask_cluster import DaskCluster, run_chunk
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.tasks import Completed, Failure, Summary, Task, TaskQueue
from political_moat.experiments.execution.worker import packed, read_answer
from political_moat.experiments.studies.schema import EngineSection

HERE = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _toys_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))


def run(engine: Engine, payloads: list[Any]) -> tuple[dict[str, Any], list[tuple[str, str, bool]], Summary]:
    results: dict[str, Any] = {}
    failures: list[tuple[str, str, bool]] = []

    def on_result(task: Task, value: Any) -> None:
        assert task.key not in results
        results[task.key] = value["runs"]

    def on_failure(task: Task, failure: Failure) -> None:
        failures.append((task.key, failure.kind, failure.final))

    tasks = [Task(str(number), payload) for number, payload in enumerate(payloads)]
    summary = engine.run(tasks, "moat_toys:panel", on_result, on_failure)
    return results, sorted(failures), summary


def test_every_engine_gives_the_same_results_and_failures() -> None:
    payloads = [{"replicate": r, "fault": "raise" if r == 3 else None} for r in range(8)]
    results, failures, summary = run(Engine(kind="serial"), payloads)
    assert sorted(results) == ["0", "1", "2", "4", "5", "6", "7"]
    assert failures == [("3", "exception", False), ("3", "exception", True)]
    assert summary == Summary(done=7, failed=1, retried=1)
    for kind in ("process", "dask"):
        assert run(Engine(kind=kind, workers=2), payloads) == (results, failures, summary)


@pytest.mark.parametrize("kind", ["serial", "process", "dask"])
def test_no_task_starts_nothing(kind: str) -> None:
    assert run(Engine(kind=kind, workers=2, address="tcp://127.0.0.1:1"), []) == ({}, [], Summary())


def test_a_scheduler_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(UserError, match="no Dask scheduler answers at nonsense"):
        run(Engine(kind="dask", address="nonsense"), [{"replicate": 0}])


def test_keywords_take_precedence_over_the_study_file() -> None:
    section = EngineSection(kind="process", workers=3, attempts=5, timeout_s=7.0, memory_mb=900)
    assert Engine.of(section) == Engine("process", 3, 7.0, 5, 900)
    assert Engine.of(section, kind="dask", workers=2, address="tcp://node:1").address == "tcp://node:1"
    assert Engine.of(section, kind="serial").kind == "serial"
    for wrong, message in (
        ({"kind": "cloud"}, "engine cloud is not possible; allowed: serial, process, dask"),
        ({"workers": 0}, "workers 0 is not possible"),
        ({"address": "tcp://node:1"}, "allowed with engine dask, not process"),
    ):
        with pytest.raises(UserError, match=message):
            Engine.of(section, **wrong)  # type: ignore[arg-type]


@mock.patch.dict(os.environ)
def test_a_chunk_answers_each_payload_and_says_why_it_cannot_run() -> None:
    result = run_chunk("moat_toys:number", [packed(2), packed(None), packed(5)], None, None)
    assert [read_answer(content)[0] for content in result.answers] == ["result", "error", "result"]
    assert read_answer(result.answers[2]) == ("result", 10)
    assert len(result.seconds) == 3
    absent = run_chunk("moat_toys:absent", [packed(2)], None, None)
    assert absent.answers == []
    assert absent.unusable is not None
    assert "absent" in absent.unusable.reason


class LosingClient:
    """A Dask client whose chunks are lost where they hold the bad payload."""

    status = "running"

    def __init__(self, bad: int) -> None:
        self.bad = packed(bad)
        self.sizes: list[int] = []

    def nthreads(self) -> dict[str, int]:
        return {"worker": 2}

    def submit(self, function: Any, name: str, payloads: list[bytes], *rest: Any, pure: bool) -> LostOrDone:
        self.sizes.append(len(payloads))
        return LostOrDone(None if self.bad in payloads else function(name, payloads, *rest))


class LostOrDone:
    def __init__(self, value: Any) -> None:
        self.value = value
        self.status = "finished" if value is not None else "error"

    def done(self) -> bool:
        return True

    def result(self) -> Any:
        return self.value

    def exception(self) -> Exception:
        return type("KilledWorker", (Exception,), {})()


def test_runs_of_a_lost_chunk_are_tried_alone_and_only_the_bad_one_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distributed.wait", lambda *_, **__: None)
    queue = TaskQueue(Task(str(number), number) for number in range(6))
    cluster = DaskCluster(queue, "moat_toys:number", 2)
    client = LosingClient(bad=2)
    cluster._client = client  # type: ignore[assignment]
    cluster._seconds = 0.4  # three runs a chunk
    finished, blamed = {}, []
    while cluster.busy or queue:
        cluster.fill()
        if any(chunk[0].alone for chunk in cluster._chunks.values()):
            assert len(cluster._chunks) == 1
        for outcome in cluster.collect():
            if isinstance(outcome, Completed):
                finished[outcome.attempt.task.key] = outcome.value
            else:
                blamed.append((outcome.attempt.task.key, outcome.kind, outcome.error.reason))
    assert finished == {str(number): 2 * number for number in (0, 1, 3, 4, 5)}
    assert blamed == [("2", "died", "its Dask workers died")]
    assert client.sizes == [3, 3, 1, 1, 1]


COMPILES_AFTER_A_CHUNK = """
import numba
from political_moat.experiments.execution.dask_cluster import run_chunk

@numba.njit(parallel=True)
def added(n):
    total = 0
    for i in numba.prange(n):
        total += i
    return total

added(9)  # starts Numba's threads
run_chunk("builtins:abs", [], None, None)
print(numba.njit(lambda x: x + 1)(1))
"""


def test_a_chunk_in_a_process_whose_numba_runs_threads_leaves_it_able_to_compile() -> None:
    """A worker thread of a cluster in this process: Numba refuses another number of threads than it has started."""
    done = subprocess.run(
        [sys.executable, "-c", COMPILES_AFTER_A_CHUNK],
        env=os.environ | {"NUMBA_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "2\n", done.stderr
