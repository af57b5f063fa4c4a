"""Protocol backtest: historical cases run through the frozen model, and scored against what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ....model.parameters.tree import Parameters
from ...storage.columns import Column
from ..arms import Arm, ReplicateResult
from ..contract import Answer, Declared, OwnTable, Protocol, RunDefaults, limit_of_terms
from ..options import Options
from ..run_inputs import ALL_INPUTS
from ..term_outcomes import LASTING
from .columns import BACKTEST_RUN_COLUMNS, SCORE_COLUMNS
from .covariates import covariates_of
from .design import BacktestDesign, reduced, settings_of
from .options import BacktestOptions, cases_of

TERM = 48
"""Presidential term that the mapping of ages and the record's horizon assume, months."""


class Backtest(Protocol):
    """Every case of the record under the whole model and under each ablation; each case is an arm of its own."""

    name = "backtest"
    sentence = "historical cases, frozen parameters, scored against what happened"
    options = BacktestOptions
    takes = ALL_INPUTS
    keeps_series = True
    run_defaults = RunDefaults(500, (0.0,))

    def problems(self, declared: Declared) -> list[str]:
        """Return a line for doses, which the cases set, and for a term of another length."""
        p, problems = declared.parameters, []
        from_cases = f"protocol {self.name} takes exposure from the cases"
        if any(declared.breadths):
            problems.append(f"factors.exposure.breadth: {from_cases}; allowed: levels = [0]")
        if len(declared.visibilities) != 1:
            problems.append(f"factors.exposure.visibility: {from_cases}; allowed: levels = [1.0]")
        problems += [f"factors.{name}: {from_cases}; leave the factor out" for name in declared.arm_factors]
        if p.exposure.evolves:
            problems.append(f"model.set: {from_cases}; allowed: exposure.evolves = false")
        if p.institutions.term_months != TERM:
            problems.append(f"model.set: protocol {self.name} needs institutions.term_months = {TERM}")
        return problems

    def design(self, declared: Declared) -> BacktestDesign:
        """Return the covariates of the cases; outcomes and notes are not among them."""
        return BacktestDesign(tuple(covariates_of(case) for case in cases_of(declared.options)))

    def arms(self, parameters: Parameters, design: BacktestDesign) -> Sequence[Arm]:
        """Return an arm per case and variant."""
        return [setting.arm for setting in settings_of(parameters, design).values()]

    def run(self, parameters: Parameters, design: BacktestDesign, seed: int, replicate: int) -> ReplicateResult:
        """Run every arm of one replicate on common draws."""
        from .run import run_backtest

        return run_backtest(parameters, design, seed, replicate, self.inputs)

    def months(self, parameters: Parameters, design: BacktestDesign) -> int:
        """Return the number of months of the longest run: the friendly term and those that decide the last outcome."""
        longest = max(case.horizon for case in design.cases)
        return parameters.institutions.term_months + longest + LASTING - 1

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv."""
        return BACKTEST_RUN_COLUMNS

    def identity(self, parameters: Parameters, design: BacktestDesign, arm: Arm) -> dict[str, Any]:
        """Return the arm's own parameters, Congress and horizon: other cases do not change its outcome."""
        setting = settings_of(parameters, design)[arm.name]
        tree = {"parameters": setting.parameters.model_dump(), "congress": setting.congress._asdict()}
        return tree | {"horizon": setting.horizon, "arm": arm.name}

    def reduced(self, parameters: Parameters, design: BacktestDesign, wanted: Sequence[Arm]) -> BacktestDesign:
        """Return the design without cases and variants that no wanted arm has."""
        return reduced(design, wanted)

    def hung_after_seconds(self, parameters: Parameters, design: BacktestDesign) -> float:
        """Return the limit in seconds: a hundred times the usual duration of two terms of every arm."""
        return limit_of_terms(parameters, 2 * len(design.cases) * len(design.variants))

    def own_table(self) -> OwnTable:
        """Return the table of scores."""

        def scores(runs: Any, options: Options) -> Any:
            from .scores import backtest_table

            return backtest_table(runs, cases_of(options))

        return OwnTable("backtest", SCORE_COLUMNS, scores)

    def answer(self) -> Answer:
        """Return the tables of scores and of cases, with the calibration plot."""
        from ...reporting.text.backtest import BacktestAnswer

        return BacktestAnswer()

    def report_sections(self) -> Mapping[str, Callable[[Any], list[str]]]:
        """Return the section of the back-test."""
        from ...reporting.sections.backtest import BACKTEST

        return BACKTEST
