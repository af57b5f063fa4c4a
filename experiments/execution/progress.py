"""Progress of a study: a bar on a terminal, plain lines elsewhere, nothing when quiet. Always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_LINE_SHARE = 0.1
_LINE_SECONDS = 10.0
_BAR_WIDTH = 20
"""Columns: the whole line then fits a terminal of 80."""

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


class Progress:
    """Counts finished tasks of `total`; `done` of them were finished before and do not count towards the time left.

    A context manager. `stream` defaults to standard error; a terminal gets a bar of one line, anything else a plain
    line about every tenth of the way or every ten seconds. `quiet` shows nothing and costs nothing. compiling: whether
    the first result waits for the compiler. clock: monotonic seconds.
    """

    def __init__(
        self,
        total: int,
        label: str,
        *,
        done: int = 0,
        quiet: bool = False,
        compiling: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Declare the work; nothing is shown before the block is entered."""
        self.total = total
        self.label = label
        self.done = done
        self.failed = 0
        self.pace = Pace()
        self._clock = clock
        self._compiling = compiling
        self._stream = stream if stream is not None else sys.stderr
        self.quiet = quiet or self._stream is None  # a program without a console has no standard error
        self._bar: Bar | None = None
        self._task: Any = None
        self._line_at = clock()
        self._line_done = done

    def __enter__(self) -> Progress:
        """Start the clock and show the bar."""
        self._line_at = self._clock()
        if not self.quiet and self._stream.isatty():
            self._bar = _rich_bar(self._stream)
            self._task = self._bar.add_task(self.label, total=self.total, completed=self.done, note=self._note())
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on the screen."""
        if self._bar is not None:
            self._show(self.text())
            self._bar.stop()
            self._bar = None
        elif self._line_done != self.done + self.failed:
            self._show(self.text())

    def advance(self, *, failed: bool = False) -> None:
        """Count one more task as finished, or as given up with `failed`."""
        if failed:
            self.failed += 1
        else:
            self.done += 1
        now, counted = self._clock(), self.done + self.failed
        self.pace.finish(now)
        if self.quiet:
            return
        far = counted - self._line_done >= _LINE_SHARE * self.total
        if self._bar is not None or far or counted == self.total or now - self._line_at >= _LINE_SECONDS:
            self._line_at, self._line_done = now, counted
            self._show(self.text())

    def known(self) -> None:
        """Count one task that was finished before; it does not count towards the time left."""
        self.done += 1
        self._line_done += 1

    def extend(self, total: int) -> None:
        """Set the number of tasks to `total`, after more became known."""
        self.total = total
        if self._bar is not None:
            self._bar.update(self._task, total=total)

    def note(self, text: str) -> None:
        """Print one line above the count at once."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        elif not self.quiet:
            self._write(text)

    def seconds_left(self) -> float | None:
        """Return the expected seconds to the end at this session's pace, without starting; None while not known."""
        each = self.pace.seconds_each
        return None if each is None else each * (self.total - self.done - self.failed)

    def text(self) -> str:
        """Return the state in words: "stress: 63 of 625 (10%), 1 failed, about 2 min left"."""
        return f"{self.label}: {self._note()}"

    def _note(self) -> str:
        counted = self.done + self.failed
        share = f" ({100 * counted // self.total}%)" if self.total else ""
        parts = [f"{counted} of {self.total}{share}"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.pace.finished == 0 and counted < self.total:
            parts.append("compiling" if self._compiling else "starting")
        left = self.seconds_left()
        if left is not None and counted < self.total:
            parts.append(f"about {in_words(left)} left")
        return ", ".join(parts)

    def _show(self, text: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done + self.failed, note=self._note())
        elif not self.quiet:
            self._write(text)

    def _write(self, text: str) -> None:
        try:
            print(text, file=self._stream, flush=True)
        except (OSError, ValueError):  # a closed pipe or stream must not end the study
            self.quiet = True


def in_words(seconds: float) -> str:
    """Return a duration in its usual unit: "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _rich_bar(stream: TextIO) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(_BAR_WIDTH), TextColumn("{task.fields[note]}"))
    return Bar(*columns, console=Console(file=stream))
