"""Compiled functions of the vote. Each has a plain reference in tests/reference and an equation in the ODD.

All take the two blocks of columns (`fixed` and `dynamic`, float32, shape (columns, voters)) and plain numbers. State is
float32, arithmetic and totals float64; totals are added block by block of 512 voters in a fixed order.
"""

from __future__ import annotations

import numba
import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple

from .blocks import BLOCK, PAD, Block, Totals, added_blocks, block_count, share_out
from .coefficients import VoteCoefficients, as_row
from .columns import (
    BELIEF,
    GRIEVANCE,
    IDEAL,
    INCOME,
    PARTISANSHIP,
    PRODUCT,
    REFERENCE,
    SALIENCE,
    UNITS,
    VISIBILITY,
)
from .exponential import exponentials

OwnTerms = tuple[float, float, float, float, float]


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def pain(stake: float, visibility: float, belief: float, c: VoteCoefficients) -> float:  # pragma: no cover - compiled
    """Prospect value of losing the whole unprotected stake (years of income), positive (ODD: pain)."""
    if stake <= 0.0 or visibility <= 0.0 or c.unprotected <= 0.0:
        return 0.0
    return float(visibility * belief * c.loss_aversion * (c.unprotected * stake) ** c.curvature)


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def whole_loss(
    stake: float, visibility: float, belief: float, c: VoteCoefficients
) -> float:  # pragma: no cover - compiled
    """Prospect value of losing a stake that nothing protects, such as a share of a public fund (ODD: whole_loss)."""
    return float(visibility * belief * c.loss_aversion * stake**c.curvature)


@numba.njit(cache=True, error_model="numpy", forceinline=True)
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


@numba.njit(cache=True, error_model="numpy", forceinline=True)
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


@numba.njit(cache=True, error_model="numpy", forceinline=True)
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


COUNT = len(VoteCoefficients._fields)
_ROW = BLOCK + PAD
_BASE, _HABIT, _SALIENCE, _IDEAL, _GRIEVANCE, _FEARED, _ATTENTION = (_ROW * row for row in range(7))
_OWN, _RELIEF, _DISLIKE, _CHOICE, _TURNOUT = (_ROW * row for row in range(7, 12))
_SPACE = 12 * _ROW


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
) -> Totals:
    """Expected votes for R and D among voters first .. first+count-1 (modulo all), per question (ODD: support).

    questions, shape (q, 7): openness of R's stand and of D's, feared_size of R's stand and of D's, threat imagined,
    share of savers' losses (to the power of the curvature) that R's stand and D's would take over.
    threat is the one attended to now; shift is the national shift in logit. Returns shape (q, 2).
    """
    sums = np.empty((block_count(count), 2 * len(questions)))
    share_out(
        count, _support, fixed, dynamic, first, sums, prices, incumbent, shift, threat, turnout_row, turnout_channel,
        questions, as_row(c),
    )  # fmt: skip
    return added_blocks(sums).reshape(-1, 2)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _support(
    begin: int,
    end: int,
    fixed: Block,
    dynamic: Block,
    first: int,
    sums: Totals,
    prices: Totals,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    questions: Totals,
    row: Totals,
) -> None:  # pragma: no cover - compiled
    """Votes of positions begin .. end-1 counted from voter `first`; begin is a multiple of BLOCK. Fills its sums."""
    c = VoteCoefficients(*to_fixed_tuple(row, COUNT))  # type: ignore[call-arg]
    voters = fixed.shape[1]
    space = np.empty(_SPACE)
    for start in range(begin, end, BLOCK):
        count = min(start + BLOCK, end) - start
        for j in range(count):
            i = first + start + j
            if i >= voters:
                i -= voters
            partisanship = np.float64(fixed[PARTISANSHIP, i])
            feared, attention, own, relief, dislike = own_terms(fixed, dynamic, i, prices, incumbent, c)
            space[_BASE + j] = partisanship + shift
            space[_HABIT + j] = np.float64(fixed[turnout_row, i]) - c.turnout_gap_weight * abs(partisanship)
            space[_SALIENCE + j] = np.float64(dynamic[SALIENCE, i])
            space[_IDEAL + j] = np.float64(dynamic[IDEAL, i])
            space[_GRIEVANCE + j] = np.float64(dynamic[GRIEVANCE, i])
            space[_FEARED + j] = feared
            space[_ATTENTION + j] = attention
            space[_OWN + j] = own
            space[_RELIEF + j] = relief
            space[_DISLIKE + j] = dislike
        for q in range(questions.shape[0]):
            question = questions[q]
            rise = max(0.0, question[4] - threat)
            for j in range(count):
                utility, gap = judge(
                    space[_BASE + j], space[_IDEAL + j], space[_SALIENCE + j] + space[_ATTENTION + j] * rise,
                    space[_FEARED + j], space[_GRIEVANCE + j], space[_OWN + j], space[_RELIEF + j],
                    space[_DISLIKE + j], question, turnout_channel, c,
                )  # fmt: skip
                space[_CHOICE + j] = -utility
                space[_TURNOUT + j] = -(space[_HABIT + j] + c.turnout_gap_weight * gap)
            exponentials(space, _CHOICE, count)
            exponentials(space, _TURNOUT, count)
            for j in range(count):
                turnout = 1.0 / (1.0 + space[_TURNOUT + j])
                choice = 1.0 / (1.0 + space[_CHOICE + j])
                space[_CHOICE + j] = turnout * choice
                space[_TURNOUT + j] = turnout * (1.0 - choice)
            r, d = 0.0, 0.0
            for j in range(count):
                r += space[_CHOICE + j]
                d += space[_TURNOUT + j]
            sums[start // BLOCK, 2 * q] = r
            sums[start // BLOCK, 2 * q + 1] = d


def grieve(fixed: Block, dynamic: Block, prices: Totals, size: float, sign: float, c: VoteCoefficients) -> None:
    """A restriction in force leaves a grievance against the party behind it (ODD: grieve).

    size: feared loss of the restriction (share ** curvature); sign: +1 when D did it, -1 when R did.
    """
    share_out(fixed.shape[1], _grieve, fixed, dynamic, prices, size, sign, as_row(c))


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _grieve(
    first: int, last: int, fixed: Block, dynamic: Block, prices: Totals, size: float, sign: float, row: Totals
) -> None:  # pragma: no cover - compiled
    """Grievance of voters first .. last-1."""
    c = VoteCoefficients(*to_fixed_tuple(row, COUNT))  # type: ignore[call-arg]
    for i in range(first, last):
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
