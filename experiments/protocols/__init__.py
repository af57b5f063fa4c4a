"""Protocols: how a replicate runs and what it measures. A protocol is a folder here with a file protocol.py."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from .contract import PROTOCOLS, Protocol

__all__ = ["PROTOCOLS", "Protocol", "find_protocols"]


def find_protocols(package: str, path: Iterable[str]) -> None:
    """Import NAME.protocol of every sub-package of a package, which registers the protocols in it."""
    for module in sorted(pkgutil.iter_modules(path), key=lambda module: module.name):
        if module.ispkg:
            importlib.import_module(f"{package}.{module.name}.protocol")


find_protocols(__name__, __path__)
