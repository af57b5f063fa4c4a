"""Runs attempts in long-lived worker processes, so that a failing run affects no other run.

Each worker has its own pipe and holds one attempt at a time, so a death, a hang or an exception belongs to one attempt.
"""

from __future__ import annotations

import time
from multiprocessing.connection import wait

from ..errors import WorkersUnusable
from .tasks import Attempt, Completed, Failed, Outcome, TaskQueue
from .worker import ERROR, READY, RESULT, UNUSABLE, Raised, WorkerProcess

_POLL_S = 0.25
_START_S = 120.0
_STARTS = 10
_LEAVE_S = 2.0


class ProcessPool:
    """An executor of at most `size` worker processes of this machine, started as attempts wait for them."""

    def __init__(
        self,
        queue: TaskQueue,
        function: str,
        size: int,
        *,
        code: str | None = None,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
    ) -> None:
        """Take the queue; no worker starts yet.

        function: "package.module:name". code: code hash that workers must find. timeout_s, memory_mb: seconds that an
        attempt may take and resident memory of its worker; None for no limit.
        """
        self._queue = queue
        self._function = function
        self._size = size
        self._code = code
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._workers: list[WorkerProcess] = []
        self._outcomes: list[Outcome] = []
        self._deaths_at_start = 0
        self._weighed_at = 0.0

    @property
    def busy(self) -> bool:
        """Return whether any worker holds an attempt."""
        return any(worker.held is not None for worker in self._workers)

    def __enter__(self) -> ProcessPool:
        """Return the pool; workers start when attempts wait."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Let idle workers leave, and kill them if they do not, or if the session failed."""
        try:
            if exception[0] is None:
                self._dismiss()
        finally:
            for worker in self._workers:
                worker.process.kill()
            while self._workers:
                self._workers.pop().end()

    def _dismiss(self) -> None:
        for worker in self._workers:
            worker.dismiss()
        leave_until = time.monotonic() + _LEAVE_S
        while self._workers:
            self._workers[-1].end(max(leave_until - time.monotonic(), 0.0))
            self._workers.pop()

    def fill(self) -> None:
        """Give every idle worker an attempt, and start workers while more attempts wait than workers are idle."""
        waiting = self._queue.load(self._size)
        held = sum(worker.held is not None for worker in self._workers)
        while len(self._workers) < min(self._size, held + waiting):
            self._workers.append(WorkerProcess(self._function, self._code))
        for worker in self._workers:
            attempt = self._queue.peek() if worker.ready and worker.held is None else None
            if attempt is not None and worker.send(attempt, attempt.task.payload):
                self._queue.take()

    def collect(self) -> list[Outcome]:
        """Wait for messages, deaths or the clock; return the outcomes."""
        # A dead worker ends its pipe, so the pipe reports both. The short wait lets every system handle Ctrl-C.
        ready = wait([worker.connection for worker in self._workers], timeout=_POLL_S)
        now = time.monotonic()
        weigh = self._memory_mb is not None and now - self._weighed_at > _POLL_S
        self._weighed_at = now if weigh else self._weighed_at
        for worker in list(self._workers):
            # A process that the run left behind may keep the pipe of a dead worker open, so check the exit code too.
            if worker.connection in ready or worker.process.exitcode is not None:
                self._receive(worker)
            elif worker.held is not None and self._timeout_s is not None and now - worker.since > self._timeout_s:
                self._blame(worker, worker.held, "timeout", f"no result within {self._timeout_s:g} s")
            elif weigh and worker.held is not None and (used := worker.memory_mb()) > (self._memory_mb or 0):
                reason = f"the worker held {used} MB of memory, more than {self._memory_mb} MB"
                self._blame(worker, worker.held, "memory", reason)
            elif not worker.ready and now - worker.since > _START_S:
                self._count_death_at_start(worker, f"not ready within {_START_S:g} s")
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def abandon(self) -> None:
        """Kill the workers that hold attempts and put these back."""
        for worker in [worker for worker in self._workers if worker.held is not None]:
            self._queue.put_back(worker.held)
            self._remove(worker)

    def _receive(self, worker: WorkerProcess) -> None:
        message = worker.receive()
        if message is None:
            self._bury(worker)
            return
        kind, value = message
        if kind == READY:
            worker.ready, self._deaths_at_start = True, 0
        elif kind == UNUSABLE:
            raise WorkersUnusable(f"{self._function} cannot be run: {value.reason}")
        elif worker.held is not None:
            attempt, worker.held = worker.held, None
            if kind == RESULT:
                self._outcomes.append(Completed(attempt, value))
            elif kind == ERROR:
                self._outcomes.append(Failed(attempt, "exception", value))

    def _bury(self, worker: WorkerProcess) -> None:
        reason = worker.why_dead()
        if not worker.ready:
            self._count_death_at_start(worker, reason)
        elif worker.held is not None:
            self._blame(worker, worker.held, "died", reason)
        else:
            self._remove(worker)

    def _count_death_at_start(self, worker: WorkerProcess, reason: str) -> None:
        self._remove(worker)
        self._deaths_at_start += 1
        if self._deaths_at_start >= _STARTS:
            raise WorkersUnusable(f"{_STARTS} workers in a row were lost before their first run: {reason}")

    def _blame(self, worker: WorkerProcess, attempt: Attempt, kind: str, reason: str) -> None:
        self._remove(worker)
        self._outcomes.append(Failed(attempt, kind, Raised(reason, "")))

    def _remove(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.end()
