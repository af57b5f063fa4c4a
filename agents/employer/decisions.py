"""Decisions of employers on their menus, as functions of policy, peers, record-keepers, litigation and parameters."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .parameters import EmployerParameters

Reals = npt.NDArray[np.float64]


def opening(openness: float, parameters: EmployerParameters) -> float:
    """Return the factor of policy on the rate of adding options, 1 at a safe harbour (ODD W5).

    0 below neutral policy, neutral_opening at neutral policy, and linear from there on, also above the safe harbour.
    """
    neutral, safe_harbour = parameters.neutral_openness, parameters.safe_harbour_openness
    if openness < neutral - 1e-9:
        return 0.0
    progress = (openness - neutral) / (safe_harbour - neutral)
    return max(0.0, parameters.neutral_opening + (1.0 - parameters.neutral_opening) * progress)


def readiness_probability(openness: float, parameters: EmployerParameters) -> float:
    """Return the monthly probability that a record-keeper's platform becomes able to carry crypto (ODD W9)."""
    factor = opening(openness, parameters)
    if factor <= 0.0:
        return 0.0
    if parameters.record_keeper_months <= 0.0:
        return 1.0
    return 1.0 - math.exp(-factor / parameters.record_keeper_months)


def imitation(share: float | Reals, parameters: EmployerParameters) -> float | Reals:
    """Return the factor of peers on the rate of adding options (ODD W10; Bass 1969).

    share: share of peers that offer an option, one number or one per employer. The rest of the rate is own initiative.
    """
    return 1.0 - parameters.peer_weight + parameters.peer_weight * share


def addition_probabilities(
    rate: float,
    openness: float,
    peers: Reals,
    ready: Reals,
    offering: Reals,
    suit: float,
    crash: float,
    parameters: EmployerParameters,
) -> Reals:
    """Return each employer's monthly probability of adding an option (ODD W12); shape (employers,).

    rate: per month at a safe harbour, from `offer_rate`; openness: policy in force. peers: share of peers offering;
    ready: 1 where the record-keeper carries crypto; offering: 1 where the menu has an option already. suit, crash: 1
    while a rule is in court, 1 after a crash.
    """
    pressure = math.exp(-parameters.suit_weight * suit - parameters.crash_weight * crash)
    further = np.where(offering > 0.0, parameters.further_options, 1.0)
    hazard = (
        rate * opening(openness, parameters) * pressure * np.asarray(imitation(peers, parameters)) * further * ready
    )
    return np.asarray(1.0 - np.exp(-hazard))


def removal_probability(suit: float, crash: float, parameters: EmployerParameters) -> float:
    """Return the monthly probability that an employer removes an option (ODD W13).

    suit, crash: 1 while a rule is in court, 1 after a crash; without either it is 0.
    """
    return 1.0 - (1.0 - parameters.removal_crash * crash) * (1.0 - parameters.removal_suit * suit)


def option_chosen(uniforms: Reals, weights: Reals) -> npt.NDArray[np.int64]:
    """Return the row of the product that each employer adds, -1 where all weights are 0 (ODD W15).

    uniforms: one per employer; weights: shape (products, employers). Probabilities are in proportion to the weights.
    """
    cumulated = np.cumsum(weights, axis=0)
    total = cumulated[-1]
    chosen = (cumulated <= uniforms * total).sum(axis=0)
    return np.where(total > 0.0, np.minimum(chosen, len(weights) - 1), -1)
