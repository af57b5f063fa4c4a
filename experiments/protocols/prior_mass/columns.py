"""Columns of runs.csv of the prior-mass protocol."""

from __future__ import annotations

import math

from ...storage.columns import Column
from ..outcome_names import printed_name
from ..stress_test.columns import RUN_COLUMNS

_ANY = (-math.inf, math.inf)
_BY_NAME = {column.name: column for column in RUN_COLUMNS}
_CELLS = {"both": "in both arms", "gained": "in the exposed arm alone", "lost": "in the zero-exposure arm alone"}

PRIOR_DRAW_COLUMNS: tuple[Column, ...] = (
    _BY_NAME["key"],
    Column("replicate", "number", 0.0, 0.0, "0: a draw's pairs are those of replicates 0 to n - 1", "constant"),
    _BY_NAME["seed"],
    Column("arm", "", *_ANY, "draw", "constant"),
    Column("n", "replicates", 1.0, math.inf, "paired replicates of the draw", "given"),
    Column("fitted_parameter", "", *_ANY, "the one parameter that calibrates the baseline", "by party.agenda"),
    Column("fitted_value", "utility", *_ANY, "its value in this draw", "bisection on common draws, or given"),
    Column("calibration_share", "share", 0.0, 1.0, "P(restricted) at zero exposure, calibration replicates", "mean"),
    Column("values_tried", "number", 1.0, math.inf, "values of the fitted parameter tried (given: 1)", "count"),
    Column("calibrated", "0 or 1", 0.0, 1.0, "whether the baseline is in its band, or given", "band of the design"),
    *(
        Column(
            f"{event}_{cell}", "replicates", 0.0, math.inf, f"replicates with {printed_name(event)} {meaning}", "count"
        )
        for event in ("reversed", "restricted")
        for cell, meaning in _CELLS.items()
    ),
    _BY_NAME["outcome_hash"],
)
