"""Protocol prior-mass: the effect of one dose over draws of every uncertain parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from ....model.parameters.tree import Parameters
from ...storage.columns import Column
from ..arms import Arm, ReplicateResult
from ..contract import Declared, OwnTable, Protocol, RunDefaults, limit_of_terms
from ..one_dose import one_dose_problems
from ..options import Options, key
from ..run_inputs import ALL_INPUTS
from .columns import PRIOR_DRAW_COLUMNS
from .design import DRAW, PriorMassDesign

MOST_VOTERS_IN_MEMORY = 20_000_000
"""Voters of the largest world."""


class PriorMassOptions(Options):
    """Calibration of the baseline in each draw."""

    calibration_replicates: int | None = key(None, "1 to replicates.min (default: half of them)", ge=1)
    band: list[float] | None = key(
        None, "two shares, low and high (default: the aim of the fitted number)", min_length=2, max_length=2
    )
    baseline: Literal["fitted", "given"] | None = key(
        None, "fitted (default), given: the draws of a list hold the fitted number"
    )


class PriorMass(Protocol):
    """One row per draw from the prior, with the counts of its paired replicates."""

    name = "prior-mass"
    sentence = "the effect of one dose over draws of every uncertain parameter"
    options = PriorMassOptions
    takes = ALL_INPUTS
    unit, units = "draw", "draws"
    draws_prior = True
    run_defaults = RunDefaults(60)

    def problems(self, declared: Declared) -> list[str]:
        """Return a line for a design that samples no prior, for any dose but one, and for each invalid option."""
        problems = one_dose_problems(self.name, declared)
        if declared.design_kind not in ("lhs", "list"):
            problems.append(
                f"design.kind = {declared.design_kind!r} is no sample of a prior; allowed with protocol {self.name}: "
                "lhs (drawn from the plausible ranges), list (your own draws)"
            )
        if declared.stops:
            problems.append(
                f"replicates.stop: a draw has a fixed number of pairs; allowed with protocol {self.name}: min alone"
            )
        options = _checked(declared.options)
        calibrated, most = options.calibration_replicates, declared.replicates
        if calibrated is not None and most is not None and calibrated > most:
            problems.append(f"{self.name}.calibration_replicates = {calibrated} is not possible; allowed: 1 to {most}")
        voters = declared.parameters.electorate.voters
        if most is not None and most * voters > MOST_VOTERS_IN_MEMORY:
            problems.append(
                f"replicates.min = {most} is not possible with {voters:,} voters: a draw keeps the voters of all its "
                f"pairs in memory; allowed: 1 to {MOST_VOTERS_IN_MEMORY // voters:,}"
            )
        if options.baseline == "given" and declared.design_kind != "list":
            problems.append(
                f"{self.name}.baseline = 'given' is not possible with design.kind = {declared.design_kind!r}: nothing "
                "draws the fitted number; allowed with it: list"
            )
        low, high = options.band or (0.0, 1.0)
        if not 0.0 <= low < high <= 1.0:
            problems.append(f"{self.name}.band = {options.band} is not possible; allowed: two shares, low below high")
        return problems

    def design(self, declared: Declared) -> PriorMassDesign:
        """Return the dose, the number of pairs and the calibration of each draw."""
        options, pairs = _checked(declared.options), declared.replicates or 1
        calibrated = options.calibration_replicates or max(1, pairs // 2)
        band = (options.band[0], options.band[1]) if options.band else None
        kept = options.baseline == "given"
        return PriorMassDesign(
            max(declared.breadths), declared.visibilities[0], pairs, calibrated, band, keep_baseline=kept
        )

    def identity(self, parameters: Parameters, design: PriorMassDesign, arm: Arm) -> dict[str, Any]:
        """Return the content of a run; a fitted baseline is named by the design without `keep_baseline`."""
        content = super().identity(parameters, design, arm)
        if not design.keep_baseline:
            del content["design"]["keep_baseline"]
        return content

    def arms(self, parameters: Parameters, design: PriorMassDesign) -> Sequence[Arm]:
        """Return the one row of a draw as an arm."""
        return [Arm(DRAW, parameters.policy.layer, design.breadth, design.visibility)]

    def run(self, parameters: Parameters, design: PriorMassDesign, seed: int, replicate: int) -> ReplicateResult:
        """Run all pairs of one draw."""
        from .run import run_prior_draw

        return ReplicateResult(run_prior_draw(parameters, design, seed, replicate, self.inputs), [])

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv, a row per draw."""
        return PRIOR_DRAW_COLUMNS

    def pairs(self, replicates: int) -> int:
        """Return the number of pairs of a draw: all replicates of the study."""
        return replicates

    def hung_after_seconds(self, parameters: Parameters, design: PriorMassDesign) -> float:
        """Return the limit in seconds: a hundred times the usual duration of all pairs."""
        return limit_of_terms(parameters, 2 * design.replicates)

    def own_table(self) -> OwnTable:
        """Return the table of the shares of the prior."""
        from .summary import PRIOR_MASS_COLUMNS, prior_mass_table

        return OwnTable("prior_mass", PRIOR_MASS_COLUMNS, lambda runs, _: prior_mass_table(runs))

    def report_sections(self) -> Mapping[str, Callable[[Any], list[str]]]:
        """Return the section of the prior."""
        from ...reporting.report_sections import PRIOR_MASS

        return PRIOR_MASS


def _checked(options: Options) -> PriorMassOptions:
    return options if isinstance(options, PriorMassOptions) else PriorMassOptions()
