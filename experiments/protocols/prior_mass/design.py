"""Design of the prior-mass protocol."""

from __future__ import annotations

from typing import NamedTuple


class PriorMassDesign(NamedTuple):
    """Dose, pairs and calibration of each draw.

    breadth, visibility: the dose against zero. replicates: paired replicates. calibration_replicates: how many of them
    calibrate the baseline. band: target of P(restricted | opposed, zero exposure). costs: agenda costs searched,
    utility. steps: halvings of that range at most. A negative cost forces the issue onto the agenda. The range is wider
    than the parameter's declared one: with other assumptions at their ends some draws reach the baseline only outside.
    """

    breadth: float = 0.3
    visibility: float = 1.0
    replicates: int = 60
    calibration_replicates: int = 30
    band: tuple[float, float] = (0.4, 0.7)
    costs: tuple[float, float] = (-1.0, 1.0)
    steps: int = 6
