"""Record of a month."""

from __future__ import annotations

from typing import NamedTuple


class Month(NamedTuple):
    """One month of one world, after all phases."""

    month: int
    in_office: str
    theta: float
    kappa: float
    openness: float
    closed: bool
    protected: float
    layer: str
    price: float
    platform_distance: float
    threat: float
