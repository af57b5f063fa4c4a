"""Utility and turnout of every voter, by the equations of `expected_votes`."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from ...numerics.blocks import Block, Totals
from ..columns import (
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
from .coefficients import VoteCoefficients
from .equations import ballot, own_terms


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
    """Return every voter's utility of R over D (logit) and probability to turn out; two arrays, shape (voters,).

    Arguments are those of `expected_votes`; question is one row of its table, shape (7,). A test compares their
    sums with the totals of `expected_votes`, a separate kernel because it stores nothing per voter.
    """
    voters = fixed.shape[1]
    utilities = np.empty(voters)
    turnouts = np.empty(voters)
    for i in range(voters):
        partisanship = np.float64(fixed[PARTISANSHIP, i])
        terms = own_terms(
            np.float64(dynamic[UNITS, i]),
            prices[int(dynamic[PRODUCT, i])],
            np.float64(dynamic[REFERENCE, i]),
            np.float64(dynamic[VISIBILITY, i]),
            np.float64(fixed[INCOME, i]),
            np.float64(fixed[BELIEF, i]),
            partisanship,
            incumbent,
            c,
        )
        utilities[i], turnouts[i] = ballot(
            terms,
            partisanship,
            np.float64(fixed[turnout_row, i]),
            np.float64(dynamic[IDEAL, i]),
            np.float64(dynamic[SALIENCE, i]),
            np.float64(dynamic[GRIEVANCE, i]),
            shift,
            threat,
            question,
            turnout_channel,
            c,
        )
    return utilities, turnouts
