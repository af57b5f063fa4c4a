"""Simultaneous bands of means over doses, for severity, policy gap and other outcomes that are not events.

Events have `paired_tests.max_t_band`, whose limits are score intervals.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .intervals import checked_level
from .paired_tests import BOOTSTRAP_DRAWS, Band


def max_t_band_of_means(
    differences: npt.ArrayLike,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    rng: np.random.Generator | None = None,
) -> Band:
    """Return a simultaneous band of mean paired differences over doses, by the bootstrapped maximum of |t| over doses.

    differences: replicate x dose, any finite numbers; replicates are resampled whole and each resample is studentised
    by its own spread (Westfall & Young 1993; Efron & Tibshirani 1993, ch. 12), so the correlation of doses narrows the
    band. A dose without any difference has width 0, since a mean has no score interval. Raises ValueError for another
    shape, fewer than two replicates, or values that are not finite.
    """
    from scipy.special import stdtrit

    matrix = np.asarray(differences, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] < 2 or matrix.shape[1] == 0 or not np.isfinite(matrix).all():
        raise ValueError("expected a finite replicate x dose array of paired differences, two replicates or more")
    n = matrix.shape[0]
    generator = np.random.default_rng(0) if rng is None else rng
    estimates = matrix.mean(axis=0)
    spread = matrix.std(axis=0, ddof=1) / math.sqrt(n)
    moving = spread > 0.0
    critical = float(stdtrit(n - 1, 0.5 + checked_level(level) / 2.0))
    if moving.any():
        centred = matrix[:, moving] - estimates[moving]
        weights = generator.multinomial(n, np.full(n, 1.0 / n), size=draws) / n
        means = weights @ centred
        # A resample of a single replicate has no spread, and counts as no exceedance.
        variances = np.maximum(weights @ centred**2 - means**2, 0.0) * n / (n - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(variances > 0.0, np.abs(means) / np.sqrt(variances / n), 0.0)
        critical = max(critical, float(np.quantile(t.max(axis=1), level)))
    return Band(estimates, estimates - critical * spread, estimates + critical * spread, critical)
