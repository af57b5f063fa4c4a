"""What a user asks of `moat run`, checked before anything is computed or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..agents.calibration import CalibrationError, shipped_facts
from ..model.parameters import ParameterError, Parameters, from_calibration
from ..model.presets import PRESETS, preset
from .errors import UserError
from .protocols import StressDesign

DEFAULT_SEED = 20250807
DEFAULT_REPLICATES = 625
DEFAULT_BREADTHS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
SLEEVE_VISIBILITY = 0.1


@dataclass(frozen=True)
class Request:
    """A checked request: parameters, design, seed and how many replicates."""

    preset: str
    parameters: Parameters
    design: StressDesign
    seed: int
    replicates: int

    def canonical(self) -> dict[str, Any]:
        """What decides the results, for the manifest and the run keys."""
        return {
            "preset": self.preset,
            "protocol": "stress",
            "parameters": self.parameters.model_dump(),
            "design": {name: list(v) if isinstance(v, tuple) else v for name, v in self.design._asdict().items()},
            "replicates": self.replicates,
        }

    def parameters_fact(self, name: str) -> float:
        """A shipped calibration fact that is no parameter of the tree, such as total 401(k) assets."""
        return shipped_facts()[name].value

    @property
    def folder(self) -> Path:
        """Default results folder."""
        return Path("results") / f"{self.preset}-stress-{self.seed}"


def parse_settings(settings: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE texts as a dict. UserError names every text without '='."""
    wrong = [text for text in settings if "=" not in text]
    if wrong:
        raise UserError("\n".join(f"--set {text} must be NAME=VALUE" for text in wrong))
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in settings)}


def parse_breadths(text: str) -> tuple[float, ...]:
    """Comma-separated breadths, 0 added if missing, in increasing order. UserError says which one is wrong."""
    found: list[float] = []
    wrong: list[str] = []
    for word in text.split(","):
        try:
            value = float(word)
        except ValueError:
            wrong.append(f"breadth {word.strip()!r} is not a number; allowed: 0 to 1 share of voters")
            continue
        if 0.0 <= value <= 1.0:
            found.append(value)
        else:
            wrong.append(f"breadth {value:g} is not possible; allowed: 0 to 1 share of voters")
    if wrong:
        raise UserError("\n".join(wrong))
    if len(set(found)) != len(found):
        raise UserError(f"breadths {text} name one value twice")
    return tuple(sorted({0.0, *found}))


def make_request(
    *,
    preset_name: str = "calibrated",
    settings: Sequence[str] = (),
    replicates: int = DEFAULT_REPLICATES,
    voters: int | None = None,
    seed: int = DEFAULT_SEED,
    breadths: str | None = None,
    rule: str | None = None,
    calibration: Path | None = None,
) -> Request:
    """Check everything a user gave; UserError holds every mistake, one line each."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    doses: tuple[float, ...] = DEFAULT_BREADTHS
    parameters = Parameters()
    try:
        values = dict(parse_settings(settings))
    except UserError as error:
        problems.append(str(error))
    if "exposure.breadth" in values:
        problems.append("exposure.breadth is the dose of the experiment; give it with --breadth")
        values.pop("exposure.breadth")
    if breadths is not None:
        try:
            doses = parse_breadths(breadths)
        except UserError as error:
            problems.append(str(error))
    if replicates < 1:
        problems.append(f"--replicates {replicates} is not possible; allowed: 1 or more")
    if seed < 0:
        problems.append(f"--seed {seed} is not possible; allowed: 0 or more")
    if voters is not None:
        values["electorate.voters"] = voters
    if rule is not None:
        values["party.rule"] = rule
    try:
        base = from_calibration(calibration) if calibration is not None else None
        if preset_name in PRESETS:
            parameters = preset(preset_name, base)
        else:
            preset(preset_name)
    except (ParameterError, CalibrationError) as error:
        problems.append(str(error))
    try:
        parameters = parameters.with_values(values)
    except ParameterError as error:
        problems.append(str(error))
    if problems:
        raise UserError("\n".join(problems))
    chosen = parameters.exposure.visibility
    visibilities = (chosen,) if "exposure.visibility" in values else (1.0, SLEEVE_VISIBILITY)
    return Request(preset_name, parameters, StressDesign(doses, visibilities), seed, replicates)
