"""Arms of a replicate, and the rows that it returns. Imports nothing, so a coordinator unpickles results quickly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Arm(NamedTuple):
    """One arm: its name, layer, dose, and polls.foresight (None: that of the study's parameters)."""

    name: str
    layer: str
    breadth: float
    visibility: float
    foresight: float | None = None


class ReplicateResult(NamedTuple):
    """Rows of one replicate: a dict per arm, and a dict per administration.

    records: the monthly record of each arm by its name, of a protocol that `keeps_series`.
    """

    runs: list[dict[str, Any]]
    cycles: list[dict[str, Any]]
    records: Mapping[str, Sequence[Any]] = {}
