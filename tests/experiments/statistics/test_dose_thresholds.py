"""x50: named with the largest dose, never forced to be monotone, refused where there is no effect to halve."""

from __future__ import annotations

import numpy as np
import pytest

from political_moat.experiments.statistics.dose_thresholds import half_dose

DOSES = [0.1, 0.2, 0.3, 0.6]


def curve(shares: list[float], n: int = 800, seed: int = 1) -> np.ndarray:
    """Paired differences in which a replicate saved at a dose is saved at every dose with a larger share."""
    return -(np.random.default_rng(seed).random((n, 1)) < np.array([shares])).astype(float)


def test_x50_is_the_first_tested_dose_with_half_of_the_largest_doses_effect() -> None:
    found = half_dose(DOSES, curve([0.02, 0.12, 0.18, 0.30]))
    assert (found.dose, found.largest_dose) == (0.3, 0.6)
    assert found.effect_at_largest == pytest.approx(-0.30, abs=0.05)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 0.3 <= found.high
    assert "largest tested dose, 0.6" in found.sentence


def test_another_largest_dose_gives_another_x50() -> None:
    differences = curve([0.02, 0.12, 0.18, 0.30])
    assert half_dose(DOSES[:3], differences[:, :3]).dose == 0.2


def test_a_curve_that_turns_back_keeps_its_shape() -> None:
    found = half_dose(DOSES, curve([0.30, 0.02, 0.02, 0.20]))
    assert found.dose == 0.1


def test_a_trapdoor_has_an_x50_too() -> None:
    assert half_dose(DOSES, -curve([0.02, 0.12, 0.18, 0.30])).dose == 0.3


def test_without_an_effect_at_the_largest_dose_there_is_no_x50() -> None:
    found = half_dose(DOSES, curve([0.0, 0.2, 0.1, 0.0]))
    assert found.dose is None
    assert found.sentence.startswith("No x50")
    assert "0.6" in found.sentence


def test_the_interval_holds_the_true_x50_as_often_as_it_promises() -> None:
    covered = []
    for seed in range(120):
        found = half_dose(DOSES, curve([0.02, 0.10, 0.22, 0.30], 400, seed), draws=300, rng=np.random.default_rng(seed))
        covered.append(found.low is not None and found.low <= 0.3 <= (found.high or 0.0))
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 120)


def test_doses_that_do_not_increase_are_refused() -> None:
    with pytest.raises(ValueError, match="increasing"):
        half_dose([0.2, 0.1], np.zeros((5, 2)))
