"""The log of the server: few lines, short lines, no control characters. Nobody fills the disk by sending rubbish."""

from __future__ import annotations

import logging
import sys
import time
import traceback
import warnings
from collections.abc import Callable

MOST_LINES = 30
"""Lines a minute; the next minute begins with the number of lines that were left out."""
MOST_CHARACTERS = 500
MINUTE_SECONDS = 60.0


class ShortLog(logging.Handler):
    """Writes warnings and errors to standard error, one line each, at most MOST_LINES a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start a minute. clock: returns seconds."""
        super().__init__(logging.WARNING)
        self.clock = clock
        self._begin, self._lines, self._left_out = clock(), 0, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or count it."""
        now = self.clock()
        if now - self._begin >= MINUTE_SECONDS:
            if self._left_out:
                _write(f"moat: {self._left_out} lines of the log were left out")
            self._begin, self._lines, self._left_out = now, 0, 0
        if self._lines >= MOST_LINES:
            self._left_out += 1
            return
        self._lines += 1
        _write(f"moat: {record.levelname.lower()}: {line_of(record)}")


def line_of(record: logging.LogRecord) -> str:
    """Return a record as one printable line, with the last place of its traceback."""
    try:
        text = record.getMessage().strip()
    except (TypeError, ValueError):
        text = str(record.msg)
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        text = f"{text}: {type(error).__name__}: {error}{place}"
    short = text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
    return "".join(character if character.isprintable() else " " for character in short)


def _write(line: str) -> None:
    if sys.stderr is not None:
        print(line, file=sys.stderr, flush=True)


def use_short_log() -> None:
    """Send the records of every library of this process to one short log."""
    root = logging.getLogger()
    if not any(isinstance(handler, ShortLog) for handler in root.handlers):
        root.addHandler(ShortLog())
    # Solara's warnings are hints to programmers, repeated for visitors.
    warnings.simplefilter("ignore", UserWarning)
