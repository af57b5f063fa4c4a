"""Equations of demography: a month of ageing, work and death of one voter (ODD: people_month).

Each function is a numbered equation of the ODD. Ages are in years or completed months, money in USD.
"""

from __future__ import annotations

import math

import numpy as np

from ..equation import equation
from .coefficients import PeopleCoefficients


@equation
def death_chance(age: float, c: PeopleCoefficients) -> float:
    """Return the probability of dying within a month at an age in years, Gompertz hazard (Y1; Gompertz 1825)."""
    hazard = c.death_rate_65 * math.exp(c.death_growth * (age - 65.0))
    return -math.expm1(-hazard / c.death_growth * math.expm1(c.death_growth / 12.0))


@equation
def completed_months(age: float) -> int:
    """Return the age in completed months, given the age in years (Y3)."""
    return int(np.rint(12.0 * age))


@equation
def is_too_old(months: int, c: PeopleCoefficients) -> bool:
    """Return whether an age in months is above the oldest age that anybody reaches (Y19)."""
    return months > 12.0 * c.oldest_age


@equation
def whole_account(plan: float, ira: float, value: float) -> float:
    """Return the whole account with the value of the crypto held, USD (Y4)."""
    return plan + ira + value


@equation
def age_of(months: int) -> float:
    """Return the age in years, given completed months (Y5)."""
    return months / 12.0


@equation
def is_retired(months: int, c: PeopleCoefficients) -> bool:
    """Return whether a person of this age in months has retired and contributes no more (Y11)."""
    return months >= 12.0 * c.retirement_age


@equation
def grown_income(income: float, c: PeopleCoefficients) -> float:
    """Return the income after a year, nominal USD (Y6)."""
    return income * math.exp(c.growth)


@equation
def saves_after_change(draw: float, c: PeopleCoefficients) -> bool:
    """Return whether a person contributes after a change of job; draw: the uniform draw of the change (Y7)."""
    return draw < c.job_change * c.active_share


@equation
def monthly_contribution(income: float, saving: float) -> float:
    """Return the contribution at a yearly saving rate, USD a month (Y20)."""
    return income * saving / 12.0


@equation
def missing_balance(median: float, level: float, account: float) -> float:
    """Return the amount by which an account is below the median balance at the present level of incomes, USD (Y8)."""
    return median * level - account


@equation
def moved_with_age(value: float, now: float, before: float, weight: float) -> float:
    """Return a habit or partisanship in logit after the move with the tables by age; weight: share due to age (Y9)."""
    return value + weight * (now - before)


@equation
def aims_to_hold(place: bool, assigned_stake: float, value: float) -> bool:
    """Return whether a stake follows the account: she holds, has an assigned stake, or an exposed place (Y10)."""
    return place or value > 0.0 or assigned_stake > 0.0


@equation
def stake_to_hold(account: float, income: float, allocation: float, largest: float) -> float:
    """Return the stake a holder aims at, years of income: her product's share of her whole account (Y12)."""
    return allocation * min(account / income, largest)
