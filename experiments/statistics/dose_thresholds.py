"""The threshold x50 of a dose-response: the smallest dose with half of the largest dose's effect.

x10 is `paired_tests.smallest_dose_reaching`. Only tested doses count: nothing is interpolated, and the curve need not
be monotone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .intervals import Floats, Values, checked_level
from .paired_tests import BOOTSTRAP_DRAWS, max_t_band


class HalfDose(NamedTuple):
    """The threshold x50: the smallest tested dose with at least half of the largest tested dose's effect.

    dose, low and high are None if the band at the largest dose includes 0, because then there is no effect to halve.
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
        """Return the result in words; names the largest dose, without which x50 has no meaning."""
        at = f"the largest tested dose, {self.largest_dose:g} ({self.effect_at_largest:+.3f})"
        if self.dose is None:
            return f"No x50: the simultaneous band does not exclude 0 at {at}."
        return (
            f"x50 = {self.dose:g} (percentile interval {self.low:g} to {self.high:g}): the smallest tested dose with "
            f"at least half of the effect at {at}. A larger largest dose can give another x50."
        )


def _first_halves(curves: Floats, doses: Floats, sign: float) -> Floats:
    """Return each curve's first dose with half of its effect at the last dose; NaN where that has the other sign."""
    turned = curves * sign
    last = turned[:, -1]
    first = doses[(turned >= 0.5 * last[:, None]).argmax(axis=1)]
    return np.where(last > 0.0, first, np.nan)


def half_dose(
    doses: Values,
    differences: npt.ArrayLike,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    rng: np.random.Generator | None = None,
) -> HalfDose:
    """Return x50 of a paired dose-response of an event.

    doses: increasing, without the zero dose. differences: replicate x dose, each entry treated minus control, -1, 0
    or 1. Replicates are resampled whole; the same rule is applied to each resampled curve. Raises ValueError for doses
    that do not increase or do not match.
    """
    grid, matrix = np.asarray(doses, dtype=np.float64), np.asarray(differences, dtype=np.float64)
    if grid.ndim != 1 or matrix.ndim != 2 or grid.size != matrix.shape[1] or (np.diff(grid) <= 0.0).any():
        raise ValueError(f"increasing doses, one for each column of the differences: {grid.tolist()}, {matrix.shape}")
    generator = np.random.default_rng(0) if rng is None else rng
    band = max_t_band(matrix, level)
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
