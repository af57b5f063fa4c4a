"""Parameters as keywords of `World`: the form in which Mesa's batch runner and scenarios pass values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .presets import preset
from .tree import ParameterError, Parameters


def parameters_from(parameters: Parameters | None, keywords: Mapping[str, Any]) -> Parameters:
    """Return `parameters` (default tree if None) with the keywords preset, then voters and values by name.

    Names are dotted, or have an underscore after the group: "exposure.breadth" is exposure_breadth. ParameterError has
    a line for each mistake.
    """
    if not isinstance(parameters, Parameters | None):
        raise ParameterError("parameters must be a Parameters; mesa.batch_run takes it in a list: [Parameters()]")
    tree = Parameters() if parameters is None else parameters
    values: dict[str, Any] = {}
    for keyword, value in keywords.items():
        if keyword == "preset":
            tree = tree if value is None else preset(value, tree)
        elif keyword != "voters" or value is not None:
            name = "electorate.voters" if keyword == "voters" else _dotted(keyword)
            if name in values:
                raise ParameterError(f"{name} is given twice")
            values[name] = value
    return tree.with_values(values) if values else tree


def _dotted(keyword: str) -> str:
    return keyword if "." in keyword else keyword.replace("_", ".", 1)


def values_of(scenario: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a Mesa scenario without its generator, replaced by those keywords that are not None."""
    held = {name: value for name, value in scenario if name != "rng"}
    return {**held, **{name: value for name, value in keywords.items() if value is not None}}
