"""Employers of a world: their sizes and workers, the rate at which they offer options, and a month of their menus."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from ...agents.draws import Draws
from ...agents.electorate import columns
from ...agents.electorate.electorate import Electorate
from ...agents.employer.decisions import (
    addition_probabilities,
    imitation,
    option_chosen,
    readiness_probability,
    removal_probability,
)
from ...agents.employer.parameters import EmployerParameters
from ...agents.employer.state import Employers, Flags
from ..parameters.tree import Parameters
from .products import per_product

Reals = npt.NDArray[np.float64]
_FASTEST = 50.0
"""Highest rate a month, used where record-keepers alone take longer than the time to half."""


class Climate(NamedTuple):
    """Conditions that all employers face: openness in force, prohibited or closed, litigation and crash (0 or 1)."""

    openness: float
    prohibited: bool
    suit: float
    crash: float


def size_weights(draws: Draws, p: EmployerParameters) -> Reals:
    """Return lognormal sizes of employers, as shares of workers (ODD: size_weights); shape (employers,)."""
    sizes = np.exp(p.size_log_sd * draws.normals("employer size", p.employers))
    return np.asarray(sizes / sizes.sum())


def employer_of(working: npt.NDArray[np.bool_], draws: Draws, p: EmployerParameters) -> Reals:
    """Return the number of each voter's employer, -1 for those who do not work; shape (voters,) (ODD: employer_of)."""
    return drawn_by_weight(size_weights(draws, p), draws.uniforms("employer of worker", working.size), working)


def drawn_by_weight(weights: Reals, uniforms: Reals, drawing: npt.NDArray[np.bool_]) -> Reals:
    """Return for each uniform the number of the first weight whose cumulated share of all weights exceeds it.

    weights: not negative, at least one positive; drawing: persons who draw; the others get -1. Shape (persons,).
    """
    cumulated = np.cumsum(weights)
    numbers = np.searchsorted(cumulated, uniforms * cumulated[-1], side="right")
    return np.where(drawing, np.minimum(numbers, weights.size - 1.0), -1.0)


def build_employers(p: Parameters, draws: Draws, electorate: Electorate) -> Employers:
    """Return the employers of month 0; a few have an option on the menu already (ODD: build_employers)."""
    e = p.employer
    sector = np.floor(draws.uniforms("employer sector", e.employers) * e.sectors).astype(np.int64)
    keeper = np.floor(draws.uniforms("employer record-keeper", e.employers) * e.record_keepers).astype(np.int64)
    number = electorate.fixed[columns.EMPLOYER].astype(np.int64)
    workers = np.bincount(number[(number >= 0) & (number < e.employers)], minlength=e.employers)
    shape = (len(columns.PRODUCTS), e.employers)
    state = Employers(
        np.zeros(shape, dtype=np.int8),
        np.full(shape, -1, dtype=np.int64),
        sector,
        keeper,
        workers.astype(np.int64),
        np.full(e.record_keepers, -1, dtype=np.int64),
    )
    first = draws.uniforms("employer start", e.employers) < e.share_plans_offering_crypto_t0
    _place(
        state, first, option_weights(state, p.policy.start_theta, p), draws.uniforms("employer product", e.employers), 0
    )
    return state


def option_weights(state: Employers, openness: float, p: Parameters) -> Reals:
    """Return every product's weight for the next option: 0 if offered or not eligible (ODD: option_weights).

    Shape (products, employers).
    """
    weights, least = per_product(p, "weight"), per_product(p, "least_openness")
    eligible = np.where(openness >= least - 1e-9, weights, 0.0)
    eligible[[columns.ASSIGNED, columns.IRA_FUND]] = 0.0
    return np.where(state.offers > 0, 0.0, eligible[:, None])


def _place(state: Employers, adding: npt.NDArray[np.bool_], weights: Reals, uniforms: Reals, month: int) -> None:
    chosen = option_chosen(uniforms, weights)
    for employer in np.flatnonzero(adding & (chosen >= 0)):
        state.place(int(chosen[employer]), int(employer), month)


def peers_offering(state: Employers, p: EmployerParameters) -> Reals:
    """Return the share of each employer's peers that offer, in its sector and in all (ODD: peers_offering)."""
    offering = state.offering().astype(np.float64)
    count = np.bincount(state.sector, minlength=p.sectors)
    own = np.bincount(state.sector, weights=offering, minlength=p.sectors) / np.maximum(count, 1)
    return np.asarray(p.sector_weight * own[state.sector] + (1.0 - p.sector_weight) * offering.mean())


def menus_month(state: Employers, climate: Climate, draws: Draws, month: int, p: Parameters, rate: float) -> Flags:
    """Run one month of all menus (ODD: menus_month); return the options that employers removed, shape like offers.

    First removals, then record-keepers, then additions, by peers' offers before the month. Where policy prohibits or is
    closed to new money, every option goes, without a mark in the result: the law decides about the holdings.
    rate: `offer_rate`.
    """
    e = p.employer
    taken = np.zeros_like(state.offers)
    if climate.prohibited:
        state.offers[:] = 0
        state.offered_since[:] = -1
        return taken
    peers = peers_offering(state, e)
    chance = removal_probability(climate.suit, climate.crash, e)
    if chance > 0.0:
        u = draws.uniforms("employer removal", state.offers.size, month).reshape(state.offers.shape)
        taken[:] = (state.offers > 0) & (u < chance)
        state.offers[taken > 0] = 0
        state.offered_since[taken > 0] = -1
    carried = draws.uniforms("record-keeper", state.ready_since.size, month) < readiness_probability(
        climate.openness, e
    )
    state.ready_since[carried & (state.ready_since < 0)] = month
    ready = (state.ready_since[state.record_keeper] >= 0).astype(np.float64)
    offering = state.offering().astype(np.float64)
    chances = addition_probabilities(rate, climate.openness, peers, ready, offering, climate.suit, climate.crash, e)
    adding = draws.uniforms("employer addition", state.number, month) < chances
    if adding.any():
        weights = option_weights(state, climate.openness, p)
        uniforms = draws.uniforms("employer product", state.number, month + 1)
        _place(state, adding, weights, uniforms, month)
    return taken


def offering_path(rate: float, months: int, p: EmployerParameters) -> list[float]:
    """Return the expected share of employers that offer, after 0 .. months at a safe harbour (ODD: offering_path).

    Mean field without removals: many employers in one sector. Counts those whose record-keeper is not ready, and those
    that have not added an option yet.
    """
    shut, waiting = 1.0 - p.share_plans_offering_crypto_t0, 0.0
    ready = readiness_probability(p.safe_harbour_openness, p)
    path = [1.0 - shut]
    for _ in range(months):
        factor = float(imitation(1.0 - shut - waiting, p))
        waiting += shut * ready
        shut *= 1.0 - ready
        waiting *= math.exp(-rate * factor)
        path.append(1.0 - shut - waiting)
    return path


def bass_rate(p: EmployerParameters) -> float:
    """Return the monthly rate in closed form, with ready record-keepers and continuous time (ODD: bass_rate)."""
    start, weight = p.share_plans_offering_crypto_t0, p.peer_weight
    ratio = (2.0 - weight) * (1.0 - start) / (1.0 - weight + weight * start)
    return max(0.0, math.log(ratio) / (12.0 * p.plan_offer_years_to_half))


def offer_rate(p: EmployerParameters) -> float:
    """Return the monthly rate at which half of employers offer after plan_offer_years_to_half (ODD: offer_rate)."""
    months = max(1, round(12.0 * p.plan_offer_years_to_half))

    def gap(rate: float) -> float:
        return offering_path(rate, months, p)[-1] - 0.5

    if gap(0.0) >= 0.0:
        return 0.0
    if gap(_FASTEST) <= 0.0:
        return _FASTEST
    return float(brentq(gap, 0.0, _FASTEST, xtol=1e-14, rtol=1e-12))
