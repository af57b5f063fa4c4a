"""Polls, elections and grievance in whole-array NumPy: the other half of `numpy_electorate`, under the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy_electorate import Block, Reals, of, slices, unit_prices, wide

from political_moat.agents.electorate import columns as at


class Terms(NamedTuple):
    """What their stakes bring to some voters' votes, one number for each."""

    feared: Reals
    attention: Reals
    own: Reals
    relief: Reals
    dislike: Reals


def own_terms(people: Block, state: Block, prices: Reals, incumbent: float, c: Any) -> Terms:
    """Feared loss, attention to a threat, retrospection, relief by a backstop and a taxpayer's dislike of it."""
    voters = people.shape[1]
    feared, attention, own, relief = np.zeros((4, voters))
    seen = (state[at.UNITS] > 0.0) & (state[at.VISIBILITY] > 0.0)
    held = np.flatnonzero(seen)
    if held.size:
        price = unit_prices(prices, state[at.PRODUCT].take(held))
        units, income = of(state[at.UNITS], held), of(people[at.INCOME], held)
        visibility, reference = of(state[at.VISIBILITY], held), of(state[at.REFERENCE], held)
        feared[held] = _pain(units * price / income, visibility, people[at.BELIEF].take(held), c)
        stake = units * price / income
        attention[held] = c.salience_threat * c.unprotected * visibility * stake / (stake + c.stake_half)
        gain = units * (price - reference) / income
        size = np.abs(gain) ** c.curvature
        if c.retrospective_weight != 0.0:
            partisanship = of(people[at.PARTISANSHIP], held)
            lean = incumbent * partisanship / (1.0 + np.abs(partisanship))
            push = c.retrospective_weight * c.blame_incumbent * (1.0 - c.blame_incumbent_partisan * lean)
            push *= visibility * np.where(gain >= 0.0, size, -c.loss_aversion * size)
            own[held] = incumbent * np.clip(push, -c.retrospective_cap, c.retrospective_cap)
        if c.backstop > 0.0:
            relief[held] = np.where(gain < 0.0, visibility * c.loss_aversion * size, 0.0)
    dislike = np.where(seen, 0.0, c.backstop_dislike if c.backstop > 0.0 else 0.0)
    if c.public_usd > 0.0:
        share = c.public_usd / wide(people[at.INCOME])
        feared += c.public_visibility * c.loss_aversion * wide(people[at.BELIEF]) * share**c.curvature
        attention += c.salience_threat * c.public_visibility * share / (share + c.stake_half)
    return Terms(feared, attention, own, relief, dislike)


def _pain(stake: Reals, visibility: Reals, belief: Block, c: Any) -> Reals:
    """Prospect value of losing what of a stake nothing protects."""
    if c.unprotected <= 0.0:
        return np.zeros(stake.size)
    return np.asarray(c.loss_aversion * visibility * belief * (c.unprotected * stake) ** c.curvature)


def ballots(
    fixed: Block,
    dynamic: Block,
    prices: Reals,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    question: Reals,
    c: Any,
) -> tuple[Reals, Reals]:
    """Utility of R over D in logit and probability to turn out, of every voter, at one row of questions."""
    terms = own_terms(fixed, dynamic, prices, incumbent, c)
    return _answers(fixed, dynamic, terms, shift, threat, turnout_row, turnout_channel, question, c)


def _answers(
    people: Block,
    state: Block,
    terms: Terms,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    question: Reals,
    c: Any,
) -> tuple[Reals, Reals]:
    r, d, feared_r, feared_d, imagined, relieved_r, relieved_d = question.tolist()
    partisanship = wide(people[at.PARTISANSHIP])
    base = partisanship + shift
    weight = wide(state[at.SALIENCE])
    if imagined > threat:
        weight += (imagined - threat) * terms.attention
    issue = np.multiply(state[at.IDEAL], -2.0 * (d - r), dtype=np.float64)
    issue += d * d - r * r
    issue *= weight
    issue *= c.ideal_weight
    base += issue
    stakes = terms.feared * (feared_d - feared_r)
    stakes += state[at.GRIEVANCE]
    backed = relieved_r - relieved_d
    if backed != 0.0:
        stakes += backed * terms.relief
    stakes *= weight
    stakes *= c.loss_weight
    stakes += terms.own
    if backed != 0.0:
        stakes -= backed * terms.dislike
    stakes += base
    gap = np.abs(stakes if turnout_channel else base)
    gap -= np.abs(partisanship)
    gap *= c.turnout_gap_weight
    gap += people[turnout_row]
    return stakes, logistic(gap)


def logistic(x: Reals) -> Reals:
    """1 / (1 + exp(-x)), in the place of x; NumPy's exp is vectorised and faster than scipy.special.expit."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1.0
    return np.divide(1.0, x, out=x)


def expected_votes(
    fixed: Block,
    dynamic: Block,
    first: int,
    count: int,
    prices: Reals,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    questions: Reals,
    c: Any,
    moods: Reals | None = None,
) -> Reals:
    """Expected votes for R and D among voters first .. first+count-1 (modulo all), per question; shape (q, 2).

    With moods: the ballots that they name.
    """
    if moods is not None and moods.size:
        panel = np.arange(first, first + count) % fixed.shape[1]
        asked = (shift, threat, turnout_row, turnout_channel, questions, c)
        return _named_votes(panel, fixed, dynamic, prices, incumbent, moods, *asked)
    totals = np.zeros((len(questions), 2))
    for part in _panel(fixed.shape[1], first, count):
        people, state = fixed[:, part], dynamic[:, part]
        terms = own_terms(people, state, prices, incumbent, c)
        for votes, question in zip(totals, questions, strict=True):
            utility, turnout = _answers(people, state, terms, shift, threat, turnout_row, turnout_channel, question, c)
            for_r = turnout @ logistic(utility)
            votes += (for_r, turnout.sum() - for_r)
    return totals


def _named_votes(
    panel: npt.NDArray[np.int64],
    fixed: Block,
    dynamic: Block,
    prices: Reals,
    incumbent: float,
    moods: Reals,
    *asked: Any,
) -> Reals:
    """How many of a panel name R and D, per question; asked: as in `expected_votes`, from shift on."""
    *now, questions, c = asked
    people, state = fixed[:, panel], dynamic[:, panel]
    terms = own_terms(people, state, prices, incumbent, c)
    going, preferring_r = logistic(moods[0].copy()), logistic(moods[1].copy())
    totals = np.zeros((len(questions), 2))
    for votes, question in zip(totals, questions, strict=True):
        utility, turnout = _answers(people, state, terms, *now, question, c)
        goes, for_r = going < turnout, preferring_r < logistic(utility)
        votes += (np.count_nonzero(goes & for_r), np.count_nonzero(goes & ~for_r))
    return totals


def _panel(voters: int, first: int, count: int) -> Iterator[slice]:
    """Slices of the voters first .. first+count-1; past the end the panel goes on at the beginning."""
    end = first + count
    for begin, stop in ((first, min(end, voters)), (0, end - voters)):
        yield from slices(begin, stop)


def grieve(fixed: Block, dynamic: Block, prices: Reals, size: float, sign: float, c: Any) -> None:
    """A restriction in force leaves a grievance against the party behind it."""
    held = np.flatnonzero((dynamic[at.UNITS] > 0.0) & (dynamic[at.VISIBILITY] > 0.0))
    stake = (
        dynamic[at.UNITS].take(held) * unit_prices(prices, dynamic[at.PRODUCT].take(held)) / fixed[at.INCOME].take(held)
    )
    visibility, belief = of(dynamic[at.VISIBILITY], held), fixed[at.BELIEF].take(held)
    grievance = wide(dynamic[at.GRIEVANCE])
    grievance[held] += sign * size * _pain(stake, visibility, belief, c)
    if c.public_usd > 0.0:
        lost = (c.public_usd / wide(fixed[at.INCOME])) ** c.curvature
        grievance += sign * size * c.public_visibility * c.loss_aversion * wide(fixed[at.BELIEF]) * lost
    dynamic[at.GRIEVANCE] = grievance
