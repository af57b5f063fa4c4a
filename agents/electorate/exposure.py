"""Compiled endowment and resetting of stakes. Plain references in tests/reference; conventions as in kernels.py."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from ..numerics.blocks import Block, Totals
from .columns import (
    ASSIGNED_STAKE,
    ELIGIBLE,
    INCOME,
    IRA,
    IRA_FUND,
    PLAN,
    POTENTIAL_STAKE,
    PRODUCT,
    UNITS,
    VISIBILITY,
)


@numba.njit(cache=True, error_model="numpy")
def endow(
    fixed: Block, dynamic: Block, holders: npt.NDArray[np.int64], allocation: float, visibility: float
) -> None:  # pragma: no cover - compiled
    """Give the share `allocation` of their own balance in crypto to holders, by row (ODD: assign_exposure)."""
    kept = np.float32(1.0 - allocation)
    for i in holders:
        potential, income = np.float64(fixed[POTENTIAL_STAKE, i]), np.float64(fixed[INCOME, i])
        if fixed[ELIGIBLE, i] == 0.0:
            dynamic[IRA, i] = potential * income
        dynamic[ASSIGNED_STAKE, i] = allocation * potential
        dynamic[UNITS, i] = allocation * (potential * income)
        # In float32: an account is what its column holds.
        dynamic[PLAN, i] = dynamic[PLAN, i] * kept
        dynamic[IRA, i] = dynamic[IRA, i] * kept
        dynamic[VISIBILITY, i] = visibility


@numba.njit(cache=True, error_model="numpy")
def bring_back(fixed: Block, dynamic: Block, prices: Totals) -> None:  # pragma: no cover - compiled
    """Bring every holding back to its assigned stake, out of or into the rest of the account (ODD: reset_stakes)."""
    for i in range(fixed.shape[1]):
        price = prices[int(dynamic[PRODUCT, i])]
        worth = np.float64(dynamic[UNITS, i]) * price
        # What is held in an IRA of one's own goes back to it, whoever has a plan as well.
        account = PLAN if fixed[ELIGIBLE, i] > 0.0 and dynamic[PRODUCT, i] != IRA_FUND else IRA
        rest = np.float64(dynamic[account, i])
        value = min(np.float64(dynamic[ASSIGNED_STAKE, i]) * np.float64(fixed[INCOME, i]), worth + rest)
        dynamic[UNITS, i] = value / price
        dynamic[account, i] = rest - (value - worth)
