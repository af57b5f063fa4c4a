"""Equations of the vote: the terms of one voter's stakes, and her utility of two stands (ODD: expected_votes).

Each function is a numbered equation of the ODD. Utilities are in logit, positive to the R party; stakes and gains are
in years of income; `c` holds the coefficients. Powers with the exponent `c.curvature` are arguments where a kernel
computes them for many voters at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...numerics.blocks import Totals
from ..accounts.equations import stake, years_of_income
from ..equation import equation
from ..opinion.equations import noticed, partisan_strength
from .coefficients import VoteCoefficients

OwnTerms = tuple[float, float, float, float, float]
"""feared, attention, credit, relief, dislike: see `own_terms`."""


@equation
def unprotected_stake(stake: float, c: VoteCoefficients) -> float:
    """Return the part of a stake that no grandfathering protects, years of income (E54)."""
    return c.unprotected * stake


@equation
def prospect_loss(power: float, visibility: float, belief: float, c: VoteCoefficients) -> float:
    """Return the prospect value of a loss, positive (E55; Tversky and Kahneman 1992).

    power: size of the loss to the curvature.
    """
    return visibility * belief * c.loss_aversion * power


@equation
def pain(stake: float, visibility: float, belief: float, c: VoteCoefficients) -> float:
    """Return the prospect value of losing the whole unprotected stake, positive (E26; Kahneman and Tversky 1979)."""
    if stake <= 0.0 or visibility <= 0.0 or c.unprotected <= 0.0:
        return 0.0
    return prospect_loss(unprotected_stake(stake, c) ** c.curvature, visibility, belief, c)


@equation
def whole_loss(stake: float, visibility: float, belief: float, c: VoteCoefficients) -> float:
    """Return the prospect value of losing a stake without protection, such as a share of a public fund (E42)."""
    return prospect_loss(stake**c.curvature, visibility, belief, c)


@equation
def own_gain(units: float, price: float, reference: float, income: float) -> float:
    """Return the gain of a holding on its reference price, years of income, negative for a loss (E28)."""
    return units * (price - reference) / income


@equation
def prospect_value(gain: float, power: float, c: VoteCoefficients) -> float:
    """Return the prospect value of a gain or loss (E29; Tversky and Kahneman 1992).

    power: its size to the curvature.
    """
    return power if gain >= 0.0 else -c.loss_aversion * power


@equation
def incumbent_share(partisanship: float, incumbent: float, c: VoteCoefficients) -> float:
    """Return the share of own gains credited to the party in office (E30; Malhotra and Kuo 2008).

    Opposed partisans credit and blame it more.
    """
    return c.blame_incumbent * (1.0 - c.blame_incumbent_partisan * incumbent * partisan_strength(partisanship))


@equation
def credit(
    gain: float, power: float, visibility: float, partisanship: float, incumbent: float, c: VoteCoefficients
) -> float:
    """Return the credit or blame for a gain, capped, in logit (E31; Lewis-Beck and Nadeau 2011).

    power: size of the gain to the curvature.
    """
    if c.retrospective_weight == 0.0:
        return 0.0
    share = incumbent_share(partisanship, incumbent, c)
    push = c.retrospective_weight * share * visibility * prospect_value(gain, power, c)
    return incumbent * min(c.retrospective_cap, max(-c.retrospective_cap, push))


@equation
def retrospection(
    units: float,
    price: float,
    reference: float,
    income: float,
    visibility: float,
    partisanship: float,
    incumbent: float,
    c: VoteCoefficients,
) -> float:
    """Return the credit or blame of the party in office for own gains, in logit (E27); incumbent: 1 for R, -1 for D."""
    if units <= 0.0 or visibility <= 0.0:
        return 0.0
    gain = own_gain(units, price, reference, income)
    return credit(gain, abs(gain) ** c.curvature, visibility, partisanship, incumbent, c)


@equation
def threat_attention(stake: float, visibility: float, c: VoteCoefficients) -> float:
    """Return the issue weight a holder adds per unit of threat to her stake (E56; Mettler 2011)."""
    return noticed(stake, c.salience_threat * c.unprotected * visibility, c.stake_half)


@equation
def public_attention(share: float, c: VoteCoefficients) -> float:
    """Return the issue weight a share of the public fund adds per unit of threat (E57); share in years of income."""
    return noticed(share, c.salience_threat * c.public_visibility, c.stake_half)


@equation
def relief(gain: float, power: float, visibility: float, c: VoteCoefficients) -> float:
    """Return the prospect value of a holder's own loss, which a public backstop would take over (E58)."""
    return visibility * c.loss_aversion * power if c.backstop > 0.0 and gain < 0.0 else 0.0


@equation
def backstop_dislike(c: VoteCoefficients) -> float:
    """Return the dislike of a backstop of savers' losses by a taxpayer without a visible holding, in logit (E59)."""
    return c.backstop_dislike if c.backstop > 0.0 else 0.0


@equation
def own_terms(
    units: float,
    price: float,
    reference: float,
    visibility: float,
    income: float,
    belief: float,
    partisanship: float,
    incumbent: float,
    c: VoteCoefficients,
) -> OwnTerms:
    """Return the terms of a voter's stakes in her vote: feared, attention, credit, relief, dislike (E32).

    Feared loss, issue weight per unit of threat, retrospection, and the value of a public backstop of savers' losses
    to her: the prospect value of her own loss (relief), or a taxpayer's dislike if she has no visible holding.
    """
    feared, attention, own, relieved, dislike = 0.0, 0.0, 0.0, 0.0, backstop_dislike(c)
    if units > 0.0 and visibility > 0.0:
        held, gain = stake(units, price, income), own_gain(units, price, reference, income)
        power = abs(gain) ** c.curvature
        feared = prospect_loss(unprotected_stake(held, c) ** c.curvature, visibility, belief, c)
        attention = threat_attention(held, visibility, c)
        own = credit(gain, power, visibility, partisanship, incumbent, c)
        relieved, dislike = relief(gain, power, visibility, c), 0.0
    if c.public_usd > 0.0:
        share = years_of_income(c.public_usd, income)
        feared += whole_loss(share, c.public_visibility, belief, c)
        attention += public_attention(share, c)
    return feared, attention, own, relieved, dislike


@equation
def base_utility(partisanship: float, shift: float) -> float:
    """Return the utility of R over D without the issue; shift: national shift in logit (E33; Converse 1966)."""
    return partisanship + shift


@equation
def turnout_habit(turnout: float, partisanship: float, c: VoteCoefficients) -> float:
    """Return the turnout in logit at no gap between the parties; turnout: the habit drawn at month 0 (E60)."""
    return turnout - c.turnout_gap_weight * abs(partisanship)


@equation
def issue_weight(salience: float, attention: float, imagined: float, threat: float) -> float:
    """Return the issue weight at an imagined threat; only its excess over the present threat adds weight (E34)."""
    return salience + attention * max(0.0, imagined - threat)


@equation
def issue_utility(r: float, d: float, ideal: float, weight: float, c: VoteCoefficients) -> float:
    """Return the utility of the stand r over the stand d, by squared distances from the ideal, in logit (E35)."""
    return weight * c.ideal_weight * ((d * d - r * r) - 2.0 * ideal * (d - r))


@equation
def stake_utility(
    feared: float,
    grievance: float,
    own: float,
    relieved: float,
    dislike: float,
    weight: float,
    question: Sequence[float] | Totals,
    c: VoteCoefficients,
) -> float:
    """Return the utility of R over D from feared losses, grievance, own gains and a backstop, in logit (E36)."""
    stakes = weight * c.loss_weight * (feared * (question[3] - question[2]) + grievance) + own
    backed = question[5] - question[6]
    if backed != 0.0:
        stakes += backed * (weight * c.loss_weight * relieved - dislike)
    return stakes


@equation
def judge(
    base: float,
    ideal: float,
    weight: float,
    feared: float,
    grievance: float,
    own: float,
    relieved: float,
    dislike: float,
    question: Sequence[float] | Totals,
    turnout_channel: bool,
    c: VoteCoefficients,
) -> tuple[float, float]:
    """Return the utility of R over D and the size of the gap that mobilises (E37).

    question: a row as in `expected_votes`.
    """
    without = base + issue_utility(question[0], question[1], ideal, weight, c)
    utility = without + stake_utility(feared, grievance, own, relieved, dislike, weight, question, c)
    return utility, abs(utility) if turnout_channel else abs(without)


@equation
def turnout_utility(habit: float, gap: float, c: VoteCoefficients) -> float:
    """Return the log odds of turning out; gap: size of the gap between the parties, in logit (E38)."""
    return habit + c.turnout_gap_weight * gap


@equation
def probability(odds_against: float) -> float:
    """Return the probability of an event, given the odds against it (E61)."""
    return 1.0 / (1.0 + odds_against)


@equation
def logistic(utility: float) -> float:
    """Return the probability of an event, given its log odds (E64)."""
    return probability(math.exp(-utility))


@equation
def expected_vote(turnout: float, choice: float) -> tuple[float, float]:
    """Return the probabilities of voting for R and for D; turnout: to turn out, choice: to prefer R (E39)."""
    return turnout * choice, turnout * (1.0 - choice)


@equation
def named_vote(turnout: float, utility: float, stays: float, prefers_d: float) -> tuple[float, float]:
    """Return the ballot of a respondent: (1, 0) for R, (0, 1) for D, (0, 0) if she names no party (E72).

    turnout: log odds of turning out; utility: of R over D; stays, prefers_d: her moods, logistic draws.
    """
    votes, for_r = turnout > stays, utility > prefers_d
    return 1.0 if votes and for_r else 0.0, 1.0 if votes and not for_r else 0.0


@equation
def felt_loss(
    units: float, price: float, income: float, visibility: float, belief: float, c: VoteCoefficients
) -> float:
    """Return the prospect value of losing the holding and the share of the public fund (E62)."""
    hurt = pain(stake(units, price, income), visibility, belief, c) if units > 0.0 else 0.0
    if c.public_usd > 0.0:
        hurt += whole_loss(years_of_income(c.public_usd, income), c.public_visibility, belief, c)
    return hurt


@equation
def grievance_after(grievance: float, hurt: float, size: float, sign: float) -> float:
    """Return the grievance after a restriction (E40).

    size: share feared lost, to the curvature; sign: 1 if D is behind it, -1 if R is.
    """
    return grievance + sign * hurt * size


@equation
def ballot(
    terms: OwnTerms,
    partisanship: float,
    turnout: float,
    ideal: float,
    salience: float,
    grievance: float,
    shift: float,
    threat: float,
    question: Sequence[float] | Totals,
    turnout_channel: bool,
    c: VoteCoefficients,
) -> tuple[float, float]:
    """Return a voter's utility of R over D and her probability of turning out, at one question (E41).

    terms: her `own_terms`.
    """
    feared, attention, own, relieved, dislike = terms
    weight = issue_weight(salience, attention, question[4], threat)
    utility, gap = judge(
        base_utility(partisanship, shift),
        ideal,
        weight,
        feared,
        grievance,
        own,
        relieved,
        dislike,
        question,
        turnout_channel,
        c,
    )
    return utility, logistic(turnout_utility(turnout_habit(turnout, partisanship, c), gap, c))
