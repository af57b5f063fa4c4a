"""Party rules: the contract, and one file per rule. Every file of this folder is imported, so a new file is enough."""

from __future__ import annotations

import importlib
import pkgutil

from .contract import RULES, Rule

__all__ = ["RULES", "Rule"]

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
