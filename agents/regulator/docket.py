"""The docket: what an administration has set in motion, and when it takes effect.

Durations are continuous. A rule passes Erlang stages (proposal, comment, final); guidance and enforcement take one to
three months, a resolution of disapproval two to three; a statute one exponential wait. Hazards by the month would
finish too many rules.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..perception import Option
from .parameters import RegulatorParameters


class Docket(NamedTuple):
    """One live item: the option, who put it there and when, the stage it is in and the date (real months) that ends."""

    option: Option
    role: str
    started: int
    stage: int
    due: float
    restrictive: bool


def stage_count(instrument: str, parameters: RegulatorParameters) -> int:
    """How many stages an instrument passes before it takes effect."""
    return parameters.rule_stages if instrument == "rule" else 1


def stage_months(instrument: str, draw: float, factor: float, parameters: RegulatorParameters) -> float:
    """Duration of one stage in months: exponential for rules and statutes, uniform for the others.

    draw is uniform; factor is `slow_roll_factor`. What is Congress's work knows no slow-rolling.
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
    """How much longer a stage takes because the agency disagrees with the item; 1 where it agrees."""
    return 1.0 + parameters.slow_roll * abs(agency_ideal - openness)


def expected_months(instrument: str, factor: float, parameters: RegulatorParameters) -> float:
    """Mean delay of an instrument in months, as the public knows it."""
    if instrument == "rule":
        return parameters.rule_months * factor
    if instrument == "statute":
        return parameters.statute_months
    if instrument == "resolution":
        return 0.5 * (parameters.resolution_soonest + parameters.resolution_latest)
    return 0.5 * (parameters.guidance_soonest + parameters.guidance_latest) * factor


def haste(move: str, instrument: str, midnight: bool, parameters: RegulatorParameters) -> float:
    """Factor on a move's time: a renewal repeats what stands, and a government that lost hurries its rules.

    midnight: between a lost presidential election and the handover (Brito & de Rugy 2009, Beermann 2013).
    """
    factor = parameters.renewal_factor if move == "renew" else 1.0
    return factor * parameters.midnight_factor if midnight and instrument == "rule" else factor


def vacatur_probability(reliance: float, parameters: RegulatorParameters) -> float:
    """P(a challenged rule is vacated). reliance: mean visible, unprotected stake of those it would bind (0 if unused).

    The court's view of reliance, for rules that restrict, is the declared exception to the rule that institutions see
    no stakes; the public pledges of donors (off by default) are the other number that can carry them.
    """
    given_suit = parameters.prob_rule_lost_in_court / max(parameters.suit_probability, 1e-12)
    return min(1.0, given_suit + parameters.reliance_weight * reliance)
