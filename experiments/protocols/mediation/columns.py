"""Columns of the mediation protocol."""

from __future__ import annotations

from ...storage.columns import Column
from ..prior_mass.columns import _ANY, _BY_NAME
from .design import CHANNELS, OUTCOMES

MEDIATION_RUN_COLUMNS: tuple[Column, ...] = (
    *(_BY_NAME[name] for name in ("key", "replicate", "seed")),
    Column("arm", "", *_ANY, "zero: the zero-exposure arm; else the open channels, or none", "channels open"),
    *(Column(name, "0 or 1", 0.0, 1.0, f"whether {name} is open", "assigned") for name in CHANNELS),
    *(_BY_NAME[name] for name in OUTCOMES),
    _BY_NAME["outcome_hash"],
)
