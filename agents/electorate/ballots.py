"""Every voter's own probability to vote and to vote R: the same equations as `support`, without adding up."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from .coefficients import VoteCoefficients
from .columns import BELIEF, GRIEVANCE, IDEAL, INCOME, PARTISANSHIP, REFERENCE, SALIENCE, UNITS, VISIBILITY
from .kernels import Block, Totals, pain, retrospection


@numba.njit(cache=True, error_model="numpy")
def ballots(
    fixed: Block,
    dynamic: Block,
    price: float,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    question: Totals,
    c: VoteCoefficients,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:  # pragma: no cover - compiled
    """Utility of R over D in logit and probability to turn out, of every voter; two arrays of shape (voters,).

    Arguments are those of `support`; question is one row of its table, shape (5,). A test adds the probabilities up to
    `support`'s totals. It is a kernel of its own so that the monthly one keeps nothing per voter.
    """
    voters = fixed.shape[1]
    utilities = np.empty(voters)
    turnouts = np.empty(voters)
    r, d = question[0], question[1]
    rise = max(0.0, question[4] - threat)
    for i in range(voters):
        partisanship = np.float64(fixed[PARTISANSHIP, i])
        units: float = np.float64(dynamic[UNITS, i])
        visibility = np.float64(dynamic[VISIBILITY, i])
        own = 0.0
        feared = 0.0
        attention = 0.0
        if units > 0.0 and visibility > 0.0:
            income = np.float64(fixed[INCOME, i])
            stake = units * price / income
            feared = pain(stake, visibility, np.float64(fixed[BELIEF, i]), c)
            attention = c.salience_threat * c.unprotected * visibility * stake / (stake + c.stake_half)
            own = retrospection(
                units, price, np.float64(dynamic[REFERENCE, i]), income, visibility, partisanship, incumbent, c
            )
        base = partisanship + shift
        habit = np.float64(fixed[turnout_row, i]) - c.turnout_gap_weight * abs(partisanship)
        weight = np.float64(dynamic[SALIENCE, i]) + attention * rise
        issue = weight * c.ideal_weight * ((d * d - r * r) - 2.0 * np.float64(dynamic[IDEAL, i]) * (d - r))
        grievance = np.float64(dynamic[GRIEVANCE, i])
        stakes = weight * c.loss_weight * (feared * (question[3] - question[2]) + grievance) + own
        utility = base + issue + stakes
        gap = utility if turnout_channel else base + issue
        utilities[i] = utility
        turnouts[i] = 1.0 / (1.0 + math.exp(-(habit + c.turnout_gap_weight * abs(gap))))
    return utilities, turnouts
