"""From a study to its runs: design points, arms, and the name of every run by its content."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...model.parameters.tree import Parameters
from ..protocols.arms import Arm
from ..protocols.history.design import EVOLVING, HistoryDesign, history_arms
from ..protocols.mediation.design import ARMS, ZERO_ARM, MediationDesign
from ..protocols.prior_mass.design import PriorMassDesign
from ..protocols.stress_test.design import StressDesign, arm_list
from ..storage.ledger import CycleRecord, RunRecord
from ..storage.provenance import canonical_json, run_key
from .from_options import DEFAULT_CYCLES
from .reader import StudyFile
from .sampling import Points, design_points

BREADTH, VISIBILITY = "exposure.breadth", "exposure.visibility"
LEFT_OUT = ("replicate", "arm", "number")
DRAW = "draw"
"""The one arm of a draw from the prior: its row counts the pairs of exposed and zero-exposure arms."""
Design = StressDesign | MediationDesign | PriorMassDesign
"""What is done in one piece of work; a stress design with presidential terms beside it is a history."""


def content_digest(p: Parameters, design: Design, cycles: int | None, arm: Arm) -> str:
    """Name of an arm by everything that decides its outcome but replicate, seed and code (64 hex characters)."""
    tree = p.model_dump()
    # The arm has its own dose: what the tree says of it is never used.
    tree["exposure"] = {name: v for name, v in tree["exposure"].items() if name not in ("breadth", "visibility")}
    if cycles is not None:
        tree["exposure"]["evolves"] = arm.name == EVOLVING
    content: dict[str, Any] = {"parameters": tree}
    if isinstance(design, StressDesign):
        content |= {
            "arm": {"layer": arm.layer, "breadth": float(arm.breadth), "visibility": float(arm.visibility)},
            "protocol": "stress" if cycles is None else "history",
            "returning": design.returning and cycles is None,
            "cycles": cycles,
        }
    else:
        content |= {"arm": arm.name, "protocol": type(design).__name__, "design": design._asdict()}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def arms_of(p: Parameters, design: Design, cycles: int | None) -> list[Arm]:
    """Arms of a stress test, of a history with its evolving arm where exposure evolves, of a factorial, of a draw."""
    if not isinstance(design, StressDesign):
        names = ARMS if isinstance(design, MediationDesign) else (DRAW,)
        dosed = [0.0 if name == ZERO_ARM else design.breadth for name in names]
        return [Arm(name, p.policy.layer, b, design.visibility) for name, b in zip(names, dosed, strict=True)]
    if cycles is None:
        return arm_list(p, design)
    return history_arms(p, HistoryDesign(design.breadths, design.visibilities, cycles, p.exposure.evolves))


@dataclass(frozen=True)
class Cell:
    """Arms that are run together in each replicate: one design point, one setting of the exposure besides the dose.

    values: every factor but breadth and visibility, by name. variant: what the arms' names end with.
    """

    point: int
    variant: str
    values: Mapping[str, Any]
    parameters: Parameters
    design: Design
    cycles: int | None
    seed: int
    arms: tuple[Arm, ...]
    digests: tuple[str, ...]

    @classmethod
    def of(
        cls,
        parameters: Parameters,
        design: Design,
        cycles: int | None,
        seed: int,
        *,
        point: int = 0,
        variant: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Cell:
        """A cell with its arms and their digests."""
        arms = tuple(arms_of(parameters, design, cycles))
        digests = tuple(content_digest(parameters, design, cycles, arm) for arm in arms)
        return cls(point, variant, values or {}, parameters, design, cycles, seed, arms, digests)

    def key(self, place: int, replicate: int) -> str:
        """Key of the run of one arm (by its place in `arms`) in one replicate."""
        return run_key({"content": self.digests[place]}, replicate, self.seed)

    def keys(self, replicate: int) -> list[str]:
        """Keys of a replicate's runs, in the order of the arms."""
        return [self.key(place, replicate) for place in range(len(self.arms))]

    def task_key(self, replicate: int) -> str:
        """Name of the work of one replicate: all arms of the cell."""
        return run_key({"cell": list(self.digests)}, replicate, self.seed)

    def payload(self, replicate: int, places: Sequence[int]) -> tuple[Parameters, Any, int, int]:
        """What a worker needs for the arms at some places; the zero-exposure arm is always among its rows."""
        if not isinstance(self.design, StressDesign):  # its arms are made from each other: all or none
            return (self.parameters, self.design, self.seed, replicate)
        design: Any = self._reduced(self.design, {self.arms[place] for place in places})
        if self.cycles is not None:
            evolving = any(self.arms[place].name == EVOLVING for place in places)
            design = HistoryDesign(design.breadths, design.visibilities, self.cycles, evolving)
        return (self.parameters, design, self.seed, replicate)

    def _reduced(self, design: StressDesign, wanted: set[Arm]) -> StressDesign:
        if len(wanted) == len(self.arms):
            return design
        own, first = self.parameters.policy.layer, design.visibilities[0]
        doses = {arm.breadth for arm in wanted}
        layers = tuple(layer for layer in design.layers if layer != own and layer in {a.layer for a in wanted})
        seen = {arm.visibility for arm in wanted if arm.layer == own}
        return design._replace(
            breadths=tuple(b for b in design.breadths if b == 0.0 or b in doses),
            visibilities=tuple(v for v in design.visibilities if v == first or v in seen),
            layers=layers,
        )

    @property
    def cost(self) -> int:
        """Runs of arms in one piece of work, for the limit of a hung one."""
        return 2 * self.design.replicates if isinstance(self.design, PriorMassDesign) else len(self.arms)

    def records(
        self, replicate: int, runs: Sequence[Mapping[str, Any]], cycles: Sequence[Mapping[str, Any]]
    ) -> tuple[list[RunRecord], list[CycleRecord]]:
        """Ledger records of what a worker returned for one replicate."""
        names = {arm.name: self.key(place, replicate) for place, arm in enumerate(self.arms)}
        kept = [
            RunRecord(key=names[row["arm"]], replicate=replicate, arm=row["arm"], row=_without(row)) for row in runs
        ]
        administrations = [
            CycleRecord(key=names[row["arm"]], number=row["number"], row=_without(row)) for row in cycles
        ]
        return kept, administrations

    def factor_values(self, arm: Arm, names: Sequence[str]) -> dict[str, Any]:
        """The value of each factor in one arm."""
        own = {BREADTH: float(arm.breadth), VISIBILITY: float(arm.visibility)}
        return {name: own[name] if name in own else self.values[name] for name in names}

    def told(self, replicate: int) -> str:
        """Where a replicate stands, for messages."""
        variant = f" ({self.variant.strip()})" if self.variant else ""
        return f"point {self.point}{variant}, replicate {replicate}"


def _without(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in LEFT_OUT}


class Plan:
    """Every cell of a study, made when it is asked for: a plan of a million runs weighs what its points weigh."""

    def __init__(self, study: StudyFile) -> None:
        """Draw the design points."""
        self.study = study
        self.points: Points = design_points(study)
        self.factors = study.factor_names
        # Points follow each other; the few last ones are enough.
        self.cells = lru_cache(maxsize=16)(self._cells)

    def __iter__(self) -> Iterator[Cell]:
        """Every cell in order."""
        for point in range(len(self.points)):
            yield from self.cells(point)

    @property
    def width(self) -> int:
        """Cells in each point."""
        return len(self._variants())

    def _variants(self) -> list[dict[str, Any]]:
        others = {name: v for name, v in self.study.arm_factors.items() if name not in (BREADTH, VISIBILITY)}
        return [dict(zip(others, values, strict=True)) for values in itertools.product(*others.values())]

    def _cells(self, point: int) -> tuple[Cell, ...]:
        at = self.points.of(point)
        found = []
        for variant in self._variants():
            p = self.study.parameters.with_values(at | variant)
            name = "".join(f" {factor.rpartition('.')[2]}={_short(value)}" for factor, value in variant.items())
            seed, design, cycles = self.study.study.seed, self._design(p), self._cycles()
            values = {factor: value_of(p, factor) for factor in at | variant}
            found.append(Cell.of(p, design, cycles, seed, point=point, variant=name, values=values))
        return tuple(found)

    def _cycles(self) -> int | None:
        model = self.study.model
        return (model.cycles or DEFAULT_CYCLES) if model.protocol == "history" else None

    def _design(self, p: Parameters) -> Design:
        arms, model = self.study.arm_factors, self.study.model
        breadths = [float(value) for value in arms.get(BREADTH, [p.exposure.breadth])]
        visibilities = tuple(float(value) for value in arms.get(VISIBILITY, [p.exposure.visibility]))
        if model.protocol == "mediation":
            return MediationDesign(max(breadths), visibilities[0], self.study.mediation.terms)
        if model.protocol == "prior-mass":
            pairs, prior = self.study.pairs, self.study.prior_mass
            calibrated = prior.calibration_replicates or max(1, pairs // 2)
            band = (prior.band[0], prior.band[1])
            return PriorMassDesign(max(breadths), visibilities[0], pairs, calibrated, band)
        stress = model.protocol == "stress"
        return StressDesign(
            breadths=tuple(sorted({0.0, *breadths})),
            visibilities=visibilities,
            layers=tuple(model.layers),
            layer_breadth=max(breadths) if 0.3 not in breadths else 0.3,
            returning=model.returning and stress,
        )


def value_of(p: Parameters, name: str) -> Any:
    """Value of a parameter by its dotted name."""
    group, _, leaf = name.partition(".")
    return getattr(getattr(p, group), leaf)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
