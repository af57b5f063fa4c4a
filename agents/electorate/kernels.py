"""Compiled monthly steps of the electorate. Each has a plain reference in tests/reference and an equation in the ODD.

All take the two blocks of columns (`fixed` and `dynamic`, float32, shape (columns, voters)) and plain numbers. State is
float32, arithmetic and totals float64; totals are added block by block of 512 voters in a fixed order.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from .coefficients import OpinionCoefficients, VoteCoefficients
from .columns import (
    AGE,
    ASSIGNED_STAKE,
    ATTENTION,
    BELIEF,
    BLAME,
    COIN_SHARE,
    CONTRIBUTION,
    ELIGIBLE,
    EQUITY,
    GRIEVANCE,
    IDEAL,
    IDEAL_BASE,
    INCOME,
    IRA,
    IRA_FUND,
    LIMIT,
    NEW_MONEY,
    OPEN,
    PARTISANSHIP,
    PLAN,
    PRICE,
    PRICE_BEFORE,
    PRODUCT,
    REFERENCE,
    SALIENCE,
    UNITS,
    VISIBILITY,
)

Block = npt.NDArray[np.float32]
Totals = npt.NDArray[np.float64]
OwnTerms = tuple[float, float, float, float, float]
BLOCK = 512
REST = 1e-9


@numba.njit(cache=True, error_model="numpy")
def accounts_month(
    fixed: Block,
    dynamic: Block,
    products: Totals,
    stock_return: float,
    bond_return: float,
    rebalancing: float,
    keep_share: float,
    drawdown: float,
    retirement_age: float,
) -> Totals:  # pragma: no cover - compiled
    """One month of every account: returns, payroll, rebalancing, forced sale, draw-down (ODD: accounts_month).

    products: table of shape (rows, products), see columns.PRODUCT_ROWS. keep_share: part of the excess over a product's
    limit that is kept this month (1 = no forced sale). drawdown: share of the balance that those at or above
    retirement_age take out this month. Returns totals (net flow into the coin, contributions, gains, coin value,
    withdrawals), USD of model voters, shape (5,): contributions + gains - withdrawals = change of all balances.
    """
    voters = fixed.shape[1]
    totals = np.zeros(5)
    for start in range(0, voters, BLOCK):
        flow = 0.0
        contributions = 0.0
        gains = 0.0
        held = 0.0
        withdrawals = 0.0
        for i in range(start, min(start + BLOCK, voters)):
            equity = np.float64(fixed[EQUITY, i])
            growth = equity * stock_return + (1.0 - equity) * bond_return
            plan: float = np.float64(dynamic[PLAN, i])
            ira: float = np.float64(dynamic[IRA, i])
            contribution = np.float64(fixed[CONTRIBUTION, i])
            gains += (plan + ira) * growth
            plan = plan * (1.0 + growth) + contribution
            ira = ira * (1.0 + growth)
            contributions += contribution
            stake = np.float64(dynamic[ASSIGNED_STAKE, i])
            units: float = np.float64(dynamic[UNITS, i])
            out = drawdown if fixed[AGE, i] >= retirement_age else 0.0
            if stake > 0.0 or units > 0.0:
                product = int(dynamic[PRODUCT, i])
                price = products[PRICE, product]
                gains += units * (price - products[PRICE_BEFORE, product])
                value = units * price
                target: float = stake * np.float64(fixed[INCOME, i])
                bought = contribution * products[NEW_MONEY, product] if stake > 0.0 else 0.0
                shift: float = rebalancing * (target - value)
                if shift > 0.0 and products[OPEN, product] == 0.0:
                    shift = 0.0
                excess = value - products[LIMIT, product] * (value + plan + ira)
                if excess > 0.0 and keep_share < 1.0:
                    shift = -excess * (1.0 - keep_share)
                if fixed[ELIGIBLE, i] > 0.0 and product != IRA_FUND:
                    shift = min(shift, max(0.0, plan - bought))
                    plan -= bought + shift
                else:
                    shift = min(shift, ira)
                    ira -= bought + shift
                left = max(0.0, units + (bought + shift) / price)
                # A full sale leaves no rest of rounding: to opinion_month, whoever holds anything is a holder.
                units = left if left > REST * units else 0.0
                flow += products[COIN_SHARE, product] * (bought + shift)
                if out > 0.0:
                    taken = out * units * price
                    withdrawals += taken
                    flow -= products[COIN_SHARE, product] * taken
                    units *= 1.0 - out
                    dynamic[ASSIGNED_STAKE, i] = stake * (1.0 - out)
                dynamic[UNITS, i] = units
                held += products[COIN_SHARE, product] * units * price
            if out > 0.0:
                withdrawals += out * (plan + ira)
                plan *= 1.0 - out
                ira *= 1.0 - out
            dynamic[PLAN, i] = plan
            dynamic[IRA, i] = ira
        totals[0] += flow
        totals[1] += contributions
        totals[2] += gains
        totals[3] += held
        totals[4] += withdrawals
    return totals


@numba.njit(cache=True, error_model="numpy")
def opinion_month(
    fixed: Block,
    dynamic: Block,
    prices: Totals,
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    c: OpinionCoefficients,
) -> None:  # pragma: no cover - compiled
    """One month of every mind: reference point, blame, salience, ideal policy, grievance (ODD: opinion_month)."""
    for i in range(fixed.shape[1]):
        units: float = np.float64(dynamic[UNITS, i])
        visibility = np.float64(dynamic[VISIBILITY, i])
        blame: float = np.float64(dynamic[BLAME, i])
        salience_goal = c.salience_base + c.salience_media * media
        ideal_goal: float = np.float64(fixed[IDEAL_BASE, i])
        blame_goal = 0.0
        if units > 0.0:
            price = prices[int(dynamic[PRODUCT, i])]
            reference: float = np.float64(dynamic[REFERENCE, i])
            speed = c.reference_up if price > reference else c.reference_down
            reference += min(1.0, 2.0 * np.float64(fixed[ATTENTION, i]) * speed) * (price - reference)
            dynamic[REFERENCE, i] = reference
            loss = 1.0 - price / reference
            if loss > c.blame_threshold:
                large = (loss - c.blame_threshold) / (1.0 - c.blame_threshold)
                blame_goal = c.blame_policy_share * visibility * openness * large
            stake = units * price / np.float64(fixed[INCOME, i])
            attention = visibility * stake / (stake + c.stake_half)
            salience_goal += attention * (c.salience_stake + c.salience_threat * threat * c.unprotected)
            ideal_goal += c.ownership_shift * visibility
        if c.public_usd > 0.0:
            share = c.public_usd / np.float64(fixed[INCOME, i])
            noticed = c.public_visibility * share / (share + c.stake_half)
            salience_goal += noticed * (c.salience_stake + c.salience_threat * threat)
        blame += (c.blame_up if blame_goal > blame else c.blame_down) * (blame_goal - blame)
        dynamic[BLAME, i] = blame
        salience: float = np.float64(dynamic[SALIENCE, i])
        salience += (c.salience_up if salience_goal > salience else c.salience_down) * (salience_goal - salience)
        dynamic[SALIENCE, i] = salience
        partisanship = np.float64(fixed[PARTISANSHIP, i])
        party = stand_r if partisanship > 0.0 else stand_d
        strength = abs(partisanship) / (1.0 + abs(partisanship))
        ideal_goal += c.cue_weight * strength * (party - np.float64(fixed[IDEAL_BASE, i]))
        ideal_goal -= c.blame_shift * blame + c.thermostat * (openness - 0.5)
        ideal_goal = min(1.0, max(0.0, ideal_goal))
        ideal = np.float64(dynamic[IDEAL, i])
        dynamic[IDEAL, i] = ideal + c.relaxation * (ideal_goal - ideal)
        dynamic[GRIEVANCE, i] = np.float64(dynamic[GRIEVANCE, i]) * c.grievance_keep


@numba.njit(cache=True, error_model="numpy")
def pain(stake: float, visibility: float, belief: float, c: VoteCoefficients) -> float:  # pragma: no cover - compiled
    """Prospect value of losing the whole unprotected stake (years of income), positive (ODD: pain)."""
    if stake <= 0.0 or visibility <= 0.0 or c.unprotected <= 0.0:
        return 0.0
    return float(visibility * belief * c.loss_aversion * (c.unprotected * stake) ** c.curvature)


@numba.njit(cache=True, error_model="numpy")
def whole_loss(
    stake: float, visibility: float, belief: float, c: VoteCoefficients
) -> float:  # pragma: no cover - compiled
    """Prospect value of losing a stake that nothing protects, such as a share of a public fund (ODD: whole_loss)."""
    return float(visibility * belief * c.loss_aversion * stake**c.curvature)


@numba.njit(cache=True, error_model="numpy")
def retrospection(
    units: float,
    price: float,
    reference: float,
    income: float,
    visibility: float,
    partisanship: float,
    incumbent: float,
    c: VoteCoefficients,
) -> float:  # pragma: no cover - compiled
    """Credit or blame for own gains, in logit, positive to the R party (ODD: retrospection)."""
    if units <= 0.0 or visibility <= 0.0 or c.retrospective_weight == 0.0:
        return 0.0
    gain = units * (price - reference) / income
    value = gain**c.curvature if gain >= 0.0 else -c.loss_aversion * (-gain) ** c.curvature
    strength = partisanship / (1.0 + abs(partisanship))
    share = c.blame_incumbent * (1.0 - c.blame_incumbent_partisan * incumbent * strength)
    push = c.retrospective_weight * share * visibility * value
    return float(incumbent * min(c.retrospective_cap, max(-c.retrospective_cap, push)))


@numba.njit(cache=True, error_model="numpy")
def own_terms(
    fixed: Block, dynamic: Block, i: int, prices: Totals, incumbent: float, c: VoteCoefficients
) -> OwnTerms:  # pragma: no cover - compiled
    """What voter i's stakes bring to her vote (ODD: own_terms).

    Feared loss, attention to a threat, retrospection, and what a public backstop of savers' losses is worth to her:
    the prospect value of her own loss (relief), or a taxpayer's dislike in logit where she holds nothing.
    """
    units = np.float64(dynamic[UNITS, i])
    visibility = np.float64(dynamic[VISIBILITY, i])
    income = np.float64(fixed[INCOME, i])
    belief = np.float64(fixed[BELIEF, i])
    feared, attention, own, relief, dislike = 0.0, 0.0, 0.0, 0.0, 0.0
    if units > 0.0 and visibility > 0.0:
        price = prices[int(dynamic[PRODUCT, i])]
        stake = units * price / income
        feared = pain(stake, visibility, belief, c)
        attention = c.salience_threat * c.unprotected * visibility * stake / (stake + c.stake_half)
        partisanship = np.float64(fixed[PARTISANSHIP, i])
        reference = np.float64(dynamic[REFERENCE, i])
        own = retrospection(units, price, reference, income, visibility, partisanship, incumbent, c)
        if c.backstop > 0.0 and reference > price:
            relief = visibility * c.loss_aversion * (units * (reference - price) / income) ** c.curvature
    elif c.backstop > 0.0:
        dislike = c.backstop_dislike
    if c.public_usd > 0.0:
        share = c.public_usd / income
        feared += whole_loss(share, c.public_visibility, belief, c)
        attention += c.salience_threat * c.public_visibility * share / (share + c.stake_half)
    return feared, attention, own, relief, dislike


@numba.njit(cache=True, error_model="numpy")
def judge(
    base: float,
    ideal: float,
    weight: float,
    feared: float,
    grievance: float,
    own: float,
    relief: float,
    dislike: float,
    question: Totals,
    turnout_channel: bool,
    c: VoteCoefficients,
) -> tuple[float, float]:  # pragma: no cover - compiled
    """Utility of R over D at two stands, and the gap that mobilises (ODD: support). question: a row as in `support`."""
    r, d = question[0], question[1]
    issue = weight * c.ideal_weight * ((d * d - r * r) - 2.0 * ideal * (d - r))
    stakes = weight * c.loss_weight * (feared * (question[3] - question[2]) + grievance) + own
    backed = question[5] - question[6]
    if backed != 0.0:
        stakes += backed * (weight * c.loss_weight * relief - dislike)
    utility = base + issue + stakes
    return utility, abs(utility) if turnout_channel else abs(base + issue)


@numba.njit(cache=True, error_model="numpy")
def support(
    fixed: Block,
    dynamic: Block,
    first: int,
    count: int,
    prices: Totals,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    questions: Totals,
    c: VoteCoefficients,
) -> Totals:  # pragma: no cover - compiled
    """Expected votes for R and D among voters first .. first+count-1 (modulo all), per question (ODD: support).

    questions, shape (q, 7): openness of R's stand and of D's, feared_size of R's stand and of D's, threat imagined,
    share of savers' losses (to the power of the curvature) that R's stand and D's would take over.
    threat is the one attended to now; shift is the national shift in logit. Returns shape (q, 2).
    """
    voters = fixed.shape[1]
    asked = questions.shape[0]
    totals = np.zeros((asked, 2))
    part = np.zeros((asked, 2))
    for start in range(0, count, BLOCK):
        part[:] = 0.0
        for position in range(start, min(start + BLOCK, count)):
            i = first + position
            if i >= voters:
                i -= voters
            partisanship = np.float64(fixed[PARTISANSHIP, i])
            ideal = np.float64(dynamic[IDEAL, i])
            salience: float = np.float64(dynamic[SALIENCE, i])
            feared, attention, own, relief, dislike = own_terms(fixed, dynamic, i, prices, incumbent, c)
            grievance = np.float64(dynamic[GRIEVANCE, i])
            base = partisanship + shift
            habit = np.float64(fixed[turnout_row, i]) - c.turnout_gap_weight * abs(partisanship)
            for q in range(asked):
                weight = salience + attention * max(0.0, questions[q, 4] - threat)
                utility, gap = judge(
                    base, ideal, weight, feared, grievance, own, relief, dislike, questions[q], turnout_channel, c
                )
                turnout = 1.0 / (1.0 + math.exp(-(habit + c.turnout_gap_weight * gap)))
                choice = 1.0 / (1.0 + math.exp(-utility))
                part[q, 0] += turnout * choice
                part[q, 1] += turnout * (1.0 - choice)
        for q in range(asked):
            totals[q, 0] += part[q, 0]
            totals[q, 1] += part[q, 1]
    return totals


@numba.njit(cache=True, error_model="numpy")
def grieve(
    fixed: Block, dynamic: Block, prices: Totals, size: float, sign: float, c: VoteCoefficients
) -> None:  # pragma: no cover - compiled
    """A restriction in force leaves a grievance against the party behind it (ODD: grieve).

    size: feared loss of the restriction (share ** curvature); sign: +1 when D did it, -1 when R did.
    """
    for i in range(fixed.shape[1]):
        units: float = np.float64(dynamic[UNITS, i])
        hurt = 0.0
        if units > 0.0:
            stake = units * prices[int(dynamic[PRODUCT, i])] / np.float64(fixed[INCOME, i])
            hurt = pain(stake, np.float64(dynamic[VISIBILITY, i]), np.float64(fixed[BELIEF, i]), c)
        if c.public_usd > 0.0:
            share = c.public_usd / np.float64(fixed[INCOME, i])
            hurt += whole_loss(share, c.public_visibility, np.float64(fixed[BELIEF, i]), c)
        if hurt > 0.0:
            dynamic[GRIEVANCE, i] += sign * hurt * size
