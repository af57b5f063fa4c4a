"""Pace of a study: the time left, estimated from finished tasks alone."""

from __future__ import annotations

_TOGETHER_S = 0.5
"""Results that come this soon after the first one started with it: they say nothing of the pace."""


class Pace:
    """Estimates the time left. The time until every worker has returned its first result does not count.

    That time is spent on compiling, on starting workers and on importing. There is no estimate before each of
    `workers` has, on average, returned one result more.
    """

    def __init__(self, workers: int = 1) -> None:
        """Start with nothing finished."""
        self.workers = workers
        self.finished = 0
        self._first_s = self._last_s = self._base_s = 0.0
        self._base = 0

    def finish(self, now_s: float) -> None:
        """Count one task that finished at `now_s`, seconds of a monotonic clock."""
        if self.finished == 0:
            self._first_s = now_s
        self.finished += 1
        self._last_s = now_s
        if self.finished <= self.workers or now_s - self._first_s <= _TOGETHER_S:
            self._base, self._base_s = self.finished, now_s

    @property
    def seconds_each(self) -> float | None:
        """Return the seconds between two results; None before enough have come."""
        counted = self.finished - self._base
        return (self._last_s - self._base_s) / counted if counted >= max(1, self.workers) else None
