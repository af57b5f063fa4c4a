"""The population of one replicate: people drawn from the calibration, shared by every arm."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import expit, ndtr, ndtri

from ..agents.draws import Draws
from ..agents.electorate import columns
from ..agents.electorate.electorate import Electorate
from ..agents.electorate.parameters import AGE_BANDS
from .employers import employer_of
from .parameters import Parameters

Reals = npt.NDArray[np.float64]

_CVAP_EDGES = (18.0, 30.0, 45.0, 65.0, 90.0)
_BALANCE_EDGES = (25.0, 35.0, 45.0, 55.0, 65.0)
_LEAN_AGES = (21.0, 35.0, 45.0, 55.0, 65.0, 85.0)


def _ages(p: Parameters, u: Reals) -> Reals:
    e = p.electorate
    shares = np.cumsum([0.0, e.cvap_share_18_29, e.cvap_share_30_44, e.cvap_share_45_64, e.cvap_share_65p])
    return np.interp(u, shares / shares[-1], _CVAP_EDGES)


def _by_band(values: list[float], edges: tuple[float, ...], ages: Reals) -> Reals:
    return np.asarray(values)[np.searchsorted(edges, ages, side="right")]


def _group_values(group: object, stem: str) -> list[float]:
    return [float(getattr(group, f"{stem}_{band}")) for band in AGE_BANDS]


def author_sign(p: Parameters) -> float:
    """+1 where the author of the friendly policy is R, -1 in the mirror world."""
    return 1.0 if p.institutions.author == "R" else -1.0


def lean_to_author(p: Parameters, ages: Reals) -> Reals:
    """Mean partisanship towards the author by age, in logit, from party lean by age (Pew 2024)."""
    e = p.electorate
    leans = [e.dem_lean_18_24, e.dem_lean_30s, e.dem_lean_40s, e.dem_lean_50s, e.dem_lean_60s, e.dem_lean_80p]
    return np.asarray(e.partisanship_sd * ndtri(1.0 - np.interp(ages, _LEAN_AGES, leans)))


@lru_cache(maxsize=64)
def turnout_intercept(rate: float, person_sd: float) -> float:
    """Logit intercept at which voters with a normal habit of sd person_sd turn out at `rate` on average."""
    nodes, weights = hermegauss(41)
    weights = weights / weights.sum()

    def gap(intercept: float) -> float:
        return float(weights @ expit(intercept + person_sd * nodes)) - rate

    return float(brentq(gap, -30.0, 30.0, xtol=1e-10))


def mean_ideal(p: Parameters, ages: Reals, strength: Reals) -> Reals:
    """Mean ideal policy before any ownership, by age (confidence in crypto, Pew 2024) and lean to the author."""
    confident = 1.0 - np.where(ages < 50.0, p.attitude.low_confidence_u50, p.attitude.low_confidence_50p)
    return np.asarray(confident + p.attitude.ideal_partisan_gap * strength)


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
    ages = np.repeat(_ages(p, (np.arange(64) + 0.5) / 64), nodes.size)
    share = np.tile(weights, 64) / 64
    lean = lean_to_author(p, ages) + p.electorate.partisanship_sd * np.tile(nodes, 64)
    lean = lean + _normal_vote_shift(lean, share, p.electorate.normal_vote)
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


def _normal_vote_shift(lean: Reals, weights: Reals, share: float) -> float:
    def gap(shift: float) -> float:
        return float(weights @ expit(lean + shift)) / float(weights.sum()) - share

    return float(brentq(gap, -20.0, 20.0, xtol=1e-10))


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
    n = p.electorate.voters
    sign = author_sign(p)
    fixed = np.zeros((len(columns.FIXED), n), dtype=np.float32)
    ages = _ages(p, draws.uniforms("age", n))
    z_income, z_party = draws.normals("income", n), draws.normals("partisanship", n)
    income = p.electorate.income_median * np.exp(p.electorate.income_log_sd * z_income)
    habit = p.voting.turnout_person_sd * draws.normals("turnout habit", n)
    presidential = _turnout_base(p, "presidential", ages) + habit
    lean = lean_to_author(p, ages) + p.electorate.partisanship_sd * z_party
    lean = lean + _normal_vote_shift(lean, expit(presidential), p.electorate.normal_vote)
    potential = _potential_stakes(p, draws, ages, income, z_income)
    eligible = draws.uniforms("eligible", n) < p.accounts.share_with_account
    active = draws.uniforms("active", n) < _active_share(p)
    balance = np.where(eligible, potential * income, 0.0)
    belief = np.exp(p.opinion.belief_log_sd * draws.normals("belief", n) - 0.5 * p.opinion.belief_log_sd**2)
    strength = lean / (1.0 + np.abs(lean))
    owner = _direct_owners(p, draws, strength)
    base = mean_ideal(p, ages, strength) + p.attitude.direct_owner_shift * owner
    base = np.clip(base + p.attitude.ideal_sd * draws.normals("ideal", n), 0.0, 1.0)
    saving = _by_band(_group_values(p.accounts, "deferral"), _BALANCE_EDGES, ages) + p.accounts.match
    fixed[columns.AGE] = ages
    fixed[columns.INCOME] = income
    fixed[columns.PARTISANSHIP] = sign * lean
    fixed[columns.ATTENTION] = draws.uniforms("attention", n)
    fixed[columns.BELIEF] = belief
    fixed[columns.IDEAL_BASE] = base
    fixed[columns.POTENTIAL_STAKE] = potential
    fixed[columns.ELIGIBLE] = eligible
    fixed[columns.CONTRIBUTION] = np.where(eligible & active & (ages < 65.0), income * saving / 12.0, 0.0)
    fixed[columns.EQUITY] = np.interp(ages, (30.0, 65.0), (p.accounts.equity_share_young, p.accounts.equity_share_60s))
    fixed[columns.TURNOUT_PRESIDENTIAL] = presidential
    fixed[columns.TURNOUT_MIDTERM] = _turnout_base(p, "midterm", ages) + habit
    fixed[columns.DIRECT_OWNER] = owner
    fixed[columns.EMPLOYER] = employer_of(fixed[columns.CONTRIBUTION] > 0.0, draws, p.employer)
    dynamic = np.zeros((len(columns.DYNAMIC), n), dtype=np.float32)
    dynamic[columns.IRA] = balance * p.accounts.ira_share_of_balance
    dynamic[columns.PLAN] = balance * (1.0 - p.accounts.ira_share_of_balance)
    dynamic[columns.REFERENCE] = 1.0
    dynamic[columns.IDEAL] = base
    dynamic[columns.SALIENCE] = p.opinion.salience_base
    order = _exposure_order(p, draws, eligible, lean)
    return Electorate(fixed, dynamic, order, _logit_per_point(lean, presidential, p.voting.turnout_gap_weight))


def _turnout_base(p: Parameters, kind: str, ages: Reals) -> Reals:
    bands = ("18_29", "30_44", "45_64", "65p")
    rates = [float(getattr(p.electorate, f"turnout_{kind}_{band}")) for band in bands]
    intercepts = [turnout_intercept(rate, p.voting.turnout_person_sd) for rate in rates]
    return _by_band(intercepts, _CVAP_EDGES[1:4], ages)


def _active_share(p: Parameters) -> float:
    """Share of account holders below 65 who contribute, so that active participants are share_adults_active_401k."""
    working = 1.0 - p.electorate.cvap_share_65p
    return min(1.0, p.accounts.share_adults_active_401k / max(p.accounts.share_with_account * working, 1e-9))


def _potential_stakes(p: Parameters, draws: Draws, ages: Reals, income: Reals, z_income: Reals) -> Reals:
    """Retirement balance in years of income, for everybody: nested arms reach beyond present coverage."""
    n = ages.size
    eligible = draws.uniforms("eligible", n) < p.accounts.share_with_account
    medians = _by_band(_group_values(p.accounts, "balance_median"), _BALANCE_EDGES, ages)
    spreads = _by_band(_group_values(p.accounts, "balance_lognormal_sigma"), _BALANCE_EDGES, ages)
    rho = p.electorate.income_balance_correlation
    z = rho * z_income + np.sqrt(1.0 - rho * rho) * draws.normals("balance", n)
    balance = np.where(eligible, medians * np.exp(spreads * z), medians)
    years = np.minimum(balance / income, p.accounts.largest_balance_to_income)
    if p.exposure.average_balance > 0.0:
        years = years * (p.exposure.average_balance / float(years[eligible].mean() if eligible.any() else years.mean()))
    return np.asarray(years, dtype=np.float64)


def _direct_owners(p: Parameters, draws: Draws, strength: Reals) -> Reals:
    if not p.exposure.direct_owners:
        return np.zeros(strength.size)
    half = 0.5 * (p.attitude.own_crypto_conservative - p.attitude.own_crypto_democrat)
    chance = p.attitude.own_crypto_all + half * strength
    return np.asarray(draws.uniforms("direct owner", strength.size) < chance, dtype=np.float64)


def _exposure_order(p: Parameters, draws: Draws, eligible: npt.NDArray[np.bool_], lean: Reals) -> npt.NDArray[np.int64]:
    """Voters by who is exposed first: those with an account before those without, then by draw and party skew."""
    rho = p.exposure.skew
    spread = float(lean.std()) or 1.0
    latent = rho * (lean - lean.mean()) / spread + np.sqrt(max(0.0, 1.0 - rho * rho)) * draws.normals(
        "exposure", lean.size
    )
    return np.lexsort((-ndtr(latent), ~eligible))


def _logit_per_point(lean: Reals, presidential: Reals, gap_weight: float) -> float:
    """National shift in logit that moves the two-party vote by one point, turnout reacting."""

    def share(shift: float) -> float:
        utility = lean + shift
        turnout = expit(presidential + gap_weight * (np.abs(utility) - np.abs(lean)))
        return float((turnout * expit(utility)).sum() / turnout.sum())

    slope = (share(0.4) - share(-0.4)) / 0.8
    return 0.01 / max(slope, 1e-9)
