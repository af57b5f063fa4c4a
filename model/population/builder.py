"""The population of one replicate: people drawn from the calibration, shared by every arm."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...agents.draws import Draws
from ...agents.electorate import columns
from ...agents.electorate.electorate import Electorate
from ...agents.numerics.exponential import logistic
from ..economy.employers import employer_of
from ..parameters.tree import Parameters
from .traits import (
    Everybody,
    Traits,
    author_sign,
    draw_traits,
    write_trait,
)

Reals = npt.NDArray[np.float64]


def build_population(p: Parameters, draws: Draws) -> Electorate:
    """Draw the people of one replicate; all arms with the same draws have the same people."""
    return electorate_of(p, draws, draw_traits(p, Everybody(draws, p.electorate.voters), {}))


def electorate_of(
    p: Parameters, draws: Draws, traits: Traits, plan: Reals | None = None, ira: Reals | None = None
) -> Electorate:
    """Return the electorate of month 0 from persons' traits and balances (USD), before exposure (ODD: P19-P21).

    plan, ira: by default the drawn balance, divided by accounts.ira_share_of_balance. A caller who keeps no
    reference to the traits needs little more memory than the electorate: each trait is freed once it is written.
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
    # Where people age, a person who gets a plan in this place works for its employer.
    has_employer = fixed[columns.ELIGIBLE] > 0.0 if p.people.ageing else fixed[columns.CONTRIBUTION] > 0.0
    fixed[columns.EMPLOYER] = employer_of(has_employer, draws, p.employer)
    order = _exposure_order(p, draws, fixed[columns.ELIGIBLE] > 0.0, lean)
    points = _logit_per_point(lean, presidential, p.voting.turnout_gap_weight)
    return Electorate(fixed, dynamic, order, points)


def _exposure_order(p: Parameters, draws: Draws, eligible: npt.NDArray[np.bool_], lean: Reals) -> npt.NDArray[np.int64]:
    """Return voters in order of exposure: with an account before those without, then by draw and party skew."""
    rho = p.exposure.skew
    if rho == 0.0:  # a normal rises with its uniform, strictly
        return falling_order(draws.uniforms("exposure", lean.size), eligible)
    spread = float(lean.std()) or 1.0
    latent = rho * (lean - lean.mean()) / spread + np.sqrt(max(0.0, 1.0 - rho * rho)) * draws.normals(
        "exposure", lean.size
    )
    return falling_order(latent, eligible)


def falling_order(values: Reals, first: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the numbers of those in `first`, then of the others, both by falling value, equal ones by number."""
    return np.lexsort((-values, ~first))


def _logit_per_point(lean: Reals, presidential: Reals, gap_weight: float) -> float:
    """Return the national shift in logit that moves the two-party vote by one point, including turnout's reaction."""

    size = np.abs(lean)

    def share(shift: float) -> float:
        turnout = logistic(presidential + gap_weight * (np.abs(lean + shift) - size))
        return float((turnout * logistic(lean, shift)).sum() / turnout.sum())

    slope = (share(0.4) - share(-0.4)) / 0.8
    return 0.01 / max(slope, 1e-9)
