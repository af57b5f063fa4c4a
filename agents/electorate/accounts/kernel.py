"""The compiled month of every account. Plain reference in tests/reference, equations in the ODD (accounts_month).

Written as loops without branches, which compilers turn into vector instructions: every voter is worked out as a
holder and as none, and the right one is kept. State is float32, arithmetic and totals float64.
"""

from __future__ import annotations

import numba
import numpy as np

from ...numerics.blocks import (
    BLOCK,
    GROUP,
    ROW,
    Block,
    Totals,
    add_pair,
    add_row,
    add_two_rows,
    added_blocks,
    blocks_of_groups,
    share_out,
)
from ..columns import (
    AGE,
    ASSIGNED_STAKE,
    COIN_SHARE,
    CONTRIBUTION,
    ELIGIBLE,
    EQUITY,
    INCOME,
    IRA,
    IRA_FUND,
    LIMIT,
    NEW_MONEY,
    OPEN,
    PLAN,
    PRICE,
    PRICE_BEFORE,
    PRODUCT,
    UNITS,
)

REST = 1e-9
FLOW, CONTRIBUTIONS, GAINS, HELD, WITHDRAWALS = range(5)
# Rows of working space, float64: what is added up, then what is true of the product each voter holds.
_PAID, _EARNED, _GAINED, _BOUGHT, _HELD, _SOLD, _TAKEN, _DRAWN = range(8)
_PRICE, _BEFORE, _NEW, _OPEN, _LIMIT, _COIN = range(8, 14)
_ROWS = 14


def accounts_month(
    fixed: Block,
    dynamic: Block,
    products: Totals,
    stock_return: float,
    bond_return: float,
    rebalancing: float,
    keep_share: float,
    drawdown: float,
    retirement_age: float,
) -> Totals:
    """One month of every account: returns, payroll, rebalancing, forced sale, draw-down (ODD: accounts_month).

    products: table of shape (rows, products), see columns.PRODUCT_ROWS. keep_share: part of the excess over a product's
    limit that is kept this month (1 = no forced sale). drawdown: share of the balance that those at or above
    retirement_age take out this month. Returns totals (net flow into the coin, contributions, gains, coin value,
    withdrawals), USD of model voters, shape (5,): contributions + gains - withdrawals = change of all balances.
    """
    voters = fixed.shape[1]
    sums = np.empty((blocks_of_groups(voters), 5))
    share_out(
        voters, move_accounts, fixed, dynamic, sums, products, stock_return, bond_return, rebalancing, keep_share,
        drawdown, retirement_age, True,
    )  # fmt: skip
    return added_blocks(sums)


@numba.njit(error_model="numpy", forceinline=True)
def trade(
    units: float,
    plan: float,
    ira: float,
    stake: float,
    income: float,
    contribution: float,
    in_plan: bool,
    price: float,
    new_money: float,
    is_open: float,
    limit: float,
    rebalancing: float,
    keep_share: float,
) -> tuple[float, float, float, float]:  # pragma: no cover - compiled
    """A holder's payroll purchase, rebalancing and forced sale, part of accounts_month.

    Returns units, plan and IRA after it, and the USD spent on the product.
    """
    value = units * price
    bought = contribution * new_money if stake > 0.0 else 0.0
    shift = rebalancing * (stake * income - value)
    if shift > 0.0 and is_open == 0.0:
        shift = 0.0
    excess = value - limit * (value + plan + ira)
    if excess > 0.0 and keep_share < 1.0:
        shift = -excess * (1.0 - keep_share)
    shift = min(shift, max(0.0, plan - bought) if in_plan else ira)
    spent = bought + shift
    left = max(0.0, units + spent / price)
    # A full sale leaves no rest of rounding: to opinion_month, whoever holds anything is a holder.
    after = left if left > REST * units else 0.0
    return after, plan - spent if in_plan else plan, ira if in_plan else ira - spent, spent


@numba.njit(error_model="numpy", forceinline=True)
def _list_products(space: Totals, products: Totals, product: Block) -> None:  # pragma: no cover - compiled
    """Put the month's table in rows: what is true of the product each voter holds."""
    for j in range(product.size):
        number = int(product[j])
        space[_PRICE, j] = products[PRICE, number]
        space[_BEFORE, j] = products[PRICE_BEFORE, number]
        space[_NEW, j] = products[NEW_MONEY, number]
        space[_OPEN, j] = products[OPEN, number]
        space[_LIMIT, j] = products[LIMIT, number]
        space[_COIN, j] = products[COIN_SHARE, number]


@numba.njit(error_model="numpy", forceinline=True)
def _move(
    fixed: Block,
    dynamic: Block,
    start: int,
    stop: int,
    space: Totals,
    products: Totals,
    rates: tuple[float, float, float, float, float, float],
    held_any: bool,
    listed: bool,
    drawn: bool,
) -> None:  # pragma: no cover - compiled
    """Accounts of a group of voters after the month; fills the rows that are added up.

    held_any: somebody holds something; listed: products differ, and stand in rows; drawn: the old may draw down.
    """
    stock_return, bond_return, rebalancing, keep_share, drawdown, retirement_age = rates
    equity, contribution = fixed[EQUITY, start:stop], fixed[CONTRIBUTION, start:stop]
    income, eligible, age = fixed[INCOME, start:stop], fixed[ELIGIBLE, start:stop], fixed[AGE, start:stop]
    plan, ira, units = dynamic[PLAN, start:stop], dynamic[IRA, start:stop], dynamic[UNITS, start:stop]
    stake, product = dynamic[ASSIGNED_STAKE, start:stop], dynamic[PRODUCT, start:stop]
    price, before, new_money = products[PRICE, 0], products[PRICE_BEFORE, 0], products[NEW_MONEY, 0]
    is_open, limit, coin = products[OPEN, 0], products[LIMIT, 0], products[COIN_SHARE, 0]
    for j in range(stop - start):
        share = np.float64(equity[j])
        growth = share * stock_return + (1.0 - share) * bond_return
        in_plan: float = np.float64(plan[j])
        in_ira: float = np.float64(ira[j])
        paid = np.float64(contribution[j])
        space[_EARNED, j] = (in_plan + in_ira) * growth
        space[_PAID, j] = paid
        in_plan = in_plan * (1.0 + growth) + paid
        in_ira = in_ira * (1.0 + growth)
        if held_any:
            if listed:
                price, before, new_money = space[_PRICE, j], space[_BEFORE, j], space[_NEW, j]
                is_open, limit, coin = space[_OPEN, j], space[_LIMIT, j], space[_COIN, j]
            held: float = np.float64(units[j])
            wanted = np.float64(stake[j])
            is_holder = wanted > 0.0 or held > 0.0
            from_plan = eligible[j] > 0.0 and (not listed or product[j] != IRA_FUND)
            after, plan_after, ira_after, spent = trade(
                held, in_plan, in_ira, wanted, np.float64(income[j]), np.float64(contribution[j]), from_plan,
                price, new_money, is_open, limit, rebalancing, keep_share,
            )  # fmt: skip
            space[_GAINED, j] = held * (price - before)
            space[_BOUGHT, j] = coin * spent if is_holder else 0.0
            held = after if is_holder else held
            in_plan = plan_after if is_holder else in_plan
            in_ira = ira_after if is_holder else in_ira
            if drawn:
                out = drawdown if age[j] >= retirement_age else 0.0
                taken = out * held * price
                space[_TAKEN, j] = taken
                space[_SOLD, j] = -(coin * taken)
                held *= 1.0 - out
                space[_DRAWN, j] = out * (in_plan + in_ira)
                in_plan *= 1.0 - out
                in_ira *= 1.0 - out
                stake[j] = wanted * (1.0 - out)
            space[_HELD, j] = coin * held * price
            units[j] = held
        plan[j] = in_plan
        ira[j] = in_ira


@numba.njit(error_model="numpy", forceinline=True)
def _fill(space: Totals, count: int) -> None:  # pragma: no cover - compiled
    """Zeros after the last voter, so that a short block is added up like a full one."""
    for row in range(_PAID, _DRAWN + 1):
        for j in range(count, GROUP):
            space[row, j] = 0.0


@numba.njit(error_model="numpy", forceinline=True)
def _add_up(
    space: Totals, sums: Totals, at: int, held_any: bool, drawn: bool, every_total: bool
) -> None:  # pragma: no cover - compiled
    """Totals of the blocks of a group, of which the first is `at`."""
    for block in range(at, at + GROUP // BLOCK):
        for k in range(sums.shape[1]):
            sums[block, k] = 0.0
    if not held_any:
        if every_total:
            add_pair(space[_PAID], sums[:, CONTRIBUTIONS], space[_EARNED], sums[:, GAINS], at)
        return
    if every_total:
        add_row(space[_PAID], sums[:, CONTRIBUTIONS], at)
        add_two_rows(space[_EARNED], space[_GAINED], sums[:, GAINS], at)
    if drawn:
        add_two_rows(space[_TAKEN], space[_DRAWN], sums[:, WITHDRAWALS], at)
        add_two_rows(space[_BOUGHT], space[_SOLD], sums[:, FLOW], at)
        add_row(space[_HELD], sums[:, HELD], at)
    else:
        add_pair(space[_BOUGHT], sums[:, FLOW], space[_HELD], sums[:, HELD], at)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def move_accounts(
    first: int,
    last: int,
    fixed: Block,
    dynamic: Block,
    sums: Totals,
    products: Totals,
    stock_return: float,
    bond_return: float,
    rebalancing: float,
    keep_share: float,
    drawdown: float,
    retirement_age: float,
    every_total: bool,
) -> None:  # pragma: no cover - compiled
    """Months of the accounts of voters first .. last-1; first is a multiple of GROUP. Fills the sums of its groups.

    every_total: False leaves contributions and gains at zero, for months whose books nobody can read.
    """
    space = np.empty((_ROWS, ROW))
    rates = (stock_return, bond_return, rebalancing, keep_share, drawdown, retirement_age)
    # Nothing is forced out and nobody draws down, which the compiler is told: it leaves a tenth of the work away.
    calm = (stock_return, bond_return, rebalancing, 1.0, 0.0, retirement_age)
    for start in range(first, last, GROUP):
        stop = min(start + GROUP, last)
        units, stake = dynamic[UNITS, start:stop], dynamic[ASSIGNED_STAKE, start:stop]
        product = dynamic[PRODUCT, start:stop]
        holders, other = 0, 0
        for j in range(stop - start):
            holders += 1 if stake[j] > 0.0 or units[j] > 0.0 else 0
        if holders > 0:
            for j in range(stop - start):
                other += 1 if product[j] != 0.0 else 0
        held_any, drawn = holders > 0 or drawdown > 0.0, other > 0 or drawdown > 0.0
        group = (fixed, dynamic, start, stop, space, products)
        if other > 0:
            _list_products(space, products, product)
            _move(*group, rates, True, True, True)
        elif drawn:
            _move(*group, rates, True, False, True)
        elif not held_any:
            _move(*group, calm, False, False, False)
        elif keep_share >= 1.0:
            _move(*group, calm, True, False, False)
        else:
            _move(*group, rates, True, False, False)
        if stop - start < GROUP:
            _fill(space, stop - start)
        _add_up(space, sums, start // BLOCK, held_any, drawn, every_total)
