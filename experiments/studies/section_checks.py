"""Checks of the design and the engine of a study file; the design points of a list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...model.parameters.tree import Parameters
from ..execution.tls import address_problem
from ..storage.folder_files import is_reserved
from .attachments import Neighbours
from .factors import Rows, is_arm_factor, read_list
from .schema import DesignSection, EngineSection, FactorSection

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


def with_files_beside(folder: Path, engine: EngineSection) -> EngineSection:
    """Return the engine with the certificate files of the study's folder. Running it opens them, reading does not."""
    if engine.tls is None:
        return engine
    files = {name: str(folder / file) for name, file in engine.tls.model_dump().items()}
    return engine.model_copy(update={"tls": engine.tls.model_copy(update=files)})


def engine_problems(engine: EngineSection | None) -> list[str]:
    """Return a line for each key of [engine] that does not go with the others."""
    if engine is None:
        return []
    problems = []
    if engine.address is not None and engine.kind != "dask":
        problems.append("engine.address: allowed only with kind dask")
    if engine.tls is not None and engine.kind != "dask":
        problems.append("engine.tls: allowed only with kind dask")
    if unencrypted := address_problem(engine.address, engine.tls):
        problems.append(unencrypted)
    if engine.address is not None and engine.workers is not None:
        problems.append("engine.workers: a cluster at an address has its own workers; give one of the two")
    for key in ("timeout_s", "memory_mb"):
        if engine.kind == "serial" and getattr(engine, key) is not None:
            problems.append(f"engine.{key}: nothing can end a run of kind serial; allowed with process and dask")
    if engine.kind == "dask" and engine.memory_mb is not None and engine.address is not None:
        problems.append("engine.memory_mb: the workers at an address have their own limit; allowed without address")
    return problems
