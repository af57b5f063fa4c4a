"""The phases of the schedule that belong to market, accounts, voters, elections and the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...agents.electorate import columns
from ...agents.electorate.accounts.kernel import accounts_month
from ...agents.electorate.adoption.kernel import holdings
from ..economy.market import with_flows
from ..economy.products import allocations, coin_shares
from ..identity_cache import by_identity
from ..parameters.tree import Parameters
from ..policy.law import Law, Provision, ira_openness
from ..population.demography import monthly_drawdown
from .demography import people

if TYPE_CHECKING:
    from ..world import World
from ..economy.public_fund import fund_month

if TYPE_CHECKING:
    from ..world import World


def keep_share(month: int, since: int, unprotected: float, months: float) -> float:
    """Share of what is still subject to a forced sale that is kept this month, so that all of it goes linearly.

    The product over `months` months is 1 - unprotected; 1 afterwards.
    """
    step = month - since
    if step >= months:
        return 1.0
    left = 1.0 - unprotected * step / months
    return max(0.0, 1.0 - unprotected * min(step + 1.0, months) / months) / left if left > 0.0 else 0.0


def share_kept(world: World, month: int) -> float:
    """`keep_share` of a month if policy stays as it is: 1 where nothing has to be sold."""
    p, now = world.parameters, world.in_force
    if now.forced <= 0.0 or now.protected >= 1.0:
        return 1.0
    unprotected = (1.0 - now.protected) * (1.0 - p.exposure.grandfathering)
    return keep_share(month, now.month, unprotected, p.accounts.divestment_months)


def product_table(world: World) -> npt.NDArray[np.float64]:
    """The month's table of products that accounts are moved by; rows of columns.PRODUCT_ROWS (ODD: product_table)."""
    table = standing_table(world.parameters, world.law, world.in_force).copy()
    table[columns.PRICE] = world.product_prices
    table[columns.PRICE_BEFORE] = world.prices_before
    return table


@by_identity
def standing_table(p: Parameters, law: Law, now: Provision) -> npt.NDArray[np.float64]:
    """The rows that stay until the law or the policy in force changes."""
    allowed = min(1.0, now.kappa / p.policy.cap)
    is_open = not now.closed and now.theta > 0.0
    shares = allocations(p)
    table = np.zeros((len(columns.PRODUCT_ROWS), len(columns.PRODUCTS)))
    if is_open:
        table[columns.NEW_MONEY] = shares * allowed
        # Payroll goes to the plan: what is held in an IRA of one's own is bought by moving money inside it.
        table[columns.NEW_MONEY, columns.IRA_FUND] = 0.0
        table[columns.OPEN] = shares * allowed > 0.0
    table[columns.OPEN, columns.IRA_FUND] = ira_openness(law, p.policy.cap) > 0.0
    table[columns.LIMIT] = 1.0
    if now.forced > 0.0 and now.protected < 1.0:
        table[columns.LIMIT] = shares * allowed
        if law.statute is None:
            table[columns.LIMIT, columns.IRA_FUND] = 1.0
    table[columns.COIN_SHARE] = coin_shares(p)
    return table


def payroll(world: World) -> None:
    """Phase 4: people grow older, accounts move; the net flow into crypto stands for the whole population."""
    p = world.parameters
    keep = share_kept(world, world.month)
    products, evolves = product_table(world), p.exposure.evolves
    before = units_by_product(world) if evolves else None
    lives = people(world, products) if world.people is not None else None
    totals = accounts_month(
        world.electorate.fixed,
        world.electorate.dynamic,
        products,
        world.market.stock_return,
        p.market.bond_return_monthly,
        p.accounts.rebalancing,
        keep,
        monthly_drawdown(p) if p.people.ageing else 0.0,
        p.people.retirement_age,
    )
    if lives is not None:
        for row, amount in zip((0, 1, 2, 4), lives, strict=True):
            totals[row] += amount
    flow, contributions, gains, held, withdrawals = map(float, totals)
    scale = world.citizens_per_voter
    world.product_flows = product_flows(world, before, flow, scale)
    public_month(world)
    world.market = with_flows(world.market, flow * scale, held * scale, world.fund)
    world.account_totals = (flow, contributions, gains, held, withdrawals)


def units_by_product(world: World) -> npt.NDArray[np.float64]:
    """Units held of each product; shape (products,)."""
    held: npt.NDArray[np.float64] = holdings(world.electorate.fixed, world.electorate.dynamic)[0]
    return held


def product_flows(
    world: World, before: npt.NDArray[np.float64] | None, flow: float, scale: float
) -> npt.NDArray[np.float64]:
    """Net money into each product since units were `before`, USD of the whole population (ODD: product_flows).

    before: None where exposure does not evolve, so that all of the flow is into the coin as assigned. flow: USD of
    model voters, of whom each stands for `scale` citizens.
    """
    if before is None:
        flows = np.zeros(len(columns.PRODUCTS))
        flows[columns.ASSIGNED] = flow * scale
        return flows
    return np.asarray((units_by_product(world) - before) * world.product_prices * scale)


def public_month(world: World) -> None:
    """The fund's part of phase 4: its trade, and the share of every citizen that voters judge by."""
    p = world.parameters
    if not p.fund.active:
        return
    world.fund = fund_month(world.fund, world.market.price, world.openness, p)
    a_share = world.fund.units * world.market.price / p.electorate.citizens
    world.opinion_coefficients = world.opinion_coefficients._replace(public_usd=a_share)
    world.vote_coefficients = world.vote_coefficients._replace(public_usd=a_share)
