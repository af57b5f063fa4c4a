"""Parameters of the two regulators, the docket and the courts."""

from __future__ import annotations

from ..parameter_metadata import Group, fact, quantity


class RegulatorParameters(Group):
    """Independence, confirmation, docket durations, slow-rolling, suits."""

    dol_independence: float = quantity(
        0.2, "share", 0.0, 0.5, allowed=(0.0, 1.0), source="cabinet department: the president can dismiss the secretary"
    )
    sec_independence: float = quantity(
        0.6, "share", 0.2, 0.9, allowed=(0.0, 1.0), source="independent commission with staggered terms"
    )
    career_ideal: float = quantity(
        0.45,
        "openness 0-1",
        0.25,
        0.6,
        allowed=(0.0, 1.0),
        source="career staff is near neutral: asset-neutral guidance of 2025",
    )
    ideal_drift: float = quantity(
        0.25,
        "per month",
        0.1,
        1.0,
        allowed=(0.0, 1.0),
        source="confirmed leadership reshapes an agency within a year",
    )
    confirmation_soonest: float = quantity(
        3.0,
        "months",
        1.0,
        6.0,
        allowed=(0.0, 48.0),
        source="nomination to confirmation of agency heads takes 3-9 months",
    )
    confirmation_latest: float = quantity(
        9.0,
        "months",
        6.0,
        15.0,
        allowed=(0.0, 48.0),
        source="nomination to confirmation of agency heads takes 3-9 months",
    )
    slow_roll: float = quantity(
        1.0,
        "share added to a stage per unit of disagreement",
        0.0,
        3.0,
        allowed=(0.0, 100.0),
        source="an agency that disagrees works more slowly",
    )
    enforcement_refusal: float = quantity(
        0.5,
        "probability per unit of independence",
        0.0,
        1.0,
        allowed=(0.0, 1.0),
        source="an independent commission may decline to bring the case",
    )
    rule_months: float = quantity(
        18.0,
        "months",
        12.0,
        36.0,
        allowed=(0.1, 480.0),
        source="mean 12-18 months, contested 24-36; Yackee & Yackee 2010 median 12",
    )
    rule_stages: int = quantity(3, "stages", 2, 4, allowed=(1, 20), source="proposal, comment, final")
    guidance_soonest: float = quantity(
        1.0, "months", 0.5, 2.0, allowed=(0.0, 48.0), source="guidance needs no notice and comment: 1-3 months"
    )
    guidance_latest: float = quantity(
        3.0, "months", 2.0, 6.0, allowed=(0.0, 48.0), source="guidance needs no notice and comment: 1-3 months"
    )
    statute_months: float = quantity(
        10.0,
        "months",
        6.0,
        24.0,
        allowed=(0.1, 480.0),
        source="from committee to signature; GENIUS Act 2025, FIT21 2024",
    )
    resolution_soonest: float = quantity(
        2.0,
        "months",
        1.0,
        3.0,
        allowed=(0.0, 48.0),
        source="resolutions of disapproval of 2017 and 2025: introduction to signature 2-3 months",
    )
    resolution_latest: float = quantity(
        3.0,
        "months",
        2.0,
        5.0,
        allowed=(0.0, 48.0),
        source="resolutions of disapproval of 2017 and 2025: introduction to signature 2-3 months",
    )
    renewal_factor: float = quantity(
        0.33,
        "share of an instrument's time",
        0.1,
        1.0,
        allowed=(0.01, 1.0),
        source="an extension needs no new record; 1 = as slow as a new rule or statute",
    )
    midnight_factor: float = quantity(
        0.5,
        "share of the remaining time",
        0.25,
        1.0,
        allowed=(0.01, 1.0),
        source="reviews are shorter after a lost election (Brito & de Rugy 2009, Beermann 2013); 1 = no change",
    )
    suit_probability: float = quantity(
        0.212,
        "probability",
        0.15,
        0.28,
        status="seen",
        allowed=(0.0, 1.0),
        source="Policy Integrity: major rules challenged 1996-2021",
    )
    prob_rule_lost_in_court: float = fact("prob_rule_lost_in_court")
    court_months: float = quantity(
        12.0,
        "months",
        6.0,
        24.0,
        allowed=(0.1, 240.0),
        source="from suit to decision; about 23 for the fiduciary rule of 2016-2018",
    )
    reliance_weight: float = quantity(
        0.0,
        "probability per mean visible stake",
        0.0,
        5.0,
        role="swept",
        allowed=(0.0, 100.0),
        source="courts ignore reliance by default (0)",
    )
