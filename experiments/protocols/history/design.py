"""Design and arms of the history protocol."""

from __future__ import annotations

from typing import NamedTuple

from ....model.parameters.tree import Parameters
from ..arms import Arm
from ..stress_test.design import StressDesign, arm_list

EVOLVING = "evolving"
"""Name of the arm whose exposure is what employers and savers make of it."""


class HistoryDesign(NamedTuple):
    """Arms of a history and its length.

    breadths and visibilities are crossed; breadth 0 is run once. cycles: presidential terms, the first of them the
    author's from January 2025. evolving: also run an arm that starts unexposed and adopts by itself.
    """

    breadths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    visibilities: tuple[float, ...] = (1.0,)
    cycles: int = 12
    evolving: bool = False


def history_arms(p: Parameters, design: HistoryDesign) -> list[Arm]:
    """Arms of a history, the zero-exposure arm first and the evolving one, if any, last."""
    arms = arm_list(p, StressDesign(design.breadths, design.visibilities, layers=()))
    return [*arms, Arm(EVOLVING, p.policy.layer, 0.0, design.visibilities[0])] if design.evolving else arms
