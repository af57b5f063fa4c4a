"""The closed form beside the model agrees with a government that draws Gumbel shocks and counts on winning."""

from __future__ import annotations

import math
import random
from statistics import NormalDist

import pytest

from political_moat.experiments.reporting.closed_form import predicted_risk

SD = 3.9
NORMAL = NormalDist()


def utility_of_acting(level: float, rent: float, points: float) -> float:
    """Utility of acting over holding: a level that no vote changes, and rent times the change of winning chances."""
    return level - rent * (NORMAL.cdf(0.0) - NORMAL.cdf(-points / SD))


def acting_share(level: float, precision: float, rent: float, points: float, draws: int, seed: int) -> float:
    """Share of governments whose utility of acting, with a Gumbel shock each, exceeds that of holding."""
    generator = random.Random(seed)

    def shock() -> float:
        return -math.log(-math.log(generator.random())) / precision

    gain = utility_of_acting(level, rent, points)
    return sum(gain + shock() > shock() for _ in range(draws)) / draws


@pytest.mark.parametrize(
    ("level", "precision", "rent", "points"),
    [(-0.1, 8.0, 1.0, 0.5), (0.05, 20.0, 2.0, 0.3), (0.0, 2.0, 4.0, -0.6), (-0.02, 40.0, 0.0, 1.0)],
)
def test_the_formula_is_the_share_of_governments_that_act(
    level: float, precision: float, rent: float, points: float
) -> None:
    draws = 60_000
    p_zero = 1.0 / (1.0 + math.exp(-precision * level))
    share = acting_share(level, precision, rent, points, draws, seed=3)
    error = math.sqrt(share * (1.0 - share) / draws)
    assert predicted_risk(p_zero, precision, rent, points, SD) == pytest.approx(share, abs=4.0 * error)


@pytest.mark.parametrize("points", [0.05, 0.2, 0.5, 1.0])
def test_the_tangent_at_a_tie_errs_by_the_third_power_of_the_vote_effect(points: float) -> None:
    precision, rent = 20.0, 2.0
    exact = 1.0 / (1.0 + math.exp(-precision * utility_of_acting(0.0, rent, points)))
    # Third term of the normal distribution's series at 0, and a logit's steepest slope, 1/4.
    bound = 0.25 * precision * rent * NORMAL.pdf(0.0) * (points / SD) ** 3 / 6.0
    assert abs(predicted_risk(0.5, precision, rent, points, SD) - exact) <= bound
    assert predicted_risk(0.5, precision, rent, points, SD) < 0.5


def test_a_case_computed_by_hand() -> None:
    # 8 * 1 * .398942 * .44 / 3.9 = .360071; odds .33 / .67 * exp(-.360071) = .343607; p = .255735.
    assert predicted_risk(0.33, 8.0, 1.0, 0.44, 3.9) == pytest.approx(0.255735, abs=1e-6)


@pytest.mark.parametrize("p_zero", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize(("precision", "rent", "points"), [(8.0, 0.0, 2.0), (0.0, 1.0, 2.0), (8.0, 1.0, 0.0)])
def test_without_rent_precision_or_votes_nothing_changes(
    p_zero: float, precision: float, rent: float, points: float
) -> None:
    assert predicted_risk(p_zero, precision, rent, points, SD) == pytest.approx(p_zero, abs=1e-15)


def test_the_limits_of_a_large_stake_and_of_a_sure_event() -> None:
    assert predicted_risk(0.9, 40.0, 4.0, 1e6, SD) == 0.0
    assert predicted_risk(0.1, 40.0, 4.0, -1e6, SD) == 1.0
    assert predicted_risk(1.0, 8.0, 1.0, 2.0, SD) == 1.0
    assert predicted_risk(0.0, 8.0, 1.0, -2.0, SD) == 0.0


@pytest.mark.parametrize(("p_zero", "level_sd"), [(-0.1, SD), (1.1, SD), (math.nan, SD), (0.3, 0.0), (0.3, math.nan)])
def test_values_without_meaning_raise(p_zero: float, level_sd: float) -> None:
    with pytest.raises(ValueError, match="p_zero in"):
        predicted_risk(p_zero, 8.0, 1.0, 1.0, level_sd)
