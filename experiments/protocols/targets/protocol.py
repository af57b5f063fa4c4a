"""Protocol targets: long histories without exposure, counted for comparison with the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ....agents.user_input import shown
from ....model.parameters.tree import Parameters
from ...storage.columns import Column
from ..arms import Arm, ReplicateResult
from ..contract import Answer, Declared, Protocol, RunDefaults, limit_of_terms
from ..messages import nearest
from ..options import Options, key
from .columns import COUNT_COLUMNS, TARGETS_RUN_COLUMNS
from .design import (
    ARM,
    CONTEST_LAYERS,
    CONTEST_TAKEOVERS,
    CONTESTS,
    CONTROLLED,
    COST_TERMS,
    FIRST_TERMS,
    PARTS,
    STRESS_TAKEOVERS,
    TAKEOVERS,
    TargetsDesign,
)

FEWEST_CYCLES = 2
"""Swings, switching and House seats are changes: they need two terms."""


class TargetsOptions(Options):
    """Length of the histories, and the parts of a replicate that are not run."""

    cycles: int = key(12, "2 to 100 presidential terms", ge=FEWEST_CYCLES, le=100)
    leave_out: list[str] | None = key(None, f"a list of {', '.join(PARTS)}")


class Targets(Protocol):
    """A free history at zero exposure, and takeovers of the stress test beside it. People age in the history."""

    name = "targets"
    sentence = "long histories without exposure, compared with the record"
    options = TargetsOptions
    unit, units = "history", "histories"
    parameter_values: ClassVar = {"people.ageing": True}
    run_defaults = RunDefaults(100, (0.0,))

    def problems(self, declared: Declared) -> list[str]:
        """Return a line for every dose, for exposure that evolves, and for each unknown part."""
        problems = [
            f"targets.leave_out: {shown(name)} is not a part; allowed: {', '.join(PARTS)}{nearest(name, list(PARTS))}"
            for name in _checked(declared.options).leave_out or ()
            if name not in PARTS
        ]
        if any(declared.breadths):
            problems.append("factors.exposure.breadth: protocol targets has no exposure; allowed: levels = [0]")
        if declared.arm_factors:
            problems.append(
                f"factors.{declared.arm_factors[0]}: protocol targets has no exposure; leave the factor out"
            )
        if declared.parameters.exposure.evolves:
            problems.append("model.set: protocol targets has no exposure; allowed: exposure.evolves = false")
        return problems

    def design(self, declared: Declared) -> TargetsDesign:
        """Return the number of terms, and the parts left out in the order of PARTS."""
        options = _checked(declared.options)
        return TargetsDesign(options.cycles, tuple(name for name in PARTS if name in (options.leave_out or ())))

    def arms(self, parameters: Parameters, design: TargetsDesign) -> Sequence[Arm]:
        """Return the one arm, at zero exposure."""
        return [Arm(ARM, parameters.policy.layer, 0.0, 1.0)]

    def run(self, parameters: Parameters, design: TargetsDesign, seed: int, replicate: int) -> ReplicateResult:
        """Run one history and return its counts in a single row; counts of parts left out are None."""
        from .counts import target_counts

        counts = target_counts(parameters, design.cycles, seed, replicate, design.leave_out)
        absent = {column.name: None for column in COUNT_COLUMNS if column.name not in counts}
        return ReplicateResult([{"replicate": replicate, "seed": seed, "arm": ARM, **counts, **absent}], [])

    def identity(self, parameters: Parameters, design: TargetsDesign, arm: Arm) -> dict[str, Any]:
        """Return the content of a run; a design that leaves nothing out is named by its terms alone."""
        content = super().identity(parameters, design, arm)
        return content if design.leave_out else content | {"design": {"cycles": design.cycles}}

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv: the sums of each history."""
        return TARGETS_RUN_COLUMNS

    def hung_after_seconds(self, parameters: Parameters, design: TargetsDesign) -> float:
        """Return the limit in seconds: a hundred times the usual duration of the history and all takeovers."""
        contests = CONTEST_TAKEOVERS * len(CONTESTS) * (1 + len(CONTEST_LAYERS))
        takeovers = 3 * TAKEOVERS * len(CONTROLLED) + STRESS_TAKEOVERS + FIRST_TERMS
        return limit_of_terms(parameters, design.cycles + contests + takeovers + COST_TERMS)

    def answer(self) -> Answer:
        """Return the table of targets."""
        from ...reporting.text.targets import TargetsAnswer

        return TargetsAnswer()


def _checked(options: Options) -> TargetsOptions:
    return options if isinstance(options, TargetsOptions) else TargetsOptions()
