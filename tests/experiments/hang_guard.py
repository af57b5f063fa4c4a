"""What the fuzz tests share: a limit on what one item may take."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


class Hung(BaseException):
    """An item that takes far too long; no `except Exception` may swallow it."""


@contextlib.contextmanager
def no_hang(seconds: float) -> Iterator[None]:
    """Raise Hung in the main thread if the block takes longer."""

    def ring(*_: object) -> None:
        raise Hung

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
