"""Parameters of the public social-security fund: the article's last question."""

from __future__ import annotations

from ...agents.parameter_metadata import Group, quantity


class FundParameters(Group):
    """Whether a public fund may hold crypto, how much, and how far citizens notice."""

    active: bool = quantity(
        False, "yes or no", role="lever", source="the article's last question, not a fact: off by default"
    )
    assets_usd_bn: float = quantity(
        2700.0,
        "USD bn",
        1000.0,
        4000.0,
        status="memory",
        allowed=(0.0, 1e6),
        source="reserves of the US social-security trust funds, about 2.7 tn (memory); held in Treasuries by law",
    )
    crypto_share: float = quantity(
        0.02,
        "share of assets",
        0.0,
        0.1,
        role="lever",
        allowed=(0.0, 1.0),
        source="dose: asset managers recommend 1-2% to savers; 0 in range",
    )
    least_openness: float = quantity(
        0.5,
        "openness 0-1",
        0.25,
        0.75,
        allowed=(0.0, 1.0),
        source="a public fund sells what the state discourages: below neutral policy",
    )
    build_months: float = quantity(
        24.0,
        "months",
        6.0,
        60.0,
        allowed=(1.0, 1200.0),
        source="a fund of this size trades over years: each month 1 / build_months of the gap",
    )
    visibility: float = quantity(
        0.1,
        "share of the stake a citizen sees",
        0.0,
        1.0,
        role="swept",
        source="nobody has an account: as little visible as a sleeve in a default fund; 0 in range",
    )
