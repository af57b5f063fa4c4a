"""A visitor without a browser: asks a session of the page, and records what the page would receive."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ...experiments.errors import UserError
from ..recording.grid import Axes
from ..scenario import Scenario
from ..session.comparisons import Comparisons
from ..session.job_pool import Listener, Pool
from ..session.jobs import Job
from ..session.session import Budget, Session
from .packs import Answer

ATTEMPTS = 3
"""Attempts at a request whose worker was lost, or too slow because it had to compile first."""
_SEVERAL = ("piece", "scenario")
"""Types of which every message counts. Of any other type the last one holds everything."""
_WAIT_SECONDS = 0.2


class Visitor:
    """Asks a session, one request at a time."""

    def __init__(self, pool: Pool) -> None:
        """Start a session. pool: its worker processes, which several visitors may share."""
        self._pool = _CountingPool(pool)
        self._answers: list[Answer] = []
        # The session knows a pool by two methods, which the counting one has.
        self.session = Session(cast(Pool, self._pool), self._receive)
        self.session.budget = Budget(sys.maxsize)

    def _receive(self, message: dict[str, Any], buffers: Sequence[bytes]) -> None:
        self._answers.append(Answer(message, list(buffers)))

    def ask(self, request: Mapping[str, Any], stopped: threading.Event | None = None) -> list[Answer]:
        """Return the answers to a request once all are there. Raises UserError with the problem if one is reported.

        stopped: raises InterruptedError when it is set.
        """
        return self._answered(lambda: self.session.handle(request), stopped)

    def draw(self, scenario: Scenario, axes: Axes, stopped: threading.Event | None = None) -> list[Answer]:
        """Return the `map` message of a scenario over any axes; errors as `ask`."""
        comparisons = Comparisons(self._request, self._receive)
        return self._answered(lambda: comparisons.draw_map(scenario, axes), stopped)

    def _request(self, what: str, job: Job, on_piece: Callable[[Any], None]) -> None:
        def on_end(reason: str | None) -> None:
            if reason is not None:
                self._receive({"type": "problem", "what": what, "text": reason}, ())

        self._pool.request(job, Listener(on_piece, lambda place: None, on_end))

    def _answered(self, begin: Callable[[], None], stopped: threading.Event | None) -> list[Answer]:
        problem = ""
        for _ in range(ATTEMPTS):
            self._answers.clear()
            begin()
            self._pool.wait(stopped)
            problems = [answer.message for answer in self._answers if answer.message["type"] == "problem"]
            if not problems:
                return _without_progress(self._answers)
            problem = problems[0]["text"]
        raise UserError(f"the atlas cannot be computed: {problem}")


def _without_progress(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers without places in the queue and without results that a later one completes."""
    last = {answer.message["type"]: index for index, answer in enumerate(answers)}
    kept = []
    for index, (message, buffers) in enumerate(answers):
        kind = message["type"]
        if kind != "wait" and (kind in _SEVERAL or last[kind] == index):
            # The page numbers its films itself.
            kept.append(Answer(message | {"film": 0} if "film" in message else message, buffers))
    return kept


class _CountingPool:
    """Passes requests to a pool and counts those that have not ended."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._changed = threading.Condition()
        self._open = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def request(self, job: Job, listener: Listener) -> Callable[[], None]:
        def on_end(reason: str | None) -> None:
            try:
                listener.on_end(reason)
            finally:
                self._count(-1)

        self._count(1)
        return self._pool.request(job, Listener(listener.on_piece, listener.on_wait, on_end))

    def _count(self, change: int) -> None:
        with self._changed:
            self._open += change
            self._changed.notify_all()

    def wait(self, stopped: threading.Event | None) -> None:
        """Wait until every request has ended."""
        with self._changed:
            while self._open:
                if stopped is not None and stopped.is_set():
                    raise InterruptedError
                self._changed.wait(_WAIT_SECONDS)
