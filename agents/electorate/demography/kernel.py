"""The compiled month of people's lives (ODD: people_month). Plain reference in tests/reference.

It takes blocks of columns, float32, shape (columns, voters), and plain numbers; arithmetic is in float64.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from ...numerics.blocks import BLOCK, Block
from ..accounts.equations import coin_flow, holding_gain, holding_value
from ..adoption.equations import drawn
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
from .coefficients import EQUITY_SHARE, LEAN, MEDIAN, MIDTERM, PRESIDENTIAL, SAVING, PeopleCoefficients
from .equations import (
    age_of,
    aims_to_hold,
    completed_months,
    death_chance,
    grown_income,
    is_retired,
    is_too_old,
    missing_balance,
    monthly_contribution,
    moved_with_age,
    saves_after_change,
    stake_to_hold,
    whole_account,
)

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@numba.njit(cache=True, error_model="numpy")
def uniforms_at(key: np.uint64, rows: npt.NDArray[np.int64]) -> Reals:  # pragma: no cover - compiled
    """Draw uniforms of some agents only, equal to those of `draws.uniforms`; key: `draws.month_key` of a stream."""
    out = np.empty(rows.size)
    for k in range(rows.size):
        out[k] = drawn(rows[k], key)
    return out


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
    """Run a month of ageing, birthdays and deaths (ODD: people_month); fill `died`.

    products: as in `accounts_month`; allocations: share of the balance each product takes; by_age: rows AGE_ROWS, a
    column a year from 0; luck, change, leaving: uniform draws, one a voter; places: voters whose place is exposed by
    assignment; level: incomes over those of month 0. Returns totals (net flow into the coin, contributions, gains,
    withdrawals), USD of model voters, shape (4,). Accounts of the dead are paid out; entrants overwrite
    their other columns.
    """
    totals = np.zeros(4)
    part = np.zeros(4)
    voters = fixed.shape[1]
    # The chance is monotone in age, so most draws exceed the chance at any age and need no exponential.
    most = max(death_chance(0.0, c), death_chance(c.oldest_age + 1.0, c))
    for start in range(0, voters, BLOCK):
        part[:] = 0.0
        for i in range(start, min(start + BLOCK, voters)):
            months = completed_months(np.float64(fixed[AGE, i])) + 1
            plan: float = np.float64(dynamic[PLAN, i])
            ira: float = np.float64(dynamic[IRA, i])
            units = np.float64(dynamic[UNITS, i])
            product = int(dynamic[PRODUCT, i])
            value = holding_value(units, products[PRICE, product])
            died[i] = is_too_old(months, c)
            if luck[i] < most and not died[i]:
                died[i] = luck[i] < death_chance(age_of(months - 1), c)
            if died[i]:
                part[0] -= coin_flow(products[COIN_SHARE, product], value)
                part[2] += holding_gain(units, products[PRICE, product], products[PRICE_BEFORE, product])
                part[3] += whole_account(plan, ira, value)
                dynamic[PLAN, i] = 0.0
                dynamic[IRA, i] = 0.0
                dynamic[UNITS, i] = 0.0
                dynamic[ASSIGNED_STAKE, i] = 0.0
                continue
            fixed[AGE, i] = age_of(months)
            retired = is_retired(months, c)
            if retired:
                fixed[CONTRIBUTION, i] = 0.0
            if months % 12 != 0:
                continue
            year = months // 12
            income = grown_income(np.float64(fixed[INCOME, i]), c)
            fixed[INCOME, i] = income
            eligible = fixed[ELIGIBLE, i] > 0.0
            if not retired:
                saves = fixed[CONTRIBUTION, i] > 0.0
                if change[i] < c.job_change:
                    saves = saves_after_change(change[i], c)
                    if leaving[i] < c.cash_out:
                        part[3] += plan
                        plan = 0.0
                    elif leaving[i] < c.cash_out + c.roll_over:
                        ira += plan
                        plan = 0.0
                contribution = monthly_contribution(income, by_age[SAVING, year])
                fixed[CONTRIBUTION, i] = contribution if eligible and saves else 0.0
                if places[i] and not eligible:
                    missing = missing_balance(by_age[MEDIAN, year], level, whole_account(plan, ira, value))
                    if missing > 0.0:
                        ira += missing
                        part[1] += missing
                dynamic[PLAN, i] = plan
                dynamic[IRA, i] = ira
            fixed[EQUITY, i] = by_age[EQUITY_SHARE, year]
            for row, habit in ((TURNOUT_PRESIDENTIAL, PRESIDENTIAL), (TURNOUT_MIDTERM, MIDTERM)):
                now, before = by_age[habit, year], by_age[habit, year - 1]
                fixed[row, i] = moved_with_age(np.float64(fixed[row, i]), now, before, 1.0)
            lean, lean_before = by_age[LEAN, year], by_age[LEAN, year - 1]
            leaning = moved_with_age(np.float64(fixed[PARTISANSHIP, i]), lean, lean_before, c.lean_with_age)
            fixed[PARTISANSHIP, i] = leaning
            if aims_to_hold(places[i], dynamic[ASSIGNED_STAKE, i], value):
                dynamic[ASSIGNED_STAKE, i] = stake_to_hold(
                    whole_account(plan, ira, value), income, allocations[product], c.largest_balance_to_income
                )
        for k in range(4):
            totals[k] += part[k]
    return totals


def enter(fixed: Block, dynamic: Block, rows: npt.NDArray[np.int64], fixed_rows: Block, dynamic_rows: Block) -> None:
    """Write entrants into the rows of the dead; fixed_rows, dynamic_rows: their columns, shape (columns, rows)."""
    fixed[:, rows] = fixed_rows
    dynamic[:, rows] = dynamic_rows
