"""Presets of the hypotheses: the moat, its rivals and its failures, each inside the declared ranges.

Each was chosen on one seed and its signature is tested on others (tests/statistical/test_hypotheses.py). None is a
claim about the world: they show that the same code can produce each of these results, and with which numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Preset(NamedTuple):
    """A named setting: a sentence about it, its values by dotted name, and its expected signature."""

    sentence: str
    values: dict[str, Any]
    signature: str = ""


ARTICLE_STAKE: dict[str, Any] = {"exposure.allocation": 0.2, "exposure.average_balance": 2.25}
"""The article's stake: 20% of the average balance, about .45 years of income."""
OFFICE_SEEKING: dict[str, Any] = {
    "party.office_rent": 4.0,
    "party.choice_precision": 20.0,
    "party.guidance_cost": 0.1,
}
"""Parties that want office above all and choose with little noise."""
TWINS: dict[str, Any] = {"voting.asset_vote_effect": 0.0, "voting.retrospective_weight": 0.0}
"""A holding alone moves no vote, as among Swedish twins."""

VERSION_ONE = Preset(
    "Mechanisms and numbers of version one: opponent in office by decree, flat agenda cost, polls without foresight.",
    {
        "party.agenda": "cost",
        "elections.takeover": "decree",
        "elections.midterm_penalty": 0.0,
        "elections.house_responsiveness": 2.0,
        "elections.college_bias_sd": 0.7,
        "voting.turnout_persistence": 0.97,
        "institutions.reconciliation": False,
        "institutions.sunset_bargain": 0.0,
        "polls.foresight": 0.0,
        "polls.binary": False,
        "opinion.threat_from": "openness",
        "opinion.opposed_share": 0.0,
    },
)

HYPOTHESES: dict[str, Preset] = {
    "h0-invisible": Preset(
        "Exposure is a sleeve of 2% in a default fund, which hardly anybody sees.",
        {"exposure.allocation": 0.02, "exposure.visibility": 0.1},
        "The risk difference of a return to extreme care is about 0 at any breadth.",
    ),
    "h1-moat": Preset(
        "Parties seek office, poll often and choose with little noise; polls add up intentions, and a visible stake "
        "moves a vote by two points.",
        {
            **ARTICLE_STAKE,
            **OFFICE_SEEKING,
            "exposure.visibility": 1.0,
            "voting.asset_vote_effect": 2.0,
            "opinion.ownership_shift": 0.3,
            "party.choice_persistence": 0.5,
            "party.agenda_gate": 0.5,
            "party.platform_gate": 1.0,
            "party.divided_cost": 0.0,
            "polls.respondents": 3000,
            "polls.binary": False,
        },
        "Attempts, restrictions, returns to extreme care, severity and party distance fall; policy stays open.",
    ),
    "h2-trapdoor": Preset(
        "A crash just before the takeover; savers blame permissive policy, and only opinion moves their vote.",
        {
            **ARTICLE_STAKE,
            **OFFICE_SEEKING,
            **TWINS,
            "opinion.blame_shift": 0.8,
            "opinion.blame_policy_share": 1.0,
            "opinion.blame_threshold": 0.6,
            "opinion.blame_up": 0.5,
            "opinion.blame_down": 0.01,
            "opinion.reference_down": 0.02,
            "opinion.salience_base": 0.05,
            "opinion.salience_media": 0.1,
            "opinion.salience_half_life_up": 1.0,
            "voting.ideal_weight": 10.0,
            "party.rival_value": 0.6,
            "party.guidance_cost": 0.0,
            "polls.respondents": 3000,
            "market.crash_month": 47,
            "market.crash_size": -2.0,
        },
        "Attempts and severity rise with breadth after the crash, and not in calm (market.crash_month = -1).",
    ),
    "h3-sorted": Preset(
        "Exposure reaches the author's strongest partisans first; the electorate is polarised, turnout does not react.",
        {
            **ARTICLE_STAKE,
            "exposure.skew": 1.0,
            "electorate.partisanship_sd": 4.0,
            "voting.turnout_gap_weight": 0.0,
        },
        "No effect at low breadth, an effect once breadth reaches pivotal voters, at equal polarisation.",
    ),
    "h4a-gridlock": Preset(
        "Courts weigh savers' reliance and decide soon. Governments act by rules, which are slow, since Congress is "
        "dear. Holdings move no vote, so no party is deterred.",
        {
            **ARTICLE_STAKE,
            **TWINS,
            "opinion.blame_shift": 0.0,
            "regulator.reliance_weight": 5.0,
            "regulator.suit_probability": 0.28,
            "regulator.court_months": 6.0,
            "regulator.rule_months": 24.0,
            "regulator.rule_stages": 4,
            "party.agenda_gate": 0.5,
            "party.guidance_cost": 0.1,
            "party.rule_cost": 0.0,
            "party.resolution_cost": 0.2,
            "party.statute_cost": 0.4,
        },
        "Restrictions fall with breadth; attempts and party distance do not.",
    ),
    "h4b-elite-convergence": Preset(
        "Donors pay both parties for open policy and the opponent stands near neutral; holdings move no vote.",
        {**ARTICLE_STAKE, **TWINS, "opinion.blame_shift": 0.0, "party.donors": 0.3, "party.opponent_ideal": 0.4},
        "Few attempts and a small party distance even without exposure; breadth adds nothing.",
    ),
    "h5-bailout": Preset(
        "After a crash a government may offer a public backstop of savers' losses.",
        {
            **ARTICLE_STAKE,
            "party.office_rent": 4.0,
            "party.choice_precision": 20.0,
            "voting.asset_vote_effect": 2.0,
            "party.support_move": True,
            "party.support_share": 0.5,
            "party.agenda_gate": 0.5,
            "party.choice_persistence": 0.5,
            "polls.respondents": 3000,
            "market.crash_month": 47,
            "market.crash_size": -1.2,
        },
        "Support after the crash rises with breadth, and so do the losses that the public takes over.",
    ),
    "h6-entrenched": Preset(
        "The friendly policy is a statute, and holdings move no vote.",
        {**TWINS, "opinion.blame_shift": 0.0, "policy.layer": "statute"},
        "A return to extreme care is rarer than for a rule or guidance on the same draws; breadth adds nothing.",
    ),
    "h7-no-diffusion": Preset(
        "Exposure evolves: employers offer slowly, few savers take it up, nobody follows neighbours or prices.",
        {
            "exposure.evolves": True,
            "adoption.takeup_given_offer_optin": 0.01,
            "adoption.ira_takeup": 0.0,
            "adoption.annual_reallocation_rate": 0.05,
            "adoption.legitimacy_weight": 0.0,
            "adoption.neighbour_weight": 0.0,
            "adoption.trend_weight": 0.0,
            "employer.plan_offer_years_to_half": 10.0,
            "employer.share_plans_offering_crypto_t0": 0.0,
            "employer.neutral_opening": 0.0,
        },
        "Endogenous exposure stays under 1% of voters for twelve terms (moat run --protocol history).",
    ),
}

CONTROLS: dict[str, Preset] = {
    "esg-guidance": Preset(
        "Policy control: ESG guidance for the same savers. Nearly half hold it, nobody sees the stake, the parties "
        "are as far apart as the declared ranges allow, and the policy is guidance.",
        {
            "policy.layer": "guidance",
            "exposure.breadth": 0.45,
            "exposure.allocation": 0.01,
            "exposure.visibility": 0.0,
            "party.author_ideal": 1.0,
            "party.opponent_ideal": 0.0,
        },
        "Flips in .6 or more of takeovers (record: 5 of 5, selected on flipping).",
    ),
    "default-investment-rule": Preset(
        "Policy control: the default-investment rule of 2007. Broad, vested, large and visible, since the fund is "
        "the account; the parties hardly differ on it.",
        {
            "policy.layer": "rule",
            "exposure.breadth": 0.45,
            **ARTICLE_STAKE,
            "exposure.visibility": 1.0,
            "party.author_ideal": 0.9,
            "party.opponent_ideal": 0.4,
        },
        "Flips in .4 or fewer of takeovers (record: 0 of 4, from memory).",
    ),
}
