"""Parameters of political institutions."""

from __future__ import annotations

from typing import Literal

from ...agents.parameter_metadata import Group, fact, quantity


class InstitutionsParameters(Group):
    """Calendar and roles."""

    author: Literal["R", "D"] = quantity(
        "R", "party", role="lever", source="party of the friendly policy; D gives the mirror image of the world"
    )
    term_months: int = quantity(
        48, "months", 24, 72, allowed=(24, 240), status="seen", source="US Constitution, Article II: four years"
    )
    election_lead: int = quantity(2, "months", 1, 4, allowed=(1, 12), source="from November to January")
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
        source="1: a party votes for what it wants, also on a rival's motion; 0: never on a rival's motion (Lee 2009)",
    )
    floor_control: bool = quantity(
        True,
        "yes or no",
        source="a chamber's majority keeps off the floor what most of it opposes (Cox & McCubbins 2005)",
    )
    reconciliation: bool = quantity(
        True,
        "yes or no",
        role="lever",
        status="seen",
        source="Congressional Budget Act 1974: a statute with policy.on_money needs half of the Senate, once a year",
    )
    sunset_bargain: float = quantity(
        0.4,
        "probability",
        0.0,
        0.8,
        allowed=(0.0, 1.0),
        source="2 of 5 coded sunsets were put off by bargaining (.4, Jeffreys interval .09 to .79); 0 = never",
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
