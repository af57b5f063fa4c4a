"""The effect over a grid of parameters: for each cell the paired difference of reversals from zero exposure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...experiments.protocols.stress_test.design import StressDesign
from ...experiments.protocols.stress_test.run import run_replicate
from ..scenario import REPLICATES, Scenario
from .paired_answer import paired_answer

BREADTH, VISIBILITY = "exposure.breadth", "exposure.visibility"
Values = tuple[float, ...]


class Axis(NamedTuple):
    """One axis of a grid: the dotted name of a parameter, and its values."""

    name: str
    values: Values


Axes = tuple[Axis, ...]
DEFAULT_AXES: Axes = (Axis(BREADTH, (0.1, 0.3, 0.6)), Axis(VISIBILITY, (0.1, 0.3, 0.6, 1.0)))
"""Breadth 0, with which every cell is compared, is always run and shared by all visibilities."""
_CELL = ("difference", "low", "high", "prevented", "caused", "n", "verdict", "needed")


class Point(NamedTuple):
    """Cells that share one run of zero exposure: the values of the other axes, and the doses (breadth, visibility)."""

    values: dict[str, float]
    breadths: Values
    visibilities: Values

    @property
    def doses(self) -> list[tuple[float, float]]:
        """Return breadth and visibility of each arm after the first, in the order of the runs."""
        return [(b, v) for v in self.visibilities for b in self.breadths if b > 0.0]


def points_of(scenario: Scenario, axes: Axes) -> list[Point]:
    """Return the points of a grid. A dose that is no axis has the scenario's value."""
    own = {
        BREADTH: (scenario.breadth,),
        VISIBILITY: (float(scenario.parameters.exposure.visibility),),
        **{axis.name: axis.values for axis in axes},
    }
    others = [axis for axis in axes if axis.name not in (BREADTH, VISIBILITY)]
    return [
        Point({axis.name: value for axis, value in zip(others, values, strict=True)}, own[BREADTH], own[VISIBILITY])
        for values in itertools.product(*(axis.values for axis in others))
    ]


def arms_of(scenario: Scenario, axes: Axes) -> int:
    """Return the number of worlds that one replicate of the grid runs."""
    return sum(1 + len(point.doses) for point in points_of(scenario, axes))


def grid_replicate(scenario: Scenario, axes: Axes, replicate: int) -> list[list[int]]:
    """Return the outcome `reversed` of one replicate, by point and arm; the first arm has no exposure."""
    outcomes = []
    for point in points_of(scenario, axes):
        p = scenario.parameters.with_values(point.values) if point.values else scenario.parameters
        breadths = tuple(sorted({0.0, *point.breadths}))
        design = StressDesign(breadths, point.visibilities, layers=(), returning=False)
        rows = run_replicate(p, design, scenario.seed, replicate, scenario.inputs).runs
        by_dose = {(row["breadth"], row["visibility"]): int(row["reversed"]) for row in rows}
        outcomes.append([int(rows[0]["reversed"]), *(by_dose[dose] for dose in point.doses)])
    return outcomes


def paired_cell(exposed: Sequence[int], zero: Sequence[int]) -> dict[str, Any]:
    """Return difference, interval, counts, verdict and the pairs that would decide, from `paired_answer`."""
    answer = paired_answer(exposed, zero)
    cell = {name: getattr(answer, name) for name in _CELL}
    return cell | {"zero": answer.at_zero.count, "exposed": answer.exposed.count}


def cells_of(scenario: Scenario, axes: Axes, replicates: Mapping[int, list[list[int]]]) -> list[dict[str, Any]]:
    """Return a cell for each combination of values above zero exposure, over the replicates so far.

    replicates: results of `grid_replicate` by number. A cell has `values`, its parameters by dotted name, also breadth
    and visibility where they are no axis.
    """
    outcomes = [replicates[number] for number in sorted(replicates)]
    cells = []
    for place, point in enumerate(points_of(scenario, axes) if outcomes else ()):
        zero = [replicate[place][0] for replicate in outcomes]
        for arm, (breadth, visibility) in enumerate(point.doses, start=1):
            exposed = [replicate[place][arm] for replicate in outcomes]
            dose = {BREADTH: breadth, VISIBILITY: visibility}
            cells.append({"values": dose | point.values, **paired_cell(exposed, zero)})
    return cells


def block(scenario: Scenario, axes: Axes, numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield {"replicate", "outcomes"} for some replicates: a part of a grid that a worker can compute alone."""
    for number in numbers:
        yield {"replicate": number, "outcomes": grid_replicate(scenario, axes, number)}


def grid(
    scenario: Scenario, axes: Axes = DEFAULT_AXES, replicates: int = REPLICATES, every: int = 5
) -> Iterator[dict[str, Any]]:
    """Yield {"axes", "cells", "done", "total"} after every few replicates; the last has all of them."""
    outcomes: dict[int, list[list[int]]] = {}
    for part in block(scenario, axes, range(replicates)):
        outcomes[part["replicate"]] = part["outcomes"]
        if len(outcomes) % every == 0 or len(outcomes) == replicates:
            yield map_content(scenario, axes, outcomes, replicates)


def map_content(
    scenario: Scenario, axes: Axes, outcomes: Mapping[int, list[list[int]]], total: int = REPLICATES
) -> dict[str, Any]:
    """Return the content of a `map` message: axes, cells, and how many of the replicates are done."""
    return {
        "axes": [{"name": axis.name, "values": list(axis.values)} for axis in axes],
        "cells": cells_of(scenario, axes, outcomes),
        "done": len(outcomes),
        "total": total,
    }
