"""Equations of accounts: the money and the crypto of one voter (ODD: accounts_month, assign_exposure, reset_stakes).

Each function is a numbered equation of the ODD. Money is in USD of the model voter, returns and shares are fractions.
The rules of plans and IRAs are the model's own (see the parameters of accounts and adoption for the sources of values).
"""

from __future__ import annotations

from ..columns import IRA_FUND
from ..equation import equation

SMALLEST_REST = 1e-9
"""Share of a holding below which a rest counts as rounding error."""


@equation
def account_growth(equity: float, stock_return: float, bond_return: float) -> float:
    """Return the growth of an account in a month, by its share in stocks (E1)."""
    return equity * stock_return + (1.0 - equity) * bond_return


@equation
def account_gain(plan: float, ira: float, growth: float) -> float:
    """Return the gain of plan and IRA in a month, USD (E2)."""
    return (plan + ira) * growth


@equation
def holding_gain(units: float, price: float, price_before: float) -> float:
    """Return the gain of a holding in a month, USD (E43)."""
    return units * (price - price_before)


@equation
def grown_plan(plan: float, growth: float, contribution: float) -> float:
    """Return the plan after the month's return and contribution, which earns nothing in its first month, USD (E3)."""
    return plan * (1.0 + growth) + contribution


@equation
def grown_ira(ira: float, growth: float) -> float:
    """Return the IRA after the month's return, USD (E44)."""
    return ira * (1.0 + growth)


@equation
def is_holder(assigned_stake: float, units: float) -> bool:
    """Return whether a voter holds crypto or has an assigned stake (E4)."""
    return assigned_stake > 0.0 or units > 0.0


@equation
def holding_value(units: float, price: float) -> float:
    """Return the value of a holding, USD (E5)."""
    return units * price


@equation
def stake_in_usd(stake: float, income: float) -> float:
    """Return a stake given in years of income, in USD: the target of an assigned holding (E45)."""
    return stake * income


@equation
def payroll_purchase(contribution: float, new_money: float, assigned_stake: float) -> float:
    """Return the part of the contribution that buys the product, USD (E6)."""
    return contribution * new_money if assigned_stake > 0.0 else 0.0


@equation
def rebalancing_shift(rebalancing: float, target: float, value: float, is_open: float) -> float:
    """Return the USD that rebalancing moves into the product, negative for a sale (E7).

    A product that is closed to new money can only be sold.
    """
    shift = rebalancing * (target - value)
    return 0.0 if shift > 0.0 and is_open == 0.0 else shift


@equation
def forced_shift(shift: float, value: float, plan: float, ira: float, limit: float, keep_share: float) -> float:
    """Return `shift`, or the forced sale of the excess over the product's limit, USD (E8)."""
    excess = value - limit * (value + plan + ira)
    return -excess * (1.0 - keep_share) if excess > 0.0 and keep_share < 1.0 else shift


@equation
def is_in_plan(eligible: float, product: float) -> bool:
    """Return whether a holding lies in the employer's plan and not in an IRA (E46)."""
    return eligible > 0.0 and product != IRA_FUND


@equation
def affordable_shift(shift: float, bought: float, plan: float, ira: float, in_plan: bool) -> float:
    """Return `shift`, limited to what the account can pay after the payroll purchase, USD (E9)."""
    return min(shift, max(0.0, plan - bought) if in_plan else ira)


@equation
def units_after(units: float, spent: float, price: float) -> float:
    """Return the units after a trade; after a full sale, a rest that is rounding error counts as 0 (E10)."""
    left = max(0.0, units + spent / price)
    return left if left > SMALLEST_REST * units else 0.0


@equation
def trade(
    units: float,
    plan: float,
    ira: float,
    assigned_stake: float,
    income: float,
    contribution: float,
    in_plan: bool,
    price: float,
    new_money: float,
    is_open: float,
    limit: float,
    rebalancing: float,
    keep_share: float,
) -> tuple[float, float, float, float]:
    """Return units, plan and IRA of a holder after a month's trades, and the USD spent (E5 to E10)."""
    value = holding_value(units, price)
    bought = payroll_purchase(contribution, new_money, assigned_stake)
    shift = rebalancing_shift(rebalancing, stake_in_usd(assigned_stake, income), value, is_open)
    shift = forced_shift(shift, value, plan, ira, limit, keep_share)
    spent = bought + affordable_shift(shift, bought, plan, ira, in_plan)
    return units_after(units, spent, price), plan - spent if in_plan else plan, ira if in_plan else ira - spent, spent


@equation
def coin_flow(coin_share: float, usd: float) -> float:
    """Return the part of a trade that reaches the coin market, USD (E11)."""
    return coin_share * usd


@equation
def drawdown_share(age: float, retirement_age: float, drawdown: float) -> float:
    """Return the share of the account that is drawn down this month (E12)."""
    return drawdown if age >= retirement_age else 0.0


@equation
def drawn_down(share: float, amount: float) -> float:
    """Return the part of an amount that a draw-down takes out, USD or units (E13)."""
    return share * amount


@equation
def left_after_drawdown(share: float, amount: float) -> float:
    """Return the part of an amount that a draw-down leaves: USD, units or assigned stake (E47)."""
    return amount * (1.0 - share)


@equation
def coin_value(coin_share: float, units: float, price: float) -> float:
    """Return the part of a holding's value that is held in the coin market, USD (E48)."""
    return coin_share * units * price


@equation
def stake(units: float, price: float, income: float) -> float:
    """Return the value of a holding in years of income (E17)."""
    return units * price / income


@equation
def years_of_income(usd: float, income: float) -> float:
    """Return an amount of money in years of income, such as a citizen's share of the public fund (E49)."""
    return usd / income


@equation
def endowment(allocation: float, balance: float) -> float:
    """Return the crypto an exposed voter is endowed with, in the unit of the balance: USD, or years of income (P22)."""
    return allocation * balance


@equation
def unendowed_share(allocation: float) -> float:
    """Return the share of an exposed voter's accounts that an endowment leaves outside crypto (E65)."""
    return 1.0 - allocation


@equation
def unendowed(kept: float, amount: float) -> float:
    """Return what an endowment leaves of an account, USD (E66); kept: the share of E65."""
    return kept * amount


@equation
def restored_value(target: float, value: float, rest: float) -> float:
    """Return the value of a holding restored to its assigned stake, at most the whole account, USD (P23)."""
    return min(target, value + rest)


@equation
def rest_after_restoring(rest: float, restored: float, value: float) -> float:
    """Return the rest of an account after a holding is restored from its value to `restored`, USD (E67)."""
    return rest - (restored - value)


@equation
def units_of(usd: float, price: float) -> float:
    """Return the units that an amount of money is worth at a price (E63)."""
    return usd / price
