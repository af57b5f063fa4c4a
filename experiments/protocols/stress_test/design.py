"""Design and arms of the stress test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ....model.parameters.tree import Parameters
from ..arms import Arm


class StressDesign(NamedTuple):
    """Arms of a stress test.

    breadths and visibilities are crossed; breadth 0 is run once. layers: other legal layers, run at breadth 0 and at
    layer_breadth with the first visibility, forked at takeover. returning: also run the returning friendly party (G).
    foresights: other values of polls.foresight, run at breadth 0 and at layer_breadth with every visibility; the
    friendly term too has that foresight.
    """

    breadths: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
    visibilities: tuple[float, ...] = (1.0, 0.1)
    layers: tuple[str, ...] = ("guidance", "statute")
    layer_breadth: float = 0.3
    returning: bool = True
    foresights: tuple[float, ...] = ()


def arm_list(p: Parameters, design: StressDesign) -> list[Arm]:
    """Return the arms of a design, the zero-exposure arm first."""
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
    for foresight in design.foresights:
        if foresight != p.polls.foresight:
            arms.append(Arm(f"foresight={foresight:g} b=0", own, 0.0, first, foresight))
            if design.layer_breadth in design.breadths:
                dose = f"foresight={foresight:g} b={design.layer_breadth:g}"
                arms += [Arm(f"{dose} v={v:g}", own, design.layer_breadth, v, foresight) for v in design.visibilities]
    return arms


def reduced(p: Parameters, design: StressDesign, wanted: Sequence[Arm]) -> StressDesign:
    """Return the design without doses, layers and foresights that no wanted arm has; zero exposure always stays."""
    if len(set(wanted)) == len(arm_list(p, design)):
        return design
    own, first = p.policy.layer, design.visibilities[0]
    doses = {arm.breadth for arm in wanted}
    layers = {arm.layer for arm in wanted if arm.layer != own}
    visibilities = {arm.visibility for arm in wanted if arm.layer == own}
    foresights = {arm.foresight for arm in wanted}
    return design._replace(
        breadths=tuple(b for b in design.breadths if b == 0.0 or b in doses),
        visibilities=tuple(v for v in design.visibilities if v == first or v in visibilities),
        layers=tuple(layer for layer in design.layers if layer in layers),
        foresights=tuple(foresight for foresight in design.foresights if foresight in foresights),
    )
