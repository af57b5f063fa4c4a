"""Arms of a replicate, and the rows that it returns. Imports nothing, so a coordinator unpickles results quickly."""

from __future__ import annotations

from typing import Any, NamedTuple


class Arm(NamedTuple):
    """One arm: its name, layer and dose."""

    name: str
    layer: str
    breadth: float
    visibility: float


class ReplicateResult(NamedTuple):
    """Rows of one replicate: a dict per arm, and a dict per administration."""

    runs: list[dict[str, Any]]
    cycles: list[dict[str, Any]]
