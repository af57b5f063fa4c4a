"""Two parties with office and policy motives that are uncertain of the median (Wittman 1983, Calvert 1985)."""

from __future__ import annotations

import pytest

from political_moat.agents.party.decisions import platform_candidates, platform_decision
from political_moat.agents.party.parameters import PartyParameters
from political_moat.agents.perception import PolicyState, PollReport

STEP = 0.0005
PHI0 = 0.39894
"""Density of the standard normal at 0."""


def closed_form(spread: float, rent: float) -> float:
    """Return the equilibrium distance of both platforms from the expected median; ideals at -1 and 1."""
    return max(0.0, (spread - PHI0 * rent / 2.0) / (spread + 2.0 * PHI0))


def state(rival: float) -> PolicyState:
    """Return the perception of a challenger that holds only the rival's position."""
    return PolicyState(0, 0.5, 0.5, 0.05, "author", "opponent", 0.5, rival, 0, 1, 0.0, 48, 0.0)


def lead(own: float, rival: float) -> float:
    """.5 plus the distance by which the indifferent median lies on the own side; .5 for equal platforms."""
    side = 1.0 if own > rival else -1.0 if own < rival else 0.0
    return 0.5 - side * ((own + rival) / 2.0 - 0.5)


def respond(own: float, rival: float, ideal: float, spread: float, parameters: PartyParameters) -> float:
    """Take one step of best response. The median is normal around the middle: share - .5 is the lead."""
    candidates = platform_candidates(own, STEP)
    shares = tuple(lead(candidate, rival) for candidate in candidates)
    report = PollReport(shares, 1000, 0)
    draws = [0.0] * len(candidates)
    return platform_decision(candidates, report, state(rival), ideal, spread / 2.0, parameters, draws)


@pytest.mark.parametrize(("spread", "rent"), [(0.5, 0.5), (0.5, 0.0), (0.3, 0.2), (0.8, 1.0), (0.2, 2.0)])
def test_platforms_converge_to_the_equilibrium_of_calvert_and_wittman_between_median_and_ideals(
    spread: float, rent: float
) -> None:
    parameters = PartyParameters(office_rent=rent / 4.0, policy_weight=1.0, choice_precision=1e9)
    low, high = 0.2, 0.9
    for _ in range(4000):
        low = respond(low, high, 0.0, spread, parameters)
        high = respond(high, low, 1.0, spread, parameters)
    expected = closed_form(spread, rent)
    assert 2.0 * high - 1.0 == pytest.approx(expected, abs=4.0 * STEP)
    assert 1.0 - 2.0 * low == pytest.approx(expected, abs=4.0 * STEP)


def test_the_published_case() -> None:
    assert closed_form(0.5, 0.5) == pytest.approx(0.3084, abs=5e-5)
