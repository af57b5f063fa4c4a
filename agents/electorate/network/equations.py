"""Equations of the network: how a voter's neighbours move her (ODD: neighbours_meet, neighbours_share)."""

from __future__ import annotations

from ..equation import equation


@equation
def mean_opinion(total: float, neighbours: int) -> float:
    """Return the mean ideal policy of a voter and her neighbours, given their sum (N7; DeGroot 1974)."""
    return total / (1.0 + neighbours)


@equation
def moved_towards(own: float, mean: float, influence: float) -> float:
    """Return the ideal policy after a month of talk; influence: share of the way, 0-1 (N8; DeGroot 1974)."""
    return own + influence * (mean - own)


@equation
def neighbour_share(total: float, neighbours: int) -> float:
    """Return the share of a voter's neighbours with a property; total: how many have it; 0 without neighbours (N10)."""
    return total / max(1, neighbours)
