"""Arms of a replicate, and the rows that it returns. Imports nothing, so a coordinator unpickles results quickly."""

from __future__ import annotations

from typing import Any, NamedTuple


class Arm(NamedTuple):
    """One arm: its name, layer, dose, and polls.foresight (None: that of the study's parameters)."""

    name: str
    layer: str
    breadth: float
    visibility: float
    foresight: float | None = None


class ReplicateResult(NamedTuple):
    """Rows of one replicate: a dict per arm, and a dict per administration."""

    runs: list[dict[str, Any]]
    cycles: list[dict[str, Any]]
