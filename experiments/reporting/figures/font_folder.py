"""A folder for matplotlib's list of fonts where its own cannot be written: otherwise matplotlib prints a warning."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from ....agents.source_hash import temporary_folder

VARIABLE = "MPLCONFIGDIR"


def use_writable_folder() -> None:
    """Point matplotlib, if it is not imported yet, at a temporary folder where its own cannot be written."""
    if "matplotlib" not in sys.modules and not all(map(_can_be_written, _own_folders())):
        os.environ[VARIABLE] = str(temporary_folder() / "matplotlib")


def _own_folders() -> list[Path | None]:
    """Return the folders that matplotlib uses by its own rules, None for one without a home."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return [Path(chosen)]
    if not sys.platform.startswith(("linux", "freebsd")):
        return [_home(".matplotlib")]
    bases = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    places = [Path(os.environ[name]) if os.environ.get(name) else _home(folder) for name, folder in bases.items()]
    return [place / "matplotlib" if place is not None else None for place in places]


def _home(folder: str) -> Path | None:
    with suppress(RuntimeError):
        return Path.home() / folder
    return None


def _can_be_written(folder: Path | None) -> bool:
    """Return whether a folder exists or can be made, as matplotlib makes it, and be written to."""
    if folder is None:
        return False
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK)
    return False
