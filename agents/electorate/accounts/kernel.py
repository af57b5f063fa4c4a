"""The compiled month of all accounts (ODD: accounts_month). Plain reference in tests/reference.

Loops without branches, which compilers turn into vector instructions: each voter is computed as a holder and as a
non-holder, and the applicable result is kept. State is float32, arithmetic and totals float64.
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
    LIMIT,
    NEW_MONEY,
    OPEN,
    PLAN,
    PRICE,
    PRICE_BEFORE,
    PRODUCT,
    UNITS,
)
from .equations import (
    account_gain,
    account_growth,
    coin_flow,
    coin_value,
    drawdown_share,
    drawn_down,
    grown_ira,
    grown_plan,
    holding_gain,
    holding_value,
    is_holder,
    is_in_plan,
    left_after_drawdown,
    trade,
)

FLOW, CONTRIBUTIONS, GAINS, HELD, WITHDRAWALS = range(5)
# Rows of working space, float64: amounts to be added up, then properties of the product that each voter holds.
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
    """Move every account by a month: returns, payroll, rebalancing, forced sale, draw-down (ODD: accounts_month).

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
def _list_products(space: Totals, products: Totals, product: Block) -> None:  # pragma: no cover - compiled
    """Copy the properties of the product that each voter holds from the month's table into rows."""
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
    """Move the accounts of voters start .. stop-1 by a month and fill the rows that are added up.

    held_any: a voter of the group may hold crypto; listed: products differ, and their properties are in rows; drawn:
    voters past retirement age may draw down.
    """
    stock_return, bond_return, rebalancing, keep_share, drawdown, retirement_age = rates
    equity, contribution = fixed[EQUITY, start:stop], fixed[CONTRIBUTION, start:stop]
    income, eligible, age = fixed[INCOME, start:stop], fixed[ELIGIBLE, start:stop], fixed[AGE, start:stop]
    plan, ira, units = dynamic[PLAN, start:stop], dynamic[IRA, start:stop], dynamic[UNITS, start:stop]
    stake, product = dynamic[ASSIGNED_STAKE, start:stop], dynamic[PRODUCT, start:stop]
    paid, earned, gained, bought = space[_PAID], space[_EARNED], space[_GAINED], space[_BOUGHT]
    coins, sold, taken, withdrawn = space[_HELD], space[_SOLD], space[_TAKEN], space[_DRAWN]
    price, before, new_money = products[PRICE, 0], products[PRICE_BEFORE, 0], products[NEW_MONEY, 0]
    is_open, limit, coin = products[OPEN, 0], products[LIMIT, 0], products[COIN_SHARE, 0]
    for j in range(stop - start):
        in_plan: float = np.float64(plan[j])
        in_ira: float = np.float64(ira[j])
        contributed = np.float64(contribution[j])
        growth = account_growth(np.float64(equity[j]), stock_return, bond_return)
        earned[j] = account_gain(in_plan, in_ira, growth)
        paid[j] = contributed
        in_plan = grown_plan(in_plan, growth, contributed)
        in_ira = grown_ira(in_ira, growth)
        if held_any:
            number = 0
            if listed:
                number = int(product[j])
                price, before, new_money = space[_PRICE, j], space[_BEFORE, j], space[_NEW, j]
                is_open, limit, coin = space[_OPEN, j], space[_LIMIT, j], space[_COIN, j]
            held: float = np.float64(units[j])
            wanted = np.float64(stake[j])
            holder = is_holder(wanted, held)
            in_own_plan = is_in_plan(np.float64(eligible[j]), number)
            units_after, plan_after, ira_after, spent = trade(
                held, in_plan, in_ira, wanted, np.float64(income[j]), contributed, in_own_plan,
                price, new_money, is_open, limit, rebalancing, keep_share,
            )  # fmt: skip
            gained[j] = holding_gain(held, price, before)
            bought[j] = coin_flow(coin, spent) if holder else 0.0
            held = units_after if holder else held
            in_plan = plan_after if holder else in_plan
            in_ira = ira_after if holder else in_ira
            if drawn:
                out = drawdown_share(age[j], retirement_age, drawdown)
                usd = holding_value(drawn_down(out, held), price)
                taken[j] = usd
                sold[j] = -coin_flow(coin, usd)
                withdrawn[j] = drawn_down(out, in_plan + in_ira)
                held = left_after_drawdown(out, held)
                in_plan = left_after_drawdown(out, in_plan)
                in_ira = left_after_drawdown(out, in_ira)
                stake[j] = left_after_drawdown(out, wanted)
            coins[j] = coin_value(coin, held, price)
            units[j] = held
        plan[j] = in_plan
        ira[j] = in_ira


@numba.njit(error_model="numpy", forceinline=True)
def _fill(space: Totals, count: int) -> None:  # pragma: no cover - compiled
    """Write zeros after the last voter, so that a short block is added up like a full one."""
    for row in range(_PAID, _DRAWN + 1):
        for j in range(count, GROUP):
            space[row, j] = 0.0


@numba.njit(error_model="numpy", forceinline=True)
def _add_up(
    space: Totals, sums: Totals, at: int, held_any: bool, drawn: bool, every_total: bool
) -> None:  # pragma: no cover - compiled
    """Write the totals of a group's blocks, of which the first is `at`."""
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
    """Move the accounts of voters first .. last-1 by a month; first is a multiple of GROUP. Fills their groups' sums.

    every_total: False leaves contributions and gains at zero, for intermediate months, whose totals are never reported.
    """
    space = np.empty((_ROWS, ROW))
    rates = (stock_return, bond_return, rebalancing, keep_share, drawdown, retirement_age)
    # Without forced sale and draw-down; constants let the compiler drop a tenth of the work.
    calm = (stock_return, bond_return, rebalancing, 1.0, 0.0, retirement_age)
    for start in range(first, last, GROUP):
        stop = min(start + GROUP, last)
        units, stake = dynamic[UNITS, start:stop], dynamic[ASSIGNED_STAKE, start:stop]
        product = dynamic[PRODUCT, start:stop]
        holders, other = 0, 0
        for j in range(stop - start):
            holders += 1 if is_holder(stake[j], units[j]) else 0
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
