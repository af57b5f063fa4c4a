"""Protocol history: a free run of many presidential terms, exposure assigned or evolving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ....model.parameters.tree import Parameters
from ...storage.columns import Column
from ..arms import Arm, ReplicateResult
from ..contract import Answer, Declared, Protocol, RunDefaults, limit_of_terms, tree_without_dose
from ..options import Options, key
from ..run_inputs import ALL_INPUTS
from ..stress_test.protocol import DEFAULT_BREADTHS
from .design import EVOLVING, HistoryDesign, history_arms, reduced

DEFAULT_CYCLES = 12
AGEING = "people.ageing"


class HistoryOptions(Options):
    """Length of a history."""

    cycles: int = key(DEFAULT_CYCLES, "1 to 100 presidential terms, with protocol history", ge=1, le=100)


class History(Protocol):
    """A free run over many terms; parties win and lose elections. People age by default."""

    name = "history"
    sentence = "a free run of many presidential terms"
    options = HistoryOptions
    options_in_model = True
    takes = ALL_INPUTS
    keeps_series = True
    cycle_unit = "presidential term"
    parameter_values: ClassVar = {AGEING: True}
    stop_outcomes = (
        *("turnovers", "takeovers", "takeovers_at_risk", "attempted_at_risk", "restricted_at_risk"),
        *("reversed_at_risk", "reversals", "opposed_months", "volatility"),
        *("mean_theta", "mean_policy", "platform_distance"),
    )
    summary_means = (
        *("takeovers", "takeovers_at_risk", "attempted_at_risk", "restricted_at_risk", "reversed_at_risk"),
        *("reversals", "volatility", "mean_policy", "platform_distance"),
    )
    # 120 replicates of 12 terms: about three minutes on two cores; errors of shares up to about .035.
    run_defaults = RunDefaults(120, DEFAULT_BREADTHS, (1.0,))

    def design(self, declared: Declared) -> HistoryDesign:
        """Return the design, with an evolving arm where exposure evolves."""
        options = declared.options
        cycles = options.cycles if isinstance(options, HistoryOptions) else DEFAULT_CYCLES
        breadths = tuple(sorted({0.0, *declared.breadths}))
        return HistoryDesign(breadths, declared.visibilities, cycles, declared.parameters.exposure.evolves)

    def arms(self, parameters: Parameters, design: HistoryDesign) -> Sequence[Arm]:
        """Return an arm per dose, and the evolving arm last."""
        return history_arms(parameters, design)

    def run(self, parameters: Parameters, design: HistoryDesign, seed: int, replicate: int) -> ReplicateResult:
        """Run every arm of one replicate on common draws."""
        from .run import run_history

        return run_history(parameters, design, seed, replicate, self.inputs)

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv."""
        from .columns import HISTORY_RUN_COLUMNS

        return HISTORY_RUN_COLUMNS

    def cycle_columns(self) -> tuple[Column, ...]:
        """Return the columns of cycles.csv, a row per presidential term."""
        from .columns import HISTORY_CYCLE_COLUMNS

        return HISTORY_CYCLE_COLUMNS

    def identity(self, parameters: Parameters, design: HistoryDesign, arm: Arm) -> dict[str, Any]:
        """Return parameters, dose and length: other arms do not change the outcome."""
        tree = tree_without_dose(parameters)
        tree["exposure"]["evolves"] = arm.name == EVOLVING
        dose = {"layer": arm.layer, "breadth": float(arm.breadth), "visibility": float(arm.visibility)}
        return {"parameters": tree, "arm": dose, "cycles": design.cycles}

    def reduced(self, parameters: Parameters, design: HistoryDesign, wanted: Sequence[Arm]) -> HistoryDesign:
        """Return the design without doses that no wanted arm has."""
        return reduced(parameters, design, wanted)

    def hung_after_seconds(self, parameters: Parameters, design: HistoryDesign) -> float:
        """Return the limit in seconds: a hundred times the usual duration of all arms and terms."""
        return limit_of_terms(parameters, len(self.arms(parameters, design)) * max(1.0, design.cycles / 3))

    def months(self, parameters: Parameters, design: HistoryDesign) -> int:
        """Return the number of months of all terms."""
        return design.cycles * parameters.institutions.term_months

    def answer(self) -> Answer:
        """Return the tables of rates and of first endings."""
        from ...reporting.text.history import HistoryAnswer

        return HistoryAnswer()

    def replicate_text(
        self, parameters: Parameters, design: HistoryDesign, seed: int, replicate: int, preset: str, form: str
    ) -> str:
        """Return the text of every term of every arm of one replicate."""
        from ...reporting.replicate_view import history_replicate

        return history_replicate(parameters, design, seed, replicate, preset, form, self.inputs)
