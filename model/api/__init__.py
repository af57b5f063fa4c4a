"""political-moat: can a policy protect itself by making voters its owners? A laboratory, not a forecast, not advice."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from political_moat.agents.party.rules import Rule
    from political_moat.experiments.api import Study
    from political_moat.model.parameters.presets import preset
    from political_moat.model.parameters.tree import Parameters
    from political_moat.model.population.csv_population import population_from_csv
    from political_moat.model.world import World, simulate

__version__ = "0.6.0"
__all__ = ["Parameters", "Rule", "Study", "World", "__version__", "population_from_csv", "preset", "simulate"]

_HOMES = {
    "Parameters": "political_moat.model.parameters.tree",
    "Rule": "political_moat.agents.party.rules",
    "Study": "political_moat.experiments.api",
    "World": "political_moat.model.world",
    "population_from_csv": "political_moat.model.population.csv_population",
    "preset": "political_moat.model.parameters.presets",
    "simulate": "political_moat.model.world",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import political_moat` loads no other module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in ("World", "population_from_csv", "simulate"):
        importlib.import_module("political_moat.agents.source_hash").use_code_named_cache()
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
