"""Traits of persons: drawn at month 0, for entrants, and to complete a user's file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import expit

from ...agents.draws import Draws
from ...agents.electorate import columns
from ...agents.electorate.equation import on_columns
from ...agents.electorate.opinion.equations import partisan_strength
from ...agents.electorate.parameters import AGE_BANDS
from ...agents.numerics.exponential import logistic
from ...agents.numerics.normal_quantile import normal_quantiles
from ..parameters.tree import Parameters

Reals = npt.NDArray[np.float64]

CVAP_EDGES = (18.0, 30.0, 45.0, 65.0, 90.0)
BALANCE_EDGES = (25.0, 35.0, 45.0, 55.0, 65.0)
LEAN_AGES = (21.0, 35.0, 45.0, 55.0, 65.0, 85.0)


class Sample(Protocol):
    """Source of draws of some persons: one number a person for every named stream."""

    @property
    def size(self) -> int:
        """Return the number of persons."""

    def uniforms(self, stream: str) -> Reals:
        """Return uniform draws, strictly between 0 and 1; shape (size,)."""

    def normals(self, stream: str) -> Reals:
        """Return standard normal draws; shape (size,)."""


class Everybody(NamedTuple):
    """The draws of month 0: person i is agent i of every stream."""

    draws: Draws
    size: int

    def uniforms(self, stream: str) -> Reals:
        """Return uniform draws of all persons; shape (size,)."""
        return self.draws.uniforms(stream, self.size)

    def normals(self, stream: str) -> Reals:
        """Return standard normal draws of all persons; shape (size,)."""
        return self.draws.normals(stream, self.size)


class Traits(NamedTuple):
    """Columns of some persons, float64, shape (persons,); lean is partisanship towards the author."""

    age: Reals
    income: Reals
    lean: Reals
    attention: Reals
    belief: Reals
    ideal_base: Reals
    potential_stake: Reals
    eligible: Reals
    contribution: Reals
    equity: Reals
    turnout_presidential: Reals
    turnout_midterm: Reals
    direct_owner: Reals
    opposed: Reals


def author_sign(p: Parameters) -> float:
    """Return +1 if the author of the friendly policy is R, -1 in the mirror world."""
    return 1.0 if p.institutions.author == "R" else -1.0


def by_band(values: Sequence[float], edges: Sequence[float], ages: Reals) -> Reals:
    """Return the value of each age's band; an age on an edge belongs to the upper band; one more value than edges."""
    return np.asarray(values)[np.digitize(ages, edges)]


def ages_of(p: Parameters, u: Reals) -> Reals:
    """Return ages at uniform draws u, by the shares of the four age bands of citizens of voting age."""
    e = p.electorate
    shares = np.cumsum([0.0, e.cvap_share_18_29, e.cvap_share_30_44, e.cvap_share_45_64, e.cvap_share_65p])
    return np.interp(u, shares / shares[-1], CVAP_EDGES)


def group_values(group: object, stem: str) -> list[float]:
    """Return the parameters stem_u25 ... stem_65p of a group."""
    return [float(getattr(group, f"{stem}_{band}")) for band in AGE_BANDS]


def lean_to_author(p: Parameters, ages: Reals) -> Reals:
    """Return mean partisanship towards the author by age, in logit, from party lean by age (Pew 2024)."""
    e = p.electorate
    leans = [e.dem_lean_18_24, e.dem_lean_30s, e.dem_lean_40s, e.dem_lean_50s, e.dem_lean_60s, e.dem_lean_80p]
    return np.asarray(e.partisanship_sd * normal_quantiles(1.0 - np.interp(ages, LEAN_AGES, leans)))


def saving_rate(p: Parameters, ages: Reals) -> Reals:
    """Return deferral by age plus the employer's match, share of pay."""
    return by_band(group_values(p.accounts, "deferral"), BALANCE_EDGES, ages) + p.accounts.match


def equity_share(p: Parameters, ages: Reals) -> Reals:
    """Return the share of the balance in stocks by age (glide path of the funds)."""
    return np.interp(ages, (30.0, 65.0), (p.accounts.equity_share_young, p.accounts.equity_share_60s))


def median_balance(p: Parameters, ages: Reals) -> Reals:
    """Return the median balance of an account by age, USD of month 0."""
    return by_band(group_values(p.accounts, "balance_median"), BALANCE_EDGES, ages)


def active_share(p: Parameters) -> float:
    """Return the share of account holders below 65 who contribute, so that share_adults_active_401k holds."""
    working = 1.0 - p.electorate.cvap_share_65p
    return min(1.0, p.accounts.share_adults_active_401k / max(p.accounts.share_with_account * working, 1e-9))


# Cached: eight root searches of .15 ms would double the time of a month's entrants.
@lru_cache(maxsize=64)
def turnout_intercept(rate: float, person_sd: float) -> float:
    """Return the logit intercept at which voters with a normal habit of sd person_sd turn out at mean rate `rate`."""
    nodes, weights = hermegauss(41)
    weights = weights / weights.sum()

    def gap(intercept: float) -> float:
        return float(weights @ expit(intercept + person_sd * nodes)) - rate

    return float(brentq(gap, -30.0, 30.0, xtol=1e-10))


def turnout_base(p: Parameters, kind: str, ages: Reals) -> Reals:
    """Return the turnout habit of the median person of each age, in logit; kind: presidential or midterm."""
    bands = ("18_29", "30_44", "45_64", "65p")
    rates = [float(getattr(p.electorate, f"turnout_{kind}_{band}")) for band in bands]
    intercepts = [turnout_intercept(rate, p.voting.turnout_person_sd) for rate in rates]
    return by_band(intercepts, CVAP_EDGES[1:4], ages)


def mean_ideal(p: Parameters, ages: Reals, strength: Reals) -> Reals:
    """Return mean ideal policy before any ownership, by age (confidence in crypto, Pew 2024) and lean to the author."""
    confident = by_band([1.0 - p.attitude.low_confidence_u50, 1.0 - p.attitude.low_confidence_50p], (50.0,), ages)
    return np.asarray(confident + p.attitude.ideal_partisan_gap * strength)


def normal_vote_shift(lean: Reals, weights: Reals, share: float) -> float:
    """Return the common shift of leans at which the weighted mean probability of an author vote is `share`."""

    total = float(weights.sum())

    def gap(shift: float) -> float:
        return float(weights @ logistic(lean, shift)) / total - share

    return float(brentq(gap, -20.0, 20.0, xtol=1e-10))


def draw_traits(p: Parameters, sample: Sample, fixed_traits: Mapping[str, Reals]) -> Traits:
    """Return all traits of some persons: those in `fixed_traits`, the others drawn (ODD: P8-P18, P29).

    fixed_traits: by the names of `Traits`, and `balance` in USD. Every trait has its own stream, so that fixing one
    shifts no other.
    """

    def known(name: str, drawn: Callable[[], Reals]) -> Reals:
        return fixed_traits[name] if name in fixed_traits else drawn()

    ages = known("age", lambda: ages_of(p, sample.uniforms("age")))
    z_income = sample.normals("income")
    spread = p.electorate.income_log_sd
    income = known("income", lambda: p.electorate.income_median * np.exp(spread * z_income))
    if "income" in fixed_traits and spread > 0.0:
        z_income = np.log(income / p.electorate.income_median) / spread
    habit = p.voting.turnout_person_sd * sample.normals("turnout habit")
    presidential = known("turnout_presidential", lambda: turnout_base(p, "presidential", ages) + habit)

    def lean_drawn() -> Reals:
        lean = lean_to_author(p, ages) + p.electorate.partisanship_sd * sample.normals("partisanship")
        return np.asarray(lean + normal_vote_shift(lean, logistic(presidential), p.electorate.normal_vote))

    lean = known("lean", lean_drawn)
    eligible = known(
        "eligible", lambda: (sample.uniforms("eligible") < p.accounts.share_with_account).astype(np.float64)
    )
    has = eligible > 0.0
    potential = _potential_stakes(p, sample, ages, income, z_income, has)
    if "balance" in fixed_traits:
        potential = np.where(has, fixed_traits["balance"] / income, potential)
    active = sample.uniforms("active") < active_share(p)
    belief = known("belief", lambda: _beliefs(p, sample))
    strength: Reals = on_columns(partisan_strength)(lean)
    owner = known("direct_owner", lambda: _direct_owners(p, sample, strength))

    def ideal_drawn() -> Reals:
        base = mean_ideal(p, ages, strength) + p.attitude.direct_owner_shift * owner
        return np.clip(base + p.attitude.ideal_sd * sample.normals("ideal"), 0.0, 1.0)

    def contribution_drawn() -> Reals:
        saves = has & active & (ages < p.people.retirement_age)
        return saves * (income * saving_rate(p, ages) / 12.0)

    return Traits(
        age=ages,
        income=income,
        lean=lean,
        attention=known("attention", lambda: sample.uniforms("attention")),
        belief=belief,
        ideal_base=known("ideal_base", ideal_drawn),
        potential_stake=potential,
        eligible=eligible,
        contribution=known("contribution", contribution_drawn),
        equity=known("equity", lambda: equity_share(p, ages)),
        turnout_presidential=presidential,
        turnout_midterm=known("turnout_midterm", lambda: turnout_base(p, "midterm", ages) + habit),
        direct_owner=owner,
        opposed=known("opposed", lambda: _opposed(p, sample)),
    )


def _beliefs(p: Parameters, sample: Sample) -> Reals:
    sd = p.opinion.belief_log_sd
    return np.asarray(np.exp(sd * sample.normals("belief") - 0.5 * sd**2))


def _potential_stakes(
    p: Parameters, sample: Sample, ages: Reals, income: Reals, z_income: Reals, eligible: npt.NDArray[np.bool_]
) -> Reals:
    """Return everybody's retirement balance in years of income, also of those without an account.

    Nested arms may expose more voters than have an account today. Shape (persons,).
    """
    medians = median_balance(p, ages)
    spreads = by_band(group_values(p.accounts, "balance_lognormal_sigma"), BALANCE_EDGES, ages)
    rho = p.electorate.income_balance_correlation
    z = rho * z_income + np.sqrt(1.0 - rho * rho) * sample.normals("balance")
    balance = medians * np.exp(eligible * (spreads * z))  # the median of their age for those without an account
    years = np.minimum(balance / income, p.accounts.largest_balance_to_income)
    if p.exposure.average_balance > 0.0:
        years = years * (p.exposure.average_balance / float(years[eligible].mean() if eligible.any() else years.mean()))
    return np.asarray(years, dtype=np.float64)


def _direct_owners(p: Parameters, sample: Sample, strength: Reals) -> Reals:
    if not p.exposure.direct_owners:
        return np.zeros(strength.size)
    half = 0.5 * (p.attitude.own_crypto_conservative - p.attitude.own_crypto_democrat)
    chance = p.attitude.own_crypto_all + half * strength
    return np.asarray(sample.uniforms("direct owner") < chance, dtype=np.float64)


def _opposed(p: Parameters, sample: Sample) -> Reals:
    """Return 1 for those opposed to the policy by nature, else 0 (ODD: P29); nothing is drawn where nobody is."""
    if p.opinion.opposed_share == 0.0:
        return np.zeros(sample.size)
    return np.asarray(sample.uniforms("opposed") < p.opinion.opposed_share, dtype=np.float64)


def write_traits(fixed: npt.NDArray[np.float32], traits: Traits, sign: float) -> None:
    """Put traits into a block of fixed columns; sign as `author_sign`. The employer column stays unchanged."""
    for name, values in traits._asdict().items():
        write_trait(fixed, name, values, sign)


def write_trait(fixed: npt.NDArray[np.float32], name: str, values: Reals, sign: float) -> None:
    """Put one trait into its column of a block of fixed columns."""
    if name == "lean":
        fixed[columns.PARTISANSHIP] = sign * values
    else:
        fixed[columns.FIXED.index(name)] = values
