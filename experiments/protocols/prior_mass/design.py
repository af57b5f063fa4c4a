"""Design of the prior-mass protocol."""

from __future__ import annotations

from typing import NamedTuple


class PriorMassDesign(NamedTuple):
    """What is done inside each draw.

    breadth, visibility: the dose against zero. replicates: paired replicates. calibration_replicates: how many of them
    the baseline is calibrated on. band: P(restricted | opposed, zero exposure) that is asked for. costs: agenda costs
    searched, utility. steps: halvings of that range at most. A cost below 0 is an issue that presses onto the agenda:
    wider than the parameter's declared range, since with other assumptions at their ends the baseline is met outside.
    """

    breadth: float = 0.3
    visibility: float = 1.0
    replicates: int = 60
    calibration_replicates: int = 30
    band: tuple[float, float] = (0.4, 0.7)
    costs: tuple[float, float] = (-1.0, 1.0)
    steps: int = 6
