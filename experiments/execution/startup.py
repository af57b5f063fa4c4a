"""Start and end of a process without work for nothing.

The garbage collector looks through modules again and again while they load, although they stay: a tenth of a start. And
the interpreter takes half a second to free what the system frees at once with the process.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

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


TABLES = ("mesa", "pandas", "scipy.stats", "pyarrow.csv", "pyarrow.parquet")
"""Mesa first: each of its loggers looks through all modules there are."""


FIGURES = ("matplotlib.figure", *(f"matplotlib.backends.backend_{kind}" for kind in ("svg", "pdf", "agg")))


REPORT = (
    *TABLES,
    *FIGURES,
    "..reporting.stress_test_text",
    "..reporting.figures.dose_response",
    "...model.diagnostics",
    "..protocols.stress_test.run",
)
"""What the end of a stress test needs: tables, the figure, and a world to say what its parameters imply."""


HISTORY_REPORT = (*TABLES, "..reporting.history_text")
"""What the end of a history needs."""


class Ahead:
    """A thread that loads modules by name, in order. What cannot be loaded is left to whoever needs it, to say so."""

    def __init__(self, modules: Sequence[str]) -> None:
        """Nothing is loaded before `begin`."""
        self._modules = modules
        self._thread = threading.Thread(target=self._load, name="modules of the report")

    def begin(self) -> None:
        """Start to load; once."""
        if self._thread.ident is None:
            self._thread.start()

    def wait(self) -> None:
        """Until everything is loaded that was begun: two threads that import the same packages can trip each other."""
        if self._thread.ident is not None:
            self._thread.join()

    def _load(self) -> None:
        with left_alone():
            for name in self._modules:
                with suppress(Exception):
                    importlib.import_module(name, __package__)
