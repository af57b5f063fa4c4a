"""Plan of a study: design points, arms, and the key of every run by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...model.parameters.tree import Parameters
from ..plugins.study_plugins import StudyPlugins
from ..protocols import Protocol
from ..protocols.arms import Arm
from ..protocols.finished_run import control_of
from ..protocols.run_inputs import NO_INPUTS, RunInputs
from ..storage.ledger import CycleRecord, RunRecord
from ..storage.provenance import canonical_json, run_key
from ..storage.series_table import SeriesRecord, packed
from .arm_names import BREADTH, VISIBILITY, settings_of, suffix_of
from .reader import StudyFile
from .sampling import Points, design_points

NOT_IN_ROWS = ("replicate", "arm", "number")
"""Columns that the ledger stores outside the row."""


@dataclass(frozen=True)
class ArmSet:
    """Arms that run together in each replicate: one design point, one setting of the exposure besides the dose.

    values: every factor but breadth and visibility, by name. variant: suffix of the arms' names. digests: a name of
    each arm by everything that determines its outcome except replicate, seed and code (64 hex characters).
    """

    point: int
    variant: str
    values: Mapping[str, Any]
    parameters: Parameters
    protocol: Protocol
    design: Any
    seed: int
    arms: tuple[Arm, ...]
    digests: tuple[str, ...]
    plugins: StudyPlugins
    inputs: RunInputs = NO_INPUTS

    def key(self, place: int, replicate: int) -> str:
        """Return the key of the run of one arm (by its place in `arms`) in one replicate."""
        return key_of(self.digests[place], replicate, self.seed)

    def keys(self, replicate: int) -> list[str]:
        """Return the keys of a replicate's runs, in the order of the arms."""
        return [self.key(place, replicate) for place in range(len(self.arms))]

    def task_key(self, replicate: int) -> str:
        """Return the key of one unit of work: all arms of the set in one replicate."""
        return run_key({"cell": list(self.digests)}, replicate, self.seed)

    def payload(self, replicate: int, places: Sequence[int]) -> Any:
        """Return the input of a worker that runs the arms at some places; its rows may hold other arms too.

        It is a `protocols.task.Payload`, with the sources of the plug-ins that the arms use, if any.
        """
        wanted = [self.arms[place] for place in places]
        if self.plugins.outcomes:  # which compare an arm with its control
            controls = (control_of(arm, self.arms) for arm in wanted)
            wanted += [arm for arm in controls if arm is not None and arm not in wanted]
        design = self.protocol.reduced(self.parameters, self.design, wanted)
        plain = (self.parameters, design, self.seed, replicate, self.protocol.reference(), self.inputs)
        return self.plugins.shipped(plain, self.plugins.identity(self.protocol.name, self.parameters))

    def records(
        self, replicate: int, runs: Sequence[Mapping[str, Any]], cycles: Sequence[Mapping[str, Any]]
    ) -> tuple[list[RunRecord], list[CycleRecord]]:
        """Return ledger records of the rows that a worker returned for one replicate."""
        keys = {arm.name: self.key(place, replicate) for place, arm in enumerate(self.arms)}
        return [
            RunRecord(key=keys[row["arm"]], replicate=replicate, arm=row["arm"], row=_without(row)) for row in runs
        ], [CycleRecord(key=keys[row["arm"]], number=row["number"], row=_without(row)) for row in cycles]

    def series(self, replicate: int, rows: Mapping[str, Sequence[Any]]) -> list[SeriesRecord]:
        """Return ledger records of the series that a worker returned for one replicate."""
        request = self.inputs.series_text
        if request is None:
            return []
        keys = {arm.name: self.key(place, replicate) for place, arm in enumerate(self.arms)}
        return [packed(keys[arm], request, series) for arm, series in rows.items()]

    def factor_values(self, arm: Arm, names: Sequence[str]) -> dict[str, Any]:
        """Return the value of each factor in one arm."""
        own = {BREADTH: float(arm.breadth), VISIBILITY: float(arm.visibility)}
        return {name: own[name] if name in own else self.values[name] for name in names}

    def label(self, replicate: int) -> str:
        """Return point, variant and replicate in words, for messages."""
        variant = f" ({self.variant.strip()})" if self.variant else ""
        return f"point {self.point}{variant}, replicate {replicate}"


def key_of(digest: str, replicate: int, seed: int) -> str:
    """Return the key of a run from the digest of its arm (`content_digest`)."""
    return run_key({"content": digest}, replicate, seed)


def _without(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in NOT_IN_ROWS}


def content_digest(
    protocol: Protocol,
    parameters: Parameters,
    design: Any,
    arm: Arm,
    inputs: RunInputs = NO_INPUTS,
    plugins: Mapping[str, Any] | None = None,
) -> str:
    """Return the digest of everything that determines the outcome of an arm, except replicate, seed and code.

    plugins: hashes of the plug-ins that the arm uses. An arm that uses none has the digest of a study without any.
    """
    content = {"protocol": protocol.name, **protocol.identity(parameters, design, arm), **inputs.identity(arm.name)}
    content |= {"plugins": plugins} if plugins else {}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


class Plan:
    """Every arm set of a study. Lazy: memory grows with design points, not with runs."""

    def __init__(self, study: StudyFile) -> None:
        """Draw the design points."""
        self.study = study
        self.points: Points = design_points(study)
        self.factors = study.factor_names
        # Callers visit points in order, so a cache of the last few is enough.
        self.arm_sets = lru_cache(maxsize=16)(self._arm_sets)

    def __iter__(self) -> Iterator[ArmSet]:
        """Yield every arm set in order."""
        for point in range(len(self.points)):
            yield from self.arm_sets(point)

    @property
    def series(self) -> str | None:
        """Return the request of the study's series, as the ledger stores it; None without one."""
        return self.study.inputs.series_text

    @property
    def width(self) -> int:
        """Return the number of arm sets of each point."""
        return len(self._variants())

    def _variants(self) -> list[dict[str, Any]]:
        return settings_of(self.study.arm_factors)

    def _arm_sets(self, point: int) -> tuple[ArmSet, ...]:
        self.study.plugins.activate()
        values = self.points.of(point)
        protocol, seed = self.study.protocol, self.study.study.seed
        arm_sets = []
        for variant in self._variants():
            p = self.study.parameters.with_values(values | variant)
            suffix = suffix_of(variant)
            design = protocol.design(self.study.declared(p))
            arms = tuple(protocol.arms(p, design))
            inputs, plugins = self.study.inputs.of_variant(suffix), self.study.plugins
            used = plugins.identity(protocol.name, p)
            digests = tuple(
                content_digest(protocol, p, design, arm, inputs, self._of_control(used, arm, arms, inputs))
                for arm in arms
            )
            known = {factor: value_of(p, factor) for factor in values | variant}
            arm_sets.append(ArmSet(point, suffix, known, p, protocol, design, seed, arms, digests, plugins, inputs))
        return tuple(arm_sets)

    def _of_control(
        self, used: Mapping[str, Any], arm: Arm, arms: Sequence[Arm], inputs: RunInputs
    ) -> Mapping[str, Any]:
        """Return the plug-ins of an arm, with the events of its control where own outcomes compare the two."""
        control = control_of(arm, arms) if self.study.plugins.outcomes else None
        events = {} if control is None else inputs.identity(control.name)
        return {**used, "control": events} if events else used


def value_of(p: Parameters, name: str) -> Any:
    """Return the value of a parameter by its dotted name."""
    group, _, leaf = name.partition(".")
    return getattr(getattr(p, group), leaf)
