"""codebook.md: every column of every table, from the column declarations."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from ...model.parameters.channels import CHANNELS
from .columns import Column


def _range(column: Column) -> str:
    if math.isinf(column.low) and math.isinf(column.high):
        return ""
    return f"{column.low:g} to {column.high:g}"


def _rows(columns: Iterable[Column]) -> list[str]:
    lines = ["| column | unit | range | meaning | formula |", "|---|---|---|---|---|"]
    for column in columns:
        cells = (column.name, column.unit, _range(column), column.meaning, column.formula)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


Tables = tuple[tuple[str, tuple[Column, ...]], ...]


def codebook(tables: Tables) -> str:
    """Return the codebook of a results folder, Markdown; tables: titles and columns of its files."""
    parts = [
        "# Codebook",
        "",
        "A laboratory, not a forecast and not advice. An empty cell is a value that does not exist.",
        "",
        "Channels by which exposure can reach politics, each a switch (`channels.NAME`): " + ", ".join(CHANNELS) + ".",
    ]
    for title, columns in tables:
        parts += ["", f"## {title}", "", *_rows(columns)]
    return "\n".join(parts) + "\n"


def codebook_json(tables: Tables) -> str:
    """Return the codebook for programs: a list of columns by file; null for a bound that does not exist."""
    content = {
        title.partition(":")[0]: [
            {
                "name": column.name,
                "unit": column.unit,
                "low": column.low if math.isfinite(column.low) else None,
                "high": column.high if math.isfinite(column.high) else None,
                "meaning": column.meaning,
                "formula": column.formula,
            }
            for column in columns
        ]
        for title, columns in tables
    }
    return json.dumps({"channels": list(CHANNELS), "files": content}, indent=2) + "\n"
