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

from ...numerics.blocks import Block, Totals
from ..accounts.equations import payroll_purchase, stake, stake_in_usd, units_of, years_of_income
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
from .equations import felt_loss, grievance_after
from .kernel import COUNT, expected_votes

STRETCH = ("months", "openness", "threat", "media", "sale_kept", "law", "resented")
"""Columns of a stretch of months, see `projected_votes`."""
MONTHS, OPENNESS, THREAT, MEDIA, SALE_KEPT, LAW, RESENTED = range(len(STRETCH))
_OPINIONS = len(OpinionCoefficients._fields)
_NEAR = 1e-9
_PRODUCTS = len(PRODUCTS)


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
    then, ahead = now.copy(), prices * growth**months
    opinions, votes = as_row(opinion), as_row(c)
    totals = np.empty((len(questions), 2))
    _expect_references(people, now, then, prices, growth, float(months), opinions)
    for q in range(len(questions)):
        row = questions[q : q + 1]
        _project(
            people, now, then, prices, growth, ahead, float(months), row[0, 0], row[0, 1], stretches[q], tables,
            rebalancing, opinions, votes,
        )  # fmt: skip
        totals[q] = expected_votes(
            people, then, 0, count, ahead, incumbent, 0.0, row[0, 4], TURNOUT_PRESIDENTIAL, turnout_channel, row, c
        )[0]
    return totals


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _expect_references(
    fixed: Block, now: Block, then: Block, prices: Totals, growth: Totals, months: float, row: Totals
) -> None:  # pragma: no cover - compiled
    """Write the expected reference prices of holders."""
    c = OpinionCoefficients(*to_fixed_tuple(row, _OPINIONS))  # type: ignore[call-arg]
    for j in range(fixed.shape[1]):
        if now[UNITS, j] > 0.0:
            product = int(now[PRODUCT, j])
            reference = np.float64(now[REFERENCE, j])
            speed = c.reference_up if prices[product] > reference else c.reference_down
            pace = min(1.0, 2.0 * np.float64(fixed[ATTENTION, j]) * speed)
            then[REFERENCE, j] = expected_reference(reference, prices[product], growth[product], pace, months)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _project(
    fixed: Block,
    now: Block,
    then: Block,
    prices: Totals,
    growth: Totals,
    ahead: Totals,
    months: float,
    stand_r: float,
    stand_d: float,
    stretches: Totals,
    tables: Totals,
    rebalancing: float,
    opinion_row: Totals,
    vote_row: Totals,
) -> None:  # pragma: no cover - compiled
    """Write units, salience, ideal policy and grievance of the election into `then`."""
    o = OpinionCoefficients(*to_fixed_tuple(opinion_row, _OPINIONS))  # type: ignore[call-arg]
    c = VoteCoefficients(*to_fixed_tuple(vote_row, COUNT))  # type: ignore[call-arg]
    count = fixed.shape[1]
    used = stretches.shape[0]
    fade = (1.0 - o.blame_down) ** months
    up, down = np.empty(used), np.empty(used)
    ideal_kept, grievance_kept = np.empty(used), np.empty(used)
    for s in range(used):
        n = stretches[s, MONTHS]
        up[s], down[s] = (1.0 - o.salience_up) ** n, (1.0 - o.salience_down) ** n
        ideal_kept[s], grievance_kept[s] = (1.0 - o.relaxation) ** n, o.grievance_keep**n
    _project_others(fixed, now, then, stand_r, stand_d, stretches, up, down, ideal_kept, grievance_kept, fade, o)
    grown, kept, sums = np.empty((used, _PRODUCTS)), np.empty((used, _PRODUCTS)), np.empty((used, _PRODUCTS))
    for s in range(used):
        n = stretches[s, MONTHS]
        for k in range(_PRODUCTS):
            rate = growth[k] * (1.0 - rebalancing)
            grown[s, k], kept[s, k] = growth[k] ** n, rate**n
            sums[s, k] = n if abs(1.0 - rate) < _NEAR else (1.0 - kept[s, k]) / (1.0 - rate)
    public = c.public_usd > 0.0
    for j in range(count):
        if not (public or now[UNITS, j] > 0.0):
            continue
        k = int(now[PRODUCT, j])
        income, seen = np.float64(fixed[INCOME, j]), np.float64(now[VISIBILITY, j])
        base, leaning = np.float64(fixed[IDEAL_BASE, j]), np.float64(fixed[PARTISANSHIP, j])
        assigned = np.float64(now[ASSIGNED_STAKE, j])
        rest = np.float64(now[PLAN, j]) + np.float64(now[IRA, j])
        target = stake_in_usd(assigned, income)
        value: float = np.float64(now[UNITS, j]) * prices[k]
        salience: float = np.float64(now[SALIENCE, j])
        ideal: float = np.float64(now[IDEAL, j])
        grievance: float = np.float64(now[GRIEVANCE, j])
        blame = fade * np.float64(now[BLAME, j])
        cue = party_cue(leaning, base, stand_r, stand_d, o)
        for s in range(used):
            if stretches[s, MONTHS] == 0.0:
                continue
            if stretches[s, RESENTED] != 0.0:
                hurt = felt_loss(value, 1.0, income, seen, np.float64(fixed[BELIEF, j]), c)
                grievance = grievance_after(grievance, hurt, stretches[s, RESENTED], 1.0)
            law, before = int(stretches[s, LAW]), value
            bought = payroll_purchase(np.float64(fixed[CONTRIBUTION, j]), tables[law, NEW_MONEY, k], assigned)
            attended = 0.0
            if value > 0.0:
                limit = tables[law, LIMIT, k] * (value + rest)
                if stretches[s, SALE_KEPT] < 1.0 and value > limit:
                    value = holding_after_sale(value * grown[s, k], limit, stretches[s, SALE_KEPT])
                    attended = 0.5 * (before + value)
                else:
                    value = expected_holding(
                        value, target, bought, tables[law, OPEN, k], rebalancing, grown[s, k], kept[s, k], sums[s, k]
                    )
                    attended = value
            goal = calm_salience(stretches[s, MEDIA], o)
            if before > 0.0:
                share = noticed(stake(attended, 1.0, income), seen, o.stake_half)
                goal = salience_goal(goal, share, stretches[s, THREAT], o)
            if public:
                goal += public_salience(years_of_income(o.public_usd, income), stretches[s, THREAT], o)
            salience = relaxed(salience, goal, up[s] if goal > salience else down[s])
            own = ownership_ideal(base, seen, o) if before > 0.0 else base
            ideal = relaxed(ideal, ideal_goal(own, cue, blame, stretches[s, OPENNESS], o), ideal_kept[s])
            grievance *= grievance_kept[s]
        then[UNITS, j] = units_of(value, ahead[k])
        then[SALIENCE, j], then[IDEAL, j], then[GRIEVANCE, j] = salience, ideal, grievance


@numba.njit(error_model="numpy", forceinline=True)
def _project_others(
    fixed: Block,
    now: Block,
    then: Block,
    stand_r: float,
    stand_d: float,
    stretches: Totals,
    up: Totals,
    down: Totals,
    ideal_kept: Totals,
    grievance_kept: Totals,
    fade: float,
    o: OpinionCoefficients,
) -> None:  # pragma: no cover - compiled
    """Write the opinions of everybody as those of voters without a stake."""
    count = fixed.shape[1]
    ideal_base, partisanship = fixed[IDEAL_BASE], fixed[PARTISANSHIP]
    salience_now, ideal_now, grievance_now, blame_now = now[SALIENCE], now[IDEAL], now[GRIEVANCE], now[BLAME]
    salience_then, ideal_then, grievance_then = then[SALIENCE], then[IDEAL], then[GRIEVANCE]
    for j in range(count):
        base = np.float64(ideal_base[j])
        salience: float = np.float64(salience_now[j])
        ideal: float = np.float64(ideal_now[j])
        grievance: float = np.float64(grievance_now[j])
        blame = fade * np.float64(blame_now[j])
        cue = party_cue(np.float64(partisanship[j]), base, stand_r, stand_d, o)
        for s in range(up.size):
            goal = calm_salience(stretches[s, MEDIA], o)
            salience = relaxed(salience, goal, up[s] if goal > salience else down[s])
            ideal = relaxed(ideal, ideal_goal(base, cue, blame, stretches[s, OPENNESS], o), ideal_kept[s])
            grievance *= grievance_kept[s]
        salience_then[j], ideal_then[j], grievance_then[j] = salience, ideal, grievance
