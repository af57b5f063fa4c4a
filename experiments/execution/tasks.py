"""Tasks, their attempts and outcomes, and the queue between a session and its executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from .worker import Raised


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work: `payload` (picklable) goes to the function, `key` names it to the caller."""

    key: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt: `kind` is "exception", "died", "timeout" or "memory", `reason` is one line.

    `detail` is the traceback, if any. `final` is False while the session will try the task again.
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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A task and the number of this attempt, from 1. `alone`: no other may run with it, as it may crash workers."""

    task: Task
    number: int = 1
    alone: bool = False

    def next(self, *, alone: bool) -> Attempt:
        """Return the attempt after this one."""
        return replace(self, number=self.number + 1, alone=alone)


@dataclass(frozen=True, slots=True)
class Completed:
    """An attempt that returned a value."""

    attempt: Attempt
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that failed; `kind` as in `Failure`."""

    attempt: Attempt
    kind: str
    error: Raised


Outcome = Completed | Failed


class TaskQueue:
    """Attempts that wait: those put back first, then tasks of an iterator, which is read only as far as needed."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        """Take the tasks; nothing is read yet."""
        self._tasks = iter(tasks)
        self._waiting: deque[Attempt] = deque()

    def load(self, count: int) -> int:
        """Read tasks until `count` attempts wait or the tasks end; return how many wait."""
        while len(self._waiting) < count:
            task = next(self._tasks, None)
            if task is None:
                break
            self._waiting.append(Attempt(task))
        return len(self._waiting)

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return self.load(1) > 0

    def peek(self) -> Attempt | None:
        """Return the next attempt and leave it in the queue; None if nothing waits."""
        return self._waiting[0] if self else None

    def take(self) -> Attempt | None:
        """Remove and return the next attempt; None if nothing waits."""
        return self._waiting.popleft() if self else None

    def put_back(self, *attempts: Attempt) -> None:
        """Put attempts in front, in their order."""
        self._waiting.extendleft(reversed(attempts))


class Executor(Protocol):
    """Runs attempts. A session fills it from its queue, collects outcomes, and decides which attempts are repeated."""

    @property
    def busy(self) -> bool:
        """Return whether any attempt is in flight."""
        ...

    def __enter__(self) -> Self:
        """Prepare the executor for attempts and return it."""
        ...

    def __exit__(self, *exception: object) -> None:
        """End every process that the executor started."""
        ...

    def fill(self) -> None:
        """Take as many attempts from the queue as can start now."""
        ...

    def collect(self) -> list[Outcome]:
        """Wait a fraction of a second at most (in this process: for the attempt) and return the outcomes so far.

        Attempts that were lost through no fault of their own go back to the queue. Raises WorkersUnusable if no worker
        can run the function at all.
        """
        ...

    def abandon(self) -> None:
        """Stop the attempts in flight and put them back into the queue."""
        ...
