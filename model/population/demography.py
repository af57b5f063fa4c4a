"""People over time: state of ageing, tables by age, and entrants, who replace the dead."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtri

from ...agents.draws import Draws, month_key
from ...agents.electorate.demography.coefficients import AGE_ROWS, PeopleCoefficients
from ...agents.electorate.demography.kernel import uniforms_at
from ...agents.electorate.electorate import Electorate
from ..parameters.tree import Parameters
from .traits import (
    Traits,
    active_share,
    ages_of,
    author_sign,
    draw_traits,
    equity_share,
    lean_to_author,
    median_balance,
    saving_rate,
    turnout_base,
)

Reals = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
ENTRY_AGE = 18.0
"""Voting age, years: the youngest age in the electorate."""
FEW = 64
"""Largest number of entrants in a month whose traits are kept for other arms; a large world has too many to keep."""


class PeopleState(NamedTuple):
    """State of ageing beside the columns; constant while a world runs.

    places: voters whose place in the order is exposed by assignment; scores: normal score of each place in the order
    of exposure; lean_shift: mean lean of the month-0 population less the lean of its ages (logit to the author).
    """

    places: npt.NDArray[np.bool_]
    scores: Reals
    lean_shift: float
    balance_scale: float
    by_age: Reals
    coefficients: PeopleCoefficients


class Entrants(NamedTuple):
    """Draws of a month's entrants, from streams of entrants; the agent number is the row of a dead voter."""

    draws: Draws
    rows: Rows
    month: int

    @property
    def size(self) -> int:
        """Return the number of entrants."""
        return int(self.rows.size)

    def uniforms(self, stream: str) -> Reals:
        """Return uniform draws of the entrants; shape (size,)."""
        key = month_key(self.draws.key(f"entrant {stream}"), self.month)
        return np.asarray(uniforms_at(np.uint64(key), self.rows), dtype=np.float64)

    def normals(self, stream: str) -> Reals:
        """Return standard normal draws of the entrants; shape (size,)."""
        return np.asarray(ndtri(self.uniforms(stream)), dtype=np.float64)


def people_coefficients(p: Parameters) -> PeopleCoefficients:
    """Return the coefficients of the monthly kernel from the parameters."""
    people = p.people
    return PeopleCoefficients(
        people.income_growth,
        people.retirement_age,
        people.job_change,
        people.cash_out,
        people.roll_over,
        active_share(p),
        people.death_rate_65,
        people.death_growth,
        people.oldest_age,
        people.lean_with_age,
        p.accounts.largest_balance_to_income,
    )


def age_table(p: Parameters, balance_scale: float) -> Reals:
    """Return the table by whole years of age from 0: rows AGE_ROWS, by the functions of month 0 (ODD: age_table)."""
    ages = np.arange(math.ceil(p.people.oldest_age) + 2, dtype=np.float64)
    table = np.zeros((len(AGE_ROWS), ages.size))
    rows = (
        saving_rate(p, ages),
        equity_share(p, ages),
        turnout_base(p, "presidential", ages),
        turnout_base(p, "midterm", ages),
        author_sign(p) * lean_to_author(p, ages),
        median_balance(p, ages) * balance_scale,
    )
    for k, row in enumerate(rows):
        table[k] = row
    return table


def start_people(p: Parameters, electorate: Electorate) -> PeopleState | None:
    """Return the state of ageing of a population of month 0; None if people do not age."""
    if not p.people.ageing:
        return None
    n = len(electorate)
    places = np.zeros(n, dtype=np.bool_)
    if not p.exposure.evolves:
        places[electorate.exposure_order[: round(p.exposure.breadth * n)]] = True
    ages = electorate.column("age").astype(np.float64)
    lean = author_sign(p) * electorate.column("partisanship").astype(np.float64)
    scale = _balance_scale(p, electorate, ages)
    return PeopleState(
        places,
        place_scores(electorate),
        float((lean - lean_to_author(p, ages)).mean()),
        scale,
        age_table(p, scale),
        people_coefficients(p),
    )


def people_at_fork(state: PeopleState | None, p: Parameters) -> PeopleState | None:
    """Return the state of ageing after the parameters were replaced; None if people do not age."""
    if state is None:
        return None
    return state._replace(by_age=age_table(p, state.balance_scale), coefficients=people_coefficients(p))


def _balance_scale(p: Parameters, electorate: Electorate, ages: Reals) -> float:
    """Return the factor of exposure.average_balance on balances, estimated from voters who have the median balance."""
    without = electorate.column("eligible") == 0.0
    if p.exposure.average_balance <= 0.0 or not without.any():
        return 1.0
    potential = electorate.column("potential_stake")[without].astype(np.float64)
    income = electorate.column("income")[without].astype(np.float64)
    return float(np.median(potential * income / median_balance(p, ages[without])))


def place_scores(electorate: Electorate) -> Reals:
    """Return the normal score of every voter's place in the exposure order, separately with and without an account."""
    order = electorate.exposure_order
    has = electorate.column("eligible")[order] > 0.0
    scores = np.zeros(order.size)
    for group in (order[has], order[~has]):
        scores[group] = ndtri(1.0 - (np.arange(group.size) + 0.5) / max(group.size, 1))
    return scores


def entrant_traits(
    p: Parameters, scores: Reals, lean_shift: float, sample: Entrants, eligible: Reals, level: float
) -> Traits:
    """Return the traits of entrants: drawn as at month 0 for their age, some by their place (ODD: entrant_traits).

    scores: normal score of the place in the order of exposure; lean_shift: mean lean of the month-0 population less
    the lean of its ages; eligible: whether the place has an account; level: incomes over those of month 0.
    """
    n, e, share = sample.size, p.electorate, p.people.lean_with_age
    ages = np.full(n, ENTRY_AGE)
    income = level * e.income_median * np.exp(e.income_log_sd * sample.normals("income"))
    rho = p.exposure.skew
    own = rho * scores + math.sqrt(max(0.0, 1.0 - rho * rho)) * sample.normals("partisanship")
    for_life = (1.0 - share) * mean_lean(p) if share < 1.0 else 0.0
    mean = share * lean_to_author(p, ages) + for_life + lean_shift
    contribution = np.where(eligible > 0.0, income * saving_rate(p, ages) / 12.0, 0.0)
    traits = {
        "age": ages,
        "income": income,
        "lean": mean + e.partisanship_sd * own,
        "eligible": eligible,
        "contribution": contribution,
    }
    return draw_traits(p, sample, traits)


def mean_lean(p: Parameters) -> float:
    """Return the mean lean by age of those who turn out, over the ages of month 0."""
    ages = ages_of(p, (np.arange(256) + 0.5) / 256)
    return float(np.average(lean_to_author(p, ages), weights=expit(turnout_base(p, "presidential", ages))))


def monthly_drawdown(p: Parameters) -> float:
    """Return a retired person's monthly draw-down, share of the balance; 0 without ageing (ODD: monthly_drawdown)."""
    return 1.0 - (1.0 - p.people.drawdown_yearly) ** (1.0 / 12.0) if p.people.ageing else 0.0
