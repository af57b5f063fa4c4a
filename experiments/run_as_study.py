"""The study file that says what `moat run` was asked: the same runs under the same keys, to change and sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.presets import preset

if TYPE_CHECKING:
    from .request import Request


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
    doses = ("exposure.breadth", "exposure.visibility")
    changed = {name: here for name, (here, _) in p.difference(preset(request.preset)).items() if name not in doses}
    voters = changed.pop("electorate.voters", p.electorate.voters)
    lines = ["[study]", f"name = {_toml(f'{request.preset}-{request.protocol}')}", f"seed = {request.seed}", ""]
    lines += ["[model]", f"preset = {_toml(request.preset)}", f"protocol = {_toml(request.protocol)}"]
    lines.append(f"voters = {voters}")
    if request.cycles is not None:
        lines.append(f"cycles = {request.cycles}")
    else:
        layers = [layer for layer in design.layers if layer != p.policy.layer]
        lines += [f"layers = {_toml(layers)}", f"returning = {_toml(design.returning)}"]
    if changed:
        lines += ["", "[model.set]", *(f"{_toml(name)} = {_toml(value)}" for name, value in sorted(changed.items()))]
    lines += ["", '[factors."exposure.breadth"]', f"levels = {_toml(design.breadths)}", 'unit = "share of voters"']
    lines += ["", '[factors."exposure.visibility"]', f"levels = {_toml(design.visibilities)}"]
    lines += ["", "[replicates]", f"min = {request.replicates}"]
    return "\n".join(lines) + "\n"
