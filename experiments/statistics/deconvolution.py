"""Distribution of risk differences over draws, without the Monte Carlo noise of each draw's pairs.

A draw's pairs are gained, lost or unchanged; their numbers are multinomial given the draw's probabilities. The
distribution of these probabilities over draws is estimated by nonparametric maximum likelihood on a grid, with EM
(Kiefer & Wolfowitz 1956; Laird 1978).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from .intervals import Floats

REGIONS = ("below -{margin:g}", "within {margin:g} of 0", "above {margin:g}")
STEPS = 120
COARSE, FINE = 18, 60
"""Probabilities on each axis of the grid besides 0: for shares of regions, and for quantiles."""


@functools.cache
def grid(size: int = COARSE) -> tuple[Floats, Floats]:
    """Return the probabilities of gained and of lost at every grid point, shape (points,) each; finer near 0."""
    shares = np.concatenate([[0.0], np.geomspace(0.005, 0.9, size)])
    gained, lost = (part.ravel() for part in np.meshgrid(shares, shares, indexing="ij"))
    possible = gained + lost <= 1.0
    return gained[possible], lost[possible]


def mixing_weights(counts: Floats, steps: int = STEPS, size: int = COARSE) -> Floats:
    """Return the weight of every grid point, shape (points,), with sum 1.

    counts: shape (draws, 3), columns gained, lost and n. size: of the grid.
    """
    gained, lost = grid(size)
    neither = np.maximum(1.0 - gained - lost, 0.0)
    logs = np.zeros((len(counts), gained.size))
    for number, share in ((counts[:, 0], gained), (counts[:, 1], lost), (counts[:, 2] - counts[:, :2].sum(1), neither)):
        with np.errstate(divide="ignore"):
            log = np.maximum(np.log(share), -1e4)
        logs += number[:, None] * log[None, :]
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights = np.full(gained.size, 1.0 / gained.size)
    for _ in range(steps):
        posterior = likelihood * weights
        weights = (posterior / posterior.sum(axis=1, keepdims=True)).mean(axis=0)
    return np.asarray(weights, dtype=np.float64)


def smoothed_shares(counts: Floats, margin: float, steps: int = STEPS) -> tuple[float, float, float]:
    """Return the estimated shares of draws whose difference is below -margin, within it, and above margin."""
    gained, lost = grid()
    return _shares(gained - lost, mixing_weights(counts, steps), margin)


def smoothed_quantiles(counts: Floats, shares: Sequence[float], steps: int = STEPS) -> tuple[float, ...]:
    """Return quantiles of the difference over draws: the smallest that the given share of draws does not exceed."""
    gained, lost = grid(FINE)
    differences, weights = gained - lost, mixing_weights(counts, steps, FINE)
    order = np.argsort(differences, kind="stable")
    reached = np.cumsum(weights[order])
    places = np.searchsorted(reached, np.array(shares) * reached[-1] - 1e-12)
    return tuple(float(differences[order][place]) for place in places)


def raw_shares(counts: Floats, margin: float) -> tuple[float, float, float]:
    """Return the shares of draws whose estimate is below -margin, within it (ends included), and above margin."""
    estimates = (counts[:, 0] - counts[:, 1]) / counts[:, 2]
    return _shares(estimates, np.full(len(counts), 1.0 / len(counts)), margin)


def _shares(differences: Floats, weights: Floats, margin: float) -> tuple[float, float, float]:
    below, above = differences < -margin - 1e-12, differences > margin + 1e-12
    low, high = float(weights[below].sum()), float(weights[above].sum())
    return low, float(weights[~(below | above)].sum()), high
