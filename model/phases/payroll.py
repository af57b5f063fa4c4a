"""Phase 4: payroll, accounts and the public fund."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...agents.electorate import columns
from ...agents.electorate.accounts.kernel import accounts_month
from ...agents.electorate.adoption.kernel import holdings
from ..economy.market import with_flows
from ..economy.public_fund import fund_month
from ..state import WorldState
from .demography import people


def keep_share(month: int, since: int, unprotected: float, months: float) -> float:
    """Return the share of the holding still to be sold that is kept this month, so that sales are linear in time.

    The product over `months` months is 1 - unprotected; 1 afterwards.
    """
    step = month - since
    if step >= months:
        return 1.0
    left = 1.0 - unprotected * step / months
    return max(0.0, 1.0 - unprotected * min(step + 1.0, months) / months) / left if left > 0.0 else 0.0


def share_kept(state: WorldState, month: int) -> float:
    """Return `keep_share` of a month under present policy: 1 where nothing has to be sold."""
    p, now = state.parameters, state.in_force
    if now.forced <= 0.0 or now.protected >= 1.0:
        return 1.0
    unprotected = (1.0 - now.protected) * (1.0 - p.exposure.grandfathering)
    return keep_share(month, now.month, unprotected, p.accounts.divestment_months)


def product_table(state: WorldState) -> npt.NDArray[np.float64]:
    """Return the month's table of products for `accounts_month`; rows of columns.PRODUCT_ROWS (ODD: product_table)."""
    table = state.standing_products.copy()
    table[columns.PRICE] = state.product_prices
    table[columns.PRICE_BEFORE] = state.prices_before
    return table


def payroll(state: WorldState) -> None:
    """Run phase 4: people age, accounts move; the net flow into crypto is scaled to the whole population."""
    p = state.parameters
    keep = share_kept(state, state.month)
    products, evolves = product_table(state), p.exposure.evolves
    before = units_by_product(state) if evolves else None
    lives = people(state, products) if state.people is not None else None
    totals = accounts_month(
        state.electorate.fixed,
        state.electorate.dynamic,
        products,
        state.market.stock_return,
        p.market.bond_return_monthly,
        p.accounts.rebalancing,
        keep,
        state.derived.drawdown,
        p.people.retirement_age,
    )
    if lives is not None:
        for row, amount in zip((0, 1, 2, 4), lives, strict=True):
            totals[row] += amount
    flow, contributions, gains, held, withdrawals = map(float, totals)
    scale = state.citizens_per_voter
    state.product_flows = product_flows(state, before, flow, scale)
    public_month(state)
    state.market = with_flows(state.market, flow * scale, held * scale, state.fund)
    state.account_totals = (flow, contributions, gains, held, withdrawals)


def units_by_product(state: WorldState) -> npt.NDArray[np.float64]:
    """Return the units held of each product; shape (products,)."""
    held: npt.NDArray[np.float64] = holdings(state.electorate.fixed, state.electorate.dynamic)[0]
    return held


def product_flows(
    state: WorldState, before: npt.NDArray[np.float64] | None, flow: float, scale: float
) -> npt.NDArray[np.float64]:
    """Return net money into each product since units were `before`, USD of the population (ODD: product_flows).

    before: None if exposure does not evolve; all of the flow is then into the coin as assigned. flow: USD of
    model voters, of whom each stands for `scale` citizens.
    """
    if before is None:
        flows = np.zeros(len(columns.PRODUCTS))
        flows[columns.ASSIGNED] = flow * scale
        return flows
    return np.asarray((units_by_product(state) - before) * state.product_prices * scale)


def public_month(state: WorldState) -> None:
    """Run the fund's part of phase 4: its trade, and the value of a citizen's share, which voters weigh."""
    p = state.parameters
    if not p.fund.active:
        return
    state.fund = fund_month(state.fund, state.market.price, state.openness, p)
    a_share = state.fund.units * state.market.price / p.electorate.citizens
    state.opinion_coefficients = state.opinion_coefficients._replace(public_usd=a_share)
    state.vote_coefficients = state.vote_coefficients._replace(public_usd=a_share)
