"""The compiled month of adoption and redemption (ODD: adoption_month). Plain reference in tests/reference.

State is float32, arithmetic float64, totals are added by blocks of 512 voters in a fixed order. Draws equal those of
agents/draws.py; they are computed on demand, for the few savers who act.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from ...numerics.blocks import BLOCK, Block, Totals
from ..accounts.equations import holding_value, is_holder, units_of, years_of_income
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
from ..network.equations import neighbour_share
from ..opinion.equations import price_loss
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
    AdoptionCoefficients,
)
from .equations import (
    FROM_IRA,
    FROM_PLAN,
    account_after_purchase,
    account_after_sale,
    acting_chance,
    amount_exchanged,
    chance_within_month,
    drawn,
    giving_up_hazard,
    has_holding,
    holding_odds,
    holds_by_default,
    is_available,
    is_contributor,
    is_mapped,
    leaves,
    mark_reached,
    saver_choice,
)

PRODUCT_COUNT = 6


@numba.njit(cache=True, error_model="numpy")
def holdings(fixed: Block, dynamic: Block) -> Totals:  # pragma: no cover - compiled
    """Return the units held of each product and the number of its holders, shape (2, products) (ODD: holdings)."""
    voters = fixed.shape[1]
    totals = np.zeros((2, PRODUCT_COUNT))
    part = np.zeros((2, PRODUCT_COUNT))
    for start in range(0, voters, BLOCK):
        part[:] = 0.0
        for i in range(start, min(start + BLOCK, voters)):
            if has_holding(dynamic[UNITS, i]):
                part[0, int(dynamic[PRODUCT, i])] += np.float64(dynamic[UNITS, i])
                part[1, int(dynamic[PRODUCT, i])] += 1.0
        totals += part
    return totals


@numba.njit(cache=True, error_model="numpy")
def _odds_of(
    fixed: Block,
    dynamic: Block,
    i: int,
    neutral: float,
    common: float,
    starts: npt.NDArray[np.int64],
    neighbours: npt.NDArray[np.int64],
    holds: npt.NDArray[np.bool_],
    t: AdoptionCoefficients,
) -> float:  # pragma: no cover - compiled
    """Return voter i's odds of holding, with her neighbours' holdings of before the month."""
    share = t.share_holding
    if starts.size > 0:
        holders = 0.0
        for position in range(starts[i], starts[i + 1]):
            if holds[neighbours[position]]:
                holders += 1.0
        share = neighbour_share(holders, starts[i + 1] - starts[i])
    return holding_odds(neutral, common, np.float64(dynamic[IDEAL, i]), np.float64(fixed[AGE, i]), share, t)


@numba.njit(cache=True, error_model="numpy")
def buy(fixed: Block, dynamic: Block, i: int, product: int, table: Totals) -> float:  # pragma: no cover - compiled
    """Exchange the allocation of voter i's account for a product at its price; return USD spent (ODD: buy)."""
    row = IRA if product == IRA_FUND else PLAN
    balance = np.float64(dynamic[row, i])
    spent: float = amount_exchanged(table[ROW_ALLOCATION, product], balance)
    if spent <= 0.0:
        return 0.0
    dynamic[row, i] = account_after_purchase(balance, spent)
    dynamic[UNITS, i] = units_of(spent, table[ROW_PRICE, product])
    dynamic[ASSIGNED_STAKE, i] = years_of_income(spent, np.float64(fixed[INCOME, i]))
    dynamic[VISIBILITY, i] = table[ROW_VISIBILITY, product]
    dynamic[REFERENCE, i] = table[ROW_PRICE, product]
    dynamic[PRODUCT, i] = product
    return spent


@numba.njit(cache=True, error_model="numpy")
def sell(dynamic: Block, i: int, last: int, table: Totals) -> float:  # pragma: no cover - compiled
    """Sell voter i's holding into its account; return USD received (ODD: sell). last: product number that she keeps."""
    product = int(dynamic[PRODUCT, i])
    row = IRA if product == IRA_FUND else PLAN
    received: float = holding_value(np.float64(dynamic[UNITS, i]), table[ROW_PRICE, product])
    dynamic[row, i] = account_after_sale(np.float64(dynamic[row, i]), received)
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
    t: AdoptionCoefficients,
) -> bool:  # pragma: no cover - compiled
    """Return whether holder i sells this month: after a fall, under a warning, or by choosing anew (ODD: gives_up)."""
    product = int(dynamic[PRODUCT, i])
    loss = price_loss(table[ROW_PRICE, product], np.float64(dynamic[REFERENCE, i]))
    hazard = giving_up_hazard(loss, np.float64(dynamic[VISIBILITY, i]), t)
    if hazard > 0.0 and drawn(i, keys[GIVES_UP]) < chance_within_month(hazard):
        return True
    if product == TARGET_DATE_SLEEVE or drawn(i, keys[ACTIVE]) >= inertia:
        return False
    return leaves(drawn(i, keys[CHOICE]), odds)


@numba.njit(cache=True, error_model="numpy")
def plan_product(
    offers: npt.NDArray[np.int8], employer: int, table: Totals, u: float
) -> int:  # pragma: no cover - compiled
    """Choose a product from an employer's menu in proportion to weights; -1 if there is none (ODD: plan_product)."""
    total = 0.0
    for product in range(1, TARGET_DATE_SLEEVE):
        if is_available(offers[product, employer], table[ROW_ALLOCATION, product], table[ROW_WEIGHT, product]):
            total += table[ROW_WEIGHT, product]
    reached, chosen = 0.0, -1
    for product in range(1, TARGET_DATE_SLEEVE):
        if is_available(offers[product, employer], table[ROW_ALLOCATION, product], table[ROW_WEIGHT, product]):
            if chosen < 0 or mark_reached(reached, u, total):
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
    t: AdoptionCoefficients,
) -> Totals:  # pragma: no cover - compiled
    """Move every saver by a month of adoption and redemption (ODD: adoption_month).

    offers, taken: menus, and options that employers removed this month, shape (products, employers). table: see
    ADOPTION_ROWS; an allocation of 0 closes a product to savers who do not hold it. starts, neighbours: network in
    compressed rows (starts of size 0: none, t.share_holding counts); holds: holders before this month. keys: month's
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
            inertia = acting_chance(np.float64(fixed[ATTENTION, i]), t)
            if is_holder(dynamic[ASSIGNED_STAKE, i], dynamic[UNITS, i]):
                if product == ASSIGNED:
                    continue
                if not has_holding(dynamic[UNITS, i]):
                    sell(dynamic, i, ASSIGNED, table)
                    part[LEFT, product] += 1.0
                elif employer >= 0 and is_mapped(product, taken[product, employer]):
                    part[SOLD, product] += sell(dynamic, i, ASSIGNED, table)
                    part[LEFT, product] += 1.0
                elif t.giving_up > 0.0:
                    common, neutral = (common_ira, t.odds_ira) if product == IRA_FUND else (common_plan, t.odds_plan)
                    odds = 0.0
                    if drawn(i, keys[ACTIVE]) < inertia:
                        odds = _odds_of(fixed, dynamic, i, neutral, common, starts, neighbours, holds, t)
                    if gives_up(fixed, dynamic, i, inertia, odds, table, keys, t):
                        part[SOLD, product] += sell(dynamic, i, product, table)
                        part[LEFT, product] += 1.0
                continue
            chosen = -1
            # Only contributors choose from the plan's menu; a retiree's row may still name an employer.
            if not is_contributor(fixed[CONTRIBUTION, i]):
                employer = -1
            if (
                employer >= 0
                and offers[TARGET_DATE_SLEEVE, employer] > 0
                and holds_by_default(product, table[ROW_ALLOCATION, TARGET_DATE_SLEEVE], drawn(i, keys[DEFAULT]), t)
            ):
                chosen = TARGET_DATE_SLEEVE
            elif drawn(i, keys[ACTIVE]) < inertia:
                on_menu = plan_product(offers, employer, table, drawn(i, keys[WHICH])) if employer >= 0 else -1
                plan_odds, ira_odds = 0.0, 0.0
                if on_menu >= 0 and dynamic[PLAN, i] > 0.0:
                    plan_odds = _odds_of(fixed, dynamic, i, t.odds_plan, common_plan, starts, neighbours, holds, t)
                if table[ROW_ALLOCATION, IRA_FUND] > 0.0 and dynamic[IRA, i] > 0.0:
                    ira_odds = _odds_of(fixed, dynamic, i, t.odds_ira, common_ira, starts, neighbours, holds, t)
                choice = saver_choice(drawn(i, keys[CHOICE]), plan_odds, ira_odds)
                if choice == FROM_PLAN:
                    chosen = on_menu
                elif choice == FROM_IRA:
                    chosen = IRA_FUND
            if chosen >= 0:
                spent = buy(fixed, dynamic, i, chosen, table)
                if spent > 0.0:
                    part[BOUGHT, chosen] += spent
                    part[ADOPTED, chosen] += 1.0
        totals += part
    return totals
