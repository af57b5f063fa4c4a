"""Decisions of a regulator, as functions of public facts, its parameters and its draws alone."""

from __future__ import annotations

from ..perception import PolicyState
from .parameters import RegulatorParameters


def confirmation_months(draw: float, parameters: RegulatorParameters) -> float:
    """Return the months from inauguration to a confirmed head of agency (ODD R1); draw is uniform."""
    span = parameters.confirmation_latest - parameters.confirmation_soonest
    return parameters.confirmation_soonest + span * draw


def drift_goal(president_ideal: float, independence: float, parameters: RegulatorParameters) -> float:
    """Return the openness an agency drifts towards: the president's ideal, or career staff's with weight independence.

    It is the goal of ODD R2, and an agency's ideal at month 0 under the opponent.
    """
    return (1.0 - independence) * president_ideal + independence * parameters.career_ideal


def drift_ideal(
    ideal: float, president_ideal: float, independence: float, confirmed: bool, parameters: RegulatorParameters
) -> float:
    """Return an agency's ideal a month on, in openness (ODD R2); it changes only under a confirmed head."""
    if not confirmed:
        return ideal
    return ideal + parameters.ideal_drift * (drift_goal(president_ideal, independence, parameters) - ideal)


def brings_case(
    draw: float,
    independence: float,
    ideal: float,
    openness: float,
    policy: PolicyState,
    parameters: RegulatorParameters,
) -> bool:
    """Return whether a commission brings the enforcement case it is asked for (ODD R7).

    openness: policy in force after the case; draw is uniform. A commission that wants policy more open than that
    refuses a restriction by chance, the likelier the more independent it is.
    """
    if openness >= policy.openness or ideal <= openness:
        return True
    return draw >= parameters.enforcement_refusal * independence
