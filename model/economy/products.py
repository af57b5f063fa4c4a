"""Products: prices month by month, allocations, and the table that accounts use."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

from ...agents.draws import Draws
from ...agents.electorate import columns
from ..parameters.tree import Parameters
from ..policy.law import Law, Provision, ira_openness

Reals = npt.NDArray[np.float64]

_STEMS = {
    columns.SINGLE_ASSET: "single_asset",
    columns.BASKET: "basket",
    columns.HYBRID: "hybrid",
    columns.TARGET_DATE_SLEEVE: "target_date_sleeve",
    columns.IRA_FUND: "ira_fund",
}
LEAST = 1e-6
"""Smallest monthly growth factor before fees: a price stays positive, because prices are divisors."""


def per_product(p: Parameters, name: str, assigned: float = 0.0) -> Reals:
    """Return a parameter of all products, in the order of columns.PRODUCTS; `assigned` for a holding as assigned."""
    values = [assigned] * len(columns.PRODUCTS)
    for number, stem in _STEMS.items():
        values[number] = float(getattr(p.product, f"{stem}_{name}", 0.0))
    return np.array(values)


def starting_prices() -> Reals:
    """Return the price of every product at month 0, which is 1; shape (products,)."""
    return np.ones(len(columns.PRODUCTS))


@numba.njit(error_model="numpy")
def product_growth(
    coin_return: float, stock_return: float, noise: float, beta: float, own_sd: float, coin_share: float, fee: float
) -> float:  # pragma: no cover - compiled
    """Return the factor by which a product's price moves in a month, net of its fee (ODD: product_growth).

    coin_return in logs, stock_return simple; noise is standard normal; fee a year.
    """
    coin = math.exp(min(beta * coin_return + own_sd * noise - 0.5 * own_sd * own_sd, 700.0))
    mixed = coin_share * coin + (1.0 - coin_share) * (1.0 + stock_return)
    return float(max(LEAST, mixed) * math.exp(-fee / 12.0))


def price_moves(p: Parameters) -> Reals:
    """Return the coefficients of each product's price: rows beta, own_sd, coin_share and fee; shape (4, products)."""
    return np.array(
        [
            per_product(p, "beta", 1.0),
            per_product(p, "own_sd"),
            per_product(p, "coin_share", 1.0),
            per_product(p, "fee"),
        ]
    )


def noises(draws: Draws, first: int, months: int) -> Reals:
    """Return standard normal noise of the products' prices in the months from `first` on; shape (months, products).

    A holding as assigned has no noise.
    """
    table = np.zeros((months, len(columns.PRODUCTS)))
    for row in range(months):
        for product in range(columns.ASSIGNED + 1, len(columns.PRODUCTS)):
            table[row, product] = draws.normal("product price", product, first + row)
    return table


@numba.njit(cache=True, error_model="numpy")
def move_prices(
    moved: Reals,
    prices: Reals,
    coin_price: float,
    coin_return: float,
    stock_return: float,
    noises: Reals,
    moves: Reals,
) -> None:  # pragma: no cover - compiled
    """Write the result of `products_month` into `moved`; noises: a row of `noises`, moves: as `price_moves`."""
    moved[columns.ASSIGNED] = coin_price
    for k in range(1, prices.size):
        moved[k] = prices[k] * product_growth(
            coin_return, stock_return, noises[k], moves[0, k], moves[1, k], moves[2, k], moves[3, k]
        )


def products_month(
    prices: Reals, coin_price: float, coin_return: float, stock_return: float, noise: Reals, moves: Reals
) -> Reals:
    """Return the prices of all products after a month (ODD: products_month); shape (products,).

    coin_return: log return of the coin; stock_return: simple. A holding as assigned by the experiment is the coin
    itself. noise: a row of `noises`; moves: as `price_moves`.
    """
    moved = np.empty_like(prices)
    move_prices(moved, prices, coin_price, coin_return, stock_return, noise, moves)
    return moved


def allocations(p: Parameters) -> Reals:
    """Return the share of a holder's balance that goes to each product; shape (products,) (ODD: allocations)."""
    wanted = np.full(len(columns.PRODUCTS), p.adoption.alloc_given_takeup)
    wanted[columns.TARGET_DATE_SLEEVE] = p.adoption.tdf_crypto_sleeve
    held = np.minimum(wanted, per_product(p, "cap"))
    held[columns.ASSIGNED] = p.exposure.allocation
    return np.asarray(held)


def coin_shares(p: Parameters) -> Reals:
    """Return the part of each product's value that is held in the coin market; shape (products,)."""
    return per_product(p, "coin_share", assigned=1.0)


def standing_table(shares: Reals, coin_shares: Reals, cap: float, law: Law, now: Provision) -> Reals:
    """Return the product table, constant until law or policy in force changes; rows columns.PRODUCT_ROWS.

    shares: `allocations`; cap: policy.cap; now: policy in force. Rows of prices are left at 0.
    """
    allowed = min(1.0, now.kappa / cap)
    is_open = not now.closed and now.theta > 0.0
    table = np.zeros((len(columns.PRODUCT_ROWS), len(columns.PRODUCTS)))
    if is_open:
        table[columns.NEW_MONEY] = shares * allowed
        # Contributions go to the plan; crypto in an IRA is bought with money that is in the IRA already.
        table[columns.NEW_MONEY, columns.IRA_FUND] = 0.0
        table[columns.OPEN] = shares * allowed > 0.0
    table[columns.OPEN, columns.IRA_FUND] = ira_openness(law, cap) > 0.0
    table[columns.LIMIT] = 1.0
    if now.forced > 0.0 and now.protected < 1.0:
        table[columns.LIMIT] = shares * allowed
        if law.statute is None:
            table[columns.LIMIT, columns.IRA_FUND] = 1.0
    table[columns.COIN_SHARE] = coin_shares
    return table
