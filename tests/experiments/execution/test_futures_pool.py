"""An executor of the user's own: same results, failures recorded, a broken executor loses nothing that is finished."""

from __future__ import annotations

import signal
import sys
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from moat_toys import panel

from political_moat import Study
from political_moat.experiments.errors import Interrupted, UserError, WorkersUnusable
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.futures_pool import DEFAULT_WORKERS, HERE, run_packed, workers_of
from political_moat.experiments.execution.tasks import Failure, Summary, Task
from political_moat.experiments.execution.worker import packed, read_answer
from political_moat.experiments.studies.schema import EngineSection

TOYS = Path(__file__).parents[1]
PAYLOADS = [{"replicate": r, "fault": "raise" if r == 3 else None} for r in range(8)]


@pytest.fixture(autouse=True)
def _toys_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOYS))


class Run:
    """Results and failures of tasks on an executor."""

    def __init__(self) -> None:
        self.results: dict[str, Any] = {}
        self.failures: list[tuple[str, str, bool]] = []

    def on(
        self, executor: Any, payloads: list[Any], *, done: tuple[str, ...] = (), interrupt_after: int = 0
    ) -> Summary:
        def on_result(task: Task, value: Any) -> None:
            assert task.key not in self.results
            self.results[task.key] = value["runs"]
            if len(self.results) == interrupt_after:
                signal.raise_signal(signal.SIGINT)

        def on_failure(task: Task, failure: Failure) -> None:
            self.failures.append((task.key, failure.kind, failure.final))

        tasks = [Task(str(number), payload) for number, payload in enumerate(payloads) if str(number) not in done]
        engine = Engine.on(executor, EngineSection())
        return engine.run(tasks, "moat_toys:panel", on_result, on_failure)


class Now:
    """An executor that calls at once; `breaks_at` of its futures is broken, and from then on it takes nothing."""

    def __init__(self, breaks_at: int = 1000, error: type[BaseException] = BrokenExecutor) -> None:
        self.breaks_at, self.error, self.calls = breaks_at, error, 0
        self._max_workers = 2

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        self.calls += 1
        if self.calls > self.breaks_at:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[Any] = Future()
        if self.calls == self.breaks_at:
            future.set_exception(self.error("a process ended"))
        else:
            future.set_result(function(*arguments))
        return future


class Job:
    """A job of a batch system: no Future of the standard library, and it cannot be cancelled."""

    def __init__(self, value: Any) -> None:
        self.value, self.asked = value, 0

    def done(self) -> bool:
        self.asked += 1
        return self.asked > 2

    def result(self) -> Any:
        return self.value


class Batch:
    """An executor that hands out jobs and does not say how many workers it has."""

    def submit(self, function: Any, /, *arguments: Any) -> Job:
        return Job(function(*arguments))


EXPECTED = {str(r): panel({"replicate": r})["runs"] for r in range(8) if r != 3}
FAILED = [("3", "exception", False), ("3", "exception", True)]


@pytest.mark.parametrize("executor", [Now(), Batch()])
def test_results_and_failures_are_those_of_every_engine(executor: Any) -> None:
    run = Run()
    assert run.on(executor, PAYLOADS) == Summary(done=7, failed=1, retried=1)
    assert (run.results, sorted(run.failures)) == (EXPECTED, FAILED)


def test_threads_take_turns() -> None:
    with ThreadPoolExecutor(3) as executor:
        run = Run()
        assert run.on(executor, PAYLOADS) == Summary(done=7, failed=1, retried=1)
        assert (run.results, sorted(run.failures)) == (EXPECTED, FAILED)
        executor.submit(int).result()  # it is still open


@pytest.mark.parametrize("error", [BrokenExecutor, CancelledError])
def test_a_broken_executor_is_one_line_and_keeps_what_is_finished(error: type[BaseException]) -> None:
    run, tasks = Run(), [{"replicate": r} for r in range(8)]
    with pytest.raises(UserError) as caught:
        run.on(Now(breaks_at=4, error=error), tasks)
    assert str(caught.value) == (
        "the executor Now broke or was shut down (a process ended); everything finished is kept, the same study "
        "resumes; engine process records which run kills its worker"
    )
    assert sorted(run.results) == ["0", "1", "2"]
    assert run.failures == []
    assert run.on(Now(), tasks, done=tuple(run.results)) == Summary(done=5)
    assert sorted(run.results) == list("01234567")


def test_an_executor_that_was_shut_down_takes_nothing() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(UserError, match="the executor ThreadPoolExecutor broke or was shut down"):
        Run().on(executor, PAYLOADS)


@pytest.mark.parametrize("executor", [Now(), Now(breaks_at=5), Batch()])
def test_ctrl_c_keeps_what_is_finished_also_where_it_breaks_the_executor(executor: Any) -> None:
    run = Run()
    with pytest.raises(Interrupted):
        run.on(executor, [{"replicate": r} for r in range(200)], interrupt_after=2)
    assert 2 <= len(run.results) < 200
    assert run.failures == []


def test_a_future_that_fails_fails_its_run_alone() -> None:
    class Unreadable(Now):
        def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
            future = super().submit(function, *arguments)
            if self.calls == 2:
                future = Future()
                future.set_exception(TypeError("cannot pickle"))
            return future

    run = Run()
    assert run.on(Unreadable(), [{"replicate": r} for r in range(4)]) == Summary(done=4, retried=1)
    assert run.failures == [("1", "exception", False)]


def test_processes_with_other_code_run_nothing() -> None:
    content = packed({"replicate": 0})
    kind, raised = read_answer(run_packed("moat_toys:panel", content, "0" * 64, HERE))
    assert (kind, raised.reason.partition(":")[0]) == ("unusable", "RuntimeError")
    with pytest.raises(WorkersUnusable, match="moat_toys:nothing cannot be run: AttributeError"):
        Engine.on(Now(), EngineSection()).run([Task("0", {})], "moat_toys:nothing", print, print)


def test_the_number_of_workers_is_what_the_executor_says() -> None:
    assert workers_of(Now()) == 2
    assert workers_of(Batch()) == DEFAULT_WORKERS
    engine = Engine.on(Batch(), EngineSection(attempts=5), workers=7)
    assert (engine.kind, engine.workers, engine.attempts) == ("own", 7, 5)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"executor": 3}, "executor int has no submit; allowed: an executor such as those of concurrent.futures"),
        ({"executor": Now(), "engine": "serial"}, "executor takes the place of engine and address; give one of them"),
        ({"executor": Now(), "workers": 0}, "workers 0 is not possible; allowed: 1 or more"),
    ],
)
def test_contradictory_keywords_are_one_line(tmp_path: Path, keywords: dict[str, Any], message: str) -> None:
    text = '[study]\nname = "x"\n[model]\nvoters = 200\n[replicates]\nmin = 1\n'
    with pytest.raises(UserError, match=message):
        Study.from_text(text, tmp_path / "out").run(**keywords)
    assert not (tmp_path / "out").exists()


@pytest.mark.faults
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_process_breaks_the_pool_and_a_new_one_goes_on(tmp_path: Path) -> None:
    marker = str(tmp_path / "marker")
    payloads = [{"replicate": r, **({"fault": "kill", "marker": marker} if r == 3 else {})} for r in range(8)]
    run = Run()
    with ProcessPoolExecutor(2) as executor, pytest.raises(UserError, match="broke or was shut down"):
        run.on(executor, payloads)
    with ProcessPoolExecutor(2) as executor:
        run.on(executor, payloads, done=tuple(run.results))
    assert sorted(run.results) == list("01234567")
    assert run.failures == []
