"""Modules that the end of a study needs, loaded while worker processes compute and this one waits for them."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from contextlib import suppress

from .execution.startup import left_alone

TABLES = ("mesa", "pandas", "scipy.stats", "pyarrow.csv", "pyarrow.parquet")
"""Mesa first: each of its loggers looks through all modules there are."""
FIGURES = ("matplotlib.figure", *(f"matplotlib.backends.backend_{kind}" for kind in ("svg", "pdf", "agg")))
REPORT = (*TABLES, *FIGURES, ".headline", ".figures", "..model.diagnostics", ".protocols")
"""What the end of a stress test needs: tables, the figure, and a world to say what its parameters imply."""
HISTORY_REPORT = (*TABLES, ".history_headline")
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
