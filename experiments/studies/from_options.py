"""What a user asks of `moat run`, checked before anything is computed or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...agents.calibration import CalibrationError, shipped_facts
from ...agents.party.rules import RULES
from ...model.parameters.presets import PRESETS, preset
from ...model.parameters.tree import ParameterError, Parameters, from_calibration, unknown_name
from ..errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.parameters.tree import Parameters

if TYPE_CHECKING:
    from ..protocols.history.design import HistoryDesign
    from ..protocols.stress_test.design import StressDesign

DEFAULT_SEED = 20250807
DEFAULT_REPLICATES = 625
DEFAULT_HISTORY_REPLICATES = 120
"""Of a history of 12 terms: about three minutes on two cores; Monte Carlo errors of shares up to about .035."""
DEFAULT_BREADTHS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6)
SLEEVE_VISIBILITY = 0.1
PROTOCOLS = ("stress", "history")
DEFAULT_CYCLES = 12
AGEING = "people.ageing"
MOST_CYCLES = 100


def age_in_histories(values: dict[str, Any], protocol: str, preset_name: str) -> None:
    """People age in histories, unless the user or the preset says otherwise: decades need it. Changes `values`."""
    if protocol == "history" and preset_name in PRESETS and AGEING not in PRESETS[preset_name].values:
        values.setdefault(AGEING, True)


@dataclass(frozen=True)
class Request:
    """A checked request: parameters, design, seed, how many replicates, and for a history its presidential terms."""

    preset: str
    parameters: Parameters
    design: StressDesign
    seed: int
    replicates: int
    cycles: int | None = None

    @property
    def protocol(self) -> str:
        """Stress or history: a request with cycles is a history."""
        return "stress" if self.cycles is None else "history"

    @property
    def history(self) -> HistoryDesign | None:
        """The design of a history; None for a stress test."""
        if self.cycles is None:
            return None
        from ..protocols.history.design import HistoryDesign

        evolving = self.parameters.exposure.evolves
        return HistoryDesign(self.design.breadths, self.design.visibilities, self.cycles, evolving)

    def canonical(self) -> dict[str, Any]:
        """What decides the results, for the manifest and the run keys."""
        content = {
            "preset": self.preset,
            "protocol": self.protocol,
            "parameters": self.parameters.model_dump(),
            "design": {name: list(v) if isinstance(v, tuple) else v for name, v in self.design._asdict().items()},
            "replicates": self.replicates,
        }
        return content if self.cycles is None else content | {"cycles": self.cycles}

    def parameters_fact(self, name: str) -> float:
        """A shipped calibration fact that is no parameter of the tree, such as total 401(k) assets."""
        return shipped_facts()[name].value

    @property
    def folder(self) -> Path:
        """Default results folder."""
        return Path("results") / f"{self.preset}-{self.protocol}-{self.seed}"


def parse_settings(settings: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """NAME=VALUE texts as a dict, and a line for each that is none or names a parameter a second time."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for text in settings:
        name, separator, value = (part.strip() for part in text.partition("="))
        if not (name and separator and value):
            problems.append(f"--set {text} is not possible; write --set NAME=VALUE")
        elif name in values:
            problems.append(f"--set {name} is given twice")
        else:
            values[name] = value
    return values, problems


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
    replicates: int | None = None,
    voters: int | None = None,
    seed: int = DEFAULT_SEED,
    breadths: str | None = None,
    rule: str | None = None,
    calibration: Path | None = None,
    protocol: str = "stress",
    cycles: int | None = None,
    found: Sequence[str] = (),
) -> Request:
    """Check everything a user gave; UserError holds every mistake, one line each, after those `found` before.

    In a history people age unless preset or user say otherwise, and exposure.evolves adds an arm to the assigned ones.
    """
    values, wrong = parse_settings(settings)
    problems = [*found, *wrong]
    doses: tuple[float, ...] = DEFAULT_BREADTHS
    parameters = Parameters()
    if values.pop("exposure.breadth", None) is not None:
        problems.append("exposure.breadth is the dose of the experiment; give it with --breadth")
    if breadths is not None:
        try:
            doses = parse_breadths(breadths)
        except UserError as error:
            problems.append(str(error))
    if replicates is None:
        replicates = DEFAULT_HISTORY_REPLICATES if protocol == "history" else DEFAULT_REPLICATES
    if replicates < 1:
        problems.append(f"--replicates {replicates} is not possible; allowed: 1 or more")
    if seed < 0:
        problems.append(f"--seed {seed} is not possible; allowed: 0 or more")
    if protocol not in PROTOCOLS:
        problems.append(f"protocol {protocol!r} is not possible; allowed: {', '.join(PROTOCOLS)}")
    elif cycles is not None and protocol != "history":
        problems.append("--cycles is the length of a history; give --protocol history with it")
    if cycles is not None and not 1 <= cycles <= MOST_CYCLES:
        problems.append(f"--cycles {cycles} is not possible; allowed: 1 to {MOST_CYCLES} presidential terms")
    for option, name, given in (("--voters", "electorate.voters", voters), ("--rules", "party.rule", rule)):
        if given is not None:
            if name in values:
                problems.append(f"{option} and --set {name} are the same parameter; give one of them")
            values[name] = given
    if "party.rule" in values and values["party.rule"] not in RULES:
        unknown = unknown_name(values.pop("party.rule"), list(RULES), "party rule")
        problems.append(f"{unknown} (there are {', '.join(RULES)})")
    age_in_histories(values, protocol, preset_name)
    base = None
    try:
        base = from_calibration(calibration) if calibration is not None else None
    except (ParameterError, CalibrationError) as error:
        problems.append(str(error))
    try:
        parameters = preset(preset_name, base)
    except ParameterError as error:
        problems.append(str(error))
    try:
        parameters = parameters.with_values(values)
    except ParameterError as error:
        problems.append(str(error))
    if parameters.network.kind == "own":
        problems.append("network.kind = own needs a graph, which only Python can give: docs/own-network.md")
    if problems:
        raise UserError("\n".join(problems))
    from ..protocols.stress_test.design import StressDesign

    chosen = parameters.exposure.visibility
    if protocol == "history":
        design = StressDesign(doses, (chosen,), layers=(), returning=False)
        return Request(preset_name, parameters, design, seed, replicates, cycles or DEFAULT_CYCLES)
    # A preset that says how far stakes are seen means just that; otherwise the upper bound and the sleeve are shown.
    said = "exposure.visibility" in values or chosen != 1.0
    visibilities = (chosen,) if said else (1.0, SLEEVE_VISIBILITY)
    return Request(preset_name, parameters, StressDesign(doses, visibilities), seed, replicates)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return repr(value)


def study_text(request: Request) -> str:
    """A study file for a request of `moat run`: its preset, changed parameters, arms, layers and replicates."""
    p, design = request.parameters, request.design
    lines = [
        *_study(f"{request.preset}-{request.protocol}", request.seed),
        *_model(request.preset, request.protocol, p),
    ]
    if request.cycles is not None:
        lines.append(f"cycles = {request.cycles}")
    else:
        layers = [layer for layer in design.layers if layer != p.policy.layer]
        lines += [f"layers = {_toml(layers)}", f"returning = {_toml(design.returning)}"]
    lines += [*_changed(request.preset, p), *_arms(design.breadths, design.visibilities)]
    lines += ["", "[replicates]", f"min = {request.replicates}"]
    return "\n".join(lines) + "\n"


def one_dose_text(
    protocol: str,
    preset_name: str,
    p: Parameters,
    *,
    seed: int,
    replicates: int,
    breadth: float,
    visibility: float,
    terms: int | None = None,
    draws: int | None = None,
) -> str:
    """A study file for `moat mediation` (terms) or `moat prior-mass` (draws), named like its protocol."""
    lines = [*_study(protocol, seed), *_model(preset_name, protocol, p), *_changed(preset_name, p)]
    if draws is not None:
        lines += ["", "[design]", 'kind = "lhs"', f"samples = {draws}"]
    lines += [*_arms((0.0, breadth), (visibility,)), "", "[replicates]", f"min = {replicates}"]
    if terms is not None:
        lines += ["", "[mediation]", f"terms = {terms}"]
    return "\n".join(lines) + "\n"


def _study(name: str, seed: int) -> list[str]:
    return ["[study]", f"name = {_toml(name)}", f"seed = {seed}", ""]


def _model(preset_name: str, protocol: str, p: Parameters) -> list[str]:
    lines = ["[model]", f"preset = {_toml(preset_name)}", f"protocol = {_toml(protocol)}"]
    return [*lines, f"voters = {p.electorate.voters}"]


def _changed(preset_name: str, p: Parameters) -> list[str]:
    aside = ("exposure.breadth", "exposure.visibility", "electorate.voters")
    changed = {name: here for name, (here, _) in p.difference(preset(preset_name)).items() if name not in aside}
    if not changed:
        return []
    return ["", "[model.set]", *(f"{_toml(name)} = {_toml(value)}" for name, value in sorted(changed.items()))]


def _arms(breadths: Sequence[float], visibilities: Sequence[float]) -> list[str]:
    lines = ["", '[factors."exposure.breadth"]', f"levels = {_toml(breadths)}", 'unit = "share of voters"']
    return [*lines, "", '[factors."exposure.visibility"]', f"levels = {_toml(visibilities)}"]
