"""Months ahead: how `World.advance` lives through several months in one compiled call where nobody decides in between.

Most months nothing is decided and nothing falls due: prices, accounts and minds move, and the month is written down.
The schedule (`PHASES`) stays the definition. A world that is lived through by `step` goes phase by phase, and comes to
the same state to the last bit (tests/reference/test_months_ahead.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numba
import numpy as np
import numpy.typing as npt

from ..agents.electorate.accounts_kernels import FLOW as INTO_COIN
from ..agents.electorate.accounts_kernels import HELD as IN_COIN
from ..agents.electorate.accounts_kernels import move_accounts
from ..agents.electorate.blocks import LARGE, add_blocks, block_count
from ..agents.electorate.coefficients import as_row
from ..agents.electorate.columns import ASSIGNED, PRICE_BEFORE
from ..agents.electorate.columns import PRICE as PRODUCT_PRICE
from ..agents.electorate.opinion_kernels import move_minds
from .elections import half_term
from .government import drift
from .law import next_expiry
from .market import (
    CRYPTO_RETURN,
    FLOW,
    HELD,
    PRICE,
    STOCK_RETURN,
    MarketState,
    market_coefficients,
    move_market,
    surprises,
)
from .phases import month_record, share_kept, standing_table
from .polls import threat_of
from .products import move_prices, noises, price_moves
from .schedule import PHASES

if TYPE_CHECKING:
    from .world import World

Reals = npt.NDArray[np.float64]

_BEFORE = tuple(phase for phase in PHASES if phase.number < 3)
_AFTER = tuple(phase for phase in PHASES if phase.number > 6)
QUARTER = 3


def predictable(world: World) -> bool:
    """Whether months can be lived through at once: nothing but prices, accounts and minds moves between decisions.

    Not where exposure evolves, people age, neighbours talk, a poll is blind, a public fund trades or platforms are
    imposed; nor in a large world, whose months are long enough and shared by threads.
    """
    p = world.parameters
    return not (
        p.exposure.evolves
        or p.fund.active
        or world.people is not None
        or world.network is not None
        or world.blind is not None
        or world.interventions.platforms is not None
        or len(world.electorate) >= LARGE
    )


def advance(world: World, months: int) -> None:
    """Run a number of months; the same as so many times `World.step`."""
    end = world.month + months
    while world.month < end:
        for phase in _BEFORE:
            phase.run(world)
        count = min(last_undisturbed(world), end - 1) - world.month + 1
        *on_the_way, _ = move_months(world, count)
        for price in on_the_way:
            world.record.append(month_record(world, price))
            world.month += 1
            drift(world)
        for phase in _AFTER:
            phase.run(world)
        world.month += 1


def last_undisturbed(world: World) -> int:
    """Month that ends with the next decision, or after which something falls due; this month at the earliest.

    Decisions come at the end of a month (parties each quarter, voters at elections), what falls due at its beginning.
    """
    month, p = world.month, world.parameters
    half = half_term(p)
    last = min(
        month + -month % QUARTER,
        month + -(month + p.institutions.election_lead) % half,
        month - month % half + half - 1,
    )
    for due in _dues(world):
        last = min(last, math.ceil(due) - 1)
    return last


def _dues(world: World) -> Iterator[float]:
    """When something falls due of itself, later than this month."""
    if world.docket is not None:
        yield world.docket.due
    for suit in world.suits:
        yield suit.decided
    if (expiry := next_expiry(world.law)) is not None:
        yield expiry[1]
    if world.friendly_pending:
        yield world.parameters.policy.friendly_month


def move_months(world: World, count: int) -> list[float]:
    """Phases 3 to 6 of this month and of the ones after it, `count` in all; returns the coin's price of each.

    The months lie in one half of a term, and in all of them policy and platforms are those of now.
    """
    p, month, electorate = world.parameters, world.month, world.electorate
    half = half_term(p)
    ahead = month % half
    author, opponent = world.stand("author"), world.stand("opponent")
    world.threat = threat_of((author, opponent), world.openness)
    r, d = (author, opponent) if world.sign > 0 else (opponent, author)
    state, prices, path = np.array(world.market), world.product_prices.copy(), np.empty(count)
    before, totals = np.empty_like(prices), np.empty(5)
    kept = np.array([share_kept(world, later) for later in range(month, month + count)])
    _move_months(
        electorate.fixed, electorate.dynamic, state, prices, before, totals, path,
        standing_table(p, world.law, world.in_force).copy(), surprises(world.draws, month - ahead, half, p)[ahead:],
        noises(world.draws, month - ahead, half)[ahead:], kept, market_coefficients(p), price_moves(p),
        as_row(world.opinion_coefficients), world.news, world.citizens_per_voter, p.market.bond_return_monthly,
        p.accounts.rebalancing, world.openness, world.threat,
        1.0 if world.docket is not None and world.docket.restrictive else 0.0, r.openness, d.openness,
    )  # fmt: skip
    world.news = 0.0
    world.market = MarketState(*state.tolist())
    world.prices_before, world.product_prices = before, prices
    world.account_totals = tuple(totals.tolist())
    world.product_flows = np.zeros_like(prices)
    world.product_flows[ASSIGNED] = world.account_totals[INTO_COIN] * world.citizens_per_voter
    return list(path.tolist())


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _move_months(
    fixed: npt.NDArray[np.float32],
    dynamic: npt.NDArray[np.float32],
    state: Reals,
    prices: Reals,
    before: Reals,
    totals: Reals,
    path: Reals,
    table: Reals,
    surprises: Reals,
    noises: Reals,
    kept: Reals,
    market: Reals,
    moves: Reals,
    opinion: Reals,
    news: float,
    citizens_per_voter: float,
    bond_return: float,
    rebalancing: float,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
) -> None:  # pragma: no cover - compiled
    """Phases 3 to 6, month by month, in the order of the schedule; fills `path` and moves everything in place."""
    voters = fixed.shape[1]
    sums = np.empty((block_count_of(voters), totals.size))
    for month in range(path.size):
        move_market(state, surprises[month], news if month == 0 else 0.0, market)
        before[:] = prices
        move_prices(prices, before, state[PRICE], state[CRYPTO_RETURN], state[STOCK_RETURN], noises[month], moves)
        table[PRODUCT_PRICE], table[PRICE_BEFORE] = prices, before
        move_accounts(
            0, voters, fixed, dynamic, sums, table, state[STOCK_RETURN], bond_return, rebalancing, kept[month], 0.0, 0.0,
            month == path.size - 1,
        )  # fmt: skip
        totals[:] = 0.0
        add_blocks(sums, totals)
        state[FLOW] = totals[INTO_COIN] * citizens_per_voter
        state[HELD] = totals[IN_COIN] * citizens_per_voter
        move_minds(0, voters, fixed, dynamic, prices, openness, threat, media, stand_r, stand_d, opinion)
        path[month] = state[PRICE]


block_count_of = numba.njit(error_model="numpy")(block_count)
