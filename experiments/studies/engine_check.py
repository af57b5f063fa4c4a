"""Checks of the engine of a study file."""

from __future__ import annotations

from pathlib import Path

from ..execution.tls import address_problem
from .schema import EngineSection


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
