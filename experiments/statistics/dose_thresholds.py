"""Thresholds of a dose-response: x10 (the smallest dose that reaches -.10) and x50 (half of the largest dose's effect).

Only tested doses count. Nothing is interpolated and no monotone shape is imposed: a curve may turn back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .intervals import Floats, Values, checked_level
from .paired_tests import BOOTSTRAP_DRAWS, SmallestDose, max_t_band, smallest_dose_reaching

__all__ = ["HalfDose", "SmallestDose", "half_dose", "smallest_dose_reaching"]


class HalfDose(NamedTuple):
    """x50: the smallest tested dose with at least half of the effect that the largest tested dose has.

    dose, low and high are None where the band at the largest dose holds 0: without an effect there is no half of it.
    share_defined: share of bootstrap curves whose effect at the largest dose has the sign of the estimate; the interval
    is the percentile interval over these.
    """

    dose: float | None
    low: float | None
    high: float | None
    effect_at_largest: float
    largest_dose: float
    share_defined: float

    @property
    def sentence(self) -> str:
        """Plain English; x50 means nothing without the largest dose, so it is always named."""
        at = f"the largest tested dose, {self.largest_dose:g} ({self.effect_at_largest:+.3f})"
        if self.dose is None:
            return f"No x50: the simultaneous band does not exclude 0 at {at}."
        return (
            f"x50 = {self.dose:g} (percentile interval {self.low:g} to {self.high:g}): the smallest tested dose with "
            f"at least half of the effect at {at}. A larger largest dose can give another x50."
        )


def _first_halves(curves: Floats, doses: Floats, sign: float) -> Floats:
    """First dose of every curve with half of its own effect at the last dose; NaN where that has the other sign."""
    turned = curves * sign
    last = turned[:, -1]
    found = doses[(turned >= 0.5 * last[:, None]).argmax(axis=1)]
    return np.where(last > 0.0, found, np.nan)


def half_dose(
    doses: Values,
    differences: npt.ArrayLike,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    rng: np.random.Generator | None = None,
) -> HalfDose:
    """x50 of a paired dose-response of an event, with the largest dose named.

    doses: increasing, without the zero dose. differences: replicate x dose, each entry treated minus control, -1, 0
    or 1. Replicates are resampled whole; each resampled curve is put to the same rule. Raises ValueError for doses that
    do not increase or do not match.
    """
    grid, matrix = np.asarray(doses, dtype=np.float64), np.asarray(differences, dtype=np.float64)
    if grid.ndim != 1 or matrix.ndim != 2 or grid.size != matrix.shape[1] or (np.diff(grid) <= 0.0).any():
        raise ValueError(f"increasing doses, one for each column of the differences: {grid.tolist()}, {matrix.shape}")
    generator = np.random.default_rng(0) if rng is None else rng
    band = max_t_band(matrix, level, draws, generator)
    effect, largest = float(band.estimates[-1]), float(grid[-1])
    sign = float(np.sign(effect))
    n = matrix.shape[0]
    curves = generator.multinomial(n, np.full(n, 1.0 / n), size=draws) @ matrix / n
    halves = _first_halves(curves, grid, sign) if sign else np.full(draws, np.nan)
    defined = halves[np.isfinite(halves)]
    if band.low[-1] <= 0.0 <= band.high[-1]:
        return HalfDose(None, None, None, effect, largest, defined.size / draws)
    tail = (1.0 - checked_level(level)) / 2.0
    low, high = np.quantile(defined, [tail, 1.0 - tail], method="inverted_cdf")
    dose = float(_first_halves(band.estimates[None, :], grid, sign)[0])
    return HalfDose(dose, float(low), float(high), effect, largest, defined.size / draws)
