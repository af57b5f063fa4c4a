"""Compiled month of adoption: who comes to hold a product, who gives it up. Plain reference in tests/reference.

Conventions as in kernels.py: float32 state, float64 arithmetic, totals by blocks of 512 voters in a fixed order. The
draws are those of agents/draws.py, made on the spot for the few savers who act.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from ...draws import squares32_kernel
from ...numerics.blocks import BLOCK, Block, Totals
from ..columns import (
    AGE,
    ASSIGNED,
    ASSIGNED_STAKE,
    ATTENTION,
    CONTRIBUTION,
    EMPLOYER,
    IDEAL,
    INCOME,
    IRA,
    IRA_FUND,
    PLAN,
    PRODUCT,
    REFERENCE,
    TARGET_DATE_SLEEVE,
    UNITS,
    VISIBILITY,
)
from .coefficients import (
    ACTIVE,
    ADOPTED,
    BOUGHT,
    CHOICE,
    DEFAULT,
    GIVES_UP,
    LEFT,
    ROW_ALLOCATION,
    ROW_PRICE,
    ROW_VISIBILITY,
    ROW_WEIGHT,
    SOLD,
    WHICH,
    AdoptionTerms,
)

PRODUCT_COUNT = 6


@numba.njit(cache=True, error_model="numpy")
def drawn(keys: npt.NDArray[np.uint64], stream: int, i: int) -> float:  # pragma: no cover - compiled
    """Uniform draw of voter i from a stream whose month's key is keys[stream]; equal to `uniform` (ODD: drawn)."""
    bits = squares32_kernel(np.uint64(i), keys[stream]) >> np.uint32(8)
    return float((np.float64(bits) + 0.5) * 2.0**-24)


@numba.njit(cache=True, error_model="numpy")
def holdings(fixed: Block, dynamic: Block) -> Totals:  # pragma: no cover - compiled
    """Units held of each product and number of holders, shape (2, products) (ODD: holdings)."""
    voters = fixed.shape[1]
    totals = np.zeros((2, PRODUCT_COUNT))
    part = np.zeros((2, PRODUCT_COUNT))
    for start in range(0, voters, BLOCK):
        part[:] = 0.0
        for i in range(start, min(start + BLOCK, voters)):
            if dynamic[UNITS, i] > 0.0:
                part[0, int(dynamic[PRODUCT, i])] += np.float64(dynamic[UNITS, i])
                part[1, int(dynamic[PRODUCT, i])] += 1.0
        totals += part
    return totals


@numba.njit(cache=True, error_model="numpy")
def holding_odds(
    fixed: Block,
    dynamic: Block,
    i: int,
    common: float,
    starts: npt.NDArray[np.int64],
    neighbours: npt.NDArray[np.int64],
    holds: npt.NDArray[np.bool_],
    t: AdoptionTerms,
) -> float:  # pragma: no cover - compiled
    """Factor by which voter i's odds of holding differ from the neutral saver's (ODD: holding_odds)."""
    share = t.share_holding
    if starts.size > 0:
        share = 0.0
        for position in range(starts[i], starts[i + 1]):
            if holds[neighbours[position]]:
                share += 1.0
        share /= max(1, starts[i + 1] - starts[i])
    utility = common + t.attitude_weight * (np.float64(dynamic[IDEAL, i]) - t.neutral_ideal)
    utility += t.age_weight * (t.neutral_age - np.float64(fixed[AGE, i])) / 10.0 + t.neighbour_weight * share
    return math.exp(utility)


@numba.njit(cache=True, error_model="numpy")
def buy(fixed: Block, dynamic: Block, i: int, product: int, table: Totals) -> float:  # pragma: no cover - compiled
    """Voter i exchanges the allocation of her account for a product at its price; USD spent (ODD: buy)."""
    row = IRA if product == IRA_FUND else PLAN
    balance = np.float64(dynamic[row, i])
    spent: float = table[ROW_ALLOCATION, product] * max(0.0, balance)
    if spent <= 0.0:
        return 0.0
    dynamic[row, i] = balance - spent
    dynamic[UNITS, i] = spent / table[ROW_PRICE, product]
    dynamic[ASSIGNED_STAKE, i] = spent / np.float64(fixed[INCOME, i])
    dynamic[VISIBILITY, i] = table[ROW_VISIBILITY, product]
    dynamic[REFERENCE, i] = table[ROW_PRICE, product]
    dynamic[PRODUCT, i] = product
    return spent


@numba.njit(cache=True, error_model="numpy")
def sell(dynamic: Block, i: int, last: int, table: Totals) -> float:  # pragma: no cover - compiled
    """Voter i sells all she holds into the account it lies in; USD received (ODD: sell). last: product remembered."""
    product = int(dynamic[PRODUCT, i])
    row = IRA if product == IRA_FUND else PLAN
    received: float = np.float64(dynamic[UNITS, i]) * table[ROW_PRICE, product]
    dynamic[row, i] = np.float64(dynamic[row, i]) + received
    dynamic[UNITS, i] = 0.0
    dynamic[ASSIGNED_STAKE, i] = 0.0
    dynamic[VISIBILITY, i] = 0.0
    dynamic[PRODUCT, i] = last
    return received


@numba.njit(cache=True, error_model="numpy")
def gives_up(
    fixed: Block,
    dynamic: Block,
    i: int,
    inertia: float,
    odds: float,
    table: Totals,
    keys: npt.NDArray[np.uint64],
    t: AdoptionTerms,
) -> bool:  # pragma: no cover - compiled
    """Whether holder i sells this month: after a fall, under a warning, or by choosing anew (ODD: gives_up)."""
    product = int(dynamic[PRODUCT, i])
    loss = 1.0 - table[ROW_PRICE, product] / np.float64(dynamic[REFERENCE, i])
    hazard = t.warning_hazard
    if loss > t.fall_threshold:
        hazard += t.fall_hazard * (loss - t.fall_threshold) / (1.0 - t.fall_threshold)
    hazard *= np.float64(dynamic[VISIBILITY, i])
    if hazard > 0.0 and drawn(keys, GIVES_UP, i) < 1.0 - math.exp(-hazard):
        return True
    if product == TARGET_DATE_SLEEVE or drawn(keys, ACTIVE, i) >= inertia:
        return False
    return drawn(keys, CHOICE, i) * (1.0 + odds) >= odds


@numba.njit(cache=True, error_model="numpy")
def plan_product(
    offers: npt.NDArray[np.int8], employer: int, table: Totals, u: float
) -> int:  # pragma: no cover - compiled
    """Product chosen from an employer's menu in proportion to weights; -1 if there is none (ODD: plan_product)."""
    total = 0.0
    for product in range(1, TARGET_DATE_SLEEVE):
        if offers[product, employer] > 0 and table[ROW_ALLOCATION, product] > 0.0:
            total += table[ROW_WEIGHT, product]
    reached, chosen = 0.0, -1
    for product in range(1, TARGET_DATE_SLEEVE):
        if offers[product, employer] > 0 and table[ROW_ALLOCATION, product] > 0.0 and table[ROW_WEIGHT, product] > 0.0:
            if chosen < 0 or reached <= u * total:
                chosen = product
            reached += table[ROW_WEIGHT, product]
    return chosen


@numba.njit(cache=True, error_model="numpy")
def adoption_month(
    fixed: Block,
    dynamic: Block,
    offers: npt.NDArray[np.int8],
    taken: npt.NDArray[np.int8],
    table: Totals,
    starts: npt.NDArray[np.int64],
    neighbours: npt.NDArray[np.int64],
    holds: npt.NDArray[np.bool_],
    keys: npt.NDArray[np.uint64],
    common_plan: float,
    common_ira: float,
    t: AdoptionTerms,
) -> Totals:  # pragma: no cover - compiled
    """One month of adoption and redemption of every saver (ODD: adoption_month).

    offers, taken: menus and what employers took off this month, shape (products, employers). table: see
    ADOPTION_ROWS; an allocation of 0 shuts a product to those who do not hold it. starts, neighbours: network in
    compressed rows (starts of size 0: none, t.share_holding counts); holds: who held before this month. keys: month's
    keys of STREAMS. common_plan, common_ira: logit all savers share. Returns totals, shape (4, products), TOTALS_OF.
    """
    voters = fixed.shape[1]
    totals = np.zeros((4, table.shape[1]))
    part = np.zeros((4, table.shape[1]))
    for start in range(0, voters, BLOCK):
        part[:] = 0.0
        for i in range(start, min(start + BLOCK, voters)):
            product = int(dynamic[PRODUCT, i])
            employer = int(fixed[EMPLOYER, i])
            if employer >= offers.shape[1]:
                employer = -1
            inertia = t.inertia * (1.0 + t.attention_slope * (2.0 * np.float64(fixed[ATTENTION, i]) - 1.0))
            if dynamic[UNITS, i] > 0.0 or dynamic[ASSIGNED_STAKE, i] > 0.0:
                if product == ASSIGNED:
                    continue
                if dynamic[UNITS, i] <= 0.0:
                    sell(dynamic, i, ASSIGNED, table)
                    part[LEFT, product] += 1.0
                elif product != IRA_FUND and employer >= 0 and taken[product, employer] > 0:
                    part[SOLD, product] += sell(dynamic, i, ASSIGNED, table)
                    part[LEFT, product] += 1.0
                elif t.giving_up > 0.0:
                    common, base = (common_ira, t.odds_ira) if product == IRA_FUND else (common_plan, t.odds_plan)
                    odds = 0.0
                    if drawn(keys, ACTIVE, i) < inertia:
                        odds = base * holding_odds(fixed, dynamic, i, common, starts, neighbours, holds, t)
                    if gives_up(fixed, dynamic, i, inertia, odds, table, keys, t):
                        part[SOLD, product] += sell(dynamic, i, product, table)
                        part[LEFT, product] += 1.0
                continue
            chosen = -1
            # Only who pays into the plan has its menu before her: a retiree's place may keep its employer.
            if fixed[CONTRIBUTION, i] <= 0.0:
                employer = -1
            if (
                employer >= 0
                and product == ASSIGNED
                and offers[TARGET_DATE_SLEEVE, employer] > 0
                and table[ROW_ALLOCATION, TARGET_DATE_SLEEVE] > 0.0
                and drawn(keys, DEFAULT, i) < t.default_share
            ):
                chosen = TARGET_DATE_SLEEVE
            elif drawn(keys, ACTIVE, i) < inertia:
                on_menu = plan_product(offers, employer, table, drawn(keys, WHICH, i)) if employer >= 0 else -1
                plan_odds, ira_odds = 0.0, 0.0
                if on_menu >= 0 and dynamic[PLAN, i] > 0.0:
                    own = holding_odds(fixed, dynamic, i, common_plan, starts, neighbours, holds, t)
                    plan_odds = t.odds_plan * own
                if table[ROW_ALLOCATION, IRA_FUND] > 0.0 and dynamic[IRA, i] > 0.0:
                    own = holding_odds(fixed, dynamic, i, common_ira, starts, neighbours, holds, t)
                    ira_odds = t.odds_ira * own
                threshold = drawn(keys, CHOICE, i) * (1.0 + plan_odds + ira_odds)
                if threshold < plan_odds:
                    chosen = on_menu
                elif threshold < plan_odds + ira_odds:
                    chosen = IRA_FUND
            if chosen >= 0:
                spent = buy(fixed, dynamic, i, chosen, table)
                if spent > 0.0:
                    part[BOUGHT, chosen] += spent
                    part[ADOPTED, chosen] += 1.0
        totals += part
    return totals
