"""Compiled month of people's lives: birthdays, retirement, deaths. A plain reference is in tests/reference.

Blocks of columns, float32, shape (columns, voters), and plain numbers, as in `kernels`. Arithmetic in float64.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from ...draws import squares32_kernel
from ...numerics.blocks import BLOCK, Block
from ..columns import (
    AGE,
    ASSIGNED_STAKE,
    COIN_SHARE,
    CONTRIBUTION,
    ELIGIBLE,
    EQUITY,
    INCOME,
    IRA,
    PARTISANSHIP,
    PLAN,
    PRICE,
    PRICE_BEFORE,
    PRODUCT,
    TURNOUT_MIDTERM,
    TURNOUT_PRESIDENTIAL,
    UNITS,
)

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

AGE_ROWS = ("saving", "equity", "presidential", "midterm", "lean", "median")
"""Rows of the table by whole years of age that `people_month` reads; lean is signed, positive to the R party."""
SAVING, EQUITY_SHARE, PRESIDENTIAL, MIDTERM, LEAN, MEDIAN = range(6)


class PeopleCoefficients(NamedTuple):
    """Numbers of `people_month`, from the parameters of people and accounts."""

    growth: float
    retirement_age: float
    job_change: float
    cash_out: float
    roll_over: float
    active_share: float
    death_rate_65: float
    death_growth: float
    oldest_age: float
    lean_with_age: float
    largest_balance_to_income: float


@numba.njit(cache=True, error_model="numpy")
def uniforms_at(key: np.uint64, rows: npt.NDArray[np.int64]) -> Reals:  # pragma: no cover - compiled
    """Uniform draws of some agents only, equal to those of `draws.uniforms`; key: `draws.month_key` of a stream."""
    out = np.empty(rows.size)
    for k in range(rows.size):
        bits = squares32_kernel(np.uint64(rows[k]), key) >> np.uint32(8)
        out[k] = (np.float64(bits) + 0.5) * 2.0**-24
    return out


@numba.njit(cache=True, error_model="numpy")
def death_chance(age: float, c: PeopleCoefficients) -> float:  # pragma: no cover - compiled
    """Probability to die within a month from an age in years, Gompertz hazard (ODD: death_chance)."""
    hazard = c.death_rate_65 * math.exp(c.death_growth * (age - 65.0))
    return float(-math.expm1(-hazard / c.death_growth * math.expm1(c.death_growth / 12.0)))


@numba.njit(cache=True, error_model="numpy")
def stake_to_hold(
    balance: float, income: float, allocation: float, largest: float
) -> float:  # pragma: no cover - compiled
    """Stake a holder aims at, years of income: her product's share of her whole account (ODD: stake_to_hold)."""
    return float(allocation * min(balance / income, largest))


@numba.njit(cache=True, error_model="numpy")
def people_month(
    fixed: Block,
    dynamic: Block,
    products: Reals,
    allocations: Reals,
    by_age: Reals,
    luck: Reals,
    change: Reals,
    leaving: Reals,
    places: Flags,
    level: float,
    c: PeopleCoefficients,
    died: Flags,
) -> Reals:  # pragma: no cover - compiled
    """One month of ageing, birthdays and deaths (ODD: people_month); `died` is filled in.

    products: as in `accounts_month`; allocations: share of the balance each product takes; by_age: rows AGE_ROWS, a
    column a year from 0; luck, change, leaving: uniform draws, one a voter; places: voters whose place is exposed by
    assignment; level: incomes over those of month 0. Returns totals (net flow into the coin, contributions, gains,
    withdrawals), USD of model voters, shape (4,). Accounts of the dead are paid out; their other columns are left to
    the entrants.
    """
    totals = np.zeros(4)
    part = np.zeros(4)
    voters = fixed.shape[1]
    # The chance only rises, or only falls, with age: most people's luck is beyond any age's chance.
    most = max(death_chance(0.0, c), death_chance(c.oldest_age + 1.0, c))
    for start in range(0, voters, BLOCK):
        part[:] = 0.0
        for i in range(start, min(start + BLOCK, voters)):
            months = int(np.rint(12.0 * np.float64(fixed[AGE, i])))
            plan: float = np.float64(dynamic[PLAN, i])
            ira: float = np.float64(dynamic[IRA, i])
            units = np.float64(dynamic[UNITS, i])
            product = int(dynamic[PRODUCT, i])
            value = units * products[PRICE, product]
            months += 1
            died[i] = months > 12.0 * c.oldest_age
            if luck[i] < most and not died[i]:
                died[i] = luck[i] < death_chance((months - 1) / 12.0, c)
            if died[i]:
                part[0] -= products[COIN_SHARE, product] * value
                part[2] += units * (products[PRICE, product] - products[PRICE_BEFORE, product])
                part[3] += plan + ira + value
                dynamic[PLAN, i] = 0.0
                dynamic[IRA, i] = 0.0
                dynamic[UNITS, i] = 0.0
                dynamic[ASSIGNED_STAKE, i] = 0.0
                continue
            fixed[AGE, i] = months / 12.0
            retired = months >= 12.0 * c.retirement_age
            if retired:
                fixed[CONTRIBUTION, i] = 0.0
            if months % 12 != 0:
                continue
            year = months // 12
            income = np.float64(fixed[INCOME, i]) * math.exp(c.growth)
            fixed[INCOME, i] = income
            eligible = fixed[ELIGIBLE, i] > 0.0
            if not retired:
                saves = fixed[CONTRIBUTION, i] > 0.0
                if change[i] < c.job_change:
                    saves = change[i] < c.job_change * c.active_share
                    if leaving[i] < c.cash_out:
                        part[3] += plan
                        plan = 0.0
                    elif leaving[i] < c.cash_out + c.roll_over:
                        ira += plan
                        plan = 0.0
                fixed[CONTRIBUTION, i] = income * by_age[SAVING, year] / 12.0 if eligible and saves else 0.0
                if places[i] and not eligible:
                    missing = by_age[MEDIAN, year] * level - (plan + ira + value)
                    if missing > 0.0:
                        ira += missing
                        part[1] += missing
                dynamic[PLAN, i] = plan
                dynamic[IRA, i] = ira
            fixed[EQUITY, i] = by_age[EQUITY_SHARE, year]
            before = year - 1
            fixed[TURNOUT_PRESIDENTIAL, i] += by_age[PRESIDENTIAL, year] - by_age[PRESIDENTIAL, before]
            fixed[TURNOUT_MIDTERM, i] += by_age[MIDTERM, year] - by_age[MIDTERM, before]
            fixed[PARTISANSHIP, i] += c.lean_with_age * (by_age[LEAN, year] - by_age[LEAN, before])
            if places[i] or value > 0.0 or dynamic[ASSIGNED_STAKE, i] > 0.0:
                dynamic[ASSIGNED_STAKE, i] = stake_to_hold(
                    plan + ira + value, income, allocations[product], c.largest_balance_to_income
                )
        for k in range(4):
            totals[k] += part[k]
    return totals


def enter(fixed: Block, dynamic: Block, rows: npt.NDArray[np.int64], fixed_rows: Block, dynamic_rows: Block) -> None:
    """Entrants take the rows of the dead; fixed_rows, dynamic_rows: their columns, shape (columns, rows)."""
    fixed[:, rows] = fixed_rows
    dynamic[:, rows] = dynamic_rows
