"""A public social-security fund that may hold crypto: no saver chooses, every citizen has a share."""

from __future__ import annotations

from typing import NamedTuple

from ..parameters.tree import Parameters

BILLION = 1e9


class PublicFund(NamedTuple):
    """The public fund's units of the coin, and its net purchase of this month (USD)."""

    units: float = 0.0
    flow: float = 0.0


def fund_target(openness: float, p: Parameters) -> float:
    """Return the fund's target in crypto, USD (ODD: fund_target); 0 if policy is below its least openness."""
    if not p.fund.active or openness < p.fund.least_openness:
        return 0.0
    return p.fund.crypto_share * p.fund.assets_usd_bn * BILLION


def fund_month(fund: PublicFund, price: float, openness: float, p: Parameters) -> PublicFund:
    """Return the fund after it closes a share of the gap to its target by buying or selling (ODD: fund_month)."""
    if not p.fund.active:
        return fund
    gap = fund_target(openness, p) - fund.units * price
    flow = gap / p.fund.build_months
    return PublicFund(max(0.0, fund.units + flow / price), flow)
