"""Ctrl-C, counted instead of raised, so that it cannot break a transaction."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupts:
    """Counts Ctrl-C for the length of a block; from the second on, it raises KeyboardInterrupt in `breakable` work.

    Outside the main thread, and where SIGINT is ignored (a background job of a shell), nothing changes.
    """

    def __init__(self) -> None:
        """Create the counter; counting starts with the block."""
        self.count = 0
        self._breakable = False
        self._previous: Any = None
        self._installed = False

    def __enter__(self) -> Interrupts:
        """Install the handler."""
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            self._previous = signal.signal(signal.SIGINT, self._handle)
            self._installed = True
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the previous handler."""
        if self._installed:
            signal.signal(signal.SIGINT, self._previous if self._previous is not None else signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count > 1 and self._breakable:
            raise KeyboardInterrupt

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """Let the second Ctrl-C raise KeyboardInterrupt within the block."""
        self._breakable = True
        try:
            yield
        finally:
            self._breakable = False
