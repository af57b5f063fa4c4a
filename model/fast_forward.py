"""Fast path of a world's months: several in one compiled call while no decision is due.

In most months no decision and no item is due: prices, accounts and opinions move, and the month is recorded. The
schedule (`PHASES`) stays the definition: month by month the state is the same to the last bit
(tests/reference/test_months_ahead.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numba
import numpy as np
import numpy.typing as npt

from ..agents.electorate.accounts.kernel import FLOW as INTO_COIN
from ..agents.electorate.accounts.kernel import HELD as IN_COIN
from ..agents.electorate.accounts.kernel import move_accounts
from ..agents.electorate.coefficient_row import as_row
from ..agents.electorate.columns import PRICE as PRODUCT_PRICE
from ..agents.electorate.columns import PRICE_BEFORE
from ..agents.electorate.opinion.kernel import move_opinions
from ..agents.numerics.blocks import LARGE, add_blocks, blocks_of_groups
from .calendar import half_term
from .dated_events import impose_dated_events
from .economy.market import (
    CRYPTO_RETURN,
    FLOW,
    HELD,
    PEAK,
    PRICE,
    STOCK_RETURN,
    MarketState,
    fall_from_peak,
    move_market,
)
from .economy.products import move_prices
from .phases.agenda import agenda_due
from .phases.market import luck
from .phases.payroll import product_flows, share_kept
from .phases.pipeline import drift
from .phases.platforms import QUARTER, platform_due
from .phases.record import month_record
from .phases.voters import policy_news
from .policy.law import next_expiry
from .schedule import PHASES, run_phases
from .state import WorldState

Reals = npt.NDArray[np.float64]

BEFORE, AT_ONCE, AFTER = PHASES[:2], PHASES[2:6], PHASES[6:]
"""Phases before, within and after `move_months`: due items, prices and accounts and opinions, decisions."""


def predictable(state: WorldState) -> bool:
    """Return whether only prices, accounts and opinions move between decisions, so that the fast path applies.

    It does not apply if exposure evolves, people age, neighbours meet, a poll is blind, a public fund trades, platforms
    are imposed, or the world is large: its kernels run on several threads.
    """
    p = state.parameters
    return not (
        p.exposure.evolves
        or p.fund.active
        or state.people is not None
        or state.network is not None
        or state.blind is not None
        or state.interventions.platforms is not None
        or len(state.electorate) >= LARGE
    )


def advance(state: WorldState, months: int) -> None:
    """Run a number of months; the states are those of as many calls of `run_month`."""
    end = state.month + months
    while state.month < end:
        impose_dated_events(state)
        if not predictable(state):
            run_phases(state)
            continue
        for phase in BEFORE:
            phase.run(state)
        *on_the_way, last = move_months(state, last_undisturbed(state, end) - state.month + 1)
        if on_the_way:
            row = month_record(state, last)
            state.record += [row._replace(month=state.month + k, price=price) for k, price in enumerate(on_the_way)]
        for _ in on_the_way:
            state.month += 1
            drift(state)
        for phase in AFTER:
            phase.run(state)
        state.month += 1


def last_undisturbed(state: WorldState, end: int) -> int:
    """Return the last month before `end` that the fast path can reach from this one; at least this month.

    Decisions come at the end of a month (parties at quarters, voters at elections), due items at its beginning.
    """
    month, p = state.month, state.parameters
    half = half_term(p)
    last = min(
        end - 1,
        month + -(month + p.institutions.election_lead) % half,
        month - month % half + half - 1,
    )
    for due in _dues(state):
        # Not before this month: a court can restore a rule whose sunset has passed.
        last = max(month, min(last, math.ceil(due) - 1))
    for quarter in range(month + -month % QUARTER, last, QUARTER):
        if platform_due(state, quarter) or agenda_due(state, quarter):
            return quarter
    return last


def _dues(state: WorldState) -> Iterator[float]:
    """Yield the due dates of the docket, suits, sunsets, the friendly policy and later dated events."""
    if state.docket is not None:
        yield state.docket.due
    for suit in state.suits:
        yield suit.decided
    if (expiry := next_expiry(state.law)) is not None:
        yield expiry[1]
    if state.friendly_pending:
        yield state.parameters.policy.friendly_month
    for event in state.dated:
        if event.month > state.month:
            yield event.month


def move_months(state: WorldState, count: int) -> list[float]:
    """Run phases 3 to 6 of `count` months from this one on; return the coin's price in each.

    The months lie in one half of a term; policy and platforms do not change in them.
    """
    p, month, electorate = state.parameters, state.month, state.electorate
    ahead = month % half_term(p)
    media, stand_r, stand_d = policy_news(state)
    market_state, totals, path = np.array(state.market), np.empty(len(state.account_totals)), np.empty(count)
    prices = state.product_prices.copy()
    before = np.empty_like(prices)
    derived, (shocks, noise) = state.derived, luck(state, month - ahead)
    move_electorate(
        electorate.fixed, electorate.dynamic, market_state, prices, before, totals, path,
        shocks, noise, ahead, state.standing_products.copy(), derived.market, derived.price_moves,
        as_row(state.opinion_coefficients), _shares_kept(state, count),
        state.news, state.citizens_per_voter, p.market.bond_return_monthly, p.accounts.rebalancing,
        state.openness, state.threat, media, stand_r, stand_d,
    )  # fmt: skip
    state.news = 0.0
    state.market = MarketState(*market_state.tolist())
    state.prices_before, state.product_prices = before, prices
    flow, contributions, gains, held, withdrawals = totals.tolist()
    state.account_totals = (flow, contributions, gains, held, withdrawals)
    state.product_flows = product_flows(state, None, flow, state.citizens_per_voter)
    prices_of_months: list[float] = path.tolist()
    return prices_of_months


def _shares_kept(state: WorldState, count: int) -> Reals:
    """Return `keep_share` of each month; the last value also holds later."""
    if share_kept(state, state.month) == 1.0:  # nothing has to be sold, or all of it is
        return _ALL_KEPT
    return np.array([share_kept(state, state.month + ahead) for ahead in range(count)])


_ALL_KEPT = np.ones(1)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def move_electorate(
    fixed: npt.NDArray[np.float32],
    dynamic: npt.NDArray[np.float32],
    market_state: Reals,
    prices: Reals,
    before: Reals,
    totals: Reals,
    path: Reals,
    surprises: Reals,
    noises: Reals,
    ahead: int,
    table: Reals,
    market: Reals,
    moves: Reals,
    opinion: Reals,
    kept: Reals,
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
    """Run the months of `move_months` in the order of the schedule; fill path, change the other arrays in place.

    market_state: as MarketState; ahead: row of surprises and noises of the first month; table: `standing_table`, into
    which prices are written; market, moves, opinion: `market_coefficients`, `price_moves`, OpinionCoefficients; kept:
    one share per month, the last also for later months; path: one price per month.
    """
    voters = fixed.shape[1]
    sums = np.empty((blocks_of_groups(voters), totals.size))
    for month in range(path.size):
        move_market(market_state, surprises[ahead + month], news if month == 0 else 0.0, market)
        for product in range(prices.size):
            before[product] = prices[product]
        coin, stocks = market_state[CRYPTO_RETURN], market_state[STOCK_RETURN]
        move_prices(prices, before, market_state[PRICE], coin, stocks, noises[ahead + month], moves)
        for product in range(prices.size):
            table[PRODUCT_PRICE, product], table[PRICE_BEFORE, product] = prices[product], before[product]
        # Totals of intermediate months are never reported.
        last = month == path.size - 1
        keep = kept[min(month, kept.size - 1)]
        move_accounts(0, voters, fixed, dynamic, sums, table, stocks, bond_return, rebalancing, keep, 0.0, 0.0, last)
        for k in range(totals.size):
            totals[k] = 0.0
        add_blocks(sums, totals)
        market_state[FLOW], market_state[HELD] = (
            totals[INTO_COIN] * citizens_per_voter,
            totals[IN_COIN] * citizens_per_voter,
        )
        fall = fall_from_peak(market_state[PRICE], market_state[PEAK])
        move_opinions(0, voters, fixed, dynamic, prices, openness, threat, media, stand_r, stand_d, fall, opinion)
        path[month] = market_state[PRICE]
