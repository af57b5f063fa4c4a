"""What is expected by the next presidential election if an item goes on: policy in force, threat, grievance, stakes.

Pure functions of public facts. `polling` puts the respondents into each outlook (ODD: foresight).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.electorate import columns
from ...agents.perception import Option, Stand
from ...agents.regulator.decisions import drift_goal
from ...agents.regulator.docket import expected_months, slow_roll_factor, stage_count
from ..derived import Derived
from ..parameters.tree import Parameters
from ..policy.menu import restrictive
from ..state import WorldState
from .vote_effect import feared_size

Reals = npt.NDArray[np.float64]
Stretch = tuple[float, float, float, float, float, float, float]
HALF = 0.5
"""Months between the expected date of an item and the first month that feels it, on average: a month acts whole."""
CONCAVITY = 0.5
"""Power of a stake in its effect: halfway between attention, which saturates, and an effect in proportion."""
LEAST = 1e-6
"""Smallest chance of an outlook that is projected."""
_GAUSS = np.polynomial.legendre.leggauss(32)
NODES, WEIGHTS = 0.5 * (1.0 + _GAUSS[0]), 0.5 * _GAUSS[1]
"""Gauss-Legendre quadrature on 0 to 1."""
EMPTY: Stretch = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Outlook(NamedTuple):
    """One way in which things may stand at the election, with its probability.

    question: row of the kernel's question table; stretches: months until then, as in `projected_votes`.
    """

    probability: float
    question: tuple[float, ...]
    stretches: tuple[Stretch, ...]


class Item(NamedTuple):
    """An item that goes on: its stand, cap and expected months, stages left, risk in court, whether it restricts."""

    stand: Stand
    kappa: float
    by_statute: bool
    months: float
    stages: int
    risk: float
    restricts: bool


def months_to_election(state: WorldState) -> int:
    """Return the months until the next presidential election, 0 in its own month."""
    institutions = state.parameters.institutions
    return -(state.month + institutions.election_lead) % institutions.term_months


def expected_growth(derived: Derived) -> Reals:
    """Return the monthly factor by which a stake in each product is expected to grow (ODD: expected_growth).

    The certainty equivalent of the price at the power CONCAVITY, from the drift and the spread of the coin's returns;
    flows, news and crashes are not foreseen. Shape (products,); do not write to it.
    """
    return _growth(derived)


@lru_cache(maxsize=128)
def _growth(derived: Derived) -> Reals:
    m, (beta, _, coin_share, fee) = derived.parameters.market, derived.price_moves
    coin = np.exp(beta * m.btc_log_mean_monthly + 0.5 * CONCAVITY * (beta * m.btc_log_sd_monthly) ** 2)
    growth: Reals = (coin_share * coin + (1.0 - coin_share) * (1.0 + m.spx_total_mean_monthly)) * np.exp(-fee / 12.0)
    return growth


def expected_fall(state: WorldState, months: Reals) -> Reals:
    """Return the share of the coin's peak of today that is expected to be lost after months (ODD: expected_fall).

    months: any shape, which the result has too. 0 where the price is expected to exceed the peak.
    """
    market, growth = state.market, expected_growth(state.derived)[columns.ASSIGNED]
    falls: Reals = np.maximum(0.0, 1.0 - market.price * growth**months / market.peak)
    return falls


def in_time(months: float, stages: int, horizon: float, fading: float) -> tuple[float, float]:
    """Return the probability that an item takes effect by the horizon, and a date that stands for all its dates.

    stages: exponential stages left (Erlang), 0 for an item whose date hardly varies. Of something that begins at the
    representative date and fades at the rate `fading`, as much is left at the horizon as on average (ODD: in_time).
    """
    if stages == 0 or months <= 0.0:
        return (1.0, months) if months <= horizon else (0.0, months)
    return _erlang(months, stages, horizon, fading)


@lru_cache(maxsize=4096)
def _erlang(months: float, stages: int, horizon: float, fading: float) -> tuple[float, float]:
    # Later dates have a chance below 1e-5; leaving them out keeps the nodes dense where the dates are.
    end = min(horizon, months * (1.0 + 11.0 / math.sqrt(stages)))
    rate, dates = stages / months, end * NODES
    density = rate * (rate * dates) ** (stages - 1) * np.exp(-rate * dates) / math.factorial(stages - 1)
    chances = end * WEIGHTS * density
    chance = float(chances.sum())
    if chance < LEAST:
        return 0.0, months
    seen = float((chances * np.exp(-fading * (horizon - dates))).sum()) / chance
    return min(1.0, chance), max(0.0, horizon + math.log(seen) / fading)


@lru_cache(maxsize=1024)
def table_under(derived: Derived, kappa: float, forced: bool, opens: bool, statute: bool, ira: bool) -> Reals:
    """Return the table of products under a cap (0 if closed), as `standing_table`; do not write to it.

    forced: whether holdings over the limit are sold; opens: to new money; statute: whether it binds IRAs as well;
    ira: whether IRAs are open.
    """
    cap = derived.parameters.policy.cap
    table = np.zeros((len(columns.PRODUCT_ROWS), len(columns.PRODUCTS)))
    shares = derived.allocations * min(1.0, kappa / cap)
    if opens:
        table[columns.NEW_MONEY], table[columns.OPEN] = shares, shares > 0.0
        table[columns.NEW_MONEY, columns.IRA_FUND] = 0.0
    table[columns.OPEN, columns.IRA_FUND] = ira
    table[columns.LIMIT] = shares if forced else 1.0
    if not statute:
        table[columns.LIMIT, columns.IRA_FUND] = 1.0
    return table


def table_after(state: WorldState, item: Item) -> Reals:
    """Return the table of products once an item is in force."""
    stand, opens = item.stand, item.stand.openness > 0.0
    sells = stand.forced > 0.0 and stand.protected < 1.0
    ira = opens if item.by_statute else state.standing_products[columns.OPEN, columns.IRA_FUND] > 0.0
    statute = item.by_statute or state.law.statute is not None
    return table_under(state.derived, item.kappa, sells, opens, statute, bool(ira))


def item_of(state: WorldState, option: Option, stages_done: int = 0) -> Item | None:
    """Return what an option leads to if it goes on; None for hold and for moves that change no policy."""
    if option.instrument == "none" or option.name in ("support", "renew"):
        return None
    random = option.instrument in ("rule", "statute")
    stages = stage_count(option.instrument, state.parameters.regulator) - stages_done if random else 0
    months, statute = option.months, option.instrument == "statute"
    if stages > 1:
        months += settled_delay(state, option, stages - 1) - months * (stages - 1) / stages
    restricts = restrictive(option, state.openness)
    return Item(option.stand, option.kappa, statute, months, stages, option.risk, restricts)


def settled_delay(state: WorldState, option: Option, stages: int) -> float:
    """Return the expected months of an option's last stages, at an agency that has come round to the president."""
    p, agency = state.parameters.regulator, state.agencies[option.agency]
    goal = drift_goal(state.party(state.in_office).ideal, agency.independence, p)
    whole = expected_months(option.instrument, slow_roll_factor(goal, option.stand.openness, p), p)
    return whole * stages / stage_count(option.instrument, p)


def friendly_item(state: WorldState) -> Item | None:
    """Return the author's policy where it is still to come, None otherwise."""
    if not state.friendly_pending:
        return None
    p = state.parameters.policy
    months = max(0.0, float(p.friendly_month - state.month) - HALF)
    return Item(Stand(p.friendly_theta, 0.0, 0.0), p.cap, p.layer == "statute", months, 0, 0.0, False)


def outlooks(state: WorldState, r: Stand, d: Stand, item: Item | None, law: int, months: int) -> list[Outlook]:
    """Return how things may stand at an election `months` ahead if voters judge R by `r`, D by `d` (ODD: outlooks).

    law: row of the table of products after the item. With an item that may be in force or not: two outlooks.
    """
    now, openness, row_of = state.in_force, state.openness, state.derived.questions.row
    present, done = row_of(openness, r, d), float(state.month + 1 - now.month)
    sold = _sold_share(state, now.forced, now.protected)
    media = 1.0 if item is not None and item.restricts else 0.0

    def until(length: float) -> tuple[Stretch, Stretch]:
        return _period(state, length, openness, present[4], media, 0, sold, done, 0.0)

    if item is None:
        return [Outlook(1.0, present, until(float(months)))]
    there, after = item.stand, row_of(item.stand.openness, r, d)
    imposed = there.forced - now.forced
    resented = _resentment(state, there, max(0.0, imposed))
    chance, wait = in_time(item.months, item.stages, float(months), fading_rate(state.parameters))
    chance *= 1.0 - item.risk
    result = []
    if chance > 0.0:
        before = max(0.0, wait - HALF)
        restarts = _sold_share(state, there.forced, there.protected)
        selling = (restarts, 0.0) if imposed > 0.0 else (sold, done + before)
        following = _period(state, months - before, there.openness, after[4], 0.0, law, *selling, resented)
        result.append(Outlook(chance, after, (*until(before), *following)))
    if chance < 1.0:
        result.append(Outlook(1.0 - chance, present, until(float(months))))
    return result


def fading_rate(p: Parameters) -> float:
    """Return the monthly rate at which a grievance fades as a motive: itself, and the attention that weighs it."""
    return 1.0 / p.opinion.grievance_months + math.log(2.0) / p.opinion.salience_half_life_down


def _resentment(state: WorldState, stand: Stand, imposed: float) -> float:
    """Return the size of the grievance that a stand in force adds, positive against D (E40)."""
    was = state.openness
    if stand.openness >= was - 1e-9 and imposed <= 0.0:
        return 0.0
    size = feared_size(state.parameters, was, stand.openness, imposed, stand.protected)
    return -size * state.incumbent_sign


def _sold_share(state: WorldState, forced: float, protected: float) -> float:
    """Return the part of the excess over the limit that a forced sale takes in all, 0 without one."""
    if forced <= 0.0 or protected >= 1.0:
        return 0.0
    return (1.0 - protected) * (1.0 - state.parameters.exposure.grandfathering)


def _period(
    state: WorldState,
    months: float,
    openness: float,
    threat: float,
    media: float,
    law: int,
    sold: float,
    done: float,
    resented: float,
) -> tuple[Stretch, Stretch]:
    """Return the stretches of months under one policy: while a forced sale goes on, and the rest.

    sold: part that the sale takes in all; done: months of it that are over at the start.
    """
    whole = state.parameters.accounts.divestment_months
    selling = min(months, max(0.0, whole - done)) if sold > 0.0 else 0.0
    left = 1.0 - sold * min(done, whole) / whole
    kept = (1.0 - sold * min(done + selling, whole) / whole) / left if selling > 0.0 and left > 0.0 else 1.0
    calm = (months - selling, openness, threat, media, 1.0, float(law))
    if selling <= 0.0:
        return EMPTY, (*calm, resented)
    return (selling, openness, threat, media, kept, float(law), resented), (*calm, 0.0)


def stretch_table(state: WorldState, rows: Sequence[tuple[Stretch, ...]]) -> Reals:
    """Return stretches as one array of shape (outlooks, stretches, columns), filled up with empty ones.

    The last column, in addition to those of `Stretch`, is the fall of the coin's price expected at a stretch's end.
    """
    longest = max([len(stretches) for stretches in rows])
    flat: list[float] = []
    for stretches in rows:
        for stretch in stretches:
            flat += stretch
        flat += EMPTY * (longest - len(stretches))
    table = np.array(flat).reshape(len(rows), longest, len(EMPTY))
    falls = expected_fall(state, table[:, :, 0].cumsum(axis=1))
    return np.concatenate((table, falls[:, :, None]), axis=2)
