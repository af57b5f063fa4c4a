"""Prior over the declared ranges: which parameters are drawn, and from where. Imports little, for `moat validate`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...model.parameters.tree import Parameters, describe
from .schema import FactorSection

ASIDE = ("electorate.voters", "employer.employers", "network.built_directly_above")
"""Not drawn: computational resolution, which is no belief."""
LOG_FROM = 8.0
"""A positive range whose ends differ by this factor or more is drawn on the log scale, else uniformly."""


def prior_factors(parameters: Parameters) -> dict[str, FactorSection]:
    """Return a factor over its plausible range for every parameter that is swept, or assumed with a finite range.

    Levers are treatments and stay as set. So do fitted parameters, of which each draw fits one, and choices by name or
    yes and no. Whole numbers are drawn evenly; a positive range that spans `LOG_FROM` is
    drawn on the log scale.
    """
    factors = {}
    for parameter in describe(parameters):
        known = parameter.known
        uncertain = known.role == "swept" or (known.status == "assumed" and known.role == "input")
        number = isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool)
        if parameter.name in ASIDE or not uncertain or not number or not math.isfinite(known.low + known.high):
            continue
        wide = not isinstance(parameter.default, int) and known.low > 0.0 and known.high / known.low >= LOG_FROM
        factors[parameter.name] = FactorSection(
            low=float(known.low), high=float(known.high), scale="log" if wide else "linear", unit=known.unit
        )
    return factors


def in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the draw with the ends of a span exchanged where NAME_latest came out below NAME_soonest.

    >>> in_order({"a.soonest_x": 1.0, "a.court_soonest": 5.0, "a.court_latest": 3.0})
    {'a.soonest_x': 1.0, 'a.court_soonest': 3.0, 'a.court_latest': 5.0}
    """
    ordered = dict(values)
    for name, value in values.items():
        latest = name.removesuffix("_soonest") + "_latest"
        if name.endswith("_soonest") and latest in values and values[latest] < value:
            ordered[name], ordered[latest] = values[latest], value
    return ordered
