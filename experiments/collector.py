"""The garbage collector where it has nothing to find: while modules load, and in the drawing of one figure.

Modules stay, and yet it looks through all of them again and again: a tenth of what a start costs.
"""

from __future__ import annotations

import gc
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
