"""Alternating governments in the reduced limit of a history: survival of a policy in closed form.

State: the party in office, author or opponent, while the policy still stands. Period: a presidential term; the first
is the author's. In every later period the party in office changes with probability p, and a term of the opponent ends
the policy with probability q. Survival of n periods is [1, 0] M^n 1, M = [[1-p, p(1-q)], [p, (1-p)(1-q)]], and
E[T] = 1/p + 2(1-q)/q.

The reduced limit of the world: nobody holds a stake and every channel is off. The party in office has an advantage of
B points and elections are otherwise a normal draw of sd s, so p = Phi(-B / s). Parties stick to their ideals with a
very large precision. The opponent's ideal is a tightened cap. No move is worth its cost to the author, so a fallen
policy is never restored. The issue reaches the agenda of a quarter with probability g. Guidance of all 16 quarters of a
term can come into force before the term ends, so q = 1 - (1 - g)^16.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from political_moat.experiments.protocols.history.design import HistoryDesign
from political_moat.experiments.protocols.history.outcomes import cumulative_incidence
from political_moat.experiments.protocols.history.run import run_history
from political_moat.experiments.statistics.ratios import ratio
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.parameters.tree import Parameters

TERM, QUARTERS = 48, 16
ADVANTAGE, SPREAD = 3.0, 40.0
GATE = 0.04
TERMS, REPLICATES = 10, 200
SEEN = TERMS - 1
"""Terms compared: a fall in the last months of a run has no six months left to count."""

REDUCED = Parameters().with_values(
    {
        "electorate.voters": 200,
        "electorate.partisanship_sd": 0.0,
        "exposure.direct_owners": False,
        # Friendly from the first month, on guidance that takes a month and is never in court.
        "policy.layer": "guidance",
        "policy.friendly_month": 0,
        "policy.friendly_theta": 0.5,
        "regulator.guidance_soonest": 1.0,
        "regulator.guidance_latest": 1.0,
        "regulator.slow_roll": 0.0,
        # The opponent's ideal is the openness of its tightened cap, .5 * .02 / .05. The author holds, at .5 and at .2.
        "party.rule": "sticker",
        "party.choice_precision": 1e9,
        "party.opponent_ideal": 0.2,
        "party.author_ideal": 0.4,
        "party.agenda_gate": GATE,
        "party.rival_value": 1e-4,
        "party.rival_log_sd": 0.0,
        "party.rule_cost": 5.0,
        "party.divided_cost": 0.0,
        "party.credibility_cost": 0.0,
        "party.donors": 0.0,
        # The election: an advantage of the party in office, and a normal draw.
        "elections.incumbent_running_bonus": ADVANTAGE,
        "elections.duration_penalty": ADVANTAGE,
        "elections.valence_level_sd": SPREAD,
        "elections.economy_sd": 0.0,
        "elections.college_bias_sd": 0.0,
        "voting.ideal_weight": 0.0,
        # No collapse of the market competes.
        "market.btc_log_sd_monthly": 0.01,
        **{f"channels.{name}": False for name in CHANNELS},
    }
)

SWITCH = float(norm.cdf(-ADVANTAGE / SPREAD))
REVERSAL = 1.0 - (1.0 - GATE) ** QUARTERS


def transitions(p: float, q: float) -> npt.NDArray[np.float64]:
    """Return the transitions between the two states in which the policy stands: author and opponent in office."""
    return np.array([[1.0 - p, p * (1.0 - q)], [p, (1.0 - p) * (1.0 - q)]])


def survival(p: float, q: float, periods: int) -> float:
    """Return the probability that the policy stands after the first term and this many more."""
    return float(np.array([1.0, 0.0]) @ np.linalg.matrix_power(transitions(p, q), periods) @ np.ones(2))


def mean_time(p: float, q: float) -> float:
    return 1.0 / p + 2.0 * (1.0 - q) / q


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("q", [0.05, 0.45, 1.0])
def test_formula_matrix_and_enumeration_of_the_process_agree(p: float, q: float) -> None:
    fundamental = np.linalg.inv(np.eye(2) - transitions(p, q))
    assert fundamental[0].sum() == pytest.approx(mean_time(p, q), rel=1e-12)
    assert sum(survival(p, q, n) for n in range(2000)) == pytest.approx(mean_time(p, q), rel=1e-6)
    # Every sequence of four terms, enumerated without the matrix.
    alive = 0.0
    for switches in itertools.product((False, True), repeat=4):
        opposed = np.cumsum(switches) % 2 == 1
        chance = math.prod(p if switch else 1.0 - p for switch in switches)
        alive += chance * (1.0 - q) ** int(opposed.sum())
    assert survival(p, q, 4) == pytest.approx(alive, rel=1e-12)


@functools.lru_cache(maxsize=1)
def histories() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return runs and terms of the reduced limit, made by the code path of a history."""
    runs, cycles = [], []
    for replicate in range(REPLICATES):
        found = run_history(REDUCED, HistoryDesign((0.0,), (1.0,), TERMS), 17, replicate)
        runs += found.runs
        cycles += found.cycles
    return runs, cycles


def test_the_reduced_limit_has_its_declared_properties() -> None:
    runs, cycles = histories()
    assert {run["cause"] for run in runs} == {"reversed", "none"}
    by_run = itertools.groupby(cycles, key=lambda row: row["replicate"])
    for (_, rows), run in zip(by_run, runs, strict=True):
        months = run["calendar_months"]
        own = list(rows)
        for row in own:
            stands = (row["number"] + 1) * TERM <= months
            assert not stands or row["final_policy"] == 0.5
            # The author never moves.
            assert row["role"] == "opponent" or row["final_policy"] == row["inherited_policy"]
        if run["cause"] == "reversed":
            assert own[months // TERM]["role"] == "opponent"


def test_the_party_in_office_changes_with_probability_p() -> None:
    _, cycles = histories()
    later = [row for row in cycles if row["number"]]
    for role in ("author", "opponent"):
        # Given the party in office before: a switch brings the other party.
        before = [row for row in later if (row["role"] == role) != bool(row["alternated"])]
        switched = sum(row["alternated"] for row in before)
        error = math.sqrt(SWITCH * (1.0 - SWITCH) / len(before))
        assert len(before) > 400
        assert abs(switched / len(before) - SWITCH) < 3.5 * error


def test_a_takeover_at_risk_is_reversed_with_the_probability_of_an_open_agenda_in_time() -> None:
    # Six months must be left of the term: guidance of the 14 quarters that begin in months 0 to 39.
    runs, _ = histories()
    share, error = ratio([run["reversed_at_risk"] for run in runs], [run["takeovers_at_risk"] for run in runs])
    assert 0.0 < error < 0.04
    assert abs(share - (1.0 - (1.0 - GATE) ** 14)) < 3.5 * error


def test_survival_in_histories_is_the_closed_form() -> None:
    runs, _ = histories()
    periods = [run["calendar_months"] // TERM for run in runs]
    curve = cumulative_incidence(periods, [run["cause"] for run in runs])
    assert curve.survival_at(0) == 1.0
    for n in range(1, SEEN):
        expected = survival(SWITCH, REVERSAL, n)
        error = math.sqrt(expected * (1.0 - expected) / REPLICATES)
        assert abs(curve.survival_at(n) - expected) < 3.5 * error, n
        assert curve.at("reversed", n)[0] == pytest.approx(1.0 - curve.survival_at(n))
    # The test has power: with another p or q the curve differs.
    for p, q in ((SWITCH, 0.7 * REVERSAL), (SWITCH, 1.0), (0.5 * SWITCH, REVERSAL)):
        gaps = []
        for n in range(1, SEEN):
            other = survival(p, q, n)
            gaps.append(abs(curve.survival_at(n) - other) / math.sqrt(other * (1.0 - other) / REPLICATES))
        assert max(gaps) > 3.5


def test_mean_time_in_histories_is_the_closed_form() -> None:
    runs, _ = histories()
    limited = np.array([min(run["calendar_months"] // TERM, SEEN) for run in runs])
    expected = sum(survival(SWITCH, REVERSAL, n) for n in range(SEEN))
    error = float(limited.std(ddof=1)) / math.sqrt(REPLICATES)
    assert abs(limited.mean() - expected) < 3.5 * error
    # Nearly all of E[T] is within the run, so that this tests the closed form.
    assert 0.9 * mean_time(SWITCH, REVERSAL) < expected < mean_time(SWITCH, REVERSAL)
