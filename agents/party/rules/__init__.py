"""How parties decide: the contract, and every rule of this folder, found by looking. A new rule is a new file here."""

from __future__ import annotations

import importlib
import pkgutil

from .contract import RULES, Rule

__all__ = ["RULES", "Rule"]

for _found in sorted(one.name for one in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_found}")
