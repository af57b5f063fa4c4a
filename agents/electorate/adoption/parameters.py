"""Parameters of savers' own adoption: inertia, menu legitimacy, neighbours, returns, warnings, age."""

from __future__ import annotations

from ...parameter_metadata import Group, fact, quantity


class AdoptionParameters(Group):
    """Adoption of crypto by savers who may choose, and its redemption."""

    annual_reallocation_rate: float = fact("annual_reallocation_rate")
    attention_slope: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="attentive savers act more often, the mean is unchanged; 0 = all savers alike",
    )
    takeup_given_offer_optin: float = fact("takeup_given_offer_optin")
    ira_takeup: float = quantity(
        0.02,
        "share of IRA owners in the long run",
        0.0,
        0.1,
        role="swept",
        allowed=(0.0, 1.0),
        source="IRAs can buy spot funds since 2024 and few do; no employer's menu lends authority; 0 in range",
    )
    alloc_given_takeup: float = fact("alloc_given_takeup")
    tdf_crypto_sleeve: float = fact("tdf_crypto_sleeve")
    share_participants_holding_tdf: float = fact("share_participants_holding_tdf")
    neutral_ideal: float = quantity(
        0.4,
        "policy scale 0-1",
        0.3,
        0.5,
        allowed=(0.0, 1.0),
        source="mean ideal policy without a stake: low confidence by age (Pew), plus the shift of direct owners",
    )
    attitude_weight: float = quantity(
        3.0,
        "logit per unit of ideal policy",
        0.0,
        6.0,
        role="swept",
        allowed=(0.0, 50.0),
        source="one standard deviation of attitude (.2) multiplies the odds by 1.8; 0 in range",
    )
    neutral_age: float = quantity(
        45.0, "years", 40.0, 50.0, allowed=(18.0, 90.0), source="mean age of plan participants"
    )
    age_weight: float = quantity(
        0.1,
        "logit per decade younger",
        0.0,
        0.3,
        allowed=(-5.0, 5.0),
        source="the rest of the age gradient of ownership, most of which attitudes carry already; 0 in range",
    )
    legitimacy_weight: float = quantity(
        0.5,
        "logit at all employers offering",
        0.0,
        2.0,
        role="swept",
        allowed=(0.0, 20.0),
        source="an option that all employers offer has authority: odds times 1.6 at full diffusion; 0 in range",
    )
    neighbour_weight: float = quantity(
        2.0,
        "logit at all neighbours holding",
        0.0,
        6.0,
        role="swept",
        allowed=(0.0, 20.0),
        source="peers' participation raises one's own (Duflo and Saez 2003); 0 in range",
    )
    trend_weight: float = quantity(
        0.5,
        "logit per log return of twelve months",
        0.0,
        1.5,
        role="swept",
        allowed=(0.0, 20.0),
        source="savers chase past returns (Benartzi 2001); 0 in range",
    )
    trend_limit: float = quantity(
        1.0,
        "log return",
        0.5,
        2.0,
        allowed=(0.0, 10.0),
        source="beyond a return of 170% or a loss of 63% in a year the response does not grow",
    )
    warning_weight: float = quantity(
        0.7,
        "logit",
        0.0,
        2.0,
        role="swept",
        allowed=(0.0, 20.0),
        source="an official warning halves the odds of take-up; 0 in range",
    )
    ira_least_openness: float = quantity(
        0.5,
        "openness 0-1",
        0.25,
        0.75,
        allowed=(0.0, 1.0),
        source="IRA providers sell a product unless the SEC or Congress keeps policy below neutral",
    )
    giving_up: bool = quantity(
        True, "yes or no", role="lever", source="false: holders never sell, a limit with a closed form"
    )
    fall_threshold: float = quantity(
        0.3,
        "share below the reference price",
        0.1,
        0.5,
        allowed=(0.0, 0.99),
        source="smaller losses are usual within a year at this volatility",
    )
    fall_hazard: float = quantity(
        0.1,
        "per month at a total loss",
        0.0,
        0.5,
        role="swept",
        allowed=(0.0, 10.0),
        source="few participants trade in a crash (about 1 in 20 in 2008, memory); 0 in range",
    )
    warning_hazard: float = quantity(
        0.005,
        "per month under a warning",
        0.0,
        0.05,
        role="swept",
        allowed=(0.0, 10.0),
        source="most holders do not notice a warning; about 6% sell in a year under one; 0 in range",
    )
