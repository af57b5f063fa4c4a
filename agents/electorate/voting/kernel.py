"""Compiled functions of the vote. Each has a plain reference in tests/reference and an equation in the ODD.

All take the two blocks of columns (`fixed` and `dynamic`, float32, shape (columns, voters)) and plain numbers. State is
float32, arithmetic and totals float64; totals are added block by block of 512 voters in a fixed order.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt
from numba.np.unsafe.ndarray import to_fixed_tuple

from ...numerics.blocks import BLOCK, PAD, Block, Totals, added_blocks, block_count, share_out, working_space
from ...numerics.exponential import LARGEST, exponential
from ...numerics.power import powers
from ..coefficient_row import as_row
from ..columns import BELIEF, GRIEVANCE, IDEAL, INCOME, PARTISANSHIP, PRODUCT, REFERENCE, SALIENCE, UNITS, VISIBILITY
from .coefficients import VoteCoefficients
from .equations import holder_terms, judge, pain, public_terms, whole_loss, worth

COUNT = len(VoteCoefficients._fields)
QUESTION = 7
"""Numbers of one question, see `support`."""
SIDE_BY_SIDE = 3
"""Questions added up together: their sums do not wait for each other, so the processor adds them at once."""
_ROW = BLOCK + PAD
# Rows of working space, float64.
_BASE, _HABIT, _SALIENCE, _IDEAL, _GRIEVANCE, _FEARED, _ATTENTION = (_ROW * row for row in range(7))
_OWN, _RELIEF, _DISLIKE, _STAKE, _GAIN = (_ROW * row for row in range(7, 12))
_CHOICE, _TURNOUT = _STAKE, _GAIN  # free once the terms are listed
_STAKE_POWER, _GAIN_POWER, _ANSWERS = (_ROW * row for row in range(12, 15))
_SPACE = _ANSWERS + 2 * _ROW * SIDE_BY_SIDE


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
    space, holders = working_space(_SPACE), np.empty(BLOCK, np.int64)
    for start in range(begin, end, BLOCK):
        count = min(start + BLOCK, end) - start
        listed = 0
        while listed < count:  # in two parts where the panel begins anew with the first voter
            i = (first + start + listed) % voters
            stop = min(voters, i + count - listed)
            part = space[listed:]
            _list_voters(part, fixed, dynamic, i, stop, turnout_row, shift, c)
            _list_holders(part, holders, fixed, dynamic, i, stop, prices, incumbent, c)
            if c.public_usd > 0.0:
                _list_public(part, fixed, i, stop, c)
            listed += stop - i
        for q in range(questions.shape[0]):
            question = to_fixed_tuple(questions[q], QUESTION)
            rise = max(0.0, question[4] - threat)
            large = 0
            for j in range(count):
                utility, gap = judge(
                    space[_BASE + j], space[_IDEAL + j], space[_SALIENCE + j] + space[_ATTENTION + j] * rise,
                    space[_FEARED + j], space[_GRIEVANCE + j], space[_OWN + j], space[_RELIEF + j],
                    space[_DISLIKE + j], question, turnout_channel, c,
                )  # fmt: skip
                turnout = space[_HABIT + j] + c.turnout_gap_weight * gap
                space[_CHOICE + j] = -utility
                space[_TURNOUT + j] = -turnout
                large += 0 if (abs(utility) < LARGEST) & (abs(turnout) < LARGEST) else 1
            side = q % SIDE_BY_SIDE
            _answer(space, count, large == 0, space[_ANSWERS + 2 * _ROW * side :])
            if side == SIDE_BY_SIDE - 1 or q == questions.shape[0] - 1:
                _add_answers(space, count, q - side, sums[start // BLOCK])


@numba.njit(error_model="numpy", forceinline=True)
def _list_voters(
    space: Totals,
    fixed: Block,
    dynamic: Block,
    i: int,
    stop: int,
    turnout_row: int,
    shift: float,
    c: VoteCoefficients,
) -> None:  # pragma: no cover - compiled
    """Put what voters i .. stop-1 bring to their votes in rows, as of somebody who holds nothing."""
    partisanship, turnout = fixed[PARTISANSHIP, i:stop], fixed[turnout_row, i:stop]
    salience, ideal, grievance = dynamic[SALIENCE, i:stop], dynamic[IDEAL, i:stop], dynamic[GRIEVANCE, i:stop]
    dislike = c.backstop_dislike if c.backstop > 0.0 else 0.0
    for j in range(partisanship.size):
        leaning = np.float64(partisanship[j])
        space[_BASE + j] = leaning + shift
        space[_HABIT + j] = np.float64(turnout[j]) - c.turnout_gap_weight * abs(leaning)
        space[_SALIENCE + j] = np.float64(salience[j])
        space[_IDEAL + j] = np.float64(ideal[j])
        space[_GRIEVANCE + j] = np.float64(grievance[j])
        space[_FEARED + j] = 0.0
        space[_ATTENTION + j] = 0.0
        space[_OWN + j] = 0.0
        space[_RELIEF + j] = 0.0
        space[_DISLIKE + j] = dislike


@numba.njit(error_model="numpy", forceinline=True)
def _list_holders(
    space: Totals,
    holders: npt.NDArray[np.int64],
    fixed: Block,
    dynamic: Block,
    i: int,
    stop: int,
    prices: Totals,
    incumbent: float,
    c: VoteCoefficients,
) -> None:  # pragma: no cover - compiled
    """Put the terms of those who hold something they see in their rows; most hold nothing, and powers are dear."""
    units, visibility = dynamic[UNITS, i:stop], dynamic[VISIBILITY, i:stop]
    reference, product = dynamic[REFERENCE, i:stop], dynamic[PRODUCT, i:stop]
    income, belief, partisanship = fixed[INCOME, i:stop], fixed[BELIEF, i:stop], fixed[PARTISANSHIP, i:stop]
    found = 0
    for j in range(units.size):
        holders[found] = j
        found += 1 if (units[j] > 0.0) & (visibility[j] > 0.0) else 0  # no branch: who holds cannot be guessed
    for k in range(found):
        j = holders[k]
        price = prices[int(product[j])]
        stake, gain = worth(np.float64(units[j]), price, np.float64(reference[j]), np.float64(income[j]))
        space[_STAKE + k], space[_GAIN + k] = stake, gain
        space[_STAKE_POWER + k] = c.unprotected * stake
        space[_GAIN_POWER + k] = abs(gain)
    powers(space[_STAKE_POWER : _STAKE_POWER + found], c.curvature)
    powers(space[_GAIN_POWER : _GAIN_POWER + found], c.curvature)
    for k in range(found):
        j = holders[k]
        feared, attention, own, relief = holder_terms(
            space[_STAKE + k], space[_STAKE_POWER + k], space[_GAIN + k], space[_GAIN_POWER + k],
            np.float64(visibility[j]), np.float64(belief[j]), np.float64(partisanship[j]), incumbent, c,
        )  # fmt: skip
        space[_FEARED + j] = feared
        space[_ATTENTION + j] = attention
        space[_OWN + j] = own
        space[_RELIEF + j] = relief
        space[_DISLIKE + j] = 0.0


@numba.njit(error_model="numpy", forceinline=True)
def _list_public(
    space: Totals, fixed: Block, i: int, stop: int, c: VoteCoefficients
) -> None:  # pragma: no cover - compiled
    """Add every voter's share of a public fund to her terms."""
    income, belief = fixed[INCOME, i:stop], fixed[BELIEF, i:stop]
    for j in range(income.size):
        space[_STAKE + j] = c.public_usd / np.float64(income[j])
        space[_STAKE_POWER + j] = space[_STAKE + j]
    powers(space[_STAKE_POWER : _STAKE_POWER + income.size], c.curvature)
    for j in range(income.size):
        feared, attention = public_terms(space[_STAKE + j], space[_STAKE_POWER + j], np.float64(belief[j]), c)
        space[_FEARED + j] += feared
        space[_ATTENTION + j] += attention


@numba.njit(error_model="numpy", forceinline=True)
def _answer(space: Totals, count: int, moderate: bool, answers: Totals) -> None:  # pragma: no cover - compiled
    """Probabilities to vote for R, and in the next row for D, from log odds against choosing R and turning out."""
    if not moderate:
        for j in range(count):
            answers[j], answers[_ROW + j] = _votes(math.exp(space[_CHOICE + j]), math.exp(space[_TURNOUT + j]))
        return
    # In one loop the divisions of one voter are worked out during the exponentials of the next.
    for j in range(count):
        answers[j], answers[_ROW + j] = _votes(exponential(space[_CHOICE + j]), exponential(space[_TURNOUT + j]))


@numba.njit(error_model="numpy", forceinline=True)
def _votes(against: float, stays: float) -> tuple[float, float]:  # pragma: no cover - compiled
    """Probability to vote for R and for D, from odds against choosing R and against turning out."""
    turnout, choice = 1.0 / (1.0 + stays), 1.0 / (1.0 + against)
    return turnout * choice, turnout * (1.0 - choice)


@numba.njit(error_model="numpy", forceinline=True)
def _add_answers(space: Totals, count: int, q: int, sums: Totals) -> None:  # pragma: no cover - compiled
    """Add up a block's answers to three questions from q on, and keep the sums of those that there are."""
    r = d = r_next = d_next = r_last = d_last = 0.0
    for j in range(count):
        r += space[_ANSWERS + j]
        d += space[_ANSWERS + _ROW + j]
        r_next += space[_ANSWERS + 2 * _ROW + j]
        d_next += space[_ANSWERS + 3 * _ROW + j]
        r_last += space[_ANSWERS + 4 * _ROW + j]
        d_last += space[_ANSWERS + 5 * _ROW + j]
    sums[2 * q], sums[2 * q + 1] = r, d
    # What is no question was added up for nothing: its row may hold anything.
    if 2 * q + 2 < sums.size:
        sums[2 * q + 2], sums[2 * q + 3] = r_next, d_next
    if 2 * q + 4 < sums.size:
        sums[2 * q + 4], sums[2 * q + 5] = r_last, d_last


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
