"""Turns sources into modules, in memory, and puts what they define among the rules, moves and protocols.

Nothing is written to disk. A module is named by the hash of its source, so that two versions of a file can never mix.
"""

from __future__ import annotations

import linecache
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

from ...agents.party.rules import RULES
from ...model.policy.moves import EXTRA_MOVES
from ..protocols import PROTOCOLS
from .checks import compiled, refuse_misfit, refuse_sight_of_voters
from .source import PluginError, Source

REGISTRIES: dict[str, dict[str, Any]] = {"rule": RULES, "policy move": EXTRA_MOVES, "protocol": PROTOCOLS}
"""What a plug-in can define, and where the model looks it up by name."""

_LOCK = threading.RLock()
_loaded: dict[Source, Plugin] = {}
_active: tuple[Source, ...] = ()


class Plugin(NamedTuple):
    """A loaded plug-in: its source, its module, and the classes that it defines, by kind and name."""

    source: Source
    module: ModuleType
    defined: dict[tuple[str, str], type]


def load(source: Source) -> Plugin:
    """Return the plug-in of a source; its code runs once per process. PluginError in one line."""
    with _LOCK:
        if source not in _loaded:
            if source != Source.of(source.name, source.text):
                raise PluginError(f"{source.name}: its text does not have the hash {source.sha256[:16]}")
            with _registries_kept():
                _loaded[source] = _executed(source)
        return _loaded[source]


def activate(sources: Sequence[Source]) -> None:
    """Make the names of these plug-ins, and of no others, known to the model. PluginError for a name given twice."""
    global _active
    with _LOCK:
        wanted = tuple(sources)
        if wanted == _active:
            return
        plugins = [load(source) for source in wanted]
        taken: dict[tuple[str, str], str] = {}
        for plugin in plugins:
            for kind, name in plugin.defined:
                if (kind, name) in taken:
                    both = f"{taken[kind, name]} and in {plugin.source.name}"
                    raise PluginError(f"{kind} {name} is in {both}; allowed: one of them")
                taken[kind, name] = plugin.source.name
        _withdraw()
        for plugin in plugins:
            for (kind, name), defined in plugin.defined.items():
                REGISTRIES[kind][name] = defined
        _active = wanted


def _withdraw() -> None:
    """Remove the active plug-ins from the registries."""
    global _active
    for source in _active:
        for (kind, name), defined in _loaded[source].defined.items():
            if REGISTRIES[kind].get(name) is defined:
                del REGISTRIES[kind][name]
    _active = ()


@contextmanager
def _registries_kept() -> Iterator[None]:
    """Leave the registries as they are after the block; inside it no plug-in is active."""
    active = _active
    _withdraw()
    before = {kind: dict(registry) for kind, registry in REGISTRIES.items()}
    try:
        yield
    finally:
        for kind, registry in REGISTRIES.items():
            registry.clear()
            registry.update(before[kind])
        activate(active)


def _executed(source: Source) -> Plugin:
    code, module = compiled(source), ModuleType(source.module)
    module.__file__ = source.name
    # Tracebacks and inspect read the lines from here: no file of this name need exist on this machine.
    lines = source.text.splitlines(keepends=True)
    linecache.cache[source.name] = (len(source.text), None, lines, source.name)
    before = {kind: set(registry) for kind, registry in REGISTRIES.items()}
    sys.modules[source.module] = module  # dataclasses and pickle look a class up by its module
    try:
        exec(code, module.__dict__)
        defined = {
            (kind, name): registry[name]
            for kind, registry in REGISTRIES.items()
            for name in registry
            if name not in before[kind]
        }
        for (kind, _), cls in defined.items():
            refuse_misfit(source, cls, kind)
        if any(kind == "rule" for kind, _ in defined):
            refuse_sight_of_voters(source)
    except BaseException as error:
        del sys.modules[source.module]
        if isinstance(error, PluginError | KeyboardInterrupt):
            raise
        raise PluginError(f"{place_in(source, error)}: {_in_one_line(error)}") from error
    return Plugin(source, module, defined)


def place_in(source: Source, error: BaseException) -> str:
    """Return the file and the line of a source at which an error arose."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == source.name]
    return f"{source.name}, line {lines[-1]}" if lines else source.name


def _in_one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())
    name = type(error).__name__
    return message if isinstance(error, ValueError) and message else f"{name}: {message}" if message else name
