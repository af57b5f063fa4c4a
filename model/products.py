"""Products: what a unit of each is worth, month by month, beside the coin."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..agents.draws import Draws
from ..agents.electorate import columns
from .parameters import Parameters

Reals = npt.NDArray[np.float64]


def starting_prices() -> Reals:
    """Every product is worth 1 at month 0; shape (products,)."""
    return np.ones(len(columns.PRODUCTS))


def products_month(
    prices: Reals, coin_price: float, coin_return: float, stock_return: float, draws: Draws, month: int, p: Parameters
) -> Reals:
    """Prices of all products after a month in which the coin made coin_return (log) and stocks stock_return (simple).

    A holding as assigned by the experiment is the coin itself.
    """
    moved = prices * math.exp(coin_return)
    moved[columns.ASSIGNED] = coin_price
    return moved


def allocations(p: Parameters) -> Reals:
    """Share of a holder's balance that goes to each product; shape (products,)."""
    return np.full(len(columns.PRODUCTS), p.exposure.allocation)


def coin_shares(p: Parameters) -> Reals:
    """Part of a product's value that is held in the coin market and moves its price; shape (products,)."""
    return np.ones(len(columns.PRODUCTS))
