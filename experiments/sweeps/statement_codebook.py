"""The codebook of the tables of statements: one declaration per column, for the files a folder holds."""

from __future__ import annotations

import math
from pathlib import Path

from ..protocols import PROTOCOLS
from ..protocols.outcome_names import printed_name
from ..protocols.stress_test.columns import RUN_COLUMNS
from ..statistics.clustered_logit import LOGIT_COLUMNS
from ..statistics.sensitivity import SENSITIVITY_COLUMNS
from ..storage.atomic_files import replaced_atomically
from ..storage.codebook import Tables, codebook
from ..storage.columns import Column

STATEMENTS = "codebook-statements.md"
_ANY = (-math.inf, math.inf)
_BY_NAME = {column.name: column for column in RUN_COLUMNS}
_OUTCOME = Column("outcome", "", *_ANY, "event explained", "as in runs.csv")

PHASE_COLUMNS: tuple[Column, ...] = (
    Column("point", "number", 0.0, math.inf, "design point, in a sweep", "order of the design"),
    *(_BY_NAME[name] for name in ("breadth", "visibility", "allocation", "mean_stake")),
    Column("visible_stake", "years of income", 0.0, math.inf, "visibility * mean stake of holders", "product"),
    *(
        Column(f"rd_{event}{limit}", "probability", -1.0, 1.0, f"{word}risk difference of {printed_name(event)}", how)
        for limit, word, how in (
            ("", "", "paired"),
            ("_low", "lower limit of the ", "Newcombe, widened over all cells"),
            ("_high", "upper limit of the ", "Newcombe, widened over all cells"),
        )
        for event in ("attempted", "restricted", "reversed")
    ),
    Column("severity_difference", "share", -1.0, 1.0, "paired difference of severity", "mean"),
    Column("word", "", *_ANY, "verdict of the cell", "verdicts.word_of"),
    Column("n", "replicates", 1.0, math.inf, "paired replicates", "count"),
)

ANALYSES: dict[str, tuple[Column, ...]] = {
    "sensitivity.csv": SENSITIVITY_COLUMNS,
    "logit.csv": (_OUTCOME, *LOGIT_COLUMNS),
    "phase-map.csv": PHASE_COLUMNS,
}
"""Columns of the tables that `moat analyze` writes, by file."""


def statement_files() -> dict[str, tuple[Column, ...]]:
    """Return the columns of every table of statements by its file."""
    own = [table for protocol in PROTOCOLS.values() if (table := protocol().own_table()) is not None]
    return {f"{table.name}.csv": table.columns for table in own} | ANALYSES


def write_codebook(folder: Path) -> Path | None:
    """Write the codebook of a folder's tables of statements; None without such tables."""
    tables: Tables = tuple((name, columns) for name, columns in statement_files().items() if (folder / name).is_file())
    if not tables:
        return None
    with replaced_atomically(folder / STATEMENTS) as stream:
        stream.write(codebook(tables))
    return folder / STATEMENTS
