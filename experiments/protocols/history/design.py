"""Design and arms of the history protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ....model.parameters.tree import Parameters
from ..arms import Arm
from ..stress_test import design as stress_test

EVOLVING = "evolving"
"""Name of the arm whose exposure results from the decisions of employers and savers."""


class HistoryDesign(NamedTuple):
    """Arms of a history and its length.

    breadths and visibilities are crossed; breadth 0 is run once. cycles: presidential terms, the first of them the
    author's from January 2025. evolving: also run an arm that starts unexposed and whose employers and savers adopt.
    """

    breadths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    visibilities: tuple[float, ...] = (1.0,)
    cycles: int = 12
    evolving: bool = False


def _doses(design: HistoryDesign) -> stress_test.StressDesign:
    return stress_test.StressDesign(design.breadths, design.visibilities, layers=())


def history_arms(p: Parameters, design: HistoryDesign) -> list[Arm]:
    """Return the arms of a history, the zero-exposure arm first and the evolving one, if any, last."""
    arms = stress_test.arm_list(p, _doses(design))
    return [*arms, Arm(EVOLVING, p.policy.layer, 0.0, design.visibilities[0])] if design.evolving else arms


def reduced(p: Parameters, design: HistoryDesign, wanted: Sequence[Arm]) -> HistoryDesign:
    """Return the design without doses that no wanted arm has; zero exposure always stays."""
    dosed = [arm for arm in wanted if arm.name != EVOLVING]
    doses = stress_test.reduced(p, _doses(design), dosed)
    return design._replace(
        breadths=doses.breadths, visibilities=doses.visibilities, evolving=len(dosed) < len(set(wanted))
    )
