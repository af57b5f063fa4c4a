"""What a protocol declares."""

from __future__ import annotations

from ..storage.columns import Column
from .history.columns import HISTORY_CYCLE_COLUMNS, HISTORY_RUN_COLUMNS
from .mediation.columns import MEDIATION_RUN_COLUMNS
from .prior_mass.columns import PRIOR_DRAW_COLUMNS
from .stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS

RUNS: dict[str, tuple[Column, ...]] = {
    "stress": RUN_COLUMNS,
    "history": HISTORY_RUN_COLUMNS,
    "mediation": MEDIATION_RUN_COLUMNS,
    "prior-mass": PRIOR_DRAW_COLUMNS,
}
"""Columns of a run by protocol."""


CYCLES: dict[str, tuple[Column, ...]] = {"stress": CYCLE_COLUMNS, "history": HISTORY_CYCLE_COLUMNS}
"""Columns of an administration, for the protocols that keep them."""
