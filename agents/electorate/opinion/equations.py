"""Equations of opinion: one voter's attention, ideal policy, blame and grievance each month (ODD: opinion_month).

Each function is a numbered equation of the ODD. Policy and ideal policy lie on a scale from 0 (prohibited) to 1;
stakes are in years of income; `c` holds the month's coefficients.
"""

from __future__ import annotations

from ..equation import equation
from .coefficients import OpinionCoefficients


@equation
def calm_salience(media: float, c: OpinionCoefficients) -> float:
    """Return the issue weight without a stake, raised while a restrictive item is in the news (E14)."""
    return c.salience_base + c.salience_media * media


@equation
def next_reference(reference: float, price: float, attention: float, c: OpinionCoefficients) -> float:
    """Return the reference price after a month, USD: faster up, faster for the attentive (E15; Arkes et al. 2008)."""
    speed = c.reference_up if price > reference else c.reference_down
    return reference + min(1.0, 2.0 * attention * speed) * (price - reference)


@equation
def price_loss(price: float, reference: float) -> float:
    """Return the loss on the reference price as a share of it, negative for a gain (E50)."""
    return 1.0 - price / reference


@equation
def painless_reference(price: float, threshold: float) -> float:
    """Return the highest reference price at which the loss (E50) does not exceed the threshold of blame, USD (E68)."""
    return price / (1.0 - threshold)


@equation
def blame_goal(loss: float, visibility: float, openness: float, c: OpinionCoefficients) -> float:
    """Return the blame of permissive policy that a loss beyond the threshold leads to, 0-1 (E16)."""
    large = (loss - c.blame_threshold) / (1.0 - c.blame_threshold)
    blamed = c.blame_policy_share * visibility * openness * large
    return blamed if loss > c.blame_threshold else 0.0


@equation
def noticed(stake: float, weight: float, stake_half: float) -> float:
    """Return the attention to a stake: at most `weight`, half of it at `stake_half` (E51; Mettler 2011)."""
    return weight * stake / (stake + stake_half)


@equation
def salience_goal(calm: float, noticed_share: float, threat: float, c: OpinionCoefficients) -> float:
    """Return the issue weight a holder tends to; noticed_share: attention to her stake (E18; Campbell 2003)."""
    aroused = c.salience_stake * c.stake_unprotected + c.salience_threat * threat * c.unprotected
    return calm + noticed_share * aroused


@equation
def public_salience(share: float, threat: float, c: OpinionCoefficients) -> float:
    """Return the issue weight that a share of the public fund adds; no grandfathering protects it (E52)."""
    return noticed(share, c.public_visibility, c.stake_half) * (c.salience_stake + c.salience_threat * threat)


@equation
def ownership_ideal(ideal_base: float, visibility: float, c: OpinionCoefficients) -> float:
    """Return the ideal policy of an owner before cues, by visibility and not by size (E19; Jha and Shayo 2019)."""
    return ideal_base + c.ownership_shift * visibility


@equation
def opposed_attention(openness: float, fall: float, c: OpinionCoefficients) -> float:
    """Return the attention that open policy and a fall in price awaken in the opposed (E69; Meyer, Staggenborg 1996).

    fall: share of the coin's price lost since its peak.
    """
    return c.opposed_salience * openness + c.opposed_crash_salience * fall


@equation
def opposition(opposed: float, visibility: float, silenced: float) -> float:
    """Return the part of a voter's opposition that a holding of this visibility leaves, 0-1 (E70; Jha and Shayo 2019).

    silenced: share that a fully visible holding silences. Without a holding visibility counts as 0.
    """
    return opposed * (1.0 - silenced * visibility)


@equation
def opposed_salience(goal: float, opposition: float, awakened: float) -> float:
    """Return the issue weight a voter tends to, raised by her opposition; awakened: attention of the opposed (E73)."""
    return goal + opposition * awakened


@equation
def opposed_ideal(own: float, opposition: float, c: OpinionCoefficients) -> float:
    """Return the ideal policy of a voter before cues, lower by her opposition (E71)."""
    return own - c.opposed_shift * opposition


@equation
def next_blame(blame: float, goal: float, c: OpinionCoefficients) -> float:
    """Return the blame after a month: rises at one speed, falls at another (E20)."""
    return blame + (c.blame_up if goal > blame else c.blame_down) * (goal - blame)


@equation
def next_salience(salience: float, goal: float, c: OpinionCoefficients) -> float:
    """Return the issue weight after a month: rises at one speed, falls at another (E21)."""
    return salience + (c.salience_up if goal > salience else c.salience_down) * (goal - salience)


@equation
def partisan_strength(partisanship: float) -> float:
    """Return the strength of partisanship between -1 (D) and 1 (R), half at 1 logit (E22)."""
    return partisanship / (1.0 + abs(partisanship))


@equation
def party_cue(partisanship: float, ideal_base: float, stand_r: float, stand_d: float, c: OpinionCoefficients) -> float:
    """Return the pull of the own party's stand on ideal policy, measured from the base ideal (E53; Lenz 2012)."""
    party = stand_r if partisanship > 0.0 else stand_d
    return c.cue_weight * abs(partisan_strength(partisanship)) * (party - ideal_base)


@equation
def ideal_goal(own: float, cue: float, blame: float, openness: float, c: OpinionCoefficients) -> float:
    """Return the ideal policy a voter tends to: own wish, cue, blame and thermostat, within 0-1 (E23; Wlezien 1995)."""
    wanted = own + cue - (c.blame_shift * blame + c.thermostat * (openness - 0.5))
    return min(1.0, max(0.0, wanted))


@equation
def next_ideal(ideal: float, goal: float, c: OpinionCoefficients) -> float:
    """Return the ideal policy after a month (E24)."""
    return ideal + c.relaxation * (goal - ideal)


@equation
def next_grievance(grievance: float, c: OpinionCoefficients) -> float:
    """Return the grievance after a month of forgetting, prospect value (E25)."""
    return grievance * c.grievance_keep
