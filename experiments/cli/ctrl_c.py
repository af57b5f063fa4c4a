"""Ctrl-C at any moment of a command: one line and exit code 130, never a traceback.

KeyboardInterrupt may come where it cannot pass: imports of C extensions print it, finalizers and `except:` swallow it.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
RESUMES = "interrupted; the same command resumes"
_PATIENCE_S = 5.0
"""Seconds in which the first Ctrl-C must end the command before the process is ended."""
_presses = 0


def listen() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, and end this process with code 130 if the exception is lost or printed.

    Changes nothing where SIGINT is ignored (a background job of a shell) or already handled.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _handle)
        sys.excepthook = _leaving(sys.excepthook)
        sys.unraisablehook = _leaving(sys.unraisablehook)


def pressed() -> bool:
    """Return whether Ctrl-C was pressed outside the blocks that count it themselves."""
    return _presses > 0


def leave() -> NoReturn:
    """Print one line and end this process with code 130, as after a kill: what was recorded stays."""
    with suppress(OSError):
        os.write(2, f"moat: {RESUMES}\n".encode())
    os._exit(INTERRUPTED)


def _handle(number: int, frame: FrameType | None) -> None:
    global _presses
    _presses += 1
    if _presses > 1:
        leave()
    with suppress(RuntimeError):  # no thread can be started
        _thread.start_new_thread(_leave_late, ())
    raise KeyboardInterrupt


def _leave_late() -> None:
    time.sleep(_PATIENCE_S)
    leave()


def _leaving(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Return a hook for exceptions that leaves after Ctrl-C instead of printing."""

    def leave_or_print(*exception: Any) -> None:
        if pressed():
            leave()
        hook(*exception)

    return leave_or_print
