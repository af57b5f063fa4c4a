"""The phases of the schedule that belong to market, accounts, voters, elections and the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...agents.electorate import columns
from ...agents.electorate.adoption.kernel import holdings
from ...agents.electorate.columns import TURNOUT_MIDTERM, TURNOUT_PRESIDENTIAL
from ...agents.electorate.kernels import accounts_month, opinion_month, support
from ..economy.market import market_month, with_flows
from ..economy.products import allocations, coin_shares, ira_openness, products_month
from ..economy.public_fund import public_month
from ..elections.national_vote import (
    ElectionResult,
    college_winner,
    half_term,
    incumbency_points,
    next_congress,
    valence_points,
)
from ..identity_cache import by_identity
from ..interventions import imposed_winner
from ..parameters.tree import Parameters
from ..policy.law import Law, Provision
from ..population.demography import monthly_drawdown, people
from ..record import Month
from .lame_duck import hurry
from .polling import question_row, threat_of

if TYPE_CHECKING:
    from ..world import World


def market(world: World) -> None:
    """Phase 3: one month of prices, of the coin and of the products."""
    p, draws, month = world.parameters, world.draws, world.month
    world.market = now = market_month(world.market, draws, month, world.news, p)
    world.prices_before = world.product_prices
    world.product_prices = products_month(
        world.prices_before, now.price, now.crypto_return, now.stock_return, draws, month, p
    )
    world.news = 0.0


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


def told_of_policy(world: World) -> tuple[float, float, float]:
    """What minds are told this month: media on a live attempt to restrict, openness of R's stand and of D's.

    The threat that the two stands mean is written down on the way.
    """
    author, opponent = world.stand("author"), world.stand("opponent")
    world.threat = threat_of((author, opponent), world.openness)
    r, d = (author, opponent) if world.sign > 0 else (opponent, author)
    media = 1.0 if world.docket is not None and world.docket.restrictive else 0.0
    return media, r.openness, d.openness


def voters(world: World) -> None:
    """Phase 6: minds move. A blind poll's shadow electorate moves along with stakes at zero."""
    media, stand_r, stand_d = told_of_policy(world)
    for electorate in (world.electorate, world.blind):
        if electorate is not None:
            opinion_month(
                electorate.fixed,
                electorate.dynamic,
                world.product_prices,
                world.openness,
                world.threat,
                media,
                stand_r,
                stand_d,
                world.opinion_coefficients,
            )


def election(world: World) -> None:
    """Phase 10: November of even years."""
    p, month = world.parameters, world.month
    if (month + p.institutions.election_lead) % half_term(p) != 0:
        return
    presidential = (month + p.institutions.election_lead) % p.institutions.term_months == 0
    incumbent = 1.0 if world.in_office == "author" else -1.0
    valence = valence_points(world.draws, month, world.market.stock_year, incumbent, presidential, p)
    incumbency = incumbent * incumbency_points(world.terms_in_office, p) if presidential else 0.0
    rows = np.array([question_row(world, world.stand("author"), world.stand("opponent"), world.openness)])
    rows[0, 4] = world.threat
    electorate = world.electorate
    votes = support(
        electorate.fixed,
        electorate.dynamic,
        0,
        len(electorate),
        world.product_prices,
        world.incumbent_sign,
        world.sign * electorate.logit_per_point * (valence + incumbency),
        world.threat,
        TURNOUT_PRESIDENTIAL if presidential else TURNOUT_MIDTERM,
        p.channels.turnout,
        rows,
        world.vote_coefficients,
    )[0]
    own, rival = (float(votes[0]), float(votes[1])) if world.sign > 0 else (float(votes[1]), float(votes[0]))
    share = own / (own + rival)
    winner = college_winner(share, world.draws, month, p) if presidential else world.in_office
    winner = imposed_winner(world, winner) if presidential else winner
    world.elected_congress = next_congress(world.congress, month, share, p)
    world.results.append(
        ElectionResult(month, presidential, own, rival, share, valence, incumbency, winner, world.elected_congress)
    )
    hurry(world)


def record(world: World) -> None:
    """Phase 11: write the month down."""
    world.record.append(month_record(world, world.market.price))


def month_record(world: World, price: float) -> Month:
    """What is written down of a month that ends with this price."""
    now = world.in_force
    distance = abs(world.stand("author").openness - world.stand("opponent").openness)
    return Month(
        world.month,
        world.in_office,
        now.theta,
        now.kappa,
        world.openness,
        now.closed,
        now.protected,
        world.binding,
        price,
        distance,
        world.threat,
    )
