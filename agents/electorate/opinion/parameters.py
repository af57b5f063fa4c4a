"""Parameters of opinion and of the vote: attention, blame, belief, turnout."""

from __future__ import annotations

from ...parameter_metadata import Group, fact, quantity


class OpinionParameters(Group):
    """How stakes become attention, blame and opinion (monthly)."""

    relaxation: float = quantity(
        0.1, "per month", 0.05, 0.2, allowed=(0.0, 1.0), source="ideal policy relaxes to a target"
    )
    ownership_shift: float = quantity(
        0.1,
        "policy scale 0-1",
        0.0,
        0.3,
        role="swept",
        allowed=(-1.0, 1.0),
        source="owners of a thing come to favour it; 0 in range",
    )
    blame_shift: float = quantity(
        0.3,
        "policy scale 0-1",
        0.0,
        0.8,
        role="swept",
        allowed=(0.0, 1.0),
        source="a loss fully blamed on permissive policy lowers the ideal; 0 in range (trapdoor)",
    )
    cue_weight: float = quantity(
        0.25,
        "share",
        0.0,
        0.6,
        role="swept",
        allowed=(0.0, 1.0),
        source="partisans follow their party's stand (Lenz 2012)",
    )
    thermostat: float = quantity(
        0.1,
        "policy scale 0-1 per unit of openness",
        0.0,
        0.3,
        allowed=(0.0, 1.0),
        source="Wlezien 1995: public moves against policy",
    )
    salience_base: float = quantity(
        0.03,
        "issue weight",
        0.005,
        0.05,
        allowed=(0.0, 1.0),
        source="concentrated salience: at or below .05",
    )
    salience_stake: float = quantity(
        0.15, "issue weight", 0.0, 0.5, role="swept", allowed=(0.0, 5.0), source="attention that a visible stake brings"
    )
    salience_threat: float = quantity(
        0.35,
        "issue weight",
        0.0,
        1.0,
        role="swept",
        allowed=(0.0, 5.0),
        source="attention that a threatened stake brings",
    )
    salience_media: float = quantity(
        0.02,
        "issue weight",
        0.0,
        0.1,
        role="swept",
        allowed=(0.0, 1.0),
        source="attention while a restriction is on the docket",
    )
    stake_half: float = quantity(
        0.06,
        "years of income",
        0.02,
        0.2,
        allowed=(1e-6, 10.0),
        source="stake that gives half the attention; the reference stake",
    )
    salience_half_life_up: float = quantity(
        2.0, "months", 1.0, 6.0, allowed=(0.01, 1200.0), source="attention to a threat rises within a quarter"
    )
    salience_half_life_down: float = quantity(
        9.0, "months", 4.0, 18.0, allowed=(0.01, 1200.0), source="attention fades over about nine months"
    )
    reference_up: float = quantity(
        0.1,
        "per month",
        0.05,
        0.3,
        allowed=(0.0, 1.0),
        source="reference points follow prices, faster up than down (Arkes et al. 2008)",
    )
    reference_down: float = quantity(
        0.05,
        "per month",
        0.02,
        0.2,
        allowed=(0.0, 1.0),
        source="reference points follow prices, faster up than down (Arkes et al. 2008)",
    )
    loss_aversion: float = quantity(
        2.25, "ratio", 1.0, 3.0, status="seen", allowed=(0.0, 10.0), source="Tversky & Kahneman 1992"
    )
    curvature: float = quantity(
        0.88, "exponent", 0.5, 1.0, status="seen", allowed=(0.1, 1.0), source="Tversky & Kahneman 1992"
    )
    blame_threshold: float = quantity(
        0.4,
        "share lost",
        0.2,
        0.6,
        allowed=(0.0, 0.99),
        source="only losses beyond about 40% are blamed on policy",
    )
    blame_up: float = quantity(0.25, "per month", 0.1, 0.5, allowed=(0.0, 1.0), source="blame forms within a quarter")
    blame_down: float = quantity(
        0.04, "per month", 0.01, 0.1, allowed=(0.0, 1.0), source="blame fades over about two years"
    )
    blame_policy_share: float = quantity(
        0.5,
        "share of blame",
        0.0,
        1.0,
        role="swept",
        source="part of a large loss put on permissive policy, the rest on market or self",
    )
    grievance_months: float = quantity(
        24.0, "months", 12.0, 48.0, allowed=(0.1, 1200.0), source="a restriction is resented for about two years"
    )
    belief_log_sd: float = quantity(
        0.5, "log sd", 0.0, 1.0, allowed=(0.0, 3.0), source="voters differ in the loss they expect; mean belief 1"
    )
    believed_price_fall: float = quantity(
        0.3,
        "share of value",
        0.0,
        0.6,
        role="swept",
        allowed=(-1.0, 1.0),
        source="believed fall if openness went to zero; 0 in range",
    )
    believed_sale_loss: float = quantity(
        0.2,
        "share of value",
        0.0,
        0.5,
        role="swept",
        allowed=(0.0, 1.0),
        source="believed loss of a forced sale on top",
    )


class AttitudeParameters(Group):
    """Ideal policy before any stake, and owners outside retirement accounts."""

    low_confidence_u50: float = fact("low_confidence_u50")
    low_confidence_50p: float = fact("low_confidence_50p")
    own_crypto_all: float = fact("own_crypto_all")
    own_crypto_conservative: float = fact("own_crypto_conservative")
    own_crypto_democrat: float = fact("own_crypto_democrat")
    ideal_sd: float = quantity(
        0.2, "policy scale 0-1", 0.1, 0.3, allowed=(0.0, 1.0), source="spread of opinion within age and party"
    )
    ideal_partisan_gap: float = quantity(
        0.08,
        "policy scale 0-1",
        0.0,
        0.3,
        allowed=(-1.0, 1.0),
        source="ideal of the author's strong partisans less the middle; owners .18 conservative, .10 Democrat",
    )
    direct_owner_shift: float = quantity(
        0.2, "policy scale 0-1", 0.0, 0.4, allowed=(-1.0, 1.0), source="owners outside accounts favour access"
    )
