"""Plug-ins of installed packages: the file that an entry point names is taken as if the study named it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

from .source import PluginError, Source, read_source

GROUPS = ("political_moat.rules", "political_moat.policies", "political_moat.protocols", "political_moat.outcomes")
"""Groups of entry points; the name of an entry point is that of its rule, policy move, protocol or function."""


def installed_sources(names: Iterable[str]) -> list[tuple[Source, Path]]:
    """Return source and file of each entry point that has one of these names. PluginError where there is no file.

    The scan takes tens of milliseconds, so callers ask only for names that nothing else explains.
    """
    wanted = set(names)
    sources: dict[Source, Path] = {}
    for group in GROUPS if wanted else ():
        for point in entry_points(group=group):
            if point.name in wanted:
                file = _file_of(point.module)
                sources[read_source(file, _name_of(point.module))] = file
    return list(sources.items())


def _name_of(module: str) -> str:
    return f"{module.replace('.', '_')}.py"


def _file_of(module: str) -> Path:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError) as error:
        raise PluginError(f"entry point module {module} cannot be found: {error}") from error
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise PluginError(f"entry point module {module} is no Python file; a plug-in is one file")
    return Path(spec.origin)
