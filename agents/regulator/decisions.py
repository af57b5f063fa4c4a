"""Decisions of a regulator: functions of public facts, its own parameters and its draws."""

from __future__ import annotations

from ..perception import PolicyState
from .parameters import RegulatorParameters


def confirmation_months(draw: float, parameters: RegulatorParameters) -> float:
    """Months from inauguration to a confirmed head of agency; draw is uniform."""
    span = parameters.confirmation_latest - parameters.confirmation_soonest
    return parameters.confirmation_soonest + span * draw


def drift_ideal(
    ideal: float, president_ideal: float, independence: float, confirmed: bool, parameters: RegulatorParameters
) -> float:
    """Agency's ideal a month on: once its head is confirmed it moves to (1 - independence) of the president's."""
    if not confirmed:
        return ideal
    goal = (1.0 - independence) * president_ideal + independence * parameters.career_ideal
    return ideal + parameters.ideal_drift * (goal - ideal)


def brings_case(
    draw: float,
    independence: float,
    ideal: float,
    openness: float,
    policy: PolicyState,
    parameters: RegulatorParameters,
) -> bool:
    """Whether an independent commission brings the enforcement case it is asked for; it may refuse if it disagrees."""
    if openness >= policy.openness or ideal <= openness:
        return True
    return draw >= parameters.enforcement_refusal * independence
