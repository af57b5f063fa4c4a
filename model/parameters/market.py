"""Parameters of the market."""

from __future__ import annotations

from ...agents.parameter_metadata import Group, fact, quantity


class MarketParameters(Group):
    """Crypto and stock returns, price impact, news."""

    btc_log_mean_monthly: float = fact("btc_log_mean_monthly")
    btc_log_sd_monthly: float = fact("btc_log_sd_monthly")
    spx_total_mean_monthly: float = fact("spx_total_mean_monthly")
    spx_sd_monthly: float = fact("spx_sd_monthly")
    corr_btc_spx: float = fact("corr_btc_spx")
    bond_return_monthly: float = quantity(
        0.003, "per month", 0.001, 0.004, allowed=(-0.1, 0.1), source="aggregate bonds about 3.7% a year"
    )
    crypto_cap_t0: float = fact("crypto_cap_t0")
    flow_multiplier: float = fact("flow_multiplier", allowed=(0.0, 250.0))
    largest_impact: float = quantity(
        0.5,
        "log a month",
        0.1,
        1.0,
        allowed=(0.0, 5.0),
        source="trading halts and arbitrage limit the impact of one month; without a limit large flows diverge",
    )
    rule_news_jump: float = quantity(
        0.0,
        "log per unit of openness",
        -0.2,
        0.2,
        role="swept",
        status="derived",
        allowed=(-5.0, 5.0),
        source="mean of 10 friendly events +.007, z .03 (rule_news_jump_7d)",
    )
    party_control_news_jump: float = quantity(
        0.0,
        "log",
        0.0,
        0.3,
        role="swept",
        status="derived",
        allowed=(-5.0, 5.0),
        source="one event, 2024-11: +.30, z 4.3; off by default, swept",
    )
    jump_probability: float = quantity(
        0.0,
        "per month",
        0.0,
        0.05,
        allowed=(0.0, 1.0),
        status="derived",
        source="monthly returns near Gaussian: excess kurtosis 0.0",
    )
    jump_size: float = quantity(
        -0.2, "log", -0.5, 0.0, allowed=(-5.0, 5.0), source="size of a jump where jump_probability is above 0"
    )
    depth_switch: bool = quantity(
        False, "yes or no", role="lever", source="a claim of the article, not a fact: off by default"
    )
    depth_volatility_elasticity: float = quantity(
        0.5,
        "elasticity",
        0.0,
        1.0,
        role="swept",
        allowed=(0.0, 2.0),
        source="with depth_switch on, volatility is proportional to depth ** -elasticity",
    )
    crash_month: int = quantity(
        -1, "month", -1, 95, role="lever", allowed=(-1, 100_000), source="month of a scheduled shock; -1 = none"
    )
    crash_size: float = quantity(
        -0.69, "log", -2.0, 0.0, role="lever", allowed=(-5.0, 0.0), source="-.69 halves the price, log(.5)"
    )
