"""Parameters of opinion and of the vote: attention, blame, belief, turnout."""

from __future__ import annotations

from typing import Literal

from ...parameter_metadata import Group, fact, quantity


class OpinionParameters(Group):
    """How stakes become attention, blame and opinion (monthly)."""

    relaxation: float = quantity(
        0.1,
        "per month",
        0.05,
        0.2,
        allowed=(0.0, 1.0),
        source="ideal policy follows its target with a mean lag of ten months",
    )
    ownership_shift: float = quantity(
        0.1,
        "policy scale 0-1",
        0.0,
        0.3,
        role="swept",
        allowed=(-1.0, 1.0),
        source="owners come to favour what they own; 0 in range",
    )
    blame_shift: float = quantity(
        0.3,
        "policy scale 0-1",
        0.0,
        0.8,
        role="swept",
        allowed=(0.0, 1.0),
        source="a loss blamed fully on permissive policy lowers the ideal (trapdoor); 0 in range",
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
        source="the public moves against policy (Wlezien 1995)",
    )
    salience_base: float = quantity(
        0.03,
        "issue weight",
        0.005,
        0.05,
        allowed=(0.0, 1.0),
        source="few voters attend to the issue without a stake: at most .05",
    )
    salience_stake: float = quantity(
        0.15,
        "issue weight",
        0.0,
        0.5,
        role="swept",
        allowed=(0.0, 5.0),
        source="attention that a fully visible large stake adds",
    )
    salience_threat: float = quantity(
        0.35,
        "issue weight",
        0.0,
        1.0,
        role="swept",
        allowed=(0.0, 5.0),
        source="attention that a threat to such a stake adds",
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
    threat_from: Literal["believed-loss", "openness"] = quantity(
        "believed-loss",
        "what threatens a holder",
        source="believed-loss: the loss voters expect from a stand; openness: the fall in openness, as in version one",
    )
    alarming_loss: float = quantity(
        0.425,
        "share of value",
        0.2,
        0.8,
        allowed=(0.001, 1.0),
        source="believed loss that draws full attention: that of prohibition with forced sale at the central beliefs",
    )
    opposed_share: float = quantity(
        0.0,
        "share of voters",
        0.0,
        0.3,
        role="swept",
        allowed=(0.0, 1.0),
        source="non-holders who oppose the policy (fear of a bailout, of fraud, of a rival's industry); 0 in range",
    )
    opposed_shift: float = quantity(
        0.4,
        "policy scale 0-1",
        0.0,
        0.8,
        allowed=(0.0, 1.0),
        source="how far below others the ideal policy of an opposed non-holder lies",
    )
    opposed_salience: float = quantity(
        0.15,
        "issue weight per unit of openness",
        0.0,
        0.5,
        allowed=(0.0, 5.0),
        source="attention of opposed non-holders that open policy awakens; as salience_stake of holders",
    )
    opposed_crash_salience: float = quantity(
        0.35,
        "issue weight per share of the price lost",
        0.0,
        1.0,
        allowed=(0.0, 5.0),
        source="attention of opposed non-holders that a crash awakens; as salience_threat of holders",
    )
    stake_half: float = quantity(
        0.06,
        "years of income",
        0.02,
        0.2,
        allowed=(1e-6, 10.0),
        source="stake with half of the largest attention; equals the reference stake",
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
        source="share of a large loss blamed on permissive policy, the rest on the market or oneself",
    )
    grievance_months: float = quantity(
        24.0, "months", 12.0, 48.0, allowed=(0.1, 1200.0), source="a restriction is resented for about two years"
    )
    belief_log_sd: float = quantity(
        0.5,
        "log sd",
        0.0,
        1.0,
        allowed=(0.0, 3.0),
        source="voters differ in the loss they expect; the mean belief is 1",
    )
    believed_price_fall: float = quantity(
        0.3,
        "share of value",
        0.0,
        0.6,
        role="swept",
        allowed=(-1.0, 1.0),
        source="fall in price that voters expect if openness went to zero; 0 in range",
    )
    believed_sale_loss: float = quantity(
        0.2,
        "share of value",
        0.0,
        0.5,
        role="swept",
        allowed=(0.0, 1.0),
        source="further loss that voters expect from a forced sale",
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
        source="ideal of the author's strong partisans minus the centre; owners: .18 conservative, .10 Democrat",
    )
    direct_owner_shift: float = quantity(
        0.2,
        "policy scale 0-1",
        0.0,
        0.4,
        allowed=(-1.0, 1.0),
        source="owners outside retirement accounts favour access",
    )
