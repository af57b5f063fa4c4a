"""Phase 5: employers change their menus, savers adopt and give up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ...agents.draws import month_key
from ...agents.electorate import columns
from ...agents.electorate.adoption.coefficients import (
    ADOPTION_ROWS,
    BOUGHT,
    ROW_ALLOCATION,
    ROW_PRICE,
    ROW_VISIBILITY,
    ROW_WEIGHT,
    SOLD,
    STREAMS,
    AdoptionCoefficients,
)
from ...agents.electorate.adoption.equations import common_utility, monthly_inertia, neutral_odds
from ...agents.electorate.adoption.kernel import adoption_month, holdings
from ...agents.employer.state import Employers
from ..economy.employers import Climate, menus_month
from ..economy.products import per_product
from ..parameters.tree import Parameters
from ..policy.law import ira_openness
from ..state import WorldState

Reals = npt.NDArray[np.float64]


def employers(state: WorldState) -> None:
    """Run phase 5: menus, adoption and redemption, where exposure evolves."""
    if not state.parameters.exposure.evolves or state.employers is None:
        return
    now = state.in_force
    climate = Climate(state.openness, now.closed or now.theta <= 0.0, 1.0 if state.suits else 0.0, crash(state))
    taken = menus_month(state.employers, climate, state.draws, state.month, state.parameters, state.derived.offer_rate)
    savers(state, state.employers, taken)


def trailing_return(state: WorldState) -> float:
    """Return the coin's log return over the last twelve months, or since month 0 (ODD: trailing_return)."""
    before = state.record[state.month - 12].price if state.month >= 12 else 1.0
    return math.log(state.market.price / before)


def crash(state: WorldState) -> float:
    """Return 1 if the coin's return of twelve months is below the threshold of employers, else 0 (ODD: crash)."""
    return 1.0 if math.expm1(trailing_return(state)) < state.parameters.employer.crash_return else 0.0


def warning(state: WorldState) -> float:
    """Return 1 if policy is below neutral, or below rule or statute by guidance, else 0 (ODD: warning)."""
    guidance, standing = state.law.guidance, state.law.standing()
    held_down = guidance is not None and guidance.theta < standing.theta
    return 1.0 if held_down or state.in_force.theta < state.parameters.employer.neutral_openness else 0.0


def adoption_table(state: WorldState) -> Reals:
    """Return price, allocation to new adopters, visibility and weight of every product (ODD: adoption_table)."""
    p, now = state.parameters, state.in_force
    table = np.zeros((len(ADOPTION_ROWS), len(columns.PRODUCTS)))
    table[ROW_PRICE] = state.product_prices
    shares = state.derived.allocations
    if not now.closed and now.theta > 0.0:
        table[ROW_ALLOCATION] = shares * min(1.0, now.kappa / p.policy.cap)
    own_choice = ira_openness(state.law, p.policy.cap) >= p.adoption.ira_least_openness - 1e-9
    table[ROW_ALLOCATION, columns.IRA_FUND] = shares[columns.IRA_FUND] if own_choice else 0.0
    table[ROW_VISIBILITY] = per_product(p, "visibility", p.exposure.visibility)
    table[ROW_WEIGHT] = per_product(p, "weight")
    return table


def adoption_terms(p: Parameters, share_holding: float, warned: float) -> AdoptionCoefficients:
    """Return the coefficients of a month (ODD: adoption_terms); warned: 1 under a `warning`, else 0."""
    a = p.adoption
    return AdoptionCoefficients(
        odds_plan=neutral_odds(a.takeup_given_offer_optin),
        odds_ira=neutral_odds(a.ira_takeup),
        inertia=monthly_inertia(a.annual_reallocation_rate),
        attention_slope=a.attention_slope,
        attitude_weight=a.attitude_weight,
        neutral_ideal=a.neutral_ideal,
        age_weight=a.age_weight,
        neutral_age=a.neutral_age,
        neighbour_weight=a.neighbour_weight,
        share_holding=share_holding,
        giving_up=1.0 if a.giving_up else 0.0,
        fall_threshold=a.fall_threshold,
        fall_hazard=a.fall_hazard,
        warning_hazard=a.warning_hazard * warned,
        default_share=a.share_participants_holding_tdf,
    )


def adoption_keys(state: WorldState) -> npt.NDArray[np.uint64]:
    """Return the month's keys of the streams of `adoption_month`; default savers are drawn only once, at month 0."""
    months = (*(state.month,) * (len(STREAMS) - 1), 0)
    keys = [month_key(state.draws.key(name), month) for name, month in zip(STREAMS, months, strict=True)]
    return np.array(keys, dtype=np.uint64)


def savers(state: WorldState, employers: Employers, taken: npt.NDArray[np.int8]) -> None:
    """Let savers adopt and give up; their purchases less sales are part of this month's flow (ODD: savers)."""
    p, electorate = state.parameters, state.electorate
    starts, neighbours, holds = _neighbours(state)
    share = float(holdings(electorate.fixed, electorate.dynamic)[1].sum()) / len(electorate)
    warned = warning(state)
    common = common_utility(trailing_return(state), warned, p.adoption)
    totals = adoption_month(
        electorate.fixed,
        electorate.dynamic,
        employers.offers,
        taken,
        adoption_table(state),
        starts,
        neighbours,
        holds,
        adoption_keys(state),
        common + p.adoption.legitimacy_weight * employers.share_offering(),
        common,
        adoption_terms(p, share, warned),
    )
    exchanged = totals[BOUGHT] - totals[SOLD]
    into_coin = float(state.derived.coin_shares @ exchanged)
    scale, market, books = state.citizens_per_voter, state.market, state.account_totals
    state.product_flows = state.product_flows + exchanged * scale
    state.market = market._replace(flow=market.flow + into_coin * scale, held=market.held + into_coin * scale)
    state.account_totals = (books[0] + into_coin, books[1], books[2], books[3] + into_coin, books[4])


def _neighbours(state: WorldState) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return starts and neighbours of the network, and whether each voter holds crypto; empty without a network."""
    network = state.network
    if network is None:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none.astype(np.bool_)
    return network.starts, network.neighbours, state.electorate.dynamic[columns.UNITS] > 0.0
