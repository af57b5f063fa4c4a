"""Parameters of employers' menus."""

from __future__ import annotations

from ..parameter_metadata import Group, fact, quantity


class EmployerParameters(Group):
    """How many employers there are, and when they add or remove an option."""

    employers: int = quantity(
        300, "model employers", 50, 1000, allowed=(1, 100_000), source="a few hundred sponsors stand for all plans"
    )
    size_log_sd: float = quantity(
        1.0,
        "log sd",
        0.0,
        2.0,
        allowed=(0.0, 3.0),
        source="plans differ in size by orders of magnitude, but one model employer stands for many; 0 = equal sizes",
    )
    sectors: int = quantity(
        10, "sectors", 1, 20, allowed=(1, 1000), source="about the number of divisions of an industry classification"
    )
    record_keepers: int = quantity(
        8, "record-keepers", 3, 20, allowed=(1, 10_000), source="a few record-keepers serve most participants"
    )
    record_keeper_months: float = quantity(
        12.0,
        "months at safe-harbour openness",
        0.0,
        24.0,
        allowed=(0.0, 1200.0),
        source="mean time until a record-keeper's platform carries an option; 0 = all carry it from the start",
    )
    share_plans_offering_crypto_t0: float = fact("share_plans_offering_crypto_t0")
    plan_offer_years_to_half: float = fact("plan_offer_years_to_half", allowed=(0.25, 1000.0))
    neutral_openness: float = quantity(
        0.5,
        "openness 0-1",
        0.25,
        0.5,
        allowed=(0.0, 0.65),
        source="below neutral policy no sponsor adds an option, since nothing limits its fiduciary risk",
    )
    safe_harbour_openness: float = quantity(
        0.75,
        "openness 0-1",
        0.7,
        1.0,
        allowed=(0.7, 1.0),
        source="openness for which plan_offer_years_to_half is declared",
    )
    neutral_opening: float = quantity(
        0.2,
        "share of the rate at a safe harbour",
        0.0,
        0.5,
        role="swept",
        allowed=(0.0, 1.0),
        source="sponsors wait for the safe harbour: hardly any added an option under neutral policy; 0 in range",
    )
    peer_weight: float = quantity(
        0.5,
        "share of the rate that is imitation",
        0.0,
        0.9,
        role="swept",
        allowed=(0.0, 0.95),
        source="0 = each decides alone (exponential), 1 = imitation only (logistic); Bass 1969 has both; 0 in range",
    )
    sector_weight: float = quantity(
        0.5,
        "share of the peers that are of the own sector",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="sponsors benchmark their plan against their industry and against all plans; 0 in range",
    )
    further_options: float = quantity(
        0.25,
        "ratio of rates",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="employers with one option add another more slowly, since they keep menus short; 0 in range",
    )
    suit_weight: float = quantity(
        1.0,
        "log of the rate",
        0.0,
        3.0,
        role="swept",
        allowed=(0.0, 10.0),
        source="counsel advises waiting while the rule is in court: rate divided by e; 0 in range",
    )
    crash_weight: float = quantity(
        1.0,
        "log of the rate",
        0.0,
        3.0,
        role="swept",
        allowed=(0.0, 10.0),
        source="after a crash participants sue sponsors, who add fewer options: rate divided by e; 0 in range",
    )
    crash_return: float = quantity(
        -0.5,
        "simple return of twelve months",
        -0.7,
        -0.3,
        allowed=(-1.0, 0.0),
        source="a price that halves within a year is a crash to a fiduciary committee",
    )
    removal_crash: float = quantity(
        0.02,
        "per month and option",
        0.0,
        0.1,
        role="swept",
        allowed=(0.0, 1.0),
        source="about a fifth of options is removed in the year after a crash; quarterly reviews; 0 in range",
    )
    removal_suit: float = quantity(
        0.02,
        "per month and option",
        0.0,
        0.1,
        role="swept",
        allowed=(0.0, 1.0),
        source="about a fifth of options is removed in a year of litigation about the rule; 0 in range",
    )
