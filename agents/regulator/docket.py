"""The docket: the item that a government has set in motion, and the time until it takes effect.

Durations are continuous. A rule passes Erlang stages (proposal, comment, final); guidance and enforcement take one to
three months, a resolution of disapproval two to three; a statute waits for one exponential time. A constant hazard by
the month would finish too many rules.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..perception import Option
from .parameters import RegulatorParameters


class Docket(NamedTuple):
    """One live item: the option, its role and month of docketing, its stage and the date on which the stage ends.

    role: author or opponent; started: month; stage from 0; due: months since January 2025; restrictive: whether the
    item was an attempt to restrict when it was docketed.
    """

    option: Option
    role: str
    started: int
    stage: int
    due: float
    restrictive: bool


def stage_count(instrument: str, parameters: RegulatorParameters) -> int:
    """Return the number of stages that an instrument passes before it takes effect (ODD R5)."""
    return parameters.rule_stages if instrument == "rule" else 1


def stage_months(instrument: str, draw: float, factor: float, parameters: RegulatorParameters) -> float:
    """Return the duration of one stage in months (ODD R6): exponential for rules and statutes, otherwise uniform.

    draw is uniform; factor is `slow_roll_factor`. An agency cannot delay Congress: statutes and resolutions ignore it.
    """
    if instrument == "rule":
        return -math.log(draw) * parameters.rule_months * factor / parameters.rule_stages
    if instrument == "statute":
        return -math.log(draw) * parameters.statute_months
    if instrument == "resolution":
        return parameters.resolution_soonest + (parameters.resolution_latest - parameters.resolution_soonest) * draw
    span = parameters.guidance_latest - parameters.guidance_soonest
    return (parameters.guidance_soonest + span * draw) * factor


def slow_roll_factor(agency_ideal: float, openness: float, parameters: RegulatorParameters) -> float:
    """Return the factor on a stage's duration from the agency's disagreement with the item (ODD R3); 1 if it agrees.

    openness: that of the item's stand.
    """
    return 1.0 + parameters.slow_roll * abs(agency_ideal - openness)


def expected_months(instrument: str, factor: float, parameters: RegulatorParameters) -> float:
    """Return the mean delay of an instrument in months, as the public knows it (ODD R4); factor: `slow_roll_factor`."""
    if instrument == "rule":
        return parameters.rule_months * factor
    if instrument == "statute":
        return parameters.statute_months
    if instrument == "resolution":
        return 0.5 * (parameters.resolution_soonest + parameters.resolution_latest)
    return 0.5 * (parameters.guidance_soonest + parameters.guidance_latest) * factor


def haste(move: str, instrument: str, midnight: bool, parameters: RegulatorParameters) -> float:
    """Return the factor on a move's time from renewals and midnight rules (ODD J11; Brito & de Rugy 2009).

    A renewal repeats the standing provision, and a government that has lost hurries its rules. midnight: whether the
    month lies between a lost presidential election and the handover (Beermann 2013).
    """
    factor = parameters.renewal_factor if move == "renew" else 1.0
    return factor * parameters.midnight_factor if midnight and instrument == "rule" else factor


def vacatur_probability(reliance: float, parameters: RegulatorParameters) -> float:
    """Return the probability that a court vacates a challenged rule (ODD R8).

    reliance: mean visible, unprotected stake of those whom the rule would bind, in years of income; 0 if unused. In
    suits against restrictive rules this is one of the two declared numbers that carry stakes to an institution; the
    other is the pledges of donors. Both have weight 0 by default.
    """
    loss_if_sued = parameters.prob_rule_lost_in_court / max(parameters.suit_probability, 1e-12)
    return min(1.0, loss_if_sued + parameters.reliance_weight * reliance)
