"""Parameters of elections."""

from __future__ import annotations

from typing import Literal

from ...agents.parameter_metadata import Group, fact, quantity


class ElectionsParameters(Group):
    """Valence, incumbency, chambers."""

    regime: Literal["record", "modern"] = quantity(
        "record", "regime", source="record: 1952-2024; modern: effects halved, level sd 2.25"
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
        source="part of the level shock that follows the past year of stock returns; Fair 2024: growth .708 per point",
    )
    midterm_sd_factor: float = quantity(
        0.6, "ratio", 0.3, 1.0, allowed=(0.0, 5.0), source="national House swings are smaller than presidential ones"
    )
    midterm_penalty: float = quantity(
        2.0,
        "pp two-party",
        0.0,
        4.0,
        allowed=(0.0, 50.0),
        source="the president's party loses at midterms whatever it does (Erikson 1988: about 2 points)",
    )
    takeover: Literal["election", "decree"] = quantity(
        "election",
        "how the opponent takes office in the stress test",
        source="election: level shock and college noise are drawn given that the opponent wins without exposure, and "
        "Congress follows from that vote; decree: version one",
    )
    college_bias: float = quantity(
        0.0,
        "pp two-party",
        -2.0,
        2.0,
        allowed=(-20.0, 20.0),
        source="the sign changed over the record; positive favours the author",
    )
    college_bias_sd: float = quantity(
        1.2,
        "pp two-party",
        0.5,
        2.8,
        allowed=(0.0, 20.0),
        status="derived",
        source="popular_vote_winner_loses .2 of ten elections, range .05-.45 (Jeffreys); 1.2 gives .07, 0.7 gave .04",
    )
    house_responsiveness: float = quantity(
        1.5,
        "seat share per vote share",
        1.5,
        3.0,
        allowed=(0.0, 10.0),
        status="derived",
        source="swing ratio near 2 (Tufte 1973); the lower end keeps midterm losses near the record",
    )
    senate_responsiveness: float = quantity(
        2.0,
        "seat share per vote share",
        1.0,
        3.0,
        allowed=(0.0, 10.0),
        source="uniform swing in the class that is up for election",
    )
