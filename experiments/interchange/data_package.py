"""datapackage.json: the tables of a results folder as a Frictionless Data Package (version 1).

Types are those of the files; names, units, ranges and meanings are those of the codebook.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..storage.atomic_files import replaced_atomically
from ..storage.checksums import file_digest
from ..storage.codebook import Tables
from ..storage.columns import Column
from ..storage.tables import EMPTY, REAL, TEXT, WHOLE, table_kinds

DATA_PACKAGE = "datapackage.json"
_TYPES = {EMPTY: "any", WHOLE: "integer", REAL: "number", TEXT: "string"}


def write_data_package(folder: Path, study: str, tables: Tables) -> None:
    """Write datapackage.json for the tables that a folder has; tables: titles ("FILE: what a row is") and columns."""
    content = {
        "profile": "tabular-data-package",
        "name": _slug(study),
        "title": f"political-moat: study {study}",
        "description": "A laboratory, not a forecast and not advice. An empty cell is a value that does not exist.",
        "resources": _resources(folder, tables),
    }
    with replaced_atomically(folder / DATA_PACKAGE) as stream:
        stream.write(json.dumps(content, indent=1, allow_nan=False) + "\n")


def _slug(text: str) -> str:
    """Return a name that the standard allows: small letters, digits, ".", "_" and "-"."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-") or "study"


def _resources(folder: Path, tables: Tables) -> list[dict[str, Any]]:
    parts = [(title.partition(":"), columns) for title, columns in tables]
    return [
        _resource(folder, name, rest.strip(), columns)
        for (name, _, rest), columns in parts
        if (folder / name).is_file()
    ]


def _resource(folder: Path, path: str, description: str, columns: Sequence[Column]) -> dict[str, Any]:
    file = folder / path
    known = {column.name: column for column in columns}
    fields = [_field(known.get(name, _undeclared(name)), kind) for name, kind in table_kinds(file).items()]
    return {
        "profile": "tabular-data-resource",
        "name": _slug(file.stem),
        "path": path,
        **({"description": description} if description else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "bytes": file.stat().st_size,
        "hash": f"sha256:{file_digest(file)}",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _undeclared(name: str) -> Column:
    return Column(name, "", -math.inf, math.inf, "", "")


def _field(column: Column, kind: int) -> dict[str, Any]:
    whole = kind == WHOLE
    bounds = {"minimum": column.low, "maximum": column.high} if kind in (WHOLE, REAL) else {}
    limits = {name: int(v) if whole and v == int(v) else v for name, v in bounds.items() if math.isfinite(v)}
    texts = {"description": column.meaning, "unit": column.unit, "formula": column.formula}
    return {
        "name": column.name,
        "type": _TYPES[kind],
        **{name: text for name, text in texts.items() if text},
        **({"constraints": limits} if limits else {}),
    }
