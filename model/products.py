"""Products: what a unit of each is worth, month by month, beside the coin, and what binds a holding in an IRA."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..agents.draws import Draws
from ..agents.electorate import columns
from .law import Law
from .parameters import Parameters

Reals = npt.NDArray[np.float64]

_STEMS = {
    columns.SINGLE_ASSET: "single_asset",
    columns.BASKET: "basket",
    columns.HYBRID: "hybrid",
    columns.TARGET_DATE_SLEEVE: "target_date_sleeve",
    columns.IRA_FUND: "ira_fund",
}
LEAST = 1e-6
"""A month's return never takes a product to nothing: prices divide."""


@lru_cache(maxsize=1024)
def _values(group: object, name: str, assigned: float) -> tuple[float, ...]:
    values = [assigned] * len(columns.PRODUCTS)
    for number, stem in _STEMS.items():
        values[number] = float(getattr(group, f"{stem}_{name}", 0.0))
    return tuple(values)


def per_product(p: Parameters, name: str, assigned: float = 0.0) -> Reals:
    """A parameter of all products, in the order of columns.PRODUCTS; `assigned` for a holding as assigned."""
    return np.array(_values(p.product, name, assigned))


def starting_prices() -> Reals:
    """Every product is worth 1 at month 0; shape (products,)."""
    return np.ones(len(columns.PRODUCTS))


def product_growth(
    coin_return: float, stock_return: float, noise: float, beta: float, own_sd: float, coin_share: float, fee: float
) -> float:
    """Factor by which a product's price moves in a month, net of its fee (ODD: product_growth).

    coin_return in logs, stock_return simple; noise is standard normal; fee a year.
    """
    coin = math.exp(min(beta * coin_return + own_sd * noise - 0.5 * own_sd * own_sd, 700.0))
    mixed = coin_share * coin + (1.0 - coin_share) * (1.0 + stock_return)
    return max(LEAST, mixed) * math.exp(-fee / 12.0)


def products_month(
    prices: Reals, coin_price: float, coin_return: float, stock_return: float, draws: Draws, month: int, p: Parameters
) -> Reals:
    """Prices of all products after a month in which the coin made coin_return (log) and stocks stock_return (simple).

    A holding as assigned by the experiment is the coin itself. (ODD: products_month)
    """
    moved = np.empty_like(prices)
    moved[columns.ASSIGNED] = coin_price
    beta, own_sd = _values(p.product, "beta", 1.0), _values(p.product, "own_sd", 0.0)
    share, fee = _values(p.product, "coin_share", 1.0), _values(p.product, "fee", 0.0)
    for one in _STEMS:
        noise = draws.normal("product price", one, month) if own_sd[one] > 0.0 else 0.0
        growth = product_growth(coin_return, stock_return, noise, beta[one], own_sd[one], share[one], fee[one])
        moved[one] = prices[one] * growth
    return moved


def allocations(p: Parameters) -> Reals:
    """Share of a holder's balance that goes to each product; shape (products,) (ODD: allocations)."""
    wanted = np.full(len(columns.PRODUCTS), p.adoption.alloc_given_takeup)
    wanted[columns.TARGET_DATE_SLEEVE] = p.adoption.tdf_crypto_sleeve
    held = np.minimum(wanted, per_product(p, "cap"))
    held[columns.ASSIGNED] = p.exposure.allocation
    return np.asarray(held)


def coin_shares(p: Parameters) -> Reals:
    """Part of a product's value that is held in the coin market and moves its price; shape (products,)."""
    return per_product(p, "coin_share", assigned=1.0)


def ira_openness(law: Law, kappa0: float) -> float:
    """Openness for IRAs: the SEC's posture and statutes bind them, rules about plans do not (ODD: ira_openness)."""
    theta = 1.0 if law.enforcement is None else law.enforcement.theta
    if law.statute is None:
        return theta
    if law.statute.closed:
        return 0.0
    return min(theta, law.statute.theta * min(1.0, law.statute.kappa / kappa0))
