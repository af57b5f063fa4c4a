"""Columns of runs.csv and cycles.csv by protocol, and the declarations that belong to mediation and prior mass."""

from __future__ import annotations

import math

from ...storage.columns import Column
from ..arms import CHANNELS
from ..history.columns import HISTORY_CYCLE_COLUMNS, HISTORY_RUN_COLUMNS
from ..mediation.run import OUTCOMES
from ..stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS

_ANY = (-math.inf, math.inf)
_BY_NAME = {column.name: column for column in RUN_COLUMNS}
_CELLS = {"both": "in both arms", "gained": "in the exposed arm alone", "lost": "in the zero-exposure arm alone"}

MEDIATION_RUN_COLUMNS: tuple[Column, ...] = (
    *(_BY_NAME[name] for name in ("key", "replicate", "seed")),
    Column("arm", "", *_ANY, "zero: the zero-exposure arm; else the open channels, or none", "mediation_protocol"),
    *(Column(name, "0 or 1", 0.0, 1.0, f"whether {name} is open", "assigned") for name in CHANNELS),
    *(_BY_NAME[name] for name in OUTCOMES),
    _BY_NAME["outcome_hash"],
)
PRIOR_DRAW_COLUMNS: tuple[Column, ...] = (
    _BY_NAME["key"],
    Column("replicate", "number", 0.0, 0.0, "0: a draw's pairs are those of replicates 0 to n - 1", "constant"),
    _BY_NAME["seed"],
    Column("arm", "", *_ANY, "draw", "constant"),
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
    _BY_NAME["outcome_hash"],
)
RUNS: dict[str, tuple[Column, ...]] = {
    "stress": RUN_COLUMNS,
    "history": HISTORY_RUN_COLUMNS,
    "mediation": MEDIATION_RUN_COLUMNS,
    "prior-mass": PRIOR_DRAW_COLUMNS,
}
"""Columns of a run by protocol."""
CYCLES: dict[str, tuple[Column, ...]] = {"stress": CYCLE_COLUMNS, "history": HISTORY_CYCLE_COLUMNS}
"""Columns of an administration, for the protocols that keep them."""
