"""Every voter's own probability to vote and to vote R: the same equations as `support`, without adding up."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from ...numerics.blocks import Block, Totals
from ..columns import GRIEVANCE, IDEAL, PARTISANSHIP, SALIENCE
from .coefficients import VoteCoefficients
from .equations import judge, own_terms


@numba.njit(cache=True, error_model="numpy")
def ballots(
    fixed: Block,
    dynamic: Block,
    prices: Totals,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    question: Totals,
    c: VoteCoefficients,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:  # pragma: no cover - compiled
    """Utility of R over D in logit and probability to turn out, of every voter; two arrays of shape (voters,).

    Arguments are those of `support`; question is one row of its table, shape (7,). A test adds the probabilities up to
    `support`'s totals. It is a kernel of its own so that the monthly one keeps nothing per voter.
    """
    voters = fixed.shape[1]
    utilities = np.empty(voters)
    turnouts = np.empty(voters)
    rise = max(0.0, question[4] - threat)
    for i in range(voters):
        partisanship = np.float64(fixed[PARTISANSHIP, i])
        feared, attention, own, relief, dislike = own_terms(fixed, dynamic, i, prices, incumbent, c)
        weight = np.float64(dynamic[SALIENCE, i]) + attention * rise
        habit = np.float64(fixed[turnout_row, i]) - c.turnout_gap_weight * abs(partisanship)
        utility, gap = judge(
            partisanship + shift,
            np.float64(dynamic[IDEAL, i]),
            weight,
            feared,
            np.float64(dynamic[GRIEVANCE, i]),
            own,
            relief,
            dislike,
            question,
            turnout_channel,
            c,
        )
        utilities[i] = utility
        turnouts[i] = 1.0 / (1.0 + math.exp(-(habit + c.turnout_gap_weight * gap)))
    return utilities, turnouts
