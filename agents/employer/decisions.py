"""Decisions of employers on their menus: pure functions of policy, peers, platforms, litigation and own parameters."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .parameters import EmployerParameters

Reals = npt.NDArray[np.float64]


def opening(openness: float, p: EmployerParameters) -> float:
    """What policy makes of the rate of adding options, 1 at a safe harbour (ODD: opening).

    0 below neutral policy, neutral_opening at neutral; linear from there on, also beyond the safe harbour.
    """
    if openness < p.neutral_openness - 1e-9:
        return 0.0
    climbed = (openness - p.neutral_openness) / (p.safe_harbour_openness - p.neutral_openness)
    return max(0.0, p.neutral_opening + (1.0 - p.neutral_opening) * climbed)


def readiness_probability(openness: float, p: EmployerParameters) -> float:
    """Monthly probability that a record-keeper's platform comes to carry crypto (ODD: readiness_probability)."""
    reach = opening(openness, p)
    if reach <= 0.0:
        return 0.0
    return 1.0 if p.record_keeper_months <= 0.0 else 1.0 - math.exp(-reach / p.record_keeper_months)


def imitation(share: float | Reals, p: EmployerParameters) -> float | Reals:
    """Own initiative and peers' example: the factor of the rate at a share of peers offering (ODD: imitation)."""
    return 1.0 - p.peer_weight + p.peer_weight * share


def addition_probabilities(
    rate: float,
    openness: float,
    peers: Reals,
    ready: Reals,
    offering: Reals,
    suit: float,
    crash: float,
    p: EmployerParameters,
) -> Reals:
    """Monthly probability of adding an option, by employer (ODD: addition_probabilities).

    rate: per month at a safe harbour, see offer_rate. peers: share of peers offering; ready, offering: 0 or 1, whether
    the record-keeper carries crypto and whether there is an option already; suit, crash: 0 or 1, litigation pressure.
    """
    pressure = math.exp(-p.suit_weight * suit - p.crash_weight * crash)
    further = np.where(offering > 0.0, p.further_options, 1.0)
    hazard = rate * opening(openness, p) * pressure * np.asarray(imitation(peers, p)) * further * ready
    return np.asarray(1.0 - np.exp(-hazard))


def removal_probability(suit: float, crash: float, p: EmployerParameters) -> float:
    """Monthly probability that an option is taken off, after a crash or in a suit (ODD: removal_probability)."""
    return 1.0 - (1.0 - p.removal_crash * crash) * (1.0 - p.removal_suit * suit)


def option_chosen(uniforms: Reals, weights: Reals) -> npt.NDArray[np.int64]:
    """Which product each employer adds: in proportion to weights, shape (products, employers); -1 where all are 0."""
    reached = np.cumsum(weights, axis=0)
    total = reached[-1]
    chosen = (reached <= uniforms * total).sum(axis=0)
    return np.where(total > 0.0, np.minimum(chosen, len(weights) - 1), -1)
