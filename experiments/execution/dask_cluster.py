"""Runs tasks on a Dask cluster: a local one, or one at an address (dask-jobqueue starts such on SLURM).

Tasks travel in chunks of a second or more, since the scheduler costs about a millisecond each. Dask runs the finished
tasks of a dead worker again; a result that comes twice is recorded once, since exactly-once lives in the ledger. A run
that takes too long ends its worker process. Dask suspects every task a dead worker had, running or waiting; so the runs
of a chunk whose workers keep dying are run again with nothing else on the cluster, and blamed only if it happens again.
"""

from __future__ import annotations

import faulthandler
import math
import os
import pickle
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Interrupted, UserError, WorkersUnusable
from .process_pool import Failure, Summary, Task
from .progress import Progress
from .worker import ERROR, ONE_THREAD, RESULT, UNUSABLE, Raised, refuse_other_code, resolve

if TYPE_CHECKING:
    from distributed import Client, Future

    from .engine import Engine

CHUNK_SECONDS = 1.0
MOST_IN_A_CHUNK = 1_000
AHEAD = 2
"""Chunks in flight for each thread of the cluster: one runs, one waits."""
_WAIT_S = 0.25
_GRACE_S = 30.0
_START_S = 300.0
_LOCAL_DEATHS = 1


def run_chunk(function: str, payloads: list[bytes], timeout_s: float | None, code: str | None) -> list[tuple[str, Any]]:
    """In a Dask worker: (kind, value) and seconds of each payload; a run that takes too long ends the process."""
    os.environ.update(ONE_THREAD)
    answers: list[tuple[str, Any]] = []
    try:
        call = resolve(function)
        refuse_other_code(code)
    except BaseException as error:
        return [(UNUSABLE, Raised.of(error))]
    for payload in payloads:
        started = time.perf_counter()
        with _ended_after(timeout_s):
            try:
                value = call(pickle.loads(payload))
                answer: tuple[str, Any] = (RESULT, pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
            except BaseException as error:
                answer = (ERROR, Raised.of(error))
        answers += [answer, ("seconds", time.perf_counter() - started)]
    return answers


@contextmanager
def _ended_after(seconds: float | None) -> Iterator[None]:
    """End this process if the block takes longer, even where it never lets another thread run."""
    if seconds is None:
        yield
        return
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a path that is none
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@dataclass(slots=True)
class _Held:
    task: Task
    attempt: int = 1


class _Interrupt:
    """Counts Ctrl-C for the length of the block."""

    def __init__(self) -> None:
        self.count = 0
        self._previous: Any = None

    def __enter__(self) -> _Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)

    def _heard(self, *_: object) -> None:
        self.count += 1


def run_on_dask(
    tasks: Iterable[Task],
    function: str,
    engine: Engine,
    on_result: Callable[[Task, Any], None],
    on_failure: Callable[[Task, Failure], None],
    progress: Progress | None,
    *,
    timeout_s: float | None,
    code: str | None,
    together: Callable[[], AbstractContextManager[None]] | None = None,
) -> Summary:
    """Run tasks as `runner.run_tasks` does, on Dask. UserError if it is not installed or the address does not answer.

    Ctrl-C waits for the chunks in flight; a second one does not.
    """
    first = next(iterator := iter(tasks), None)
    if first is None:
        return Summary()
    with _Interrupt() as interrupt, _client(engine) as client:
        session = _Session(client, function, engine.attempts, on_result, on_failure, progress, interrupt)
        session.timeout_s, session.code, session.local = timeout_s, code, engine.address is None
        session.together = together or nullcontext
        session.run(first, iterator)
    return session.summary


@contextmanager
def _client(engine: Engine) -> Iterator[Client]:
    """A client of the cluster at the engine's address, or of a local one that ends with the block."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UserError(
            "engine kind dask needs distributed; install it with: pip install 'political-moat[dask]'"
        ) from error
    if engine.address is not None:
        try:
            client = Client(engine.address, timeout=_WAIT_S * 40)
        except (OSError, ValueError, TimeoutError) as error:
            raise UserError(f"no Dask scheduler answers at {engine.address}; check engine.address") from error
        with client:
            yield client
        return
    settings = {
        "distributed.scheduler.allowed-failures": _LOCAL_DEATHS,
        "distributed.worker.daemon": True,
        # A worker that is slow to start again on a busy machine is not lost for good.
        "distributed.deploy.lost-worker-timeout": "1h",
        "distributed.admin.large-graph-warning-threshold": "1GB",
    }
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        with dask.config.set(settings):
            cluster = LocalCluster(
                n_workers=engine.workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                memory_limit=f"{engine.memory_mb}MB" if engine.memory_mb else 0,
                silence_logs=50,
            )
            with cluster, Client(cluster) as client:
                yield client
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


class _Session:
    """Chunks between the iterator of tasks and the callbacks; at most AHEAD for each thread are in flight."""

    timeout_s: float | None = None
    code: str | None = None
    local: bool = True
    together: Callable[[], AbstractContextManager[Any]] = nullcontext

    def __init__(
        self,
        client: Client,
        function: str,
        attempts: int,
        on_result: Callable[[Task, Any], None],
        on_failure: Callable[[Task, Failure], None],
        progress: Progress | None,
        interrupt: _Interrupt,
    ) -> None:
        self.client = client
        self.function = function
        self.attempts = attempts
        self.on_result = on_result
        self.on_failure = on_failure
        self.progress = progress
        self.interrupt = interrupt
        self.summary = Summary()
        self.again: deque[_Held] = deque()
        self.suspects: deque[_Held] = deque()
        self.flying: dict[Future, list[_Held]] = {}
        self.on_trial: _Held | None = None
        self.seconds = math.inf
        self.stop_at: float | None = None

    def run(self, first: Task, rest: Iterator[Task]) -> None:
        """Until everything is done, or the user has had enough."""
        # A cluster at an address may have to wait in a queue; a local one must start.
        self.client.wait_for_workers(1, timeout=_START_S if self.local else None)
        waiting = deque([first])
        exhausted = False
        while True:
            if self.interrupt.count and self.stop_at is None:
                self.stop_at = time.monotonic() + _GRACE_S
                if self.progress is not None:
                    self.progress.note("stopping after the runs in flight; Ctrl-C again stops at once")
            while self.stop_at is None and len(self.flying) < self._window():
                if self.suspects:
                    self.on_trial = self.suspects.popleft()
                    chunk = [self.on_trial]
                elif self.again:
                    chunk = [self.again.popleft()]
                else:
                    chunk, exhausted = self._next_chunk(waiting, rest, exhausted)
                if not chunk:
                    break
                self._submit(chunk)
            if not self.flying:
                break
            self._collect()
            if self.stop_at is not None and (self.interrupt.count > 1 or time.monotonic() > self.stop_at):
                for future in list(self.flying):
                    future.cancel(force=True)
                break
        left = self.flying or self.again or self.suspects
        if self.stop_at is not None and (left or next(rest, None) is not None):
            raise Interrupted(self.summary.done, self.summary.failed)

    def _window(self) -> int:
        """How many chunks may be in flight: one suspect, once all others are back; else a few for each thread."""
        if self.suspects or self.on_trial:
            return 0 if self.flying else 1
        threads: dict[str, int] = self.client.nthreads()
        return AHEAD * max(1, sum(threads.values()))

    def _next_chunk(self, waiting: deque[Task], rest: Iterator[Task], exhausted: bool) -> tuple[list[_Held], bool]:
        """As many tasks as take a second by the pace so far; one while nothing is known."""
        count = 1 if math.isinf(self.seconds) else math.ceil(CHUNK_SECONDS / max(self.seconds, 1e-6))
        chunk: list[_Held] = []
        while len(chunk) < min(count, MOST_IN_A_CHUNK) and not exhausted:
            task = waiting.popleft() if waiting else next(rest, None)
            exhausted = task is None
            if task is not None:
                chunk.append(_Held(task))
        return chunk, exhausted

    def _submit(self, chunk: list[_Held]) -> None:
        payloads = [pickle.dumps(held.task.payload, protocol=pickle.HIGHEST_PROTOCOL) for held in chunk]
        future = self.client.submit(run_chunk, self.function, payloads, self.timeout_s, self.code, pure=False)
        self.flying[future] = chunk

    def _collect(self) -> None:
        from distributed import wait

        with suppress(TimeoutError):
            wait(list(self.flying), timeout=_WAIT_S, return_when="FIRST_COMPLETED")
        finished = [future for future in self.flying if future.done()]
        if not finished:
            return
        with self.together():
            for future in finished:
                chunk = self.flying.pop(future)
                if future.status == "finished":
                    self._answers(chunk, future.result())
                else:
                    self._lost(chunk, future)
                self.on_trial = None

    def _answers(self, chunk: list[_Held], answers: list[tuple[str, Any]]) -> None:
        if answers and answers[0][0] == UNUSABLE:
            raise WorkersUnusable(f"{self.function} cannot be run: {answers[0][1].reason}")
        took = [value for kind, value in answers if kind == "seconds"]
        mean = sum(took) / len(took)
        self.seconds = mean if math.isinf(self.seconds) else 0.5 * (self.seconds + mean)
        told = [one for one in answers if one[0] != "seconds"]
        for held, (kind, value) in zip(chunk, told, strict=True):
            if kind == RESULT:
                self.on_result(held.task, pickle.loads(value))
                self.summary.done += 1
                if self.progress is not None:
                    self.progress.advance()
            else:
                self._failed(held, "exception", value)

    def _lost(self, chunk: list[_Held], future: Future) -> None:
        """A chunk that was on workers that died: each of its runs is tried alone; one that was alone is blamed."""
        if self.on_trial is not chunk[0]:
            self.suspects.extend(chunk)
            return
        try:
            future.result()
        except BaseException as error:
            name = type(error).__name__
            limit = "" if self.timeout_s is None else f", or took more than {self.timeout_s:g} s"
            died = Raised(f"its Dask workers died{limit}", "")
            raised = died if name == "KilledWorker" else Raised.of(error)
            self._failed(chunk[0], "died", raised)

    def _failed(self, held: _Held, kind: str, raised: Raised) -> None:
        final = held.attempt >= self.attempts
        self.on_failure(held.task, Failure(held.attempt, kind, raised.reason, raised.detail, final))
        if not final:
            self.summary.retried += 1
            repeated = _Held(held.task, held.attempt + 1)
            (self.suspects if kind == "died" else self.again).append(repeated)
            return
        self.summary.failed += 1
        if self.progress is not None:
            self.progress.advance(failed=True)
