"""The compiled projection of a panel to a coming election (ODD: projected_votes). Plain reference in tests/reference.

The months until the election are divided into stretches with the same policy. In each, holdings, attention, ideal
policy and grievance go from where they are towards where they tend. Nothing is drawn.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
from numba.np.unsafe.ndarray import to_fixed_tuple

from ...numerics.blocks import Block, Totals, block_count
from ...numerics.power import powers
from ..accounts.equations import holding_value, payroll_purchase, stake_in_usd, units_of, years_of_income
from ..coefficient_row import as_row
from ..columns import (
    ASSIGNED_STAKE,
    ATTENTION,
    BELIEF,
    BLAME,
    CONTRIBUTION,
    GRIEVANCE,
    IDEAL,
    IDEAL_BASE,
    INCOME,
    IRA,
    LIMIT,
    NEW_MONEY,
    OPEN,
    OPPOSED,
    PARTISANSHIP,
    PLAN,
    PRODUCT,
    PRODUCTS,
    REFERENCE,
    SALIENCE,
    TURNOUT_PRESIDENTIAL,
    UNITS,
    VISIBILITY,
)
from ..opinion.coefficients import OpinionCoefficients
from ..opinion.equations import (
    calm_salience,
    ideal_goal,
    noticed,
    opposed_attention,
    opposed_ideal,
    opposed_salience,
    opposition,
    ownership_ideal,
    party_cue,
    public_salience,
    salience_goal,
)
from ..voting.coefficients import VoteCoefficients
from ..voting.equations import grievance_after, prospect_loss, unprotected_stake, whole_loss
from ..voting.kernel import COUNT, NO_MOODS, add_votes
from .equations import (
    attended_holding,
    expected_holding,
    expected_limit,
    expected_price,
    expected_reference,
    faded,
    growth_sum,
    holding_after_sale,
    kept_after,
    rebalanced_growth,
    relaxed,
)

STRETCH = ("months", "openness", "threat", "media", "sale_kept", "law", "resented", "fall")
"""Columns of a stretch of months, see `projected_votes`."""
MONTHS, OPENNESS, THREAT, MEDIA, SALE_KEPT, LAW, RESENTED, FALL = range(len(STRETCH))
_OPINIONS = len(OpinionCoefficients._fields)
_PRODUCTS = len(PRODUCTS)
Numbers = npt.NDArray[np.int64]
# Rows of working space, float64: of everybody, and in the same rows of those with a stake, who have more.
_BASE, _LEANING, _BLAME, _OPPOSED, _CUE, _SALIENCE, _IDEAL = range(7)
_START, _TARGET, _PAID, _REST, _INCOME, _SEEN, _BELIEF, _VALUE, _ATTENDED, _HURT = range(7, 17)


def projected_votes(
    fixed: Block,
    dynamic: Block,
    first: int,
    count: int,
    prices: Totals,
    growth: Totals,
    months: int,
    incumbent: float,
    turnout_channel: bool,
    questions: Totals,
    stretches: Totals,
    tables: Totals,
    rebalancing: float,
    opinion: OpinionCoefficients,
    c: VoteCoefficients,
    moods: Totals = NO_MOODS,
) -> Totals:
    """Return the votes that R and D can expect from a panel at an election `months` ahead (ODD: projected_votes).

    questions, shape (q, 7): as in `expected_votes`, at the policy in force at the election; column 4: the threat then.
    stretches, shape (q, s, 8), columns STRETCH: months, openness, threat, media, share of the excess over the limit
    that a forced sale leaves at the stretch's end (1 = no sale), row of `tables`, size of the grievance that begins the
    stretch (positive against D, 0 for none), and fall of the coin's price from its peak.
    tables, shape (laws, rows, products): columns.PRODUCT_ROWS.
    growth: expected monthly factor of each product's price. moods: as in `expected_votes`. Returns shape (q, 2).
    """
    people, now = panel(fixed, first, count), panel(dynamic, first, count)
    totals, sums = np.empty((len(questions), 2)), np.empty((block_count(count), 2))
    _projected_votes(
        people, now, now.copy(), totals, sums, prices, growth, months, incumbent, turnout_channel,
        questions, stretches, tables, rebalancing, moods, as_row(opinion), as_row(c),
    )  # fmt: skip
    return totals


def panel(block: Block, first: int, count: int) -> Block:
    """Return a copy of the columns of voters first .. first+count-1, modulo all; shape (columns, count)."""
    stop = first + count - block.shape[1]
    if stop <= 0:
        return block[:, first : first + count].copy()
    return np.concatenate((block[:, first:], block[:, :stop]), axis=1)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _projected_votes(
    fixed: Block,
    now: Block,
    then: Block,
    totals: Totals,
    sums: Totals,
    prices: Totals,
    growth: Totals,
    months: int,
    incumbent: float,
    turnout_channel: bool,
    questions: Totals,
    stretches: Totals,
    tables: Totals,
    rebalancing: float,
    moods: Totals,
    opinion_row: Totals,
    vote_row: Totals,
) -> None:  # pragma: no cover - compiled
    """Write totals, question by question: project the panel into `then`, and add up its votes."""
    o = OpinionCoefficients(*to_fixed_tuple(opinion_row, _OPINIONS))  # type: ignore[call-arg]
    c = VoteCoefficients(*to_fixed_tuple(vote_row, COUNT))
    count = fixed.shape[1]
    everybody, staked = np.empty((7, count)), np.empty((17, count))
    holders, products = np.empty(count, np.int64), np.empty(count, np.int64)
    blame_keep = 1.0 - o.blame_down
    ahead = np.empty_like(prices)
    for number in range(prices.size):
        ahead[number] = expected_price(prices[number], growth[number], months)
    against = False
    for j in range(count):
        everybody[_BASE, j] = np.float64(fixed[IDEAL_BASE, j])
        everybody[_LEANING, j] = np.float64(fixed[PARTISANSHIP, j])
        everybody[_BLAME, j] = faded(np.float64(now[BLAME, j]), blame_keep, months)
        everybody[_OPPOSED, j] = np.float64(fixed[OPPOSED, j])
        against |= fixed[OPPOSED, j] > 0.0
    held = _list_stakes(fixed, now, then, everybody, staked, holders, products, prices, growth, months, o)
    for q in range(questions.shape[0]):
        r, d = questions[q, 0], questions[q, 1]
        _project_opinions(now, then, everybody, r, d, stretches[q], against, o)
        if held > 0:
            _project_stakes(
                now, then, staked, holders[:held], products, r, d, stretches[q], tables, growth, ahead, rebalancing,
                against, o, c,
            )  # fmt: skip
        add_votes(
            0, count, fixed, then, 0, sums, ahead, incumbent, 0.0, questions[q, 4], TURNOUT_PRESIDENTIAL,
            turnout_channel, questions[q : q + 1], moods, vote_row,
        )  # fmt: skip
        for side in range(2):
            totals[q, side] = 0.0
            for block in range(sums.shape[0]):
                totals[q, side] += sums[block, side]


@numba.njit(error_model="numpy", forceinline=True)
def _list_stakes(
    fixed: Block,
    now: Block,
    then: Block,
    everybody: Totals,
    staked: Totals,
    holders: Numbers,
    products: Numbers,
    prices: Totals,
    growth: Totals,
    months: int,
    o: OpinionCoefficients,
) -> int:  # pragma: no cover - compiled
    """List those with a stake and what their holdings depend on; write their reference prices of the election.

    Return their number: all holders, or everybody if there is a public fund.
    """
    count = 0
    for j in range(fixed.shape[1]):
        units = np.float64(now[UNITS, j])
        if units <= 0.0 and o.public_usd <= 0.0:
            continue
        product, income = int(now[PRODUCT, j]), np.float64(fixed[INCOME, j])
        assigned = np.float64(now[ASSIGNED_STAKE, j])
        holders[count], products[count] = j, product
        for row in range(_BASE, _OPPOSED + 1):
            staked[row, count] = everybody[row, j]
        staked[_START, count] = holding_value(units, prices[product])
        staked[_TARGET, count] = stake_in_usd(assigned, income)
        staked[_PAID, count] = payroll_purchase(np.float64(fixed[CONTRIBUTION, j]), 1.0, assigned)
        staked[_REST, count] = np.float64(now[PLAN, j]) + np.float64(now[IRA, j])
        staked[_INCOME, count] = income
        staked[_SEEN, count] = np.float64(now[VISIBILITY, j])
        staked[_BELIEF, count] = np.float64(fixed[BELIEF, j])
        count += 1
        if units > 0.0:
            reference = np.float64(now[REFERENCE, j])
            speed = o.reference_up if prices[product] > reference else o.reference_down
            then[REFERENCE, j] = expected_reference(
                reference, prices[product], growth[product], np.float64(fixed[ATTENTION, j]), speed, months
            )
    return count


@numba.njit(error_model="numpy", forceinline=True)
def _project_opinions(
    now: Block,
    then: Block,
    everybody: Totals,
    r: float,
    d: float,
    stretches: Totals,
    against: bool,
    o: OpinionCoefficients,
) -> None:  # pragma: no cover - compiled
    """Write the salience, ideal policy and grievance of everybody as if nobody had a stake.

    against: whether a voter of the panel is opposed to the policy.
    """
    base, leaning, blame, cue = everybody[_BASE], everybody[_LEANING], everybody[_BLAME], everybody[_CUE]
    opposed, salience, ideal = everybody[_OPPOSED], everybody[_SALIENCE], everybody[_IDEAL]
    salience_now, ideal_now, grievance_now = now[SALIENCE], now[IDEAL], now[GRIEVANCE]
    for j in range(base.size):
        cue[j] = party_cue(leaning[j], base[j], r, d, o)
        salience[j], ideal[j] = np.float64(salience_now[j]), np.float64(ideal_now[j])
    months = 0.0
    for s in range(stretches.shape[0]):
        n, openness = stretches[s, MONTHS], stretches[s, OPENNESS]
        if n <= 0.0:
            continue
        months += n
        up, down, kept = kept_after(o.salience_up, n), kept_after(o.salience_down, n), kept_after(o.relaxation, n)
        calm, awakened = calm_salience(stretches[s, MEDIA], o), opposed_attention(openness, stretches[s, FALL], o)
        for j in range(base.size):
            goal, own = calm, base[j]
            if against:
                goal = opposed_salience(calm, opposition(opposed[j], 0.0, o.silenced_attention), awakened)
                own = opposed_ideal(own, opposition(opposed[j], 0.0, o.silenced_shift), o)
            salience[j] = relaxed(salience[j], goal, up if goal > salience[j] else down)
            ideal[j] = relaxed(ideal[j], ideal_goal(own, cue[j], blame[j], openness, o), kept)
    fade = faded(1.0, o.grievance_keep, months)
    salience_then, ideal_then, grievance_then = then[SALIENCE], then[IDEAL], then[GRIEVANCE]
    for j in range(base.size):
        salience_then[j], ideal_then[j] = salience[j], ideal[j]
        grievance_then[j] = relaxed(np.float64(grievance_now[j]), 0.0, fade)


@numba.njit(error_model="numpy", forceinline=True)
def _project_stakes(
    now: Block,
    then: Block,
    staked: Totals,
    holders: Numbers,
    products: Numbers,
    r: float,
    d: float,
    stretches: Totals,
    tables: Totals,
    growth: Totals,
    ahead: Totals,
    rebalancing: float,
    against: bool,
    o: OpinionCoefficients,
    c: VoteCoefficients,
) -> None:  # pragma: no cover - compiled
    """Write the units, salience, ideal policy and grievance of those with a stake."""
    count = holders.size
    base, leaning, blame, cue = staked[_BASE], staked[_LEANING], staked[_BLAME], staked[_CUE]
    opposed = staked[_OPPOSED]
    salience, ideal, value, attended = staked[_SALIENCE], staked[_IDEAL], staked[_VALUE], staked[_ATTENDED]
    target, paid, rest = staked[_TARGET], staked[_PAID], staked[_REST]
    income, seen, start = staked[_INCOME], staked[_SEEN], staked[_START]
    grown, kept, sums = np.empty(_PRODUCTS), np.empty(_PRODUCTS), np.empty(_PRODUCTS)
    elapsed, left = 0.0, 0.0
    for s in range(stretches.shape[0]):
        left += stretches[s, MONTHS]
    for k in range(count):
        j = holders[k]
        cue[k] = party_cue(leaning[k], base[k], r, d, o)
        salience[k], ideal[k], value[k] = np.float64(now[SALIENCE, j]), np.float64(now[IDEAL, j]), start[k]
    for s in range(stretches.shape[0]):
        n, openness, threat = stretches[s, MONTHS], stretches[s, OPENNESS], stretches[s, THREAT]
        if n <= 0.0:
            continue
        if stretches[s, RESENTED] != 0.0:
            _resent(then, staked, holders, faded(stretches[s, RESENTED], o.grievance_keep, left), c)
        left -= n
        for number in range(_PRODUCTS):
            rate = rebalanced_growth(growth[number], rebalancing)
            grown[number], kept[number] = expected_price(1.0, growth[number], n), expected_price(1.0, rate, n)
            sums[number] = growth_sum(rate, n)
        sale, table = stretches[s, SALE_KEPT], tables[int(stretches[s, LAW])]
        for k in range(count):
            number, before = products[k], value[k]
            limit = expected_limit(table[LIMIT, number], before, rest[k], paid[k], elapsed)
            sold = holding_after_sale(before, grown[number], limit, sale)
            after = expected_holding(
                before, target[k], payroll_purchase(paid[k], table[NEW_MONEY, number], 1.0), table[OPEN, number],
                rebalancing, grown[number], kept[number], sums[number],
            )  # fmt: skip
            sells = (sale < 1.0) & (before > limit)
            after = sold if sells else (after if before > 0.0 else 0.0)
            value[k], attended[k] = after, attended_holding(before, after, sells)
        up, down, ideal_kept = kept_after(o.salience_up, n), kept_after(o.salience_down, n), kept_after(o.relaxation, n)
        calm, awakened = calm_salience(stretches[s, MEDIA], o), opposed_attention(openness, stretches[s, FALL], o)
        for k in range(count):
            share = noticed(years_of_income(attended[k], income[k]), seen[k], o.stake_half)
            goal = salience_goal(calm, share, threat, o)
            if o.public_usd > 0.0:
                goal += public_salience(years_of_income(o.public_usd, income[k]), threat, o)
            own = ownership_ideal(base[k], seen[k], o) if attended[k] > 0.0 else base[k]
            if against:
                sees = seen[k] if attended[k] > 0.0 else 0.0
                goal = opposed_salience(goal, opposition(opposed[k], sees, o.silenced_attention), awakened)
                own = opposed_ideal(own, opposition(opposed[k], sees, o.silenced_shift), o)
            salience[k] = relaxed(salience[k], goal, up if goal > salience[k] else down)
            ideal[k] = relaxed(ideal[k], ideal_goal(own, cue[k], blame[k], openness, o), ideal_kept)
        elapsed += n
    for k in range(count):
        j = holders[k]
        then[UNITS, j] = units_of(value[k], ahead[products[k]])
        then[SALIENCE, j], then[IDEAL, j] = salience[k], ideal[k]


@numba.njit(error_model="numpy", forceinline=True)
def _resent(
    then: Block, staked: Totals, holders: Numbers, size: float, c: VoteCoefficients
) -> None:  # pragma: no cover - compiled
    """Add what is left at the election of the grievance about a move; size as in `grievance_after`, after fading."""
    hurt, income, seen, belief, value = (
        staked[_HURT], staked[_INCOME], staked[_SEEN], staked[_BELIEF], staked[_VALUE],
    )  # fmt: skip
    for k in range(holders.size):
        hurt[k] = unprotected_stake(years_of_income(value[k], income[k]), c)
    powers(hurt[: holders.size], c.curvature)
    for k in range(holders.size):
        j = holders[k]
        felt = prospect_loss(hurt[k], seen[k], belief[k], c)
        if c.public_usd > 0.0:
            felt += whole_loss(years_of_income(c.public_usd, income[k]), c.public_visibility, belief[k], c)
        then[GRIEVANCE, j] = grievance_after(np.float64(then[GRIEVANCE, j]), felt, size, 1.0)
