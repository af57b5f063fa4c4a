"""The codebook of the tables of statements: one declaration per column, for the files a folder holds."""

from __future__ import annotations

import math
from pathlib import Path

from .codebook import Tables, codebook
from .columns import Column
from .files import replaced_atomically
from .mediation import CHANNELS, MEDIATION_COLUMNS
from .prior_mass import PRIOR_MASS_COLUMNS
from .provenance import write_checksums
from .regression import LOGIT_COLUMNS
from .run_columns import RUN_COLUMNS
from .sensitivity import SENSITIVITY_COLUMNS

STATEMENTS = "codebook-statements.md"
_ANY = (-math.inf, math.inf)
_BY_NAME = {column.name: column for column in RUN_COLUMNS}
_OUTCOME = Column("outcome", "", *_ANY, "event explained", "as in runs.csv")

MEDIATION_RUN_COLUMNS: tuple[Column, ...] = (
    *(_BY_NAME[name] for name in ("replicate", "seed")),
    Column("arm", "", *_ANY, "zero: the zero-exposure arm; else the open channels, or none", "mediation_protocol"),
    *(Column(name, "0 or 1", 0.0, 1.0, f"whether {name} is open", "assigned") for name in CHANNELS),
    *(
        _BY_NAME[name]
        for name in ("attempted", "restricted", "reversed", "severity", "mean_policy", "platform_distance")
    ),
)
_CELLS = {"both": "in both arms", "gained": "in the exposed arm alone", "lost": "in the zero-exposure arm alone"}
PRIOR_DRAW_COLUMNS: tuple[Column, ...] = (
    Column("replicate", "number", 0.0, math.inf, "number of the draw", "count"),
    Column("arm", "", *_ANY, "draw", "constant"),
    _BY_NAME["seed"],
    Column("n", "replicates", 1.0, math.inf, "paired replicates of the draw", "given"),
    Column("agenda_cost", "utility", *_ANY, "agenda cost that calibrates the baseline", "bisection on common draws"),
    Column("calibration_share", "share", 0.0, 1.0, "P(restricted) at zero exposure, calibration replicates", "mean"),
    Column("costs_tried", "number", 1.0, math.inf, "agenda costs tried", "count"),
    Column("calibrated", "0 or 1", 0.0, 1.0, "whether the baseline lies in its band", "band of the design"),
    *(
        Column(f"{event}_{cell}", "replicates", 0.0, math.inf, f"replicates with {event} {meaning}", "count")
        for event in ("reversed", "restricted")
        for cell, meaning in _CELLS.items()
    ),
)
PHASE_COLUMNS: tuple[Column, ...] = (
    Column("point", "number", 0.0, math.inf, "design point, in a sweep", "order of the design"),
    *(_BY_NAME[name] for name in ("breadth", "visibility", "allocation", "mean_stake")),
    Column("visible_stake", "years of income", 0.0, math.inf, "visibility * mean stake of holders", "product"),
    *(
        Column(f"rd_{event}{limit}", "probability", -1.0, 1.0, f"{word}risk difference of {event}", how)
        for limit, word, how in (
            ("", "", "paired"),
            ("_low", "lower limit of the ", "Newcombe, widened over all cells"),
            ("_high", "upper limit of the ", "Newcombe, widened over all cells"),
        )
        for event in ("attempted", "restricted", "reversed")
    ),
    Column("severity_difference", "share", -1.0, 1.0, "paired difference of severity", "mean"),
    Column("word", "", *_ANY, "verdict of the cell", "hypotheses.word_of"),
    Column("n", "replicates", 1.0, math.inf, "paired replicates", "count"),
)
FILES: dict[str, tuple[Column, ...]] = {
    "mediation.csv": MEDIATION_COLUMNS,
    "mediation_runs.csv": MEDIATION_RUN_COLUMNS,
    "prior_mass.csv": PRIOR_MASS_COLUMNS,
    "prior_mass_draws.csv": PRIOR_DRAW_COLUMNS,
    "sensitivity.csv": SENSITIVITY_COLUMNS,
    "logit.csv": (_OUTCOME, *LOGIT_COLUMNS),
    "phase-map.csv": PHASE_COLUMNS,
}
"""Columns of every table of statements by its file; draws of the prior have a column for each parameter besides."""


def write_codebook(folder: Path) -> Path | None:
    """Write the codebook of the tables of statements that a folder holds, and renew its checksums; None without any."""
    tables: Tables = tuple((name, columns) for name, columns in FILES.items() if (folder / name).is_file())
    if not tables:
        return None
    with replaced_atomically(folder / STATEMENTS) as stream:
        stream.write(codebook(tables))
    write_checksums(folder)
    return folder / STATEMENTS
