"""Parameters of retirement accounts."""

from __future__ import annotations

from ...parameter_metadata import Group, fact, quantity


class AccountsParameters(Group):
    """401(k) and IRA: balances and deferral by age, eligibility, match, shares, rebalancing."""

    balance_median_u25: float = fact("balance_median_u25")
    balance_median_25_34: float = fact("balance_median_25_34")
    balance_median_35_44: float = fact("balance_median_35_44")
    balance_median_45_54: float = fact("balance_median_45_54")
    balance_median_55_64: float = fact("balance_median_55_64")
    balance_median_65p: float = fact("balance_median_65p")
    balance_lognormal_sigma_u25: float = fact("balance_lognormal_sigma_u25")
    balance_lognormal_sigma_25_34: float = fact("balance_lognormal_sigma_25_34")
    balance_lognormal_sigma_35_44: float = fact("balance_lognormal_sigma_35_44")
    balance_lognormal_sigma_45_54: float = fact("balance_lognormal_sigma_45_54")
    balance_lognormal_sigma_55_64: float = fact("balance_lognormal_sigma_55_64")
    balance_lognormal_sigma_65p: float = fact("balance_lognormal_sigma_65p")
    deferral_u25: float = fact("deferral_u25")
    deferral_25_34: float = fact("deferral_25_34")
    deferral_35_44: float = fact("deferral_35_44")
    deferral_45_54: float = fact("deferral_45_54")
    deferral_55_64: float = fact("deferral_55_64")
    deferral_65p: float = fact("deferral_65p")
    match: float = quantity(
        0.043,
        "share of pay",
        0.03,
        0.06,
        status="memory",
        allowed=(0.0, 1.0),
        source="Vanguard HAS 2025: total saving .12 less mean deferral .077 (memory)",
    )
    share_adults_active_401k: float = fact("share_adults_active_401k")
    share_with_account: float = quantity(
        0.5,
        "share of voters",
        0.35,
        0.6,
        allowed=(0.0, 1.0),
        source="active 401(k) .26-.35 of adults, plus dormant plans and IRAs; SCF 2022: .68 of families",
    )
    ira_share_of_balance: float = quantity(
        0.4,
        "share of an account holder's balance",
        0.2,
        0.6,
        allowed=(0.0, 1.0),
        source="ICI 2025: IRAs hold 18.9 of 32.8 USD tn; they are rolled over from plans, so less at the median",
    )
    largest_balance_to_income: float = quantity(
        25.0,
        "years of income",
        15.0,
        40.0,
        allowed=(0.1, 1e6),
        source="truncates the lognormal, so that no single draw dominates the mean stake",
    )
    equity_share_young: float = fact("equity_share_young")
    equity_share_60s: float = fact("equity_share_60s")
    rebalancing: float = quantity(
        0.02,
        "share of the gap a month",
        0.0,
        0.2,
        allowed=(0.0, 1.0),
        source="stakes return slowly to the assigned value; target-date funds rebalance in quarterly bands",
    )
    divestment_months: float = quantity(
        12.0, "months", 3.0, 24.0, allowed=(1.0, 120.0), source="time allowed for winding up a prohibited option"
    )
