"""Equations of adoption that ordinary months use once: inertia, take-up and what all savers share."""

from __future__ import annotations

import pytest

from political_moat.agents.electorate.adoption.equations import common_utility, monthly_inertia, neutral_odds
from political_moat.agents.electorate.adoption.parameters import AdoptionParameters


@pytest.mark.parametrize("yearly", [0.0, 0.05, 0.6, 0.99])
def test_twelve_independent_months_give_the_yearly_probability_of_acting(yearly: float) -> None:
    idle_for_a_year = 1.0
    for _ in range(12):
        idle_for_a_year *= 1.0 - monthly_inertia(yearly)
    assert 1.0 - idle_for_a_year == pytest.approx(yearly, abs=1e-12)


@pytest.mark.parametrize("takeup", [0.0, 0.04, 0.5, 0.9])
def test_the_share_that_chooses_to_hold_is_the_takeup(takeup: float) -> None:
    odds = neutral_odds(takeup)
    assert odds / (1.0 + odds) == pytest.approx(takeup)


@pytest.mark.parametrize(
    ("trailing", "warning", "expected"),
    [(0.2, 0.0, 0.3), (0.9, 0.0, 0.75), (-0.9, 0.0, -0.75), (0.2, 1.0, -1.7)],
)
def test_savers_follow_a_limited_trend_and_heed_warnings(trailing: float, warning: float, expected: float) -> None:
    p = AdoptionParameters(trend_weight=1.5, trend_limit=0.5, warning_weight=2.0)
    assert common_utility(trailing, warning, p) == pytest.approx(expected)
