"""read.R: an R script that reads, prints and draws the runs of a results folder, with their codebook inside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from ..storage.columns import Column
from ..storage.tables import EMPTY, REAL, SEED, TEXT, WHOLE

R_SCRIPT = "read.R"
"""Name of the script in a results folder."""
_IDENTIFIERS = frozenset({"key", "outcome_hash", SEED})
"""Texts that are no categories; a seed may have more digits than R's numbers hold."""
_CLASSES = {EMPTY: "character", WHOLE: "numeric", REAL: "numeric", TEXT: "factor"}
_BESIDE_DOSE = ("point", "layer", "foresight")
"""Columns in which an exposed arm agrees with its unexposed arm, where a protocol has them."""
_SHOWN_OUTCOMES = 12


def _text(value: str) -> str:
    return json.dumps(value)


def _vector(values: Iterable[str]) -> str:
    texts = ", ".join(map(_text, values))
    return f"c({texts})" if texts else "character(0)"


def r_script(
    study: str,
    columns: Sequence[Column],
    kinds: Mapping[str, int],
    outcomes: Sequence[str],
    factors: Sequence[str] = (),
    within: Sequence[str] = (),
) -> str:
    """Return the text of read.R for export/runs.csv.

    columns, kinds: of the table, as `write_csv` returns them. outcomes: its outcomes, the one that is printed first;
    if empty, the first number after the arm. factors: their columns. within: factors of the arms besides the dose.
    """
    present = [column for column in columns if column.name in kinds]
    classes = {
        column.name: "character" if column.name in _IDENTIFIERS else _CLASSES[kinds[column.name]] for column in present
    }
    numbers = [name for name, kind in classes.items() if kind == "numeric"]
    chosen = [name for name in outcomes if name in numbers] or numbers[1:]  # the first number is the replicate's
    lines = [
        ", ".join(map(_text, (column.name, classes[column.name], column.unit, column.meaning, column.formula)))
        for column in present
    ]
    values = {
        "STUDY": _text(study),
        "OUTCOME": _text(chosen[0]),
        "OUTCOMES": ", ".join(chosen[1:_SHOWN_OUTCOMES]),
        "SETTING": _vector([*(name for name in _BESIDE_DOSE if name in classes), *within]),
        "FACTORS": _vector(factors),
        "CODEBOOK": ",\n".join(f"      {line}" for line in lines),
    }
    text = resources.files(__package__).joinpath(R_SCRIPT).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
