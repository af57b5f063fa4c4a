"""Start and end of a process without work for nothing.

The garbage collector looks through modules again and again while they load, although they stay: a tenth of a start. And
the interpreter takes half a second to free what the system frees at once with the process.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MODULES = 100_000
"""Objects of a short command's modules and more: a command that only reads or prints never comes to a collection."""


@contextmanager
def left_alone() -> Iterator[None]:
    """No collection within the block."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def begin_late(objects: int = MODULES) -> None:
    """Put the first collection off until so many objects are new; from then on everything is as it was."""
    usual = gc.get_threshold()

    def begin(phase: str, info: dict[str, int]) -> None:
        gc.set_threshold(*usual)
        gc.callbacks.remove(begin)

    gc.callbacks.append(begin)
    gc.set_threshold(objects, *usual[1:])


def leave_at_once() -> None:
    """End this process here, its output written and nothing freed; returns only where the output cannot be written."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a program without a console has none
                stream.flush()
    except (OSError, ValueError):  # the interpreter's own end says so
        return
    os._exit(0)
