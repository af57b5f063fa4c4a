"""The population of one replicate: people drawn from the calibration, shared by every arm."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import expit

from ...agents.draws import Draws
from ...agents.electorate import columns
from ...agents.electorate.electorate import Electorate
from ...agents.numerics.exponential import logistic
from ...agents.numerics.radix_sort import falling_order
from ..economy.employers import employer_of
from ..parameters.tree import Parameters
from .traits import (
    Everybody,
    Traits,
    ages_of,
    author_sign,
    draw_traits,
    lean_to_author,
    mean_ideal,
    normal_vote_shift,
    write_trait,
)

Reals = npt.NDArray[np.float64]


def settled_ideal(p: Parameters, ages: Reals, lean: Reals, ownership: float) -> Reals:
    """Mean settled ideal policy by age and partisanship: friendly policy in force, rival for prohibition."""
    o, now = p.opinion, p.policy.friendly_theta
    strength = lean / (1.0 + np.abs(lean))
    base = mean_ideal(p, ages, strength) + p.attitude.direct_owner_shift * p.attitude.own_crypto_all
    party = np.where(lean > 0.0, now, 0.0)
    settled = base + o.cue_weight * np.abs(strength) * (party - base) - o.thermostat * (now - 0.5)
    return np.clip(settled + ownership, 0.0, 1.0)


class VoteEffect(NamedTuple):
    """Solution of asset_vote_effect: the weight b_p of a threatened loss, and the scale of attention and ownership."""

    loss_weight: float
    stake_scale: float


@lru_cache(maxsize=256)
def solve_vote_effect(p: Parameters) -> VoteEffect:
    """Weights at which holding the reference stake moves the vote by asset_vote_effect points (ODD: solve_vote_effect).

    The effect is the whole difference between a holder and the same voter without a stake, in P(vote for the
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
    # The size of the effect is given for a loss; a believed gain then weighs less by itself.
    feared = p.model_copy(update={"opinion": o.model_copy(update={"believed_price_fall": abs(o.believed_price_fall)})})
    size = feared_size(feared, openness_now=now, openness=0.0, forced=1.0, protected=0.0)
    seen = v.reference_stake / (v.reference_stake + o.stake_half) * (o.salience_stake + o.salience_threat)
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


def feared_size(p: Parameters, openness_now: float, openness: float, forced: float, protected: float) -> float:
    """Share of a holding feared lost under a stand, to the power of the curvature (ODD: feared_size).

    Negative where voters believe that a restriction raises the price: a gain, which loss aversion does not enlarge.
    """
    o = p.opinion
    fall = o.believed_price_fall * max(0.0, openness_now - openness) + o.believed_sale_loss * forced * (1.0 - protected)
    if fall < 0.0:
        return -float((-fall) ** o.curvature) / max(o.loss_aversion, 1e-12)
    return float(fall**o.curvature)


def build_population(p: Parameters, draws: Draws) -> Electorate:
    """Draw the people of one replicate; same draws, same people, whatever the arm."""
    return electorate_of(p, draws, draw_traits(p, Everybody(draws, p.electorate.voters), {}))


def electorate_of(
    p: Parameters, draws: Draws, traits: Traits, plan: Reals | None = None, ira: Reals | None = None
) -> Electorate:
    """The electorate of month 0 from persons' traits and balances (USD), before any exposure (ODD: P19-P21).

    plan, ira: by default the drawn balance, parted as accounts.ira_share_of_balance says. A caller who keeps no
    reference to the traits needs little more memory than the electorate itself: they are let go as they are written.
    """
    n = traits.age.size
    dynamic = np.zeros((len(columns.DYNAMIC), n), dtype=np.float32)
    if plan is None or ira is None:
        balance = traits.eligible * (traits.potential_stake * traits.income)
        plan, ira = balance * (1.0 - p.accounts.ira_share_of_balance), balance * p.accounts.ira_share_of_balance
        del balance
    dynamic[columns.PLAN] = plan
    dynamic[columns.IRA] = ira
    dynamic[columns.REFERENCE] = 1.0
    dynamic[columns.IDEAL] = traits.ideal_base
    dynamic[columns.SALIENCE] = p.opinion.salience_base
    del plan, ira
    fixed = np.empty((len(columns.FIXED), n), dtype=np.float32)
    lean, presidential = traits.lean, traits.turnout_presidential
    remaining = traits._asdict()
    del traits
    while remaining:
        write_trait(fixed, *remaining.popitem(), author_sign(p))
    # Where people age, whoever comes to have a plan in this place works for its employer.
    has_employer = fixed[columns.ELIGIBLE] > 0.0 if p.people.ageing else fixed[columns.CONTRIBUTION] > 0.0
    fixed[columns.EMPLOYER] = employer_of(has_employer, draws, p.employer)
    order = _exposure_order(p, draws, fixed[columns.ELIGIBLE] > 0.0, lean)
    points = _logit_per_point(lean, presidential, p.voting.turnout_gap_weight)
    return Electorate(fixed, dynamic, order, points)


def _exposure_order(p: Parameters, draws: Draws, eligible: npt.NDArray[np.bool_], lean: Reals) -> npt.NDArray[np.int64]:
    """Voters by who is exposed first: those with an account before those without, then by draw and party skew."""
    rho = p.exposure.skew
    if rho == 0.0:  # a normal rises with its uniform, strictly
        return falling_order(draws.uniforms("exposure", lean.size), eligible)
    spread = float(lean.std()) or 1.0
    latent = rho * (lean - lean.mean()) / spread + np.sqrt(max(0.0, 1.0 - rho * rho)) * draws.normals(
        "exposure", lean.size
    )
    return falling_order(latent, eligible)


def _logit_per_point(lean: Reals, presidential: Reals, gap_weight: float) -> float:
    """National shift in logit that moves the two-party vote by one point, turnout reacting."""

    size = np.abs(lean)

    def share(shift: float) -> float:
        turnout = logistic(presidential + gap_weight * (np.abs(lean + shift) - size))
        return float((turnout * logistic(lean, shift)).sum() / turnout.sum())

    slope = (share(0.4) - share(-0.4)) / 0.8
    return 0.01 / max(slope, 1e-9)
