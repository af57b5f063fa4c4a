"""Settings of the exposure besides the dose: the variants of each design point, and how they name their arms."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

BREADTH, VISIBILITY = "exposure.breadth", "exposure.visibility"
"""The dose: factors whose levels are the arms themselves."""


def settings_of(arm_factors: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return every combination of the levels of arm factors besides the dose; one empty one without such factors."""
    others = {name: levels for name, levels in arm_factors.items() if name not in (BREADTH, VISIBILITY)}
    return [dict(zip(others, values, strict=True)) for values in itertools.product(*others.values())]


def suffix_of(setting: Mapping[str, Any]) -> str:
    """Return the suffix of the arms' names in one setting, such as " skew=0.5"; "" for the empty one."""
    return "".join(f" {name.rpartition('.')[2]}={_short(value)}" for name, value in setting.items())


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
