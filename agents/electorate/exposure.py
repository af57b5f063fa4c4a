"""Compiled endowment and resetting of stakes (ODD: assign_exposure, reset_stakes)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from ..numerics.blocks import Block, Totals
from .accounts.equations import (
    endowment,
    holding_value,
    is_in_plan,
    rest_after_restoring,
    restored_value,
    stake,
    stake_in_usd,
    unendowed,
    unendowed_share,
    units_of,
)
from .columns import (
    ASSIGNED_STAKE,
    ELIGIBLE,
    INCOME,
    IRA,
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
    """Convert the share `allocation` of each holder's own balance into crypto (ODD: assign_exposure); holders: rows."""
    kept: Any = np.float32(unendowed_share(allocation))
    for i in holders:
        potential = np.float64(fixed[POTENTIAL_STAKE, i])
        balance = stake_in_usd(potential, np.float64(fixed[INCOME, i]))
        if fixed[ELIGIBLE, i] == 0.0:
            dynamic[IRA, i] = balance
        dynamic[ASSIGNED_STAKE, i] = endowment(allocation, potential)
        dynamic[UNITS, i] = endowment(allocation, balance)
        # In float32: an account is what its column holds.
        dynamic[PLAN, i] = unendowed(kept, dynamic[PLAN, i])
        dynamic[IRA, i] = unendowed(kept, dynamic[IRA, i])
        dynamic[VISIBILITY, i] = visibility


@numba.njit(cache=True, error_model="numpy")
def stakes(fixed: Block, dynamic: Block, prices: Totals) -> Totals:  # pragma: no cover - compiled
    """Return the stake of every voter, years of income; shape (voters,) (ODD: stake)."""
    values = np.empty(fixed.shape[1])
    for i in range(values.size):
        price = prices[int(dynamic[PRODUCT, i])]
        values[i] = stake(np.float64(dynamic[UNITS, i]), price, np.float64(fixed[INCOME, i]))
    return values


@numba.njit(cache=True, error_model="numpy")
def restore(fixed: Block, dynamic: Block, prices: Totals) -> None:  # pragma: no cover - compiled
    """Restore every holding to its assigned stake, out of or into the rest of the account (ODD: reset_stakes)."""
    for i in range(fixed.shape[1]):
        price = prices[int(dynamic[PRODUCT, i])]
        value = holding_value(np.float64(dynamic[UNITS, i]), price)
        account = PLAN if is_in_plan(fixed[ELIGIBLE, i], dynamic[PRODUCT, i]) else IRA
        rest = np.float64(dynamic[account, i])
        target = stake_in_usd(np.float64(dynamic[ASSIGNED_STAKE, i]), np.float64(fixed[INCOME, i]))
        restored = restored_value(target, value, rest)
        dynamic[UNITS, i] = units_of(restored, price)
        dynamic[account, i] = rest_after_restoring(rest, restored, value)
