"""What is run beside what: the design of each protocol and the arms it names. Brings no world with it.

Whoever hands out the work needs the names of arms alone, and can start workers before anything heavy is imported.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from ...model.parameters.tree import Parameters

EVOLVING = "evolving"
"""Name of the arm whose exposure is what employers and savers make of it."""
CHANNELS = ("deterrence", "replacement", "convergence", "inertia")
ZERO_ARM = "zero"


class StressDesign(NamedTuple):
    """Arms of a stress test.

    breadths and visibilities are crossed; breadth 0 is run once. layers: other legal layers, run at breadth 0 and at
    layer_breadth with the first visibility, forked at takeover. returning: also run the returning friendly party (G).
    """

    breadths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    visibilities: tuple[float, ...] = (1.0, 0.1)
    layers: tuple[str, ...] = ("guidance", "statute")
    layer_breadth: float = 0.3
    returning: bool = True


class HistoryDesign(NamedTuple):
    """Arms of a history and its length.

    breadths and visibilities are crossed; breadth 0 is run once. cycles: presidential terms, the first of them the
    author's from January 2025. evolving: also run an arm that starts unexposed and adopts by itself.
    """

    breadths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    visibilities: tuple[float, ...] = (1.0,)
    cycles: int = 12
    evolving: bool = False


class MediationDesign(NamedTuple):
    """The dose whose effect is taken apart, and how many presidential terms after takeover are measured."""

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
        """Name of the cell: the open channels, or none."""
        return "+".join(name for name, is_open in zip(CHANNELS, self, strict=True) if is_open) or "none"


CELLS: tuple[Cell, ...] = tuple(Cell(*bits) for bits in itertools.product((0, 1), repeat=len(CHANNELS)))
ARMS: tuple[str, ...] = (ZERO_ARM, *(cell.arm for cell in CELLS))


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


def arm_list(p: Parameters, design: StressDesign) -> list[Arm]:
    """Arms of a design, the zero-exposure arm first."""
    own, first = p.policy.layer, design.visibilities[0]
    arms = [Arm("b=0", own, 0.0, first)]
    for visibility in design.visibilities:
        arms += [
            Arm(f"b={breadth:g} v={visibility:g}", own, breadth, visibility)
            for breadth in design.breadths
            if breadth > 0.0
        ]
    for layer in design.layers:
        if layer != own:
            arms.append(Arm(f"{layer} b=0", layer, 0.0, first))
            if design.layer_breadth in design.breadths:
                arms.append(Arm(f"{layer} b={design.layer_breadth:g} v={first:g}", layer, design.layer_breadth, first))
    return arms


def history_arms(p: Parameters, design: HistoryDesign) -> list[Arm]:
    """Arms of a history, the zero-exposure arm first and the evolving one, if any, last."""
    arms = arm_list(p, StressDesign(design.breadths, design.visibilities, layers=()))
    return [*arms, Arm(EVOLVING, p.policy.layer, 0.0, design.visibilities[0])] if design.evolving else arms
