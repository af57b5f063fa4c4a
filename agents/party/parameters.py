"""Parameters of the two parties. Author is the party of the friendly policy, opponent the other."""

from __future__ import annotations

from typing import Literal

from ..parameter_metadata import Group, quantity


class PartyParameters(Group):
    """Ideal points, office and policy motives, donors, costs and precision of choice."""

    rule: str = quantity("best-response", "name of a Rule", source="rule of the declared primary contrast")
    author_ideal: float = quantity(
        0.9,
        "openness 0-1",
        0.7,
        1.0,
        allowed=(0.0, 1.0),
        source="declared distance on the issue: executive order of August 2025",
    )
    opponent_ideal: float = quantity(
        0.15,
        "openness 0-1",
        0.0,
        0.4,
        allowed=(0.0, 1.0),
        source="declared distance on the issue: 'extreme care' of 2022, most of the party voted no on statutes",
    )
    office_rent: float = quantity(
        1.0,
        "utility of winning",
        0.0,
        4.0,
        role="swept",
        allowed=(0.0, 1e6),
        source="no data: swept; 0 = no office motive",
    )
    policy_weight: float = quantity(
        1.0,
        "utility per squared openness",
        0.25,
        4.0,
        role="swept",
        allowed=(0.0, 1e6),
        source="no data: swept; weight of policy relative to office_rent",
    )
    choice_precision: float = quantity(
        8.0,
        "1 / utility",
        1.0,
        40.0,
        role="swept",
        allowed=(0.0, 1e9),
        source="no data: swept; quantal choice (McKelvey & Palfrey 1995)",
    )
    nest_dissimilarity: float = quantity(
        0.5,
        "share",
        0.1,
        1.0,
        allowed=(0.01, 1.0),
        source="restrictive moves resemble one another (McFadden 1978); 1 = plain logit",
    )
    choice_persistence: float = quantity(
        0.9,
        "share of variance",
        0.5,
        1.0,
        allowed=(0.0, 1.0),
        source="most of a government's choice shock lasts for its term",
    )
    agenda_gate: float = quantity(
        0.25,
        "probability a quarter",
        0.1,
        0.5,
        allowed=(0.0, 1.0),
        source="the item reaches the agenda in one quarter of four",
    )
    agenda_cost: float = quantity(
        0.05,
        "utility",
        0.0,
        0.6,
        role="fitted",
        allowed=(-10.0, 10.0),
        source="fitted alone: P(restricted | opposed government, no exposure) in .4 to .7",
    )
    agenda: Literal["competition", "cost"] = quantity(
        "competition",
        "rule of the agenda",
        source="competition: the issue needs a gain above the best rival issue (Kingdon 1984); cost: a flat cost, "
        "as in version one",
    )
    agenda_scope: Literal["nest", "moves"] = quantity(
        "nest",
        "moves that compete for an open slot",
        source="nest: all moves of the best move's nest; moves: only those whose own gain exceeds the rival issue's",
    )
    rival_value: float = quantity(
        0.13,
        "utility",
        0.02,
        1.0,
        role="fitted",
        allowed=(0.0, 1e6),
        source="median value of the best rival issue; fitted alone: P(restricted | contested, opposed government, no "
        "exposure, rule) in .5 to .7",
    )
    rival_log_sd: float = quantity(
        0.7,
        "log sd",
        0.4,
        1.2,
        role="swept",
        allowed=(0.0, 10.0),
        source="no data: the best rival issues of two governments differ by a factor of two or more",
    )
    rival_persistence: float = quantity(
        0.9,
        "share of variance",
        0.5,
        1.0,
        allowed=(0.0, 1.0),
        source="most of a government's rival issues last for its term, like choice_persistence",
    )
    polarisation: float = quantity(
        1.0,
        "ratio",
        1.0,
        2.0,
        role="lever",
        allowed=(0.0, 100.0),
        source="a scenario, never fitted: factor on a gain when it is compared with the rival issue; 1 = as today",
    )
    divided_cost: float = quantity(
        0.04, "utility", 0.0, 0.2, allowed=(0.0, 10.0), source="oversight by a hostile House or Senate, per chamber"
    )
    guidance_cost: float = quantity(0.0, "utility", 0.0, 0.1, allowed=(0.0, 10.0), source="guidance is cheap")
    rule_cost: float = quantity(
        0.03, "utility", 0.0, 0.2, allowed=(0.0, 10.0), source="notice and comment binds staff for a year or more"
    )
    statute_cost: float = quantity(0.1, "utility", 0.0, 0.4, allowed=(0.0, 10.0), source="takes floor time and votes")
    resolution_cost: float = quantity(
        0.02,
        "utility",
        0.0,
        0.2,
        allowed=(0.0, 10.0),
        source="privileged, limited debate, no filibuster: cheaper than a rule, dearer than guidance",
    )
    renewal_cost: float = quantity(
        0.01,
        "utility",
        0.0,
        0.1,
        allowed=(0.0, 10.0),
        source="extending an existing provision costs little compared with a new rule or statute",
    )
    credibility_cost: float = quantity(
        0.1,
        "utility per unit distance from the own platform",
        0.0,
        1.0,
        role="swept",
        allowed=(0.0, 100.0),
        source="no data: swept from 0",
    )
    donors: float = quantity(
        0.02,
        "utility per unit of openness",
        0.0,
        0.3,
        role="swept",
        allowed=(-10.0, 10.0),
        source="industry gives to those who keep access open; 0 in range",
    )
    donors_per_stake: float = quantity(
        0.0,
        "utility per unit of openness and mean visible stake",
        0.0,
        5.0,
        role="swept",
        allowed=(0.0, 1e3),
        source="fees on savers' assets finance lobbying; off by default",
    )
    horizon_years: float = quantity(
        8.0,
        "years",
        4.0,
        12.0,
        allowed=(0.25, 100.0),
        source="two terms: how far ahead a government looks when it weighs how long a move lasts",
    )
    platform_step: float = quantity(
        0.05,
        "openness 0-1",
        0.02,
        0.1,
        allowed=(0.0, 1.0),
        source="platforms move in small steps between elections (Laver 2005)",
    )
    platform_gate: float = quantity(
        0.5,
        "probability a quarter",
        0.1,
        1.0,
        allowed=(0.0, 1.0),
        source="a party reconsiders its platform about twice a year",
    )
    search_step: float = quantity(
        0.1,
        "openness 0-1",
        0.05,
        0.25,
        role="swept",
        allowed=(0.0, 1.0),
        source="no data: a hunter or learner moves its aim by less than one rung (Laver 2005: a small step)",
    )
    noticed_gain: float = quantity(
        0.0005,
        "vote share",
        0.0,
        0.005,
        allowed=(0.0, 1.0),
        source="polls are read to a tenth of a point: a hunter or learner ignores half of that",
    )
    aspiration_speed: float = quantity(
        0.25,
        "share of the distance per decision",
        0.05,
        0.75,
        role="swept",
        allowed=(0.0, 1.0),
        source="no data: a learner's aspiration follows its results (Bendor et al. 2011)",
    )
    support_move: bool = quantity(
        False, "yes or no", source="allows a public backstop after a fall of 30%; off by default"
    )
    support_share: float = quantity(
        0.25,
        "share of losses",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="declared share of losses that a public backstop takes over",
    )
