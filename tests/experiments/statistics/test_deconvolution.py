"""Quantiles of a distribution of risk differences, with the noise of each draw's pairs removed."""

from __future__ import annotations

import numpy as np
import pytest

from political_moat.experiments.statistics.deconvolution import grid, smoothed_quantiles


def mixture(differences: list[float], draws: int, pairs: int, seed: int = 4) -> np.ndarray:
    """Counts of draws whose pairs are lost with the given probabilities in turn, and never gained."""
    rng = np.random.default_rng(seed)
    lost = [rng.binomial(pairs, -differences[draw % len(differences)]) for draw in range(draws)]
    return np.array([[0, each, pairs] for each in lost], dtype=float)


def test_quantiles_are_those_of_the_differences_and_not_of_their_noisy_estimates() -> None:
    lost = grid()[1]
    large = float(lost[np.argmin(abs(lost - 0.2))])
    counts = mixture([-large, -large, -large, 0.0], draws=200, pairs=60)
    low, median, high = smoothed_quantiles(counts, (0.025, 0.5, 0.975))
    raw = np.quantile(-counts[:, 1] / counts[:, 2], 0.025)
    assert raw < -large - 0.06
    assert low == pytest.approx(-large, abs=0.05)
    assert median == pytest.approx(-large, abs=0.03)
    assert high == 0.0


def test_quantiles_do_not_decrease_and_depend_on_no_order() -> None:
    counts = mixture([-0.3, -0.1, 0.0], draws=60, pairs=40)
    shares = np.linspace(0.01, 1.0, 25)
    quantiles = smoothed_quantiles(counts, shares.tolist())
    assert list(quantiles) == sorted(quantiles)
    assert smoothed_quantiles(counts[::-1], shares.tolist()) == pytest.approx(quantiles)
