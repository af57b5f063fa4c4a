"""Provenance of results: code hash, keys of runs, hashes of outcomes, manifest."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...agents.source_hash import (
    APPLICATION,
    COMPILER_PACKAGES,
    digest_of,
    model_sources,
    normalised,
    short,
    versions,
)

SCHEMA_VERSION = 5
"""Version of rows and results folders: raise it when a column or the layout of a folder changes its meaning."""
EXPERIMENT_MODULES = ("protocols",)
"""Modules (or packages) of experiments/ that determine an outcome, and so belong to the code hash."""
OUTCOME_PACKAGES = (*COMPILER_PACKAGES, "networkx", "scipy")
"""Distributions whose versions are part of the code hash, because their functions decide bits of an outcome."""
RECORDED_PACKAGES = ("numpy", "numba", "mesa", "pandas", "scipy")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_NAMES = frozenset({str})
_CELLS = frozenset({str, int, float, bool, type(None)})


@functools.cache
def code_hash() -> str:
    """Return the sha256 (64 hex characters) of everything that determines an outcome; read once per process.

    Sources of agents/ and model/ with the shipped calibration, the modules of experiments/ in EXPERIMENT_MODULES, the
    versions of OUTCOME_PACKAGES, and the kind of machine: equal bits are promised for equal values of all of them, on
    every supported Python. The same for a wheel and an editable install.
    Raises FileNotFoundError if a part is missing.
    """
    return digest_of(model_sources() | _experiment_sources(), versions(OUTCOME_PACKAGES) | machine_kind())


def code_parts() -> dict[str, str]:
    """Return by name what `code_hash` is made of: a hash of the sources, versions, and the kind of machine."""
    return {"sources": short_source_hash()} | versions(OUTCOME_PACKAGES) | machine_kind()


def machine_kind() -> dict[str, str]:
    """Return operating system and processor family, whose mathematical libraries decide the last bits of outcomes."""
    return {"system": platform.system(), "machine": platform.machine()}


def short_source_hash() -> str:
    """Return 16 characters of the hash of the sources alone, which does not depend on installed versions."""
    return short(digest_of(model_sources() | _experiment_sources(), {}))


def short_code_hash() -> str:
    """Return the first 16 characters of `code_hash`."""
    return short(code_hash())


def _experiment_sources() -> dict[str, bytes]:
    sources: dict[str, bytes] = {}
    here = Path(__file__).parent.parent
    for module in EXPERIMENT_MODULES:
        alone = here / f"{module}.py"
        files = [alone] if alone.is_file() else sorted((here / module).rglob("*.py"))
        if not files:
            raise FileNotFoundError(f"experiments/{module}.py is missing; the code cannot be identified without it")
        sources |= {Path("experiments", file.relative_to(here)).as_posix(): normalised(file) for file in files}
    return sources


def canonical_json(obj: object) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks, floats by repr, ASCII.

    NumPy scalars count as the Python number they hold; tuples as lists. Note that 0 and 0.0 differ. Raises ValueError
    for NaN and infinities, and TypeError for keys that are not strings and values that JSON cannot hold; both name the
    place.
    """
    return _ENCODER.encode(as_plain(obj))


def as_plain(obj: object) -> Any:
    """Return a value in JSON types alone, as `canonical_json` writes it; raises the same errors."""
    return _plain(obj, "")


def _is_plain_row(obj: object) -> bool:
    """Return whether this is a table row in JSON types already; most rows are, and need no copy."""
    if type(obj) is not dict or not _NAMES.issuperset(map(type, obj)) or not _CELLS.issuperset(map(type, obj.values())):
        return False
    return all(map(math.isfinite, [value for value in obj.values() if type(value) is float]))


def _plain(obj: object, place: str) -> Any:
    if _is_plain_row(obj):
        return obj
    if obj is None or isinstance(obj, bool | str):
        return str(obj) if isinstance(obj, str) else obj
    if isinstance(obj, int):
        return int(obj)
    if isinstance(obj, float):
        if not math.isfinite(obj):
            raise ValueError(f"{place or 'the value'} is {float(obj)}; leave a missing value out as None")
        return float(obj)
    if isinstance(obj, Mapping):
        for key in obj:
            if not isinstance(key, str):
                raise TypeError(f"{place or 'the value'} has the key {key!r}; keys must be strings")
        return {str(key): _plain(value, f"{place}.{key}" if place else str(key)) for key, value in obj.items()}
    if isinstance(obj, Sequence) and not isinstance(obj, bytes | bytearray | memoryview):
        return [_plain(value, f"{place}[{index}]") for index, value in enumerate(obj)]
    scalar = getattr(obj, "item", None)
    if callable(scalar) and getattr(obj, "shape", None) == ():
        return _plain(scalar(), place)
    raise TypeError(f"{place or 'the value'} is a {type(obj).__name__}, which has no canonical form")


def run_key(parameters_canonical: Mapping[str, Any], replicate: int, seed: int) -> str:
    """Return the key of a run: sha256 (64 hex characters) of parameters, replicate, root seed, code and schema."""
    content = {
        "parameters": parameters_canonical,
        "replicate": replicate,
        "seed": seed,
        "code": code_hash(),
        "schema": SCHEMA_VERSION,
    }
    return _digest(content)


def outcome_hash(row: Mapping[str, Any], cycles: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return the sha256 (64 hex characters) of one run's outcomes and of its rows per administration, if any.

    Raises ValueError for NaN and infinities, naming the column.
    """
    return _digest({"run": row, "cycles": list(cycles)})


def outcome_hash_of_texts(row: str, cycles: Sequence[tuple[int, str]]) -> str:
    """Return `outcome_hash` of rows that are canonical texts already; cycles: number and row of each administration."""
    administrations = ",".join(f'{{"number":{number},"row":{text}}}' for number, text in cycles)
    return hashlib.sha256(f'{{"cycles":[{administrations}],"run":{row}}}'.encode()).hexdigest()


def _digest(content: object) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def manifest(*, seed: int, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contents of manifest.json: the request, the code, the versions and the platform.

    request: anything that `canonical_json` accepts; it should hold no absolute paths. No host name is recorded.
    """
    plain: dict[str, Any] = _plain(
        {
            "schema_version": SCHEMA_VERSION,
            "package": {"name": APPLICATION, "version": versions([APPLICATION])[APPLICATION]},
            "code_hash": code_hash(),
            "seed": seed,
            "request": request,
            "versions": {"python": platform.python_version(), **versions(RECORDED_PACKAGES)},
            "platform": machine_kind(),
        },
        "",
    )
    return plain


def manifest_text(content: Mapping[str, Any]) -> str:
    """Return the text of manifest.json. Raises ValueError for NaN and infinities."""
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"
