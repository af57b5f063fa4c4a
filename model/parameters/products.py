"""Parameters of the products a retirement account may hold: volatility, fee, cap, visibility, eligibility."""

from __future__ import annotations

from ...agents.parameter_metadata import Group, quantity


class ProductParameters(Group):
    """One set for each product of `columns.PRODUCTS` beside a holding as assigned, which is the coin itself."""

    single_asset_beta: float = quantity(
        1.0, "log return per log return of the coin", 0.9, 1.1, allowed=(0.0, 5.0), source="it tracks the coin"
    )
    single_asset_own_sd: float = quantity(
        0.0,
        "log sd a month",
        0.0,
        0.02,
        allowed=(0.0, 1.0),
        source="tracking error is small against the coin's volatility; 0 in range",
    )
    single_asset_fee: float = quantity(
        0.0025,
        "share a year",
        0.0015,
        0.015,
        allowed=(0.0, 0.5),
        source="expense ratios of spot funds about .25% a year, up to 1.5% in older trusts",
    )
    single_asset_coin_share: float = quantity(
        1.0, "share of the value", 0.95, 1.0, allowed=(0.0, 1.0), source="all of it is held in coins"
    )
    single_asset_cap: float = quantity(
        0.05,
        "share of the balance",
        0.02,
        0.2,
        allowed=(0.0, 1.0),
        source="record-keepers limited the option to 5-20% of a balance",
    )
    single_asset_visibility: float = quantity(
        1.0,
        "share of the stake its holder sees",
        0.5,
        1.0,
        allowed=(0.0, 1.0),
        source="savers see a fund that they chose in full",
    )
    single_asset_least_openness: float = quantity(
        0.5, "openness 0-1", 0.25, 0.75, allowed=(0.0, 1.0), source="offered from neutral policy upwards"
    )
    single_asset_weight: float = quantity(
        0.5,
        "weight among options added",
        0.0,
        1.0,
        allowed=(0.0, 100.0),
        source="managers offer the simplest product first",
    )
    basket_beta: float = quantity(
        1.1,
        "log return per log return of the coin",
        0.9,
        1.4,
        allowed=(0.0, 5.0),
        source="smaller coins move more than the largest",
    )
    basket_own_sd: float = quantity(
        0.06,
        "log sd a month",
        0.0,
        0.12,
        allowed=(0.0, 1.0),
        source="smaller coins do not move in step with the largest; 0 in range",
    )
    basket_fee: float = quantity(
        0.0075,
        "share a year",
        0.0025,
        0.02,
        allowed=(0.0, 0.5),
        source="index baskets cost about three times a single-asset fund",
    )
    basket_coin_share: float = quantity(
        1.0, "share of the value", 0.8, 1.0, allowed=(0.0, 1.0), source="all of it is held in the crypto market"
    )
    basket_cap: float = quantity(
        0.05, "share of the balance", 0.02, 0.2, allowed=(0.0, 1.0), source="as for the single asset"
    )
    basket_visibility: float = quantity(
        1.0,
        "share of the stake its holder sees",
        0.5,
        1.0,
        allowed=(0.0, 1.0),
        source="savers see a fund that they chose in full",
    )
    basket_least_openness: float = quantity(
        0.5, "openness 0-1", 0.25, 0.75, allowed=(0.0, 1.0), source="offered from neutral policy upwards"
    )
    basket_weight: float = quantity(
        0.25,
        "weight among options added",
        0.0,
        1.0,
        allowed=(0.0, 100.0),
        source="fewer such products are on file",
    )
    hybrid_beta: float = quantity(
        1.0,
        "log return per log return of the coin",
        0.8,
        1.2,
        allowed=(0.0, 5.0),
        source="its crypto part tracks the coin",
    )
    hybrid_own_sd: float = quantity(
        0.01,
        "log sd a month",
        0.0,
        0.03,
        allowed=(0.0, 1.0),
        source="the manager deviates a little from the target mix; 0 in range",
    )
    hybrid_fee: float = quantity(
        0.005, "share a year", 0.002, 0.01, allowed=(0.0, 0.5), source="actively managed allocation funds"
    )
    hybrid_coin_share: float = quantity(
        0.25,
        "share of the value",
        0.05,
        0.5,
        allowed=(0.0, 1.0),
        source="share held in crypto; the rest moves with stocks",
    )
    hybrid_cap: float = quantity(
        0.2,
        "share of the balance",
        0.05,
        1.0,
        allowed=(0.0, 1.0),
        source="a diversified fund may hold a larger part of a balance",
    )
    hybrid_visibility: float = quantity(
        0.5,
        "share of the stake its holder sees",
        0.1,
        1.0,
        allowed=(0.0, 1.0),
        source="the holder chose the fund, not its crypto part",
    )
    hybrid_least_openness: float = quantity(
        0.5, "openness 0-1", 0.25, 0.75, allowed=(0.0, 1.0), source="offered from neutral policy upwards"
    )
    hybrid_weight: float = quantity(
        0.25,
        "weight among options added",
        0.0,
        1.0,
        allowed=(0.0, 100.0),
        source="the executive order names actively managed vehicles",
    )
    target_date_sleeve_beta: float = quantity(
        1.0, "log return per log return of the coin", 0.9, 1.2, allowed=(0.0, 5.0), source="it tracks the coin"
    )
    target_date_sleeve_own_sd: float = quantity(
        0.0, "log sd a month", 0.0, 0.02, allowed=(0.0, 1.0), source="as for the single asset; 0 in range"
    )
    target_date_sleeve_fee: float = quantity(
        0.003, "share a year", 0.001, 0.01, allowed=(0.0, 0.5), source="priced inside the target-date fund"
    )
    target_date_sleeve_coin_share: float = quantity(
        1.0, "share of the value", 0.5, 1.0, allowed=(0.0, 1.0), source="all of the sleeve is held in coins"
    )
    target_date_sleeve_cap: float = quantity(
        0.05, "share of the balance", 0.02, 0.2, allowed=(0.0, 1.0), source="no product data; as for the single asset"
    )
    target_date_sleeve_visibility: float = quantity(
        0.1,
        "share of the stake its holder sees",
        0.0,
        0.3,
        allowed=(0.0, 1.0),
        source="nobody chose it: as little visible as any part of a default fund; 0 in range",
    )
    target_date_sleeve_least_openness: float = quantity(
        1.0,
        "openness 0-1",
        0.75,
        1.0,
        allowed=(0.0, 1.0),
        source="needs eligibility as a default investment; .75 = a safe harbour suffices",
    )
    target_date_sleeve_weight: float = quantity(
        1.0,
        "weight among options added",
        0.0,
        3.0,
        allowed=(0.0, 100.0),
        source="the other weights add up to 1: half of the options added once it is allowed",
    )
    ira_fund_beta: float = quantity(
        1.0, "log return per log return of the coin", 0.9, 1.1, allowed=(0.0, 5.0), source="it tracks the coin"
    )
    ira_fund_own_sd: float = quantity(
        0.0, "log sd a month", 0.0, 0.02, allowed=(0.0, 1.0), source="as for the single asset; 0 in range"
    )
    ira_fund_fee: float = quantity(
        0.0025, "share a year", 0.0015, 0.015, allowed=(0.0, 0.5), source="expense ratios of spot funds"
    )
    ira_fund_coin_share: float = quantity(
        1.0, "share of the value", 0.95, 1.0, allowed=(0.0, 1.0), source="all of it is held in coins"
    )
    ira_fund_cap: float = quantity(
        0.05,
        "share of the balance",
        0.02,
        0.5,
        allowed=(0.0, 1.0),
        source="no sponsor sets a limit; savers follow advisers' recommendations",
    )
    ira_fund_visibility: float = quantity(
        1.0,
        "share of the stake its holder sees",
        0.5,
        1.0,
        allowed=(0.0, 1.0),
        source="savers see a fund that they chose in full",
    )
