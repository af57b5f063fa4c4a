"""Parameters of turnout and vote choice."""

from __future__ import annotations

from ...parameter_metadata import Group, fact, quantity


class VotingParameters(Group):
    """The vote: issue, threatened stake, retrospection, turnout."""

    backstop_dislike: float = quantity(
        0.02,
        "logit per share of losses taken over",
        0.0,
        0.2,
        role="swept",
        allowed=(0.0, 5.0),
        source="taxpayers without a stake dislike bailouts, mildly and diffusely; 0 in range",
    )

    asset_vote_effect: float = fact("asset_vote_effect", allowed=(0.0, 30.0))
    reference_stake: float = quantity(
        0.06,
        "years of income",
        0.02,
        0.2,
        allowed=(1e-4, 10.0),
        source="stake at which asset_vote_effect is declared: 4% of a median balance near retirement",
    )
    ideal_weight: float = quantity(
        1.0,
        "logit per squared policy unit",
        0.0,
        10.0,
        role="swept",
        allowed=(0.0, 1e4),
        source="issue distance at full salience; low, so that asset_vote_effect is the whole effect of a holding; "
        "0 in range",
    )
    retrospective_weight: float = quantity(
        0.5,
        "logit per prospect value",
        0.0,
        2.0,
        role="swept",
        allowed=(0.0, 50.0),
        source="credit of own gains to the incumbent; 0 in range",
    )
    retrospective_cap: float = quantity(
        0.15, "logit", 0.0, 0.5, allowed=(0.0, 5.0), source="upper limit, else the market would decide elections"
    )
    blame_incumbent: float = quantity(
        0.3, "share", 0.0, 1.0, role="swept", source="share of own gains and losses attributed to the party in office"
    )
    blame_incumbent_partisan: float = quantity(
        0.5, "share", 0.0, 1.0, source="opposed partisans blame more, own partisans less (Malhotra & Kuo 2008)"
    )
    turnout_gap_weight: float = quantity(
        0.25,
        "logit per logit of utility gap",
        0.0,
        0.6,
        role="swept",
        allowed=(0.0, 5.0),
        source="a larger gap between the parties mobilises; 0 in range",
    )
    turnout_person_sd: float = quantity(
        1.5,
        "logit",
        0.5,
        3.0,
        allowed=(0.0, 10.0),
        source="habitual voters and abstainers: drop-out of 11-15% in four years (Pew 2024)",
    )
    turnout_persistence: float = quantity(
        0.65,
        "share of variance",
        0.5,
        0.99,
        allowed=(0.0, 1.0),
        source="habit of turnout: part of a voter's draw that lasts from one election to the next (Plutzer 2002)",
    )
    vote_persistence: float = quantity(
        0.97,
        "share of variance",
        0.8,
        0.995,
        allowed=(0.0, 1.0),
        source="part of a voter's individual taste that lasts from one election to the next",
    )
