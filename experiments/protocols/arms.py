"""What is run beside what: the design of each protocol and the arms it names. Brings no world with it.

Whoever hands out the work needs the names of arms alone, and can start workers before anything heavy is imported.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Arm(NamedTuple):
    """One arm: its name, layer and dose."""

    name: str
    layer: str
    breadth: float
    visibility: float


class ReplicateResult(NamedTuple):
    """Rows of one replicate: a dict per arm, and a dict per administration.

    Here, since whoever takes it out of a pipe would import its module with everything that computes it.
    """

    runs: list[dict[str, Any]]
    cycles: list[dict[str, Any]]
