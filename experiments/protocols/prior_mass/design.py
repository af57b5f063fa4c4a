"""Design of the prior-mass protocol, and the one parameter that each draw fits."""

from __future__ import annotations

import math
from typing import NamedTuple

from ....model.parameters.tree import Parameters

DRAW = "draw"
"""The one arm of a draw: its row counts the pairs of exposed and zero-exposure arms."""


class Search(NamedTuple):
    """Search for the value of a parameter with which restriction falls, inside a range.

    band: target of P(restricted | opposed, zero exposure). logarithmic: halve on the log scale. The range is wider than
    the parameter's declared one: with other assumptions at their ends some draws reach the band only outside.
    """

    parameter: str
    low: float
    high: float
    band: tuple[float, float]
    logarithmic: bool = False

    def middle(self, low: float, high: float) -> float:
        """Return the value halfway between two others."""
        return math.sqrt(low * high) if self.logarithmic else (low + high) / 2.0


SEARCHES: dict[str, Search] = {
    "competition": Search("party.rival_value", 0.005, 2.0, (0.5, 0.7), logarithmic=True),
    "cost": Search("party.agenda_cost", -1.0, 1.0, (0.4, 0.7)),
}
"""Rule of the agenda (party.agenda) -> the number fitted under it. A negative cost forces the issue onto the agenda."""


def search_of(parameters: Parameters, band: tuple[float, float] | None = None) -> Search:
    """Return the search under the tree's rule of the agenda; band, if not None, replaces the declared one."""
    search = SEARCHES[parameters.party.agenda]
    return search if band is None else search._replace(band=band)


class PriorMassDesign(NamedTuple):
    """Dose, pairs and calibration of each draw.

    breadth, visibility: the dose against zero. replicates: paired replicates. calibration_replicates: how many of them
    calibrate the baseline. band: target of P(restricted | opposed, zero exposure); None: as declared with the fitted
    number. steps: halvings of its range at most. keep_baseline: the fitted number stays as the draw has it, because
    history matching chose the draw.
    """

    breadth: float = 0.3
    visibility: float = 1.0
    replicates: int = 60
    calibration_replicates: int = 30
    band: tuple[float, float] | None = None
    steps: int = 6
    keep_baseline: bool = False
