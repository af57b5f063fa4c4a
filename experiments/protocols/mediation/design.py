"""Design and arms of the mediation protocol."""

from __future__ import annotations

import itertools
from typing import NamedTuple

CHANNELS = ("deterrence", "replacement", "convergence", "inertia")
OUTCOMES = ("attempted", "restricted", "reversed", "severity", "mean_policy", "platform_distance")
ZERO_ARM = "zero"


class MediationDesign(NamedTuple):
    """The dose whose effect is decomposed, and the number of presidential terms measured after takeover."""

    breadth: float = 0.3
    visibility: float = 1.0
    terms: int = 1


class Cell(NamedTuple):
    """One cell of the factorial: which channels are open (1) or shut (0)."""

    deterrence: int
    replacement: int
    convergence: int
    inertia: int

    @property
    def arm(self) -> str:
        """Return the name of the cell: its open channels, or none."""
        return "+".join(name for name, is_open in zip(CHANNELS, self, strict=True) if is_open) or "none"


CELLS: tuple[Cell, ...] = tuple(Cell(*bits) for bits in itertools.product((0, 1), repeat=len(CHANNELS)))


ARMS: tuple[str, ...] = (ZERO_ARM, *(cell.arm for cell in CELLS))
