"""The electorate of a coming election, in expectation and closed form: who votes how if this or that comes into force.

The months until the election are divided into stretches with the same policy. In each, holdings, attention, ideal
policy and grievance go from where they are towards where they tend, by the monthly equations of accounts and opinion
raised to the power of the months. Nothing is drawn (ODD: projected_votes). Plain reference in tests/reference.
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
from ..equation import equation
from ..opinion.coefficients import OpinionCoefficients
from ..opinion.equations import (
    calm_salience,
    ideal_goal,
    noticed,
    ownership_ideal,
    party_cue,
    public_salience,
    salience_goal,
)
from .coefficients import VoteCoefficients
from .equations import grievance_after, prospect_loss, unprotected_stake, whole_loss
from .kernel import COUNT, _expected_votes

STRETCH = ("months", "openness", "threat", "media", "sale_kept", "law", "resented")
"""Columns of a stretch of months, see `projected_votes`."""
MONTHS, OPENNESS, THREAT, MEDIA, SALE_KEPT, LAW, RESENTED = range(len(STRETCH))
_OPINIONS = len(OpinionCoefficients._fields)
_NEAR = 1e-9
_PRODUCTS = len(PRODUCTS)
# Rows of working space, float64: first of everybody, then of those with a stake.
_BASE, _CUE, _BLAME, _SALIENCE, _IDEAL = range(5)
_START, _TARGET, _PAID, _REST, _INCOME, _SEEN, _PRODUCT, _VALUE, _NOTICED, _HURT = range(10)


@equation
def relaxed(value: float, goal: float, kept: float) -> float:
    """Return a value that has moved towards its goal; kept: share of the distance that remains (E69)."""
    return goal + kept * (value - goal)


@equation
def mixed_powers(a: float, b: float, months: float) -> float:
    """Return the sum of a**k * b**(months-1-k) over k below `months`: (a**months - b**months) / (a - b) (E70)."""
    if abs(a - b) < _NEAR:
        return months * float(a ** (months - 1.0))
    return float((a**months - b**months) / (a - b))


@equation
def expected_reference(reference: float, price: float, growth: float, pace: float, months: float) -> float:
    """Return the reference price after months of a price that grows, USD (E71, from E15).

    price: now; growth: expected monthly factor; pace: share of the gap closed in a month.
    """
    kept = 1.0 - pace
    return float(kept**months * reference + pace * price * growth * mixed_powers(growth, kept, months))


@equation
def expected_holding(
    value: float, target: float, bought: float, is_open: float, rebalancing: float, grown: float, kept: float, sum: float
) -> float:
    """Return the value of a holding after months without forced sale, USD (E72, from E6 and E7).

    grown: growth over the months; kept: the same with rebalancing; sum: of the monthly powers of the latter. A product
    that is closed to new money is rebalanced only where the holding exceeds its target.
    """
    if is_open == 0.0 and value < target:
        return value * grown
    return value * kept + (bought + rebalancing * target) * sum


@equation
def holding_after_sale(value: float, limit: float, kept: float) -> float:
    """Return the value of a holding after a forced sale, USD; kept: share of the excess over the limit (E73, E8)."""
    return value - (1.0 - kept) * max(0.0, value - limit)


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
) -> Totals:
    """Return the votes that R and D can expect from a panel at an election `months` ahead (ODD: projected_votes).

    questions, shape (q, 7): as in `expected_votes`, at the policy in force at the election; column 4 is the threat then.
    stretches, shape (q, s, 7), columns STRETCH: months, openness, threat, media, share of the excess over the limit
    that a forced sale leaves at the stretch's end (1 = no sale), row of `tables`, and the size of the grievance that
    begins the stretch (positive against D, 0 for none). tables, shape (laws, rows, products): columns.PRODUCT_ROWS.
    growth: expected monthly factor of each product's price. Returns shape (q, 2).
    """
    panel = np.arange(first, first + count) % fixed.shape[1]
    people, now = fixed.take(panel, axis=1), dynamic.take(panel, axis=1)
    totals = np.empty((len(questions), 2))
    _projected_votes(
        people, now, now.copy(), totals, np.empty((block_count(count), 2)), prices, growth, prices * growth**months,
        float(months), incumbent, turnout_channel, questions, stretches, tables, rebalancing, as_row(opinion), as_row(c),
    )  # fmt: skip
    return totals


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _projected_votes(
    fixed: Block,
    now: Block,
    then: Block,
    totals: Totals,
    sums: Totals,
    prices: Totals,
    growth: Totals,
    ahead: Totals,
    months: float,
    incumbent: float,
    turnout_channel: bool,
    questions: Totals,
    stretches: Totals,
    tables: Totals,
    rebalancing: float,
    opinion_row: Totals,
    vote_row: Totals,
) -> None:  # pragma: no cover - compiled
    """Fill totals, question by question: project the panel into `then`, and add up its votes."""
    o = OpinionCoefficients(*to_fixed_tuple(opinion_row, _OPINIONS))  # type: ignore[call-arg]
    c = VoteCoefficients(*to_fixed_tuple(vote_row, COUNT))  # type: ignore[call-arg]
    count = fixed.shape[1]
    everybody, staked, holders = np.empty((5, count)), np.empty((10, count)), np.empty(count, np.int64)
    held = _list_stakes(fixed, now, then, staked, holders, prices, growth, months, o)
    for j in range(count):
        everybody[_BASE, j] = np.float64(fixed[IDEAL_BASE, j])
        everybody[_BLAME, j] = (1.0 - o.blame_down) ** months * np.float64(now[BLAME, j])
    for q in range(questions.shape[0]):
        _project_opinions(fixed, now, then, everybody, questions[q], stretches[q], o)
        _project_stakes(
            fixed, now, then, everybody, staked[:, :held], holders, questions[q], stretches[q], tables, growth, ahead,
            rebalancing, o, c,
        )  # fmt: skip
        _expected_votes(
            0, count, fixed, then, 0, sums, ahead, incumbent, 0.0, questions[q, 4], TURNOUT_PRESIDENTIAL,
            turnout_channel, questions[q : q + 1], vote_row,
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
    staked: Totals,
    holders: npt.NDArray[np.int64],
    prices: Totals,
    growth: Totals,
    months: float,
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
        holders[count] = j
        staked[_START, count] = holding_value(units, prices[product])
        staked[_TARGET, count] = stake_in_usd(assigned, income)
        staked[_PAID, count] = payroll_purchase(np.float64(fixed[CONTRIBUTION, j]), 1.0, assigned)
        staked[_REST, count] = np.float64(now[PLAN, j]) + np.float64(now[IRA, j])
        staked[_INCOME, count] = income
        staked[_SEEN, count] = np.float64(now[VISIBILITY, j])
        staked[_PRODUCT, count] = product
        count += 1
        if units > 0.0:
            reference = np.float64(now[REFERENCE, j])
            speed = o.reference_up if prices[product] > reference else o.reference_down
            pace = min(1.0, 2.0 * np.float64(fixed[ATTENTION, j]) * speed)
            then[REFERENCE, j] = expected_reference(reference, prices[product], growth[product], pace, months)
    return count


@numba.njit(error_model="numpy", forceinline=True)
def _project_opinions(
    fixed: Block, now: Block, then: Block, everybody: Totals, question: Totals, stretches: Totals, o: OpinionCoefficients
) -> None:  # pragma: no cover - compiled
    """Write the salience, ideal policy and grievance of everybody as if nobody had a stake."""
    partisanship, grievance = fixed[PARTISANSHIP], now[GRIEVANCE]
    base, cue, blame = everybody[_BASE], everybody[_CUE], everybody[_BLAME]
    salience, ideal = everybody[_SALIENCE], everybody[_IDEAL]
    for j in range(base.size):
        cue[j] = party_cue(np.float64(partisanship[j]), base[j], question[0], question[1], o)
        salience[j] = np.float64(now[SALIENCE, j])
        ideal[j] = np.float64(now[IDEAL, j])
    months = 0.0
    for s in range(stretches.shape[0]):
        n, openness = stretches[s, MONTHS], stretches[s, OPENNESS]
        if n <= 0.0:
            continue
        months += n
        up, down, kept = (1.0 - o.salience_up) ** n, (1.0 - o.salience_down) ** n, (1.0 - o.relaxation) ** n
        goal = calm_salience(stretches[s, MEDIA], o)
        for j in range(base.size):
            salience[j] = relaxed(salience[j], goal, up if goal > salience[j] else down)
            ideal[j] = relaxed(ideal[j], ideal_goal(base[j], cue[j], blame[j], openness, o), kept)
    fade = o.grievance_keep**months
    salience_then, ideal_then, grievance_then = then[SALIENCE], then[IDEAL], then[GRIEVANCE]
    for j in range(base.size):
        salience_then[j] = salience[j]
        ideal_then[j] = ideal[j]
        grievance_then[j] = fade * np.float64(grievance[j])


@numba.njit(error_model="numpy", forceinline=True)
def _project_stakes(
    fixed: Block,
    now: Block,
    then: Block,
    everybody: Totals,
    staked: Totals,
    holders: npt.NDArray[np.int64],
    question: Totals,
    stretches: Totals,
    tables: Totals,
    growth: Totals,
    ahead: Totals,
    rebalancing: float,
    o: OpinionCoefficients,
    c: VoteCoefficients,
) -> None:  # pragma: no cover - compiled
    """Write the units, salience, ideal policy and grievance of those with a stake."""
    count = staked.shape[1]
    salience, ideal = everybody[_SALIENCE], everybody[_IDEAL]
    value, attended, hurt = staked[_VALUE], staked[_NOTICED], staked[_HURT]
    income, seen, product = staked[_INCOME], staked[_SEEN], staked[_PRODUCT]
    grown, kept, sums = np.empty(_PRODUCTS), np.empty(_PRODUCTS), np.empty(_PRODUCTS)
    for k in range(count):
        j = holders[k]
        value[k] = staked[_START, k]
        salience[j], ideal[j] = np.float64(now[SALIENCE, j]), np.float64(now[IDEAL, j])
    for s in range(stretches.shape[0]):
        n, threat, law = stretches[s, MONTHS], stretches[s, THREAT], int(stretches[s, LAW])
        if n <= 0.0:
            continue
        if stretches[s, RESENTED] != 0.0:
            rest = 0.0
            for later in range(s, stretches.shape[0]):
                rest += stretches[later, MONTHS]
            _resent(fixed, then, staked, holders, stretches[s, RESENTED] * o.grievance_keep**rest, c)
        for number in range(_PRODUCTS):
            rate = growth[number] * (1.0 - rebalancing)
            grown[number], kept[number] = growth[number] ** n, rate**n
            sums[number] = n if abs(1.0 - rate) < _NEAR else (1.0 - kept[number]) / (1.0 - rate)
        sale = stretches[s, SALE_KEPT]
        up, down, ideal_kept = (1.0 - o.salience_up) ** n, (1.0 - o.salience_down) ** n, (1.0 - o.relaxation) ** n
        calm = calm_salience(stretches[s, MEDIA], o)
        for k in range(count):
            number, before = int(product[k]), value[k]
            limit = tables[law, LIMIT, number] * (before + staked[_REST, k])
            if sale < 1.0 and before > limit:
                value[k] = holding_after_sale(before * grown[number], limit, sale)
                attended[k] = 0.5 * (before + value[k])
            elif before > 0.0:
                bought = tables[law, NEW_MONEY, number] * staked[_PAID, k]
                value[k] = expected_holding(
                    before, staked[_TARGET, k], bought, tables[law, OPEN, number], rebalancing,
                    grown[number], kept[number], sums[number],
                )  # fmt: skip
                attended[k] = value[k]
            else:
                attended[k] = 0.0
        for k in range(count):
            j, goal, own = holders[k], calm, everybody[_BASE, holders[k]]
            if attended[k] > 0.0:
                share = noticed(years_of_income(attended[k], income[k]), seen[k], o.stake_half)
                goal = salience_goal(calm, share, threat, o)
                own = ownership_ideal(own, seen[k], o)
            if o.public_usd > 0.0:
                goal += public_salience(years_of_income(o.public_usd, income[k]), threat, o)
            salience[j] = relaxed(salience[j], goal, up if goal > salience[j] else down)
            wanted = ideal_goal(own, everybody[_CUE, j], everybody[_BLAME, j], stretches[s, OPENNESS], o)
            ideal[j] = relaxed(ideal[j], wanted, ideal_kept)
    for k in range(count):
        j = holders[k]
        then[UNITS, j] = units_of(value[k], ahead[int(product[k])])
        then[SALIENCE, j], then[IDEAL, j] = salience[j], ideal[j]


@numba.njit(error_model="numpy", forceinline=True)
def _resent(
    fixed: Block, then: Block, staked: Totals, holders: npt.NDArray[np.int64], size: float, c: VoteCoefficients
) -> None:  # pragma: no cover - compiled
    """Add what is left at the election of the grievance about a move; size as in `grievance_after`, after fading."""
    hurt, income, seen = staked[_HURT], staked[_INCOME], staked[_SEEN]
    for k in range(hurt.size):
        hurt[k] = unprotected_stake(years_of_income(staked[_VALUE, k], income[k]), c)
    powers(hurt, c.curvature)
    for k in range(hurt.size):
        j = holders[k]
        belief = np.float64(fixed[BELIEF, j])
        felt = prospect_loss(hurt[k], seen[k], belief, c)
        if c.public_usd > 0.0:
            felt += whole_loss(years_of_income(c.public_usd, income[k]), c.public_visibility, belief, c)
        then[GRIEVANCE, j] = grievance_after(np.float64(then[GRIEVANCE, j]), felt, size, 1.0)
