"""The stopping rule: interim analyses of the Monte Carlo error of a declared contrast, at doublings of the replicates.

Interim analyses are deterministic functions of the rows: a resumed study repeats them, so none is stored. The manifest
records them for the reader.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...agents.numerics.ordered_sum import ordered_sum
from ..protocols.arms import Arm
from ..storage.ledger import Ledger
from ..studies.plan import ArmSet, Plan

_EVENTS = (
    "attempted",
    "restricted",
    "neutral",
    "reversed",
    "prohibited",
    "closed",
    "withdrawn",
    "pending",
    "court",
    "collapse",
)


@dataclass(slots=True)
class Reached:
    """State of one point: replicates wanted now, whether these are the last, and the error at each analysis."""

    replicates: int
    finished: bool
    errors: dict[int, float] = field(default_factory=dict)


def paired_error(treated: Sequence[float], control: Sequence[float], event: bool) -> float:
    """Return the Monte Carlo standard error of a paired difference of means; infinite for fewer than two pairs.

    For events (0 or 1), one gained and one lost pair are added to those observed (Bonett & Price 2012). Without them
    the error of pairs that all agree would be exactly 0, and the study would stop after very few of them.
    """
    differences = [a - b for a, b in zip(treated, control, strict=True)]
    if event:
        differences += [1.0, -1.0]
    n = len(differences)
    if n < 2 or not treated:
        return math.inf
    mean = ordered_sum(differences) / n
    return math.sqrt(ordered_sum((difference - mean) ** 2 for difference in differences) / (n - 1.0) / n)


class InterimAnalyses:
    """State of every point of a plan, from the ledger alone."""

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        """Take a plan and its ledger; nothing is read before `update`."""
        self.plan = plan
        self.ledger = ledger
        self.stages = plan.study.stages
        self.points = [Reached(self.stages[0], False) for _ in range(len(plan.points))]

    def update(self, given_up: Mapping[str, str]) -> bool:
        """Analyse every point whose replicates are all recorded or given up; return whether any point needs more."""
        for point, state in enumerate(self.points):
            while not state.finished and self._complete(point, state.replicates, given_up):
                self._analyse(point, state)
        return not all(state.finished for state in self.points)

    def _complete(self, point: int, replicates: int, given_up: Mapping[str, str]) -> bool:
        return all(
            len(self.ledger.recorded(keys, self.plan.series)) == len(keys) or arm_set.task_key(replicate) in given_up
            for arm_set in self.plan.arm_sets(point)
            for replicate in range(replicates)
            if (keys := arm_set.keys(replicate))
        )

    def _analyse(self, point: int, state: Reached) -> None:
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
        """Return the largest error over a point's contrasts: each level against the first, other factors equal."""
        rule = self.plan.study.replicates.stop
        assert rule is not None
        values = self._values(point, replicates, rule.outcome)
        pairs = _pairs(self.plan.arm_sets(point), rule.contrast)
        event = rule.outcome in _EVENTS
        errors = []
        for treated, control in pairs:
            both = sorted(values[treated].keys() & values[control].keys())
            dosed = [values[treated][replicate] for replicate in both]
            errors.append(paired_error(dosed, [values[control][replicate] for replicate in both], event))
        return max(errors, default=math.inf)

    def _values(self, point: int, replicates: int, outcome: str) -> dict[tuple[int, int], dict[int, float]]:
        values: dict[tuple[int, int], dict[int, float]] = {}
        for number, arm_set in enumerate(self.plan.arm_sets(point)):
            for place in range(len(arm_set.arms)):
                here = values.setdefault((number, place), {})
                for replicate in range(replicates):
                    run = self.ledger.run_row(arm_set.key(place, replicate))
                    if run is not None and run[1][outcome] is not None:
                        here[replicate] = float(run[1][outcome])
        return values

    def recorded(self) -> list[dict[str, Any]]:
        """Return an entry per analysis: replicates, points analysed, points that go on, and the largest error."""
        rule = self.plan.study.replicates.stop
        entries = []
        for stage in self.stages:
            errors = [state.errors[stage] for state in self.points if stage in state.errors]
            if errors and rule is not None:
                most = max(errors)
                entries.append(
                    {
                        "replicates": stage,
                        "points": len(errors),
                        "points_going_on": sum(error > rule.mcse for error in errors) if stage < self.stages[-1] else 0,
                        "largest_mcse": most if math.isfinite(most) else None,
                        "points_above_mcse": sum(error > rule.mcse for error in errors),
                    }
                )
        return entries


Place = tuple[int, int]


def _pairs(arm_sets: Sequence[ArmSet], contrast: str) -> list[tuple[Place, Place]]:
    """Return (treated, control) places of arms that differ in the contrast factor alone.

    The control has the lowest level of that factor.
    """
    groups: dict[tuple[Any, ...], list[tuple[float, Place]]] = {}
    for number, arm_set in enumerate(arm_sets):
        for place, arm in enumerate(arm_set.arms):
            level, rest = _split(arm_set, arm, contrast)
            groups.setdefault(rest, []).append((level, (number, place)))
    if contrast == "exposure.breadth":
        # Zero exposure is run once, at the first visibility: it is the control at every other visibility too.
        zeros = {rest[1:]: member for rest, members in groups.items() for member in members if member[0] == 0.0}
        for rest, members in groups.items():
            if all(level > 0.0 for level, _ in members) and rest[1:] in zeros:
                members.append(zeros[rest[1:]])
    pairs = []
    for members in groups.values():
        (_, control), *others = sorted(members, key=lambda member: member[0])
        pairs += [(treated, control) for _, treated in others]
    return pairs


def _split(arm_set: ArmSet, arm: Arm, contrast: str) -> tuple[float, tuple[Any, ...]]:
    """Return the level of the contrast factor in an arm, and its other settings, visibility first."""
    settings = dict(arm_set.values) | {
        "exposure.breadth": arm.breadth,
        "exposure.visibility": arm.visibility,
        "layer": arm.layer,
        "foresight": arm.foresight,
    }
    level = float(settings.pop(contrast))
    visibility = settings.pop("exposure.visibility", None)
    return level, (visibility, *sorted((name, str(value)) for name, value in settings.items()))
