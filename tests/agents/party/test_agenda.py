"""Agenda competition: the slot opens by a lognormal rival issue, in closed form; inside it the logit decides."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from political_moat.agents.draws import Draws, gumbel
from political_moat.agents.party.agenda import (
    best_move,
    competing_moves,
    competition,
    competition_probabilities,
    rival_value,
    slot_opens,
    slot_probability,
)
from political_moat.agents.party.parameters import PartyParameters

NESTS = ("hold", "loosen", "restrict", "restrict", "restrict")
UTILITIES = (0.50, 0.45, 0.62, 0.58, 0.40)
GOVERNMENTS = 4000
UTILITY = st.floats(-2.0, 2.0)
RIVAL = st.floats(0.0, 2.0)


def party(**values: Any) -> PartyParameters:
    return PartyParameters(agenda="competition", **values)


def rivals(parameters: PartyParameters, months: int = 1) -> np.ndarray:
    """Return the rival issue of many governments in consecutive quarters of one term; shape (governments, months)."""
    values = []
    for replicate in range(GOVERNMENTS):
        draws = Draws(77, replicate)
        lasting = draws.normal("rival author", 0, 48)
        quarters = (draws.normal("rival author", 1, 48 + 3 * quarter) for quarter in range(months))
        values.append([rival_value(lasting, fresh, parameters) for fresh in quarters])
    return np.array(values)


def test_the_value_of_the_rival_issue_is_lognormal() -> None:
    p = party(rival_value=0.2, rival_log_sd=0.6)
    assert stats.kstest(rivals(p)[:, 0], stats.lognorm(s=0.6, scale=0.2).cdf).pvalue > 0.01


@pytest.mark.parametrize("persistence", [0.0, 0.9, 1.0])
def test_the_declared_share_of_the_variance_lasts_for_the_term(persistence: float) -> None:
    logs = np.log(rivals(party(rival_persistence=persistence), 2))
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(persistence, abs=4.0 / math.sqrt(GOVERNMENTS))


@pytest.mark.parametrize("gain", [0.05, 0.2, 0.6])
@pytest.mark.parametrize("polarisation", [1.0, 1.5])
def test_the_slot_opens_with_the_probability_of_the_closed_form(gain: float, polarisation: float) -> None:
    p = party(rival_value=0.2, rival_log_sd=0.5, polarisation=polarisation)
    exact = stats.lognorm(s=0.5, scale=0.2).cdf(polarisation * gain)
    assert slot_probability(gain, p) == pytest.approx(exact, abs=1e-12)
    opened = np.mean([slot_opens(gain, value, p) for value in rivals(p)[:, 0]])
    assert opened == pytest.approx(exact, abs=4.0 * math.sqrt(exact * (1.0 - exact) / GOVERNMENTS) + 1e-9)


def test_the_slot_opens_in_some_quarter_of_a_term_with_the_probability_of_an_integral() -> None:
    """Given the lasting part, quarters are independent: 1 - E[(1 - P(open | lasting))^n]."""
    p, gain, quarters, normal = party(rival_value=0.2, rival_log_sd=0.5, rival_persistence=0.9), 0.15, 8, NormalDist()

    def never(lasting: float) -> float:
        needed = (math.log(gain / 0.2) / 0.5 - math.sqrt(0.9) * lasting) / math.sqrt(0.1)
        return normal.pdf(lasting) * (1.0 - normal.cdf(needed)) ** quarters

    exact = 1.0 - integrate.quad(never, -8.0, 8.0)[0]
    opened = np.mean((gain > rivals(p, quarters)).any(axis=1))
    assert opened == pytest.approx(exact, abs=4.0 * math.sqrt(exact * (1.0 - exact) / GOVERNMENTS))


@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.0, 2.0))
def test_a_larger_gain_never_makes_the_slot_less_likely(gain: float, other: float, spread: float) -> None:
    low, high = sorted((gain, other))
    p = party(rival_log_sd=spread)
    assert slot_probability(low, p) <= slot_probability(high, p)
    assert slot_probability(min(low, 0.0), p) == 0.0


def test_without_a_rival_issue_every_gain_opens_the_slot() -> None:
    p = party(rival_value=0.0)
    assert rival_value(1.3, -0.4, p) == 0.0
    assert slot_opens(1e-9, 0.0, p)
    assert not slot_opens(0.0, 0.0, p)
    assert slot_probability(1e-9, p) == 1.0


@given(st.lists(UTILITY, min_size=1, max_size=5), RIVAL, st.sampled_from(["nest", "moves"]))
def test_moves_that_compete_are_those_of_the_best_nest_above_the_threshold(
    utilities: list[float], rival: float, scope: Any
) -> None:
    nests = NESTS[: len(utilities)]
    best = max(range(1, len(utilities)), key=lambda move: utilities[move], default=0)
    assert best_move(utilities) == best
    threshold = rival if scope == "moves" else 0.0
    expected = [
        move
        for move, value in enumerate(utilities)
        if move > 0 and nests[move] == nests[best] and value - utilities[0] > threshold
    ]
    assert competing_moves(utilities, nests, rival, party(agenda_scope=scope)) == expected


def choices(parameters: PartyParameters) -> np.ndarray:
    """Return the choices of many governments with their own rival issues and tastes."""
    chosen = []
    for replicate, rival in enumerate(rivals(parameters)[:, 0]):
        tastes = [gumbel(u) for u in Draws(78, replicate).uniforms("choice author", len(UTILITIES))]
        nests = {"hold": 0.0, "loosen": 0.0, "restrict": 0.0}
        chosen.append(competition(UTILITIES, NESTS, False, float(rival), parameters, tastes, nests))
    return np.bincount(chosen, minlength=len(UTILITIES)) / GOVERNMENTS


def test_governments_choose_with_the_probabilities_that_the_page_shows() -> None:
    p = party(rival_value=0.15, choice_precision=8.0, nest_dissimilarity=0.5)
    exact = competition_probabilities(UTILITIES, NESTS, False, p)
    assert sum(exact) == pytest.approx(1.0, abs=1e-12)
    opens = stats.lognorm(s=p.rival_log_sd, scale=0.15).cdf(0.12)
    weights = np.exp(8.0 / 0.5 * np.array([0.62, 0.58]))
    by_hand = [1.0 - opens, 0.0, *(opens * weights / weights.sum()), 0.0]
    assert exact == pytest.approx(by_hand, abs=1e-12)
    error = 4.0 * np.sqrt(np.array(exact) * (1.0 - np.array(exact)) / GOVERNMENTS)
    assert (np.abs(choices(p) - exact) <= error + 1e-12).all()


@pytest.mark.parametrize(("gain", "goes_on"), [(0.1, 1), (0.0, 1), (-1e-9, 0)])
def test_a_live_item_goes_on_unless_its_gain_turns_negative(gain: float, goes_on: int) -> None:
    for rival in (0.0, 10.0):
        live = competition((0.3, 0.3 + gain), ("hold", "restrict"), True, rival, party(), (0.0, -9.0), {})
        assert live == goes_on
    assert competition_probabilities((0.3, 0.3 + gain), ("hold", "restrict"), True, party())[1] == goes_on


def test_a_government_without_a_move_holds() -> None:
    assert competition((0.3,), ("hold",), False, 0.0, party(), (0.0,), {"hold": 0.0}) == 0
    assert competition_probabilities((0.3,), ("hold",), False, party()) == [1.0]


@given(st.lists(UTILITY, min_size=2, max_size=5), RIVAL)
def test_a_move_that_is_started_is_not_withdrawn_at_once(utilities: list[float], rival: float) -> None:
    nests, p = NESTS[: len(utilities)], party()
    draws, tops = [0.1 * k for k in range(len(utilities))], {"hold": 0.0, "loosen": 0.0, "restrict": 0.0}
    chosen = competition(utilities, nests, False, rival, p, draws, tops)
    if chosen != 0:
        assert (
            competition([utilities[0], utilities[chosen]], ("hold", nests[chosen]), True, rival, p, (0, 0), tops) == 1
        )
