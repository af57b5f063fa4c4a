"""Equations of foresight: one voter's months until an election, in expectation and closed form (ODD: projected_votes).

Each function is a numbered equation of the ODD. They are the monthly equations of accounts and opinion raised to the
power of the months. Money is in USD; months of a stretch may be fractions.
"""

from __future__ import annotations

from ..equation import equation

NEAR = 1e-9
"""Two monthly factors closer than this count as equal."""


@equation
def kept_after(speed: float, months: float) -> float:
    """Return the share of a distance that is left after months in which a share `speed` of it closes (E74)."""
    return float((1.0 - speed) ** months)


@equation
def relaxed(value: float, goal: float, kept: float) -> float:
    """Return a value that has moved towards its goal; kept: share of the distance that is left (E75, E21, E24)."""
    return goal + kept * (value - goal)


@equation
def faded(value: float, keep: float, months: float) -> float:
    """Return what is left of a value of which a share `keep` outlasts each month (E76, from E20 and E25)."""
    return float(value * keep**months)


@equation
def expected_price(price: float, growth: float, months: float) -> float:
    """Return the price after months of growth by a factor, USD (E77)."""
    return float(price * growth**months)


@equation
def mixed_powers(a: float, b: float, months: int) -> float:
    """Return the sum of a**k * b**(months - k - 1) over k = 0 .. months-1 (E78); a and b are positive."""
    if abs(a - b) < NEAR:
        return float(months * a ** (months - 1)) if months > 0 else 0.0
    return float((a**months - b**months) / (a - b))


@equation
def expected_reference(
    reference: float, price: float, growth: float, attention: float, speed: float, months: int
) -> float:
    """Return the reference price after months of a price that grows by a factor, USD (E79, from E15).

    price: now; speed: up or down, by the present gap.
    """
    pace = min(1.0, 2.0 * attention * speed)
    kept = 1.0 - pace
    return float(kept**months * reference + pace * price * growth * mixed_powers(growth, kept, months))


@equation
def rebalanced_growth(growth: float, rebalancing: float) -> float:
    """Return the monthly factor of the part of a holding above its target (E80, from E7)."""
    return growth * (1.0 - rebalancing)


@equation
def growth_sum(rate: float, months: float) -> float:
    """Return the sum of a rate's powers over the months (E81): what a USD a month grows to."""
    return months if abs(1.0 - rate) < NEAR else float((1.0 - rate**months) / (1.0 - rate))


@equation
def expected_holding(
    value: float, target: float, paid: float, is_open: float, rebalancing: float, grown: float, kept: float, sums: float
) -> float:
    """Return the value of a holding after months without a forced sale, USD (E82, from E6 and E7).

    paid: USD a month; grown: growth over the months; kept, sums: power and sum (E81) of the rate of E80. A product that
    is closed to new money is rebalanced only where the holding exceeds its target.
    """
    if is_open == 0.0 and value < target:
        return value * grown
    return value * kept + (paid + rebalancing * target) * sums


@equation
def expected_limit(share: float, value: float, rest: float, paid: float, months: float) -> float:
    """Return the limit of a holding, a share of an account into which contributions are paid, USD (E83, from E8)."""
    return share * (value + rest + months * paid)


@equation
def holding_after_sale(value: float, grown: float, limit: float, kept: float) -> float:
    """Return the value of a holding after a forced sale, USD; kept: share of the excess over the limit (E84, E8)."""
    after = value * grown
    return after - (1.0 - kept) * max(0.0, after - limit)


@equation
def attended_holding(before: float, after: float, sells: bool) -> float:
    """Return the holding that a stretch's attention goes to: its end, or the mean while it is sold off, USD (E85)."""
    return 0.5 * (before + after) if sells else after
