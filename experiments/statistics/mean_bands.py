"""Simultaneous bands of means over doses, for severity, policy gap and other outcomes that are not events.

Events have `paired_tests.max_t_band`, whose limits are score intervals.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .intervals import monte_carlo_error_of_mean
from .paired_tests import Band
from .simultaneous import correlation, critical_value


def max_t_band_of_means(
    differences: npt.ArrayLike, level: float = 0.95, rng: np.random.Generator | None = None
) -> Band:
    """Return a simultaneous band of mean paired differences over doses, from the maximum of |t| over doses.

    differences: replicate x dose, any finite numbers. The critical value is that of a multivariate t distribution
    (Hothorn, Bretz & Westfall 2008), so one dose has its Student t interval and the correlation of doses narrows the
    band. A dose without any difference has the error of `monte_carlo_error_of_mean`. rng: see
    `simultaneous.critical_value`. Raises ValueError for another shape, fewer than two replicates, or values that are
    not finite.
    """
    matrix = np.asarray(differences, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] < 2 or matrix.shape[1] == 0 or not np.isfinite(matrix).all():
        raise ValueError("expected a finite replicate x dose array of paired differences, two replicates or more")
    n = matrix.shape[0]
    estimates = matrix.mean(axis=0)
    spread = np.array([monte_carlo_error_of_mean(column) for column in matrix.T])
    critical = critical_value(correlation(matrix), level, degrees=n - 1, rng=rng)
    return Band(estimates, estimates - critical * spread, estimates + critical * spread, critical)
