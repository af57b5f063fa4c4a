"""Protocol mediation: which channel carries the effect of one dose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ....model.parameters.tree import Parameters
from ...storage.columns import Column
from ..arms import Arm, ReplicateResult
from ..contract import Declared, OwnTable, Protocol, RunDefaults
from ..one_dose import one_dose_problems
from ..options import Options, key
from ..run_inputs import ALL_INPUTS
from .columns import MEDIATION_RUN_COLUMNS
from .design import ARMS, ZERO_ARM, MediationDesign


class MediationOptions(Options):
    """Number of terms over which the effect is measured."""

    terms: int = key(1, "1 to 25 presidential terms after takeover", ge=1, le=25)


class Mediation(Protocol):
    """A factorial of four channels, each open or shut, on common draws."""

    name = "mediation"
    sentence = "a factorial of four channels, each open or shut, for one dose"
    options = MediationOptions
    takes = ALL_INPUTS
    keeps_series = True
    stop_outcomes = ("attempted", "restricted", "reversed", "severity", "mean_policy", "platform_distance")
    summary_events = ("attempted", "restricted", "reversed")
    summary_means = ("severity", "mean_policy", "platform_distance")
    run_defaults = RunDefaults(200)

    def problems(self, declared: Declared) -> list[str]:
        """Return a line for each deviation from one dose of assigned exposure."""
        return one_dose_problems(self.name, declared)

    def design(self, declared: Declared) -> MediationDesign:
        """Return the dose and the number of terms."""
        options = declared.options
        terms = options.terms if isinstance(options, MediationOptions) else 1
        return MediationDesign(max(declared.breadths), declared.visibilities[0], terms)

    def arms(self, parameters: Parameters, design: MediationDesign) -> Sequence[Arm]:
        """Return the zero-exposure arm and the sixteen combinations of channels."""
        layer = parameters.policy.layer
        return [Arm(name, layer, 0.0 if name == ZERO_ARM else design.breadth, design.visibility) for name in ARMS]

    def run(self, parameters: Parameters, design: MediationDesign, seed: int, replicate: int) -> ReplicateResult:
        """Run every arm of one replicate on common draws."""
        from .run import run_mediation_replicate

        return run_mediation_replicate(parameters, design, seed, replicate, self.inputs)

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv."""
        return MEDIATION_RUN_COLUMNS

    def months(self, parameters: Parameters, design: MediationDesign) -> int:
        """Return the number of months of the friendly term and the terms after takeover."""
        return (1 + design.terms) * parameters.institutions.term_months

    def own_table(self) -> OwnTable:
        """Return the table of Shapley values."""
        from .shapley import MEDIATION_COLUMNS, mediation_table

        return OwnTable("mediation", MEDIATION_COLUMNS, lambda runs, _: mediation_table(runs))

    def report_sections(self) -> Mapping[str, Callable[[Any], list[str]]]:
        """Return the section of the channels."""
        from ...reporting.report_sections import MEDIATION

        return MEDIATION
