"""Calibration of the vote effect of a holding."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import expit

from ...agents.electorate.equation import on_columns
from ...agents.electorate.opinion.equations import noticed, partisan_strength
from ...agents.electorate.opinion.parameters import OpinionParameters
from ..parameters.tree import Parameters
from ..population.builder import Reals
from ..population.traits import (
    ages_of,
    lean_to_author,
    mean_ideal,
    normal_vote_shift,
)


def settled_ideal(p: Parameters, ages: Reals, lean: Reals, ownership: float) -> Reals:
    """Return mean settled ideal policy by age and partisanship: friendly policy in force, rival for prohibition."""
    o, now = p.opinion, p.policy.friendly_theta
    strength: Reals = on_columns(partisan_strength)(lean)
    base = mean_ideal(p, ages, strength) + p.attitude.direct_owner_shift * p.attitude.own_crypto_all
    party = np.where(lean > 0.0, now, 0.0)
    settled = base + o.cue_weight * np.abs(strength) * (party - base) - o.thermostat * (now - 0.5)
    return np.clip(settled + ownership, 0.0, 1.0)


class VoteEffect(NamedTuple):
    """Solution of asset_vote_effect: the weight b_p of a threatened loss, and the scale of attention and ownership."""

    loss_weight: float
    stake_scale: float


def solve_vote_effect(p: Parameters) -> VoteEffect:
    """Solve for the weights at which the reference stake moves the vote by asset_vote_effect (ODD: solve_vote_effect).

    The effect is the difference, in points, between a holder and the same voter without a stake in P(vote for the
    protecting party): attention, ownership and threatened loss together. Averaged over age, partisanship and beliefs
    by quadrature; visibility 1, no grandfathering, opinion and attention settled, policy in force friendly_theta, the
    rival's stand prohibit and divest. Where attention and ownership alone would move more than declared, the loss
    weight is 0 and they are scaled down, so that a declared effect of zero is zero.
    """
    v, o, now = p.voting, p.opinion, p.policy.friendly_theta
    nodes, weights = hermegauss(31)
    weights = weights / weights.sum()
    ages = np.repeat(ages_of(p, (np.arange(64) + 0.5) / 64), nodes.size)
    share = np.tile(weights, 64) / 64
    lean = lean_to_author(p, ages) + p.electorate.partisanship_sd * np.tile(nodes, 64)
    lean = lean + normal_vote_shift(lean, share, p.electorate.normal_vote)
    belief = np.exp(o.belief_log_sd * nodes - 0.5 * o.belief_log_sd**2)
    # asset_vote_effect is declared for a loss; a believed gain then weighs less.
    feared = p.model_copy(update={"opinion": o.model_copy(update={"believed_price_fall": abs(o.believed_price_fall)})})
    size = feared_size(feared, openness_now=now, openness=0.0, forced=1.0, protected=0.0)
    aroused = touchable_share(p) * (o.salience_stake + o.salience_threat)
    seen = noticed(v.reference_stake, 1.0, o.stake_half) * aroused
    loss = o.loss_aversion * v.reference_stake**o.curvature * size

    def position(salience: float, ownership: float) -> Reals:
        ideal = settled_ideal(p, ages, lean, ownership)
        return salience * v.ideal_weight * (ideal**2 - (now - ideal) ** 2)

    without = lean + position(o.salience_base, 0.0)

    def effect(weight: float, scale: float) -> float:
        attention = o.salience_base + scale * seen
        holding = lean + position(attention, scale * o.ownership_shift)
        moved = expit(holding[:, None] + weight * attention * loss * belief[None, :]) - expit(without)[:, None]
        return float(share @ moved @ weights) * 100.0 - v.asset_vote_effect

    whole = effect(0.0, 1.0)
    if v.asset_vote_effect == 0.0:
        return VoteEffect(0.0, 0.0)
    if whole > 0.0:
        return VoteEffect(0.0, float(brentq(lambda scale: effect(0.0, scale), 0.0, 1.0, xtol=1e-12)))
    strength = (o.salience_base + seen) * loss
    if strength <= 0.0:
        return VoteEffect(0.0, 1.0)
    return VoteEffect(float(brentq(lambda b: effect(b, 1.0), 0.0, 1e3 / strength, xtol=1e-12, rtol=1e-12)), 1.0)


def believed_loss(o: OpinionParameters, openness_now: float, openness: float, forced: float, protected: float) -> float:
    """Return the share of a holding's value that voters expect to lose under a stand (ODD: believed_loss).

    Negative where they believe that a restriction raises the price.
    """
    return o.believed_price_fall * max(0.0, openness_now - openness) + o.believed_sale_loss * forced * (1.0 - protected)


def touchable_share(p: Parameters) -> float:
    """Return the part of the attention to a stake that policy can draw by what it could do, 0-1 (ODD: touchable_share).

    A rise in price that voters expect of a restriction counts like a fall: policy touches that holding too.
    """
    o = p.opinion
    if o.threat_from == "openness":
        return 1.0
    return min(1.0, (abs(o.believed_price_fall) * p.policy.friendly_theta + o.believed_sale_loss) / o.alarming_loss)


def feared_size(p: Parameters, openness_now: float, openness: float, forced: float, protected: float) -> float:
    """Return the share of a holding feared lost under a stand, to the power of the curvature (ODD: feared_size).

    Negative where voters believe that a restriction raises the price: a gain, which loss aversion does not enlarge.
    """
    o = p.opinion
    fall = believed_loss(o, openness_now, openness, forced, protected)
    if fall < 0.0:
        return -float((-fall) ** o.curvature) / max(o.loss_aversion, 1e-12)
    return float(fall**o.curvature)
