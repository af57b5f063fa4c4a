"""A session: hands tasks to an executor, repeats failed attempts, records outcomes and heeds Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from ..errors import Interrupted
from .interrupts import Interrupts
from .progress import Progress
from .tasks import Executor, Failed, Failure, Outcome, Summary, Task, TaskQueue


@dataclass(slots=True)
class Session:
    """Runs a queue of tasks on one executor of any kind.

    on_result, on_failure: called in this thread, several in one block of `together` (a transaction); an exception
    ends the session. attempts: how often a task may fail. grace_s: how long Ctrl-C waits for attempts in flight.
    """

    queue: TaskQueue
    on_result: Callable[[Task, Any], None]
    on_failure: Callable[[Task, Failure], None]
    progress: Progress | None
    interrupts: Interrupts
    attempts: int
    grace_s: float
    together: Callable[[], AbstractContextManager[None]]
    summary: Summary = field(default_factory=Summary)
    _stop_at: float | None = None

    def run(self, executor: Executor) -> None:
        """Run until every task is finished or given up. Raises Interrupted if Ctrl-C leaves any."""
        while self._hand_out(executor):
            try:
                outcomes = executor.collect()
            except KeyboardInterrupt:
                raise self._interrupted() from None
            self._queue_repeats(outcomes)
            # Hand out before writing, so that no worker waits for a commit.
            self._hand_out(executor)
            self._record(outcomes)
        if self._stop_at is not None and self.queue:
            raise self._interrupted()

    def _hand_out(self, executor: Executor) -> bool:
        """Hand out the attempts that can start; return False when nothing is in flight and nothing waits."""
        self._heed_interrupts(executor)
        if self._stop_at is not None:
            return executor.busy
        executor.fill()
        return executor.busy or bool(self.queue)

    def _heed_interrupts(self, executor: Executor) -> None:
        if self.interrupts.count and self._stop_at is None:
            self._stop_at = time.monotonic() + self.grace_s
            if self.progress is not None:
                self.progress.note("stopping after the runs in flight; Ctrl-C again stops at once")
        if self._stop_at is not None and (self.interrupts.count > 1 or time.monotonic() > self._stop_at):
            executor.abandon()

    def _queue_repeats(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Failed) and not self._is_final(outcome):
                self.queue.put_back(outcome.attempt.next(alone=outcome.kind == "died"))

    def _is_final(self, failed: Failed) -> bool:
        return failed.attempt.number >= self.attempts

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        with self.together():
            for outcome in outcomes:
                if isinstance(outcome, Failed):
                    self._record_failure(outcome)
                else:
                    self.on_result(outcome.attempt.task, outcome.value)
                    self.summary.done += 1
                    self._advance(failed=False)

    def _record_failure(self, failed: Failed) -> None:
        final, error = self._is_final(failed), failed.error
        failure = Failure(failed.attempt.number, failed.kind, error.reason, error.detail, final)
        self.on_failure(failed.attempt.task, failure)
        if final:
            self.summary.failed += 1
            self._advance(failed=True)
        else:
            self.summary.retried += 1

    def _advance(self, *, failed: bool) -> None:
        if self.progress is not None:
            self.progress.advance(failed=failed)

    def _interrupted(self) -> Interrupted:
        return Interrupted(self.summary.done, self.summary.failed)
