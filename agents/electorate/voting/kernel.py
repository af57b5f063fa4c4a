"""Compiled kernels of the vote (ODD: expected_votes, grieve). Plain references in tests/reference.

They take the two blocks of columns (`fixed` and `dynamic`, float32, shape (columns, voters)) and plain numbers. State
is float32, arithmetic and totals float64; totals are added block by block of 512 voters in a fixed order.
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
from ..accounts.equations import stake, years_of_income
from ..coefficient_row import as_row
from ..columns import BELIEF, GRIEVANCE, IDEAL, INCOME, PARTISANSHIP, PRODUCT, REFERENCE, SALIENCE, UNITS, VISIBILITY
from .coefficients import VoteCoefficients
from .equations import (
    backstop_dislike,
    base_utility,
    credit,
    expected_vote,
    felt_loss,
    grievance_after,
    issue_weight,
    judge,
    named_vote,
    own_gain,
    probability,
    prospect_loss,
    public_attention,
    relief,
    threat_attention,
    turnout_habit,
    turnout_utility,
    unprotected_stake,
)

COUNT = len(VoteCoefficients._fields)
QUESTION = 7
"""Numbers of one question, see `expected_votes`."""
SIDE_BY_SIDE = 3
"""Questions added up together: three independent sums hide the latency of additions."""
_ROW = BLOCK + PAD
# Rows of working space, float64.
_BASE, _HABIT, _SALIENCE, _IDEAL, _GRIEVANCE, _FEARED, _ATTENTION = (_ROW * row for row in range(7))
_OWN, _RELIEF, _DISLIKE, _STAKE, _GAIN = (_ROW * row for row in range(7, 12))
_CHOICE, _TURNOUT = _STAKE, _GAIN  # free once the terms are listed
_STAKE_POWER, _GAIN_POWER, _ANSWERS = (_ROW * row for row in range(12, 15))
_SPACE = _ANSWERS + 2 * _ROW * SIDE_BY_SIDE


NO_MOODS = np.empty((2, 0))
"""Of a panel whose probabilities are added up."""


def expected_votes(
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
    moods: Totals = NO_MOODS,
) -> Totals:
    """Return the votes that R and D can expect from a panel, per question (ODD: expected_votes).

    The panel: voters first .. first+count-1, modulo all.

    questions, shape (q, 7): openness of R's stand and of D's, feared_size of R's stand and of D's, threat imagined,
    share of savers' losses (to the power of the curvature) that R's stand and D's would take over.
    threat: the present threat; shift: the national shift in logit. moods, shape (2, count): every respondent's moods to
    stay at home and to prefer D, in logit, the same at all questions; with them, votes are the ballots that respondents
    name (E72). Returns shape (q, 2).
    """
    sums = np.empty((block_count(count), 2 * len(questions)))
    share_out(
        count, add_votes, fixed, dynamic, first, sums, prices, incumbent, shift, threat, turnout_row,
        turnout_channel, questions, moods, as_row(c),
    )  # fmt: skip
    return added_blocks(sums).reshape(-1, 2)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def add_votes(
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
    moods: Totals,
    row: Totals,
) -> None:  # pragma: no cover - compiled
    """Add up votes of positions begin .. end-1 counted from voter `first`; begin is a multiple of BLOCK."""
    c = VoteCoefficients(*to_fixed_tuple(row, COUNT))  # type: ignore[call-arg]
    voters = fixed.shape[1]
    space, holders = working_space(_SPACE), np.empty(BLOCK, np.int64)
    for start in range(begin, end, BLOCK):
        count = min(start + BLOCK, end) - start
        listed = 0
        while listed < count:  # two parts where the panel wraps around to the first voter
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
            large = 0
            for j in range(count):
                weight = issue_weight(space[_SALIENCE + j], space[_ATTENTION + j], question[4], threat)
                utility, gap = judge(
                    space[_BASE + j], space[_IDEAL + j], weight, space[_FEARED + j], space[_GRIEVANCE + j],
                    space[_OWN + j], space[_RELIEF + j], space[_DISLIKE + j], question, turnout_channel, c,
                )  # fmt: skip
                turnout = turnout_utility(space[_HABIT + j], gap, c)
                space[_CHOICE + j] = -utility
                space[_TURNOUT + j] = -turnout
                large += 0 if (abs(utility) < LARGEST) & (abs(turnout) < LARGEST) else 1
            side = q % SIDE_BY_SIDE
            answers = space[_ANSWERS + 2 * _ROW * side :]
            if moods.shape[1] > 0:
                _name(space, count, moods[:, start:], answers)
            else:
                _answer(space, count, large == 0, answers)
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
    """Write the terms of voters i .. stop-1 in rows, without those of holdings."""
    partisanship, turnout = fixed[PARTISANSHIP, i:stop], fixed[turnout_row, i:stop]
    salience, ideal, grievance = dynamic[SALIENCE, i:stop], dynamic[IDEAL, i:stop], dynamic[GRIEVANCE, i:stop]
    dislike = backstop_dislike(c)
    for j in range(partisanship.size):
        leaning = np.float64(partisanship[j])
        space[_BASE + j] = base_utility(leaning, shift)
        space[_HABIT + j] = turnout_habit(np.float64(turnout[j]), leaning, c)
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
    """Write the terms of those with a visible holding; powers are computed for them alone (a fifth of the time)."""
    units, visibility = dynamic[UNITS, i:stop], dynamic[VISIBILITY, i:stop]
    reference, product = dynamic[REFERENCE, i:stop], dynamic[PRODUCT, i:stop]
    income, belief, partisanship = fixed[INCOME, i:stop], fixed[BELIEF, i:stop], fixed[PARTISANSHIP, i:stop]
    count = 0
    for j in range(units.size):
        holders[count] = j
        count += 1 if (units[j] > 0.0) & (visibility[j] > 0.0) else 0  # no branch: holding is unpredictable
    stakes, gains = space[_STAKE : _STAKE + count], space[_GAIN : _GAIN + count]
    stake_powers, gain_powers = space[_STAKE_POWER : _STAKE_POWER + count], space[_GAIN_POWER : _GAIN_POWER + count]
    for k in range(count):
        j = holders[k]
        held, price, earned = np.float64(units[j]), prices[int(product[j])], np.float64(income[j])
        stakes[k] = stake(held, price, earned)
        gains[k] = own_gain(held, price, np.float64(reference[j]), earned)
        stake_powers[k] = unprotected_stake(stakes[k], c)
        gain_powers[k] = abs(gains[k])
    powers(stake_powers, c.curvature)
    powers(gain_powers, c.curvature)
    for k in range(count):
        j = holders[k]
        seen = np.float64(visibility[j])
        space[_FEARED + j] = prospect_loss(stake_powers[k], seen, np.float64(belief[j]), c)
        space[_ATTENTION + j] = threat_attention(stakes[k], seen, c)
        space[_OWN + j] = credit(gains[k], gain_powers[k], seen, np.float64(partisanship[j]), incumbent, c)
        space[_RELIEF + j] = relief(gains[k], gain_powers[k], seen, c)
        space[_DISLIKE + j] = 0.0


@numba.njit(error_model="numpy", forceinline=True)
def _list_public(
    space: Totals, fixed: Block, i: int, stop: int, c: VoteCoefficients
) -> None:  # pragma: no cover - compiled
    """Add every voter's share of a public fund to her terms."""
    income, belief = fixed[INCOME, i:stop], fixed[BELIEF, i:stop]
    for j in range(income.size):
        space[_STAKE + j] = years_of_income(c.public_usd, np.float64(income[j]))
        space[_STAKE_POWER + j] = space[_STAKE + j]
    powers(space[_STAKE_POWER : _STAKE_POWER + income.size], c.curvature)
    for j in range(income.size):
        space[_FEARED + j] += prospect_loss(space[_STAKE_POWER + j], c.public_visibility, np.float64(belief[j]), c)
        space[_ATTENTION + j] += public_attention(space[_STAKE + j], c)


@numba.njit(error_model="numpy", forceinline=True)
def _answer(space: Totals, count: int, moderate: bool, answers: Totals) -> None:  # pragma: no cover - compiled
    """Write probabilities to vote for R, and in the next row for D, from log odds against choosing R and voting."""
    if not moderate:
        for j in range(count):
            answers[j], answers[_ROW + j] = _votes(math.exp(space[_CHOICE + j]), math.exp(space[_TURNOUT + j]))
        return
    # One loop: the divisions of one voter overlap with the exponentials of the next.
    for j in range(count):
        answers[j], answers[_ROW + j] = _votes(exponential(space[_CHOICE + j]), exponential(space[_TURNOUT + j]))


@numba.njit(error_model="numpy", forceinline=True)
def _name(space: Totals, count: int, moods: Totals, answers: Totals) -> None:  # pragma: no cover - compiled
    """Write 1 for those who name R, and in the next row for those who name D, otherwise 0."""
    stays, prefers_d = moods[0], moods[1]
    for j in range(count):
        utility, turnout = -space[_CHOICE + j], -space[_TURNOUT + j]
        answers[j], answers[_ROW + j] = named_vote(turnout, utility, stays[j], prefers_d[j])


@numba.njit(error_model="numpy", forceinline=True)
def _votes(against: float, stays: float) -> tuple[float, float]:  # pragma: no cover - compiled
    """Return the probabilities of voting for R and for D, from the odds against choosing R and against turning out."""
    return expected_vote(probability(stays), probability(against))


@numba.njit(error_model="numpy", forceinline=True)
def _add_answers(space: Totals, count: int, q: int, sums: Totals) -> None:  # pragma: no cover - compiled
    """Add up a block's answers to three questions from q on, and keep the sums of the questions in use."""
    r = d = r_next = d_next = r_last = d_last = 0.0
    for j in range(count):
        r += space[_ANSWERS + j]
        d += space[_ANSWERS + _ROW + j]
        r_next += space[_ANSWERS + 2 * _ROW + j]
        d_next += space[_ANSWERS + 3 * _ROW + j]
        r_last += space[_ANSWERS + 4 * _ROW + j]
        d_last += space[_ANSWERS + 5 * _ROW + j]
    sums[2 * q], sums[2 * q + 1] = r, d
    # Unused question slots hold garbage and are discarded.
    if 2 * q + 2 < sums.size:
        sums[2 * q + 2], sums[2 * q + 3] = r_next, d_next
    if 2 * q + 4 < sums.size:
        sums[2 * q + 4], sums[2 * q + 5] = r_last, d_last


def grieve(fixed: Block, dynamic: Block, prices: Totals, size: float, sign: float, c: VoteCoefficients) -> None:
    """Add the grievance that a restriction in force leaves against the party behind it (ODD: grieve).

    size: share of a holding feared lost, to the power of the curvature; sign: +1 when D did it, -1 when R did.
    """
    share_out(fixed.shape[1], _grieve, fixed, dynamic, prices, size, sign, as_row(c))


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _grieve(
    first: int, last: int, fixed: Block, dynamic: Block, prices: Totals, size: float, sign: float, row: Totals
) -> None:  # pragma: no cover - compiled
    """Add the grievances of voters first .. last-1."""
    c = VoteCoefficients(*to_fixed_tuple(row, COUNT))  # type: ignore[call-arg]
    for i in range(first, last):
        hurt = felt_loss(
            np.float64(dynamic[UNITS, i]),
            prices[int(dynamic[PRODUCT, i])],
            np.float64(fixed[INCOME, i]),
            np.float64(dynamic[VISIBILITY, i]),
            np.float64(fixed[BELIEF, i]),
            c,
        )
        if hurt > 0.0:
            dynamic[GRIEVANCE, i] = grievance_after(np.float64(dynamic[GRIEVANCE, i]), hurt, size, sign)
