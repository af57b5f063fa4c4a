"""Implausibility: distance of a model's mean from the record, in standard deviations of all that is uncertain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from .inputs import Reals
from .targets_file import Target


def implausibility(mean: Reals, variance: Reals, target: Target) -> Reals:
    """Return |mean - value| / sqrt(variance + error^2 + discrepancy^2) (Craig et al. 1997); NaN where mean is NaN.

    variance: of the mean, from Monte Carlo error for a simulated point, from the emulator for any other.
    """
    distance: Reals = np.abs(mean - target.value) / np.sqrt(variance + target.error**2 + target.discrepancy**2)
    return distance


def implausibilities(means: Reals, variances: Reals, targets: Sequence[Target]) -> Reals:
    """Return the implausibility of every target; all shapes (points, targets)."""
    columns = [implausibility(means[:, k], variances[:, k], target) for k, target in enumerate(targets)]
    return np.stack(columns, axis=1)


def largest(distances: Reals) -> Reals:
    """Return the maximum over targets, shape (points,). NaN rules nothing out: a point without any target has 0."""
    highest: Reals = np.nan_to_num(distances, nan=0.0).max(axis=1)
    return highest


def cutoff(targets: int, coverage: float = 0.95) -> float:
    """Return the implausibility that the truth exceeds for no target with probability `coverage` (Sidak 1967).

    Errors are normal and independent over targets; positive dependence makes the cutoff conservative.
    """
    return float(ndtri((1.0 + coverage ** (1.0 / targets)) / 2.0))
