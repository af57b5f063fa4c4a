"""The study file that says what a command was asked: the same runs under the same keys, to change and sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.parameters.presets import preset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model.parameters.tree import Parameters
    from .studies.from_options import Request


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
