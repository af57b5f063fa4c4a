"""Equations of adoption: how one saver comes to hold a product and gives it up (ODD: adoption_month).

Each function is a numbered equation of the ODD. Odds are those of holding, draws are uniform in 0-1, money is in USD;
`t` holds the month's coefficients.
"""

from __future__ import annotations

import math

import numpy as np

from ...draws import squares32_kernel
from ..columns import ASSIGNED, IRA_FUND
from ..equation import equation
from .coefficients import AdoptionCoefficients
from .parameters import AdoptionParameters

NOTHING, FROM_PLAN, FROM_IRA = range(3)
"""Results of `saver_choice`."""


def monthly_inertia(yearly: float) -> float:
    """Return the probability of acting in a month, given that of acting in a year (W23; Madrian and Shea 2001)."""
    return float(1.0 - (1.0 - min(1.0, yearly)) ** (1.0 / 12.0))


@equation
def acting_chance(attention: float, t: AdoptionCoefficients) -> float:
    """Return the probability that a saver acts in a month, larger for the attentive (W42; Madrian and Shea 2001)."""
    return t.inertia * (1.0 + t.attention_slope * (2.0 * attention - 1.0))


def neutral_odds(takeup: float) -> float:
    """Return the odds of holding of an active neutral saver, so that the share `takeup` holds in the long run (W24).

    Savers who act choose to hold with the same probability each time, so the share that holds tends to it.
    """
    return takeup / max(1.0 - takeup, 1e-12)


def common_utility(trailing: float, warning: float, p: AdoptionParameters) -> float:
    """Return the logit that all savers share: trend-chasing and warnings (W25; Benartzi 2001)."""
    trend = max(-p.trend_limit, min(p.trend_limit, trailing))
    return p.trend_weight * trend - p.warning_weight * warning


@equation
def drawn(agent: int, key: np.uint64) -> float:
    """Return an agent's uniform draw from a stream with this month's key, as `uniform` does (W28; Widynski 2020)."""
    bits = squares32_kernel(np.uint64(agent), key) >> np.uint32(8)
    return (np.float64(bits) + 0.5) * 2.0**-24


@equation
def has_holding(units: float) -> bool:
    """Return whether a voter holds crypto now (W29)."""
    return units > 0.0


@equation
def holding_odds(
    neutral: float, common: float, ideal: float, age: float, share: float, t: AdoptionCoefficients
) -> float:
    """Return the odds that an active saver chooses to hold (W30; Duflo and Saez 2003 on peers).

    neutral: odds of the neutral saver; common: logit all savers share; ideal: ideal policy;
    age in years; share: of neighbours, or of all, who hold.
    """
    utility = common + t.attitude_weight * (ideal - t.neutral_ideal)
    utility += t.age_weight * (t.neutral_age - age) / 10.0 + t.neighbour_weight * share
    return neutral * math.exp(utility)


@equation
def amount_exchanged(allocation: float, balance: float) -> float:
    """Return the USD of an account that an adopter exchanges for a product (W31)."""
    return allocation * max(0.0, balance)


@equation
def account_after_purchase(balance: float, spent: float) -> float:
    """Return the account after a purchase, USD (W43)."""
    return balance - spent


@equation
def account_after_sale(balance: float, received: float) -> float:
    """Return the account after a sale, USD (W32)."""
    return balance + received


@equation
def giving_up_hazard(loss: float, visibility: float, t: AdoptionCoefficients) -> float:
    """Return the monthly hazard that a holder sells after a fall or under a warning (W33).

    loss: share of the reference price.
    """
    hazard = t.warning_hazard
    if loss > t.fall_threshold:
        hazard += t.fall_hazard * (loss - t.fall_threshold) / (1.0 - t.fall_threshold)
    return hazard * visibility


@equation
def chance_within_month(hazard: float) -> float:
    """Return the probability of an event within a month, given its hazard a month (W44)."""
    return 1.0 - math.exp(-hazard)


@equation
def leaves(draw: float, odds: float) -> bool:
    """Return whether a holder who chooses anew chooses not to hold (W45)."""
    return draw * (1.0 + odds) >= odds


@equation
def is_available(offered: int, allocation: float, weight: float) -> bool:
    """Return whether a plan's menu lets a saver adopt a product (W46)."""
    return offered > 0 and allocation > 0.0 and weight > 0.0


@equation
def mark_reached(reached: float, draw: float, total: float) -> bool:
    """Return whether a draw in proportion to weights lies at or above the cumulated weight `reached` (W34)."""
    return reached <= draw * total


@equation
def is_mapped(product: int, taken: int) -> bool:
    """Return whether an employer took the product off the plan, so that the holding is sold (W35)."""
    return product != IRA_FUND and taken > 0


@equation
def is_contributor(contribution: float) -> bool:
    """Return whether a saver pays into the plan, so that its menu is open to her (W38)."""
    return contribution > 0.0


@equation
def holds_by_default(product: int, allocation: float, draw: float, t: AdoptionCoefficients) -> bool:
    """Return whether a saver holds an offered target-date sleeve without a decision (W36); product: held last."""
    return product == ASSIGNED and allocation > 0.0 and draw < t.default_share


@equation
def saver_choice(draw: float, plan_odds: float, ira_odds: float) -> int:
    """Return an active saver's choice: NOTHING, FROM_PLAN or FROM_IRA (W37, multinomial logit; McFadden 1974)."""
    mark = draw * (1.0 + plan_odds + ira_odds)
    if mark < plan_odds:
        return FROM_PLAN
    return FROM_IRA if mark < plan_odds + ira_odds else NOTHING
