"""Parameter groups of the model itself: policy, market, elections, polls, institutions, channels."""

from __future__ import annotations

from typing import Literal

from ...agents.parameter_metadata import Group, fact, quantity

CHANNELS = (
    "prospective",
    "retrospective",
    "ideal_shift",
    "salience",
    "turnout",
    "reliance",
    "donors",
    "price_impact",
    "depth",
    "news",
)


class PolicyParameters(Group):
    """The friendly policy and the rungs it moves on."""

    layer: Literal["guidance", "rule", "statute"] = quantity(
        "rule", "legal layer", role="lever", source="final safe-harbour rule"
    )
    start_theta: float = quantity(0.5, "rung 0-1", 0.0, 1.0, source="neutral since May 2025 (CAR 2025-01)")
    friendly_theta: float = quantity(
        0.75, "rung 0-1", 0.5, 1.0, allowed=(0.0, 1.0), source="safe harbour proposed March 2026"
    )
    friendly_month: int = quantity(
        18, "months", 12, 24, status="derived", allowed=(0, 47), source="law-firm forecast of a final rule: autumn 2026"
    )
    before_theta: float = quantity(
        0.25,
        "rung 0-1",
        0.0,
        0.5,
        allowed=(0.0, 1.0),
        status="seen",
        source="'extreme care' of March 2022: level before the friendly policy",
    )
    cap: float = fact("alloc_cap")
    warn_floor: float = quantity(0.25, "rung 0-1", 0.0, 0.5, allowed=(0.0, 1.0), source="a warning cannot prohibit")
    cap_protects: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        role="lever",
        source="g of the move cap; below 1 the excess over the cap is sold over accounts.divestment_months",
    )
    cap_low: float = quantity(
        0.02,
        "share of the balance",
        0.01,
        0.04,
        allowed=(0.0, 1.0),
        source="a tightened cap, the lowest recommended allocation (BlackRock 1-2%)",
    )
    sunset_months: int = quantity(
        0,
        "months in force",
        0,
        96,
        role="lever",
        allowed=(0, 960),
        source="a rule or statute of the friendly policy lapses after this time unless renewed; 0 = never, as now",
    )
    sunset_covers: Literal["friendly", "all"] = quantity(
        "friendly",
        "provisions",
        role="lever",
        source="whether the sunset binds the friendly policy alone or every later rule and statute as well",
    )
    renewal_window: int = quantity(
        12,
        "months before expiry",
        6,
        24,
        allowed=(1, 960),
        source="reauthorisations and extensions are taken up when expiry is in sight: the last year",
    )
    lapse_blame: float = quantity(
        0.5,
        "share",
        0.0,
        1.0,
        source="inaction is blamed less than action (Weaver 1986); 0 = not at all, 1 = as if it had been decided",
    )


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
        source="trading halts and arbitrage bound what a month of flows can do; else large flows explode",
    )
    rule_news_jump: float = quantity(
        0.0,
        "log per unit of openness",
        -0.2,
        0.2,
        role="swept",
        status="derived",
        allowed=(-5.0, 5.0),
        source="10 friendly events mean +.007, z .03 (rule_news_jump_7d)",
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
    jump_size: float = quantity(-0.2, "log", -0.5, 0.0, allowed=(-5.0, 5.0), source="size of a jump where jumps are on")
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
        source="with the depth switch on volatility falls as depth ** -elasticity",
    )
    crash_month: int = quantity(
        -1, "month", -1, 95, role="lever", allowed=(-1, 100_000), source="a scheduled shock; -1 = none"
    )
    crash_size: float = quantity(
        -0.69, "log", -2.0, 0.0, role="lever", allowed=(-5.0, 0.0), source="-.69 halves the price"
    )


class ElectionsParameters(Group):
    """Valence, incumbency, chambers."""

    regime: Literal["record", "modern"] = quantity(
        "record", "regime", source="record 1952-2024; modern: effects halved, level sd 2.25"
    )
    valence_level_sd: float = fact("valence_level_sd", allowed=(0.0, 50.0))
    valence_level_sd_modern: float = quantity(
        2.25,
        "pp two-party",
        2.0,
        2.5,
        role="fitted",
        status="derived",
        allowed=(0.0, 50.0),
        source="fitted: swings of 3.9 and turnover .32/.78",
    )
    duration_penalty: float = fact("duration_penalty")
    incumbent_running_bonus: float = fact("incumbent_running_bonus")
    economy_sd: float = quantity(
        1.5,
        "pp two-party",
        0.5,
        3.0,
        allowed=(0.0, 50.0),
        source="part of the level shock that follows the stock market's year; Fair 2024 growth .708 per point",
    )
    midterm_sd_factor: float = quantity(
        0.6, "ratio", 0.3, 1.0, allowed=(0.0, 5.0), source="national House swings are smaller than presidential ones"
    )
    college_bias: float = quantity(
        0.0,
        "pp two-party",
        -2.0,
        2.0,
        allowed=(-20.0, 20.0),
        source="sign changed in the record; positive favours the author",
    )
    college_bias_sd: float = quantity(
        0.7,
        "pp two-party",
        0.5,
        2.8,
        allowed=(0.0, 20.0),
        status="derived",
        source="popular_vote_winner_loses .2 of ten elections, range .05-.45; 0.7 gives about .04",
    )
    house_responsiveness: float = quantity(
        2.0, "seat share per vote share", 1.5, 3.0, allowed=(0.0, 10.0), source="swing ratio near 2 (Tufte 1973)"
    )
    senate_responsiveness: float = quantity(
        2.0,
        "seat share per vote share",
        1.0,
        3.0,
        allowed=(0.0, 10.0),
        source="uniform swing in the class up for election",
    )


class PollsParameters(Group):
    """The panel."""

    respondents: int = quantity(
        1000, "respondents", 500, 3000, allowed=(1, 1_000_000), source="a usual national panel of about 1,000 a quarter"
    )
    hypothetical_bias: float = quantity(
        0.0,
        "share",
        -0.5,
        1.0,
        role="swept",
        allowed=(-1.0, 10.0),
        source="answers about moves overstate (above 0) or understate the reaction",
    )
    hypothetical_attention: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        role="swept",
        source="how far a respondent asked about a threat attends to it as if it were real",
    )
    blind: bool = quantity(False, "yes or no", role="lever", source="polls answered with stakes at zero: a placebo")


class InstitutionsParameters(Group):
    """Calendar and roles."""

    author: Literal["R", "D"] = quantity(
        "R", "party", role="lever", source="party of the friendly policy; D gives the mirror world"
    )
    term_months: int = quantity(
        48, "months", 24, 72, allowed=(24, 240), status="seen", source="US Constitution, Article II: four years"
    )
    election_lead: int = quantity(2, "months", 1, 4, allowed=(1, 12), source="November to January")
    chambers: Literal["bicameral", "unicameral", "parliamentary"] = quantity(
        "bicameral",
        "form of government",
        role="lever",
        status="seen",
        source="US Constitution, Article I; parliamentary: the government always has its majority, no midterm election",
    )
    senate_threshold: float = quantity(
        0.6,
        "share of seats",
        0.5,
        0.667,
        role="lever",
        status="seen",
        allowed=(0.5, 1.0),
        source="Senate Rule XXII: cloture by three fifths; .5 = no filibuster",
    )
    opening_yes_share: float = fact("dem_yes_share_crypto_statute")
    restricting_yes_share: float = quantity(
        0.02,
        "share",
        0.0,
        0.2,
        allowed=(0.0, 1.0),
        source="almost nobody of the author's party votes for a restricting statute; 0 = none",
    )
    own_direction_yes_share: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        source="a party votes for what it wants whoever moves it; 0 = it grants its rival no success (Lee 2009)",
    )
    floor_control: bool = quantity(
        True,
        "yes or no",
        source="a chamber's majority keeps off the floor what most of it opposes (Cox & McCubbins 2005)",
    )
    review_act: bool = quantity(
        True, "yes or no", role="lever", status="seen", source="Congressional Review Act 1996, 5 U.S.C. 801-808"
    )
    review_lookback: float = quantity(
        5.5,
        "months before inauguration",
        4.0,
        8.0,
        status="derived",
        allowed=(0.0, 48.0),
        source="60 session days before the end of Congress: about August 1 in 2024 (CRS IF12708)",
    )
    review_window: float = quantity(
        4.5,
        "months after inauguration",
        3.0,
        6.0,
        status="derived",
        allowed=(0.0, 48.0),
        source="60 session days from the 15th of the new Congress: into May (CRS IF12708)",
    )


class ChannelsParameters(Group):
    """Switches of the ways exposure can reach politics; one list for placebos, mediation and codebook."""

    prospective: bool = quantity(True, "yes or no", role="lever", source="threatened loss in the vote")
    retrospective: bool = quantity(
        True, "yes or no", role="lever", source="own gains and losses in the vote and in blame"
    )
    ideal_shift: bool = quantity(True, "yes or no", role="lever", source="ownership moves the ideal policy")
    salience: bool = quantity(True, "yes or no", role="lever", source="stakes bring attention")
    turnout: bool = quantity(
        True, "yes or no", role="lever", source="a threatened stake widens the utility gap and mobilises"
    )
    reliance: bool = quantity(
        True, "yes or no", role="lever", source="the court sees vested stakes (weight regulator.reliance_weight)"
    )
    donors: bool = quantity(
        True, "yes or no", role="lever", source="savers' assets finance lobbying (weight party.donors_per_stake)"
    )
    price_impact: bool = quantity(
        True, "yes or no", role="lever", source="payroll and rebalancing flows move the price"
    )
    depth: bool = quantity(True, "yes or no", role="lever", source="retirement assets deepen the market")
    news: bool = quantity(True, "yes or no", role="lever", source="policy and party control move the price")
