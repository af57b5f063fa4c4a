"""Checks of the design of a study file, and the design points of a list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...model.parameters.tree import Parameters
from ..storage.folder_files import is_reserved
from .attachments import Neighbours
from .factors import Rows, is_arm_factor, read_list
from .schema import DesignSection, FactorSection

_KEYS_OF_KIND = {
    "grid": (),
    "lhs": ("samples", "prior"),
    "sobol": ("samples", "second_order", "prior"),
    "morris": ("trajectories", "grid_levels", "prior"),
    "list": ("file",),
}
_NEEDED = {"lhs": "samples", "sobol": "samples", "morris": "trajectories", "list": "file"}
SAMPLED = ("lhs", "sobol", "morris")


def design_problems(design: DesignSection, factors: Mapping[str, FactorSection]) -> list[str]:
    """Return a line for each key of [design] and each factor that does not go with the kind of design."""
    kind = design.kind
    mine = _KEYS_OF_KIND[kind]
    keys = sorted({key for keys in _KEYS_OF_KIND.values() for key in keys})
    problems = [
        f"design.{key}: not a key of kind {kind}; allowed with it: {', '.join(mine) or 'kind alone'}"
        for key in keys
        if key not in mine and getattr(design, key) is not None
    ]
    needed = _NEEDED.get(kind)
    if needed is not None and getattr(design, needed) is None:
        problems.append(f"design.{needed}: missing; kind {kind} needs it")
    if kind == "sobol" and design.samples is not None and design.samples & (design.samples - 1):
        above = 1 << design.samples.bit_length()
        problems.append(
            f"design.samples = {design.samples} is not possible; allowed: powers of 2, {above // 2} or {above}"
        )
    points = {name: factor for name, factor in factors.items() if not is_arm_factor(name, factor)}
    if kind in SAMPLED and not points:
        problems.append(f"factors: kind {kind} samples factors with low and high, or levels, and there is none")
    for name, factor in points.items():
        if kind == "grid" and factor.levels is None:
            problems.append(f"factors.{name}: a grid needs levels; low and high belong to {', '.join(SAMPLED)}")
        if kind == "list":
            problems.append(f"factors.{name}: in a list, values of this factor are a column of the csv file")
    return problems


def listed_points(beside: Neighbours, name: str, tree: Parameters, problems: list[str]) -> Rows:
    """Return the design points of a list, of which the results folder keeps a copy under the same name."""
    if Path(name).name != name or name == ".." or is_reserved(name):
        problems.append(
            f"design.file = {name} is not possible; allowed: the name of a csv file beside the study file, other than "
            "those that a results folder writes"
        )
        return Rows()
    return read_list(beside.path(name), tree, problems)
