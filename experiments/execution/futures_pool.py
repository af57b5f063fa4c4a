"""Runs attempts on an executor of the user's own, of the kind of `concurrent.futures`: MPI, loky, a batch system.

The executor decides where its functions run. The ledger stays with this process, so each run is recorded once. An
attempt is one future: nothing ends a run that hangs, and a run that kills its process may break the whole executor.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait
from concurrent.futures import Future as KnownFuture
from typing import Any, NamedTuple, Protocol

from ..errors import UserError, WorkersUnusable
from .interrupts import Interrupts
from .tasks import Attempt, Completed, Failed, Outcome, TaskQueue
from .worker import (
    ERROR,
    RESULT,
    UNUSABLE,
    Raised,
    answer,
    packed,
    read_answer,
    refuse_other_code,
    resolve,
    use_one_thread,
)

AHEAD = 2
"""Futures in flight for each worker: one runs, one waits."""
DEFAULT_WORKERS = 32
"""Workers of an executor that does not say how many it has."""
_WAIT_S = 0.25
_POLL_S = 0.02
_turns = threading.Lock()


class Submits(Protocol):
    """An executor: `submit` returns a future with `done` and `result`."""

    def submit(self, function: Any, /, *arguments: Any) -> Any:
        """Return the future of a call."""
        ...


class Origin(NamedTuple):
    """The process that hands out the tasks: a function that runs in it must not change how it handles Ctrl-C."""

    pid: int
    started: float


HERE = Origin(os.getpid(), time.time())


def run_packed(function: str, content: bytes, code: str | None, origin: Origin) -> bytes:
    """Run a packed payload wherever an executor calls this; return a packed answer.

    Runs in the threads of one process take turns, since the model keeps caches for a process.
    """
    elsewhere = (os.getpid(), HERE.started) != origin
    if elsewhere and multiprocessing.parent_process() and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the coordinator decides
        use_one_thread()
    with _turns:
        try:
            call = resolve(function)
            refuse_other_code(code)
        except BaseException as error:
            return packed((UNUSABLE, Raised.of(error)))
        return answer(call, content)


def workers_of(executor: Submits) -> int:
    """Return the number of workers that an executor says it has, else DEFAULT_WORKERS."""
    workers = getattr(executor, "_max_workers", None)
    return workers if isinstance(workers, int) and workers > 0 else DEFAULT_WORKERS


class FuturesPool:
    """An executor of attempts on the user's executor, which stays open: who made it closes it."""

    def __init__(
        self,
        queue: TaskQueue,
        function: str,
        executor: Submits,
        workers: int,
        interrupts: Interrupts,
        *,
        code: str | None = None,
    ) -> None:
        """Take the queue; workers: how many runs the executor does at a time. code: hash that processes must find."""
        self._queue = queue
        self._function = function
        self._executor = executor
        self._interrupts = interrupts
        self._code = code
        self._most = AHEAD * workers
        self._flying: dict[Any, Attempt] = {}
        self._stop: UserError | WorkersUnusable | None = None

    @property
    def busy(self) -> bool:
        """Return whether any future is in flight, or the reason to stop must still be raised."""
        return bool(self._flying) or self._stop is not None

    def __enter__(self) -> FuturesPool:
        """Return the pool; the executor is open already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Cancel what has not started."""
        self.abandon()

    def fill(self) -> None:
        """Submit attempts until every worker has one that waits; nothing once the session must stop.

        After a death the attempt that may have caused it runs alone.
        """
        while self._stop is None and len(self._flying) < self._most and (attempt := self._queue.peek()):
            if self._flying and (attempt.alone or any(flying.alone for flying in self._flying.values())):
                return
            try:
                content = packed(attempt.task.payload)
                future = self._executor.submit(run_packed, self._function, content, self._code, HERE)
            except (BrokenExecutor, RuntimeError) as error:
                self._broken(error)
                return
            self._queue.take()
            self._flying[future] = attempt

    def collect(self) -> list[Outcome]:
        """Wait for a future or the clock; return the outcomes of the finished ones.

        What stops the session is raised when no outcome is left that the session could still record.
        """
        if self._stop is not None:
            return self._stopped()
        self._wait()
        outcomes: list[Outcome] = []
        for future in [future for future in self._flying if future.done()]:
            attempt = self._flying.pop(future)
            outcome = self._outcome(attempt, future)
            if outcome is None:
                self._queue.put_back(attempt)
            else:
                outcomes.append(outcome)
        if self._stop is not None:
            self.abandon()
        return outcomes if outcomes or self._stop is None else self._stopped()

    def _stopped(self) -> list[Outcome]:
        """Raise what stops the session; after Ctrl-C, which may have ended the executor, return no outcome instead."""
        stop, self._stop = self._stop, None
        if stop is not None and not self._interrupts.count:
            raise stop
        return []

    def _wait(self) -> None:
        flying = list(self._flying)
        if all(isinstance(future, KnownFuture) for future in flying):
            wait(flying, timeout=_WAIT_S, return_when=FIRST_COMPLETED)
            return
        until = time.monotonic() + _WAIT_S
        while time.monotonic() < until and not any(future.done() for future in flying):
            time.sleep(_POLL_S)

    def _outcome(self, attempt: Attempt, future: Any) -> Outcome | None:
        """Return the outcome of a future that is done; None for an attempt that must wait for another executor."""
        try:
            kind, value = read_answer(future.result())
        except (BrokenExecutor, CancelledError) as error:
            self._broken(error)
            return None
        except Exception as error:
            return Failed(attempt, "exception", Raised.of(error))
        if kind == UNUSABLE:
            self._stop = WorkersUnusable(f"{self._function} cannot be run: {value.reason}")
            return None
        if kind == ERROR and self._interrupts.count and value.reason.startswith("KeyboardInterrupt"):
            return None  # Ctrl-C also reached the process of the run
        return Completed(attempt, value) if kind == RESULT else Failed(attempt, "exception", value)

    def _broken(self, error: BaseException) -> None:
        """Stop the session: the executor takes no more tasks."""
        if self._stop is None:
            reason = " ".join(str(error).split()) or type(error).__name__
            self._stop = UserError(
                f"the executor {type(self._executor).__name__} broke or was shut down ({reason}); everything finished "
                "is kept, the same study resumes; engine process records which run kills its worker"
            )

    def abandon(self) -> None:
        """Cancel the futures in flight and put their attempts back; one that runs already ends unheard."""
        for future, attempt in self._flying.items():
            cancel = getattr(future, "cancel", None)
            if callable(cancel):
                cancel()
            self._queue.put_back(attempt)
        self._flying.clear()
