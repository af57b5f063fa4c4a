"""Parameters of the electorate: people, accounts, exposure and attitudes."""

from __future__ import annotations

from ..parameter_metadata import Group, fact, quantity

AGE_BANDS = ("u25", "25_34", "35_44", "45_54", "55_64", "65p")


class ElectorateParameters(Group):
    """Citizens: number of model voters, age, income, partisanship, turnout."""

    voters: int = quantity(
        4000,
        "model voters",
        200,
        1_000_000,
        allowed=(1, 20_000_000),
        source="poll precision against run time; the primary contrast was compared at 4,000 and 20,000",
    )
    citizens: float = quantity(
        233.5e6,
        "people",
        230e6,
        240e6,
        status="seen",
        source="Census 2022 CPS, citizens of voting age",
        allowed=(1, 1e9),
    )
    cvap_share_18_29: float = fact("cvap_share_18_29")
    cvap_share_30_44: float = fact("cvap_share_30_44")
    cvap_share_45_64: float = fact("cvap_share_45_64")
    cvap_share_65p: float = fact("cvap_share_65p")
    turnout_presidential_18_29: float = fact("turnout_presidential_18_29")
    turnout_presidential_30_44: float = fact("turnout_presidential_30_44")
    turnout_presidential_45_64: float = fact("turnout_presidential_45_64")
    turnout_presidential_65p: float = fact("turnout_presidential_65p")
    turnout_midterm_18_29: float = fact("turnout_midterm_18_29")
    turnout_midterm_30_44: float = fact("turnout_midterm_30_44")
    turnout_midterm_45_64: float = fact("turnout_midterm_45_64")
    turnout_midterm_65p: float = fact("turnout_midterm_65p")
    dem_lean_18_24: float = fact("dem_lean_18_24")
    dem_lean_30s: float = fact("dem_lean_30s")
    dem_lean_40s: float = fact("dem_lean_40s")
    dem_lean_50s: float = fact("dem_lean_50s")
    dem_lean_60s: float = fact("dem_lean_60s")
    dem_lean_80p: float = fact("dem_lean_80p")
    normal_vote: float = quantity(
        0.5,
        "share",
        0.47,
        0.53,
        allowed=(0.05, 0.95),
        source="two-party share of the author when nothing else moves the vote (Converse 1966): .5, since the mean "
        "Democratic share 1948-2024 is 49.9%",
    )
    partisanship_sd: float = quantity(
        2.6,
        "logit of the vote",
        1.5,
        4.0,
        allowed=(0.0, 10.0),
        source="about 41% of voters can be won by either side (independents and leaners, Pew 2025), the others cannot",
    )
    income_median: float = quantity(
        62192.0,
        "USD a year",
        55000,
        70000,
        status="seen",
        source="BLS median full-time earnings 2025Q2",
        allowed=(1, 1e7),
    )
    income_log_sd: float = quantity(
        0.6, "log sd", 0.4, 0.8, allowed=(0.0, 3.0), source="dispersion of full-time earnings within an age band"
    )
    income_balance_correlation: float = quantity(
        0.4, "corr", 0.2, 0.6, allowed=(-0.99, 0.99), source="richer savers hold larger balances; no data by income"
    )


class ExposureParameters(Group):
    """The five numbers of an arm's exposure, and how they are assigned."""

    breadth: float = quantity(
        0.0, "share of voters", 0.0, 0.9, role="lever", allowed=(0.0, 1.0), source="the dose of the experiment"
    )
    allocation: float = quantity(
        0.04,
        "share of the balance",
        0.01,
        0.2,
        role="lever",
        allowed=(0.0, 1.0),
        source="primary contrast: 4% (BlackRock 1-2, Morgan Stanley 0-4, Fidelity 2-5; article 20%)",
    )
    visibility: float = quantity(
        1.0,
        "share of the stake its holder sees",
        0.0,
        1.0,
        role="lever",
        source="1 = a fund the saver chose (upper bound); .1 = a sleeve in a default fund",
    )
    skew: float = quantity(
        0.0,
        "correlation of being exposed with leaning to the author's party",
        -1.0,
        1.0,
        role="lever",
        source="0 = exposure is unrelated to party",
    )
    grandfathering: float = quantity(
        0.0,
        "share of the stake no restriction can touch",
        0.0,
        1.0,
        role="lever",
        source="a treatment; the protection that a move itself grants is separate",
    )
    average_balance: float = quantity(
        0.0,
        "years of income",
        0.0,
        5.0,
        role="lever",
        allowed=(0.0, 100.0),
        source="0 = balances as drawn by age; above 0, stakes are scaled to this mean balance (the article: "
        "148,153 USD over average earnings, 2.25)",
    )
    evolves: bool = quantity(
        False,
        "yes or no",
        role="lever",
        source="true: employers and savers adopt month by month; false: exposure is assigned, as in an experiment",
    )
    direct_owners: bool = quantity(
        True, "yes or no", source="owners outside retirement accounts, the same in every arm; they enter attitudes only"
    )
