"""Prices and tables of products for the comparisons of kernels with their references."""

from __future__ import annotations

from hypothesis import strategies as st

from political_moat.agents.electorate import columns as at

SHARES = st.sampled_from((0.0, 1.0)) | st.floats(0.0, 1.0)
PUBLIC = st.sampled_from((0.0, 0.0, 200.0, 1e4))
PRICES = st.sampled_from((1e-3, 0.3, 1.0, 40.0, 1e4)) | st.floats(0.05, 20.0)


def everywhere(value: float) -> list[float]:
    """The same value for every product."""
    return [value] * len(at.PRODUCTS)


def simple_table(price: float, new_money: float, limit: float) -> list[list[float]]:
    """A table of products that are all alike; prices have not moved."""
    return [everywhere(one) for one in (price, price, new_money, float(new_money > 0.0), limit, 1.0)]


def of_every_product(values: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    """One value for each product."""
    return st.lists(values, min_size=len(at.PRODUCTS), max_size=len(at.PRODUCTS))


ALL_PRICES = of_every_product(PRICES)
PRODUCT_TABLES = st.tuples(
    ALL_PRICES,
    ALL_PRICES,
    of_every_product(SHARES),
    of_every_product(st.sampled_from((0.0, 1.0))),
    of_every_product(SHARES),
    of_every_product(SHARES),
)
