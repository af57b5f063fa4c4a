"""Runs attempts in this process, one after the other: easy to debug and to profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .interrupts import Interrupts
from .tasks import Attempt, Completed, Failed, Outcome, TaskQueue
from .worker import Raised


class InProcess:
    """An executor without workers: a crash ends the study, and limits of time and memory have no effect."""

    def __init__(self, queue: TaskQueue, call: Callable[[Any], Any], interrupts: Interrupts) -> None:
        """Take the queue; nothing starts.

        call: from a payload to a result. interrupts: the second Ctrl-C breaks into the call.
        """
        self._queue = queue
        self._call = call
        self._interrupts = interrupts
        self._attempt: Attempt | None = None

    @property
    def busy(self) -> bool:
        """Return whether an attempt has been taken from the queue."""
        return self._attempt is not None

    def __enter__(self) -> InProcess:
        """Return the executor; there is nothing to start."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Do nothing: no process was started."""

    def fill(self) -> None:
        """Take the next attempt, which `collect` runs."""
        if self._attempt is None:
            self._attempt = self._queue.take()

    def collect(self) -> list[Outcome]:
        """Run the attempt and return its outcome. Raises KeyboardInterrupt at the second Ctrl-C."""
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return []
        try:
            with self._interrupts.breakable():
                return [Completed(attempt, self._call(attempt.task.payload))]
        except (Exception, SystemExit) as error:
            return [Failed(attempt, "exception", Raised.of(error))]

    def abandon(self) -> None:
        """Put the attempt back."""
        if self._attempt is not None:
            self._queue.put_back(self._attempt)
            self._attempt = None
