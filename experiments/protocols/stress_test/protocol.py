"""Protocol stress: exposure assigned at random, the opponent in office after the friendly term."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from ....model.parameters.tree import Parameters
from ...storage.columns import Column
from ..arms import Arm, ReplicateResult
from ..contract import Answer, Declared, Protocol, RunDefaults, tree_without_dose
from ..messages import not_allowed
from ..options import Options, key
from ..run_inputs import ALL_INPUTS
from .columns import CYCLE_COLUMNS, RUN_COLUMNS
from .design import StressDesign, arm_list, reduced

LAYERS = ("guidance", "rule", "statute")
DEFAULT_BREADTHS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
SLEEVE_VISIBILITY = 0.1
EVENTS = ("attempted", "restricted", "reversed")


class StressOptions(Options):
    """Further arms of a stress test."""

    returning: bool = key(True, "true, false")
    layers: list[str] = key([], f"a list of other legal layers: {', '.join(LAYERS)}")
    layer_breadth: float | None = key(
        None, "a level of exposure.breadth: the dose of arms on other layers and foresights"
    )
    foresights: list[float] = key([], "a list of other values of polls.foresight: 0 to 1")


class StressTest(Protocol):
    """Paired arms that differ in exposure alone; the opponent takes office in every arm."""

    name = "stress"
    sentence = "the opponent takes office after the friendly term in every arm, by election or by decree"
    options = StressOptions
    options_in_model = True
    takes = ALL_INPUTS
    keeps_series = True
    stop_outcomes = (
        *EVENTS,
        *(
            "neutral",
            "prohibited",
            "closed",
            "withdrawn",
            "pending",
            "court",
            "collapse",
            "severity",
            "lasting_openness",
        ),
        *("mean_policy", "mean_theta", "mean_kappa", "final_policy", "platform_distance", "gap"),
        *("mean_theta_returned", "vote_share_before", "vote_share_midterm", "vote_share_end"),
    )
    summary_events = EVENTS
    summary_means = ("severity", "gap", "mean_policy", "platform_distance")
    rule_contrast: ClassVar = {"layers": [], "foresights": [], "returning": False}
    run_defaults = RunDefaults(625, DEFAULT_BREADTHS, (1.0, SLEEVE_VISIBILITY))

    def problems(self, declared: Declared) -> list[str]:
        """Return a line for each unknown or repeated layer or foresight, and for a dose of them that no arm has."""
        options = _checked(declared.options)
        problems = [not_allowed("model.layers", layer, LAYERS) for layer in options.layers if layer not in LAYERS]
        if len(set(options.layers)) < len(options.layers):
            problems.append("model.layers names one layer twice; allowed: each once")
        problems += [not_a_share(value) for value in options.foresights if not 0.0 <= value <= 1.0]
        if len(set(options.foresights)) < len(options.foresights):
            problems.append("model.foresights names one value twice; allowed: each once")
        dose = options.layer_breadth
        if dose is not None and dose not in declared.breadths:
            levels = ", ".join(f"{breadth:g}" for breadth in declared.breadths)
            problems.append(f"model.layer_breadth = {dose:g} is not possible; allowed: {levels}")
        return problems

    def design(self, declared: Declared) -> StressDesign:
        """Return the design; other layers and foresights run at breadth .3, else at the largest breadth."""
        options, breadths = _checked(declared.options), declared.breadths
        usual = StressDesign().layer_breadth
        usual = usual if usual in breadths else max(breadths)
        return StressDesign(
            breadths=tuple(sorted({0.0, *breadths})),
            visibilities=declared.visibilities,
            layers=tuple(options.layers),
            layer_breadth=usual if options.layer_breadth is None else options.layer_breadth,
            returning=options.returning,
            foresights=tuple(options.foresights),
        )

    def arms(self, parameters: Parameters, design: StressDesign) -> Sequence[Arm]:
        """Return the arms of every dose, layer and foresight."""
        return arm_list(parameters, design)

    def run(self, parameters: Parameters, design: StressDesign, seed: int, replicate: int) -> ReplicateResult:
        """Run every arm of one replicate on common draws."""
        from .run import run_replicate

        return run_replicate(parameters, design, seed, replicate, self.inputs)

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv."""
        return RUN_COLUMNS

    def cycle_columns(self) -> tuple[Column, ...]:
        """Return the columns of cycles.csv: friendly term, opposed term, returned term."""
        return CYCLE_COLUMNS

    def identity(self, parameters: Parameters, design: StressDesign, arm: Arm) -> dict[str, Any]:
        """Return parameters, layer, dose and foresight of the arm: other arms do not change its outcome."""
        dose = {"layer": arm.layer, "breadth": float(arm.breadth), "visibility": float(arm.visibility)}
        return {
            "parameters": tree_without_dose(parameters),
            "arm": dose | {"foresight": None if arm.foresight is None else float(arm.foresight)},
            "returning": design.returning,
        }

    def reduced(self, parameters: Parameters, design: StressDesign, wanted: Sequence[Arm]) -> StressDesign:
        """Return the design without doses, layers and foresights that no wanted arm has."""
        return reduced(parameters, design, wanted)

    def run_options(self, parameters: Parameters, breadths: Sequence[float]) -> dict[str, Any]:
        """Return the other layers and foresights that `moat run` adds at breadth .3; none where .3 is no level."""
        usual = StressDesign()
        if usual.layer_breadth not in breadths:
            return {}
        layers = [layer for layer in usual.layers if layer != parameters.policy.layer]
        foresights = [end for end in (0.0, 1.0) if end != parameters.polls.foresight]
        return {"layers": layers, "layer_breadth": usual.layer_breadth, "foresights": foresights}

    def answer(self) -> Answer:
        """Return the dose-response table, verdict and figure."""
        from ...reporting.text.stress_test import StressAnswer

        return StressAnswer()

    def replicate_text(
        self, parameters: Parameters, design: StressDesign, seed: int, replicate: int, preset: str, form: str
    ) -> str:
        """Return the text of outcomes and events of every arm of one replicate."""
        from ...reporting.replicate_view import stress_replicate

        return stress_replicate(parameters, design, seed, replicate, preset, form, self.inputs)

    def report_sections(self) -> Mapping[str, Callable[[Any], list[str]]]:
        """Return every section that the files of a stress test support."""
        from ...reporting.report_sections import STRESS_TEST

        return STRESS_TEST


def not_a_share(value: float) -> str:
    """Return the line about a foresight outside 0 to 1."""
    return f"model.foresights: {value:g} is not possible; allowed: 0 to 1"


def _checked(options: Options) -> StressOptions:
    return options if isinstance(options, StressOptions) else StressOptions()
