"""Runs tasks in long-lived worker processes, so that a bad run costs itself alone.

Each worker has a pipe of its own and holds one task at a time: whichever dies, hangs or raises, the culprit is known.
The coordinator hands out the next task before it records the last result, so no worker waits for the disk.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from types import FrameType
from typing import Any

from ..errors import Interrupted, UserError, WorkersUnusable
from .progress import Progress
from .worker import ERROR, READY, RESULT, UNUSABLE, Raised, WorkerProcess, resolve

__all__ = ["Failure", "Interrupted", "Summary", "Task", "UserError", "WorkersUnusable", "run_tasks"]

_POLL_S = 0.25
_START_S = 120.0
_STARTS = 10
_LEAVE_S = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work: `payload` (picklable) goes to the function, `key` names it to the coordinator."""

    key: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt: `kind` is "exception", "died", "timeout" or "memory", `reason` is one line.

    `detail` is the traceback, if any. `final` is False while the task will be tried again in this session.
    """

    attempt: int
    kind: str
    reason: str
    detail: str
    final: bool


@dataclass(slots=True)
class Summary:
    """Counts of a session: tasks done, tasks given up, attempts that failed and were repeated."""

    done: int = 0
    failed: int = 0
    retried: int = 0


def run_tasks(
    tasks: Iterable[Task],
    function: str,
    workers: int,
    on_result: Callable[[Task, Any], None],
    on_failure: Callable[[Task, Failure], None],
    progress: Progress | None = None,
    *,
    timeout_s: float | None = None,
    attempts: int = 2,
    grace_s: float = 30.0,
    memory_mb: int | None = None,
    code: str | None = None,
    in_process: bool | None = None,
    together: Callable[[], AbstractContextManager[None]] | None = None,
) -> Summary:
    """Call `function` ("package.module:name") on every payload and hand the results over as they come, in any order.

    With one worker the calls happen in this process (`in_process=False` spawns one nevertheless): easy to debug and to
    profile, but a crash is a crash, and `timeout_s` and `memory_mb` have no effect. `tasks` is read lazily, a few
    ahead. An attempt that raises, dies, takes more than `timeout_s` seconds, or whose process holds more than
    `memory_mb` of memory is told to `on_failure` and repeated, `attempts` in all. With `code` (the code hash), workers
    that find other sources refuse. The callbacks run in the calling thread, several of them in one block of `together`
    (a transaction), and what they raise ends the session.

    Ctrl-C stops handing out tasks, waits up to `grace_s` seconds for those in flight, and raises Interrupted if
    anything is left; a second one does not wait. Raises WorkersUnusable if no worker can run the function at all.
    """
    session = _Session(on_result, on_failure, progress, attempts)
    with _Interrupts() as interrupts:
        if workers <= 1 if in_process is None else in_process:
            _run_here(tasks, resolve(function), session, interrupts)
        else:
            pool = _Pool(tasks, function, max(workers, 1), session, interrupts)
            pool.timeout_s, pool.grace_s, pool.code, pool.memory_mb = timeout_s, grace_s, code, memory_mb
            pool.together = together or nullcontext
            pool.run()
    return session.summary


@dataclass(slots=True)
class _Held:
    task: Task
    attempt: int = 1


@dataclass(slots=True)
class _Session:
    """The caller's callbacks and the counts."""

    on_result: Callable[[Task, Any], None]
    on_failure: Callable[[Task, Failure], None]
    progress: Progress | None
    attempts: int
    summary: Summary = field(default_factory=Summary)

    def succeed(self, held: _Held, value: object) -> None:
        self.on_result(held.task, value)
        self.summary.done += 1
        if self.progress is not None:
            self.progress.advance()

    def is_last(self, held: _Held) -> bool:
        return held.attempt >= self.attempts

    def fail(self, held: _Held, kind: str, raised: Raised) -> None:
        final = self.is_last(held)
        self.on_failure(held.task, Failure(held.attempt, kind, raised.reason, raised.detail, final))
        if not final:
            self.summary.retried += 1
            return
        self.summary.failed += 1
        if self.progress is not None:
            self.progress.advance(failed=True)

    def interrupted(self) -> Interrupted:
        return Interrupted(self.summary.done, self.summary.failed)

    def note(self, text: str) -> None:
        if self.progress is not None:
            self.progress.note(text)


class _Interrupts:
    """Counts Ctrl-C instead of letting it break a transaction; the second breaks into `breakable` work."""

    def __init__(self) -> None:
        self.count = 0
        self.breakable = False
        self._previous: Any = None
        self._installed = False

    def __enter__(self) -> _Interrupts:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # a job in the background stays deaf
            self._previous = signal.signal(signal.SIGINT, self._heard)
            self._installed = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._previous if self._previous is not None else signal.default_int_handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count > 1 and self.breakable:
            raise KeyboardInterrupt

    def breaking(self) -> AbstractContextManager[None]:
        return _Breakable(self) if self._installed else nullcontext()


class _Breakable(AbstractContextManager[None]):
    def __init__(self, interrupts: _Interrupts) -> None:
        self._interrupts = interrupts

    def __enter__(self) -> None:
        self._interrupts.breakable = True

    def __exit__(self, *_: object) -> None:
        self._interrupts.breakable = False


def _run_here(tasks: Iterable[Task], call: Callable[[Any], Any], session: _Session, interrupts: _Interrupts) -> None:
    for task in tasks:
        held: _Held | None = _Held(task)
        while held is not None:
            if interrupts.count:
                raise session.interrupted()
            held = _attempt_here(held, call, session, interrupts)


def _attempt_here(held: _Held, call: Callable[[Any], Any], session: _Session, interrupts: _Interrupts) -> _Held | None:
    """One attempt; returns what is to be tried again."""
    try:
        with interrupts.breaking():
            value = call(held.task.payload)
    except KeyboardInterrupt:
        raise session.interrupted() from None
    except (Exception, SystemExit) as error:
        session.fail(held, "exception", Raised.of(error))
        return None if session.is_last(held) else _Held(held.task, held.attempt + 1)
    session.succeed(held, value)
    return None


class _Pool:
    """The workers, and the tasks between the iterator and the callbacks."""

    timeout_s: float | None = None
    grace_s: float = 30.0
    code: str | None = None
    memory_mb: int | None = None
    together: Callable[[], AbstractContextManager[Any]] = nullcontext

    def __init__(
        self, tasks: Iterable[Task], function: str, size: int, session: _Session, interrupts: _Interrupts
    ) -> None:
        self.tasks = iter(tasks)
        self.function = function
        self.size = size
        self.session = session
        self.interrupts = interrupts
        self.workers: list[WorkerProcess] = []
        self.queue: deque[_Held] = deque()
        self.outcomes: list[Callable[[], None]] = []
        self.deaths_at_start = 0
        self.stop_at: float | None = None
        self.weighed_at = 0.0

    def run(self) -> None:
        """Until everything is done, or the user has had enough."""
        try:
            while self._hand_out():
                self._collect()
                # First the next task, then the disk: a worker never waits for a commit.
                self._hand_out()
                self._deliver()
            for worker in self.workers:
                worker.dismiss()
            leave_until = time.monotonic() + _LEAVE_S
            while self.workers:
                self.workers[-1].end(max(leave_until - time.monotonic(), 0.0))
                self.workers.pop()
        finally:
            for worker in self.workers:
                worker.process.kill()
            while self.workers:
                self.workers.pop().end()
        if self.stop_at is not None and (self.queue or next(self.tasks, None) is not None):
            raise self.session.interrupted()

    def _hand_out(self) -> bool:
        """Give every idle worker a task, starting workers as needed; False when there is nothing to wait for."""
        self._heed_interrupts()
        if self.stop_at is None:
            self._top_up()
            busy = sum(worker.held is not None for worker in self.workers)
            while len(self.workers) < min(self.size, busy + len(self.queue)):
                self.workers.append(WorkerProcess(self.function, self.code))
            for worker in self.workers:
                idle = worker.ready and worker.held is None
                if idle and self.queue and worker.send(self.queue[0], self.queue[0].task.payload):
                    self.queue.popleft()
        waiting = bool(self.queue) and self.stop_at is None
        return waiting or any(worker.held is not None for worker in self.workers)

    def _top_up(self) -> None:
        while len(self.queue) < self.size:
            task = next(self.tasks, None)
            if task is None:
                return
            self.queue.append(_Held(task))

    def _heed_interrupts(self) -> None:
        if self.interrupts.count and self.stop_at is None:
            self.stop_at = time.monotonic() + self.grace_s
            self.session.note("stopping after the runs in flight; Ctrl-C again stops at once")
        if self.stop_at is not None and (self.interrupts.count > 1 or time.monotonic() > self.stop_at):
            self._abandon()

    def _abandon(self) -> None:
        """Put what is in flight back: it was never finished, so nobody is to blame."""
        for worker in [worker for worker in self.workers if worker.held is not None]:
            self.queue.append(worker.held)
            self._remove(worker)

    def _collect(self) -> None:
        """Wait for messages, deaths or the clock, and turn them into outcomes to deliver."""
        # A dead worker ends its pipe, so the pipe tells of both; the short wait lets Ctrl-C be heard on every system.
        ready = wait([worker.connection for worker in self.workers], timeout=_POLL_S)
        now = time.monotonic()
        weigh = self.memory_mb is not None and now - self.weighed_at > _POLL_S
        self.weighed_at = now if weigh else self.weighed_at
        for worker in list(self.workers):
            # A process left behind by the run may hold the pipe of a dead worker open: ask for the exit code too.
            if worker.connection in ready or worker.process.exitcode is not None:
                self._hear(worker)
            elif worker.held is not None and self.timeout_s is not None and now - worker.since > self.timeout_s:
                self._blame(worker, "timeout", f"no result within {self.timeout_s:g} s")
            elif weigh and worker.held is not None and (used := worker.memory_mb()) > (self.memory_mb or 0):
                self._blame(worker, "memory", f"the worker held {used} MB of memory, more than {self.memory_mb} MB")
            elif not worker.ready and now - worker.since > _START_S:
                self._lost_at_start(worker, f"not ready within {_START_S:g} s")

    def _hear(self, worker: WorkerProcess) -> None:
        message = worker.receive()
        if message is None:
            self._bury(worker)
            return
        kind, value = message
        if kind == READY:
            worker.ready, self.deaths_at_start = True, 0
        elif kind == UNUSABLE:
            raise WorkersUnusable(f"{self.function} cannot be run: {value.reason}")
        elif worker.held is not None:
            held, worker.held = worker.held, None
            if kind == RESULT:
                self.outcomes.append(lambda: self.session.succeed(held, value))
            elif kind == ERROR:
                self._failed(held, "exception", value)

    def _bury(self, worker: WorkerProcess) -> None:
        why = worker.why_dead()
        if not worker.ready:
            self._lost_at_start(worker, why)
        elif worker.held is not None:
            self._blame(worker, "died", why)
        else:
            self._remove(worker)

    def _lost_at_start(self, worker: WorkerProcess, why: str) -> None:
        self._remove(worker)
        self.deaths_at_start += 1
        if self.deaths_at_start >= _STARTS:
            raise WorkersUnusable(f"{_STARTS} workers in a row were lost before their first run: {why}")

    def _blame(self, worker: WorkerProcess, kind: str, why: str) -> None:
        held = worker.held
        self._remove(worker)
        self._failed(held, kind, Raised(why, ""))

    def _failed(self, held: _Held, kind: str, raised: Raised) -> None:
        if not self.session.is_last(held):
            self.queue.appendleft(_Held(held.task, held.attempt + 1))
        self.outcomes.append(lambda: self.session.fail(held, kind, raised))

    def _remove(self, worker: WorkerProcess) -> None:
        self.workers.remove(worker)
        worker.process.kill()
        worker.end()

    def _deliver(self) -> None:
        outcomes, self.outcomes = self.outcomes, []
        if outcomes:
            with self.together():
                for outcome in outcomes:
                    outcome()
