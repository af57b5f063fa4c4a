"""The stopping rule: Monte Carlo error of a declared contrast, looked at at fixed doublings of the replicates.

A look is a pure function of the rows below its number of replicates. Whatever is killed and resumed, the same looks are
taken and decide the same, so nothing of them needs to be remembered; the manifest records them for the reader.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..protocols.arms import Arm
from ..storage.ledger import Ledger
from ..studies.plan import Cell, Plan

_EVENTS = ("attempted", "restricted", "reversed", "prohibited", "closed", "withdrawn", "pending", "court", "collapse")


@dataclass(slots=True)
class Reached:
    """How far one point is: replicates wanted now, whether these are the last, and the error found at each look."""

    replicates: int
    finished: bool
    errors: dict[int, float] = field(default_factory=dict)


def paired_error(treated: Sequence[float], control: Sequence[float], event: bool) -> float:
    """Monte Carlo standard error of a paired difference of means; infinite for fewer than two pairs.

    For events (0 or 1), one gained and one lost pair are added to those seen (Bonett & Price 2012): without them a
    look at pairs that all agree would find an error of exactly 0 and stop, however few they are.
    """
    differences = [a - b for a, b in zip(treated, control, strict=True)]
    if event:
        differences += [1.0, -1.0]
    n = len(differences)
    if n < 2 or not treated:
        return math.inf
    mean = sum(differences) / n
    return math.sqrt(sum((one - mean) ** 2 for one in differences) / (n - 1.0) / n)


class Looks:
    """State of every point of a plan, from the ledger alone."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        """Nothing is read before `update`."""
        self.plan = plan
        self.ledger = ledger
        self.stages = plan.study.stages
        self.points = [Reached(self.stages[0], False) for _ in range(len(plan.points))]

    def update(self, given_up: Mapping[str, str]) -> bool:
        """Look at every point whose replicates are all there (or given up); False when none wants more."""
        for point, state in enumerate(self.points):
            while not state.finished and self._complete(point, state.replicates, given_up):
                self._look(point, state)
        return not all(state.finished for state in self.points)

    def _complete(self, point: int, replicates: int, given_up: Mapping[str, str]) -> bool:
        return all(
            len(self.ledger.recorded(keys)) == len(keys) or cell.task_key(replicate) in given_up
            for cell in self.plan.cells(point)
            for replicate in range(replicates)
            if (keys := cell.keys(replicate))
        )

    def _look(self, point: int, state: Reached) -> None:
        rule = self.plan.study.replicates.stop
        last = state.replicates == self.stages[-1]
        if rule is None:
            state.finished = True
            return
        error = self._error(point, state.replicates)
        state.errors[state.replicates] = error
        if last or error <= rule.mcse:
            state.finished = True
        else:
            state.replicates = self.stages[self.stages.index(state.replicates) + 1]

    def _error(self, point: int, replicates: int) -> float:
        """The largest error among the contrasts of a point: each level against the first, all other factors equal."""
        rule = self.plan.study.replicates.stop
        assert rule is not None
        values = self._values(point, replicates, rule.outcome)
        pairs = _pairs(self.plan.cells(point), rule.contrast)
        event = rule.outcome in _EVENTS
        errors = []
        for treated, control in pairs:
            both = sorted(values[treated].keys() & values[control].keys())
            one, other = ([values[arm][replicate] for replicate in both] for arm in (treated, control))
            errors.append(paired_error(one, other, event))
        return max(errors, default=math.inf)

    def _values(self, point: int, replicates: int, outcome: str) -> dict[tuple[int, int], dict[int, float]]:
        found: dict[tuple[int, int], dict[int, float]] = {}
        for number, cell in enumerate(self.plan.cells(point)):
            for place in range(len(cell.arms)):
                here = found.setdefault((number, place), {})
                for replicate in range(replicates):
                    run = self.ledger.run_row(cell.key(place, replicate))
                    if run is not None and run[1][outcome] is not None:
                        here[replicate] = float(run[1][outcome])
        return found

    def recorded(self) -> list[dict[str, Any]]:
        """One entry per look: replicates, points looked at, points that go on, and the largest error."""
        rule = self.plan.study.replicates.stop
        found = []
        for stage in self.stages:
            errors = [state.errors[stage] for state in self.points if stage in state.errors]
            if errors and rule is not None:
                most = max(errors)
                found.append(
                    {
                        "replicates": stage,
                        "points": len(errors),
                        "points_going_on": sum(error > rule.mcse for error in errors) if stage < self.stages[-1] else 0,
                        "largest_mcse": most if math.isfinite(most) else None,
                        "points_above_mcse": sum(error > rule.mcse for error in errors),
                    }
                )
        return found


Place = tuple[int, int]


def _pairs(cells: Sequence[Cell], contrast: str) -> list[tuple[Place, Place]]:
    """(treated, control) places of arms: same settings but for the contrast factor, control at its lowest level."""
    groups: dict[tuple[Any, ...], list[tuple[float, Place]]] = {}
    for number, cell in enumerate(cells):
        for place, arm in enumerate(cell.arms):
            level, rest = _split(cell, arm, contrast)
            groups.setdefault(rest, []).append((level, (number, place)))
    if contrast == "exposure.breadth":
        # Zero exposure is run once, at the first visibility: it is the control at every other one too.
        zeros = {rest[1:]: one for rest, members in groups.items() for one in members if one[0] == 0.0}
        for rest, members in groups.items():
            if all(level > 0.0 for level, _ in members) and rest[1:] in zeros:
                members.append(zeros[rest[1:]])
    found = []
    for members in groups.values():
        (_, control), *others = sorted(members, key=lambda one: one[0])
        found += [(treated, control) for _, treated in others]
    return found


def _split(cell: Cell, arm: Arm, contrast: str) -> tuple[float, tuple[Any, ...]]:
    """Level of the contrast factor in an arm, and its other settings, visibility first."""
    settings = dict(cell.values) | {
        "exposure.breadth": arm.breadth,
        "exposure.visibility": arm.visibility,
        "layer": arm.layer,
    }
    level = float(settings.pop(contrast))
    visibility = settings.pop("exposure.visibility", None)
    return level, (visibility, *sorted((name, str(value)) for name, value in settings.items()))
