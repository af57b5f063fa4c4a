"""Intervals of proportions, means and their paired differences: small pure functions.

One pair is one replicate: the same people and shocks with a treatment and without it. A binary outcome of a pair falls
into one of four cells: the event in both arms, in the treated arm only (`gained`), in the control arm only (`lost`), in
neither. scipy is imported inside the functions, because the import takes a second that many commands do not need.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.ArrayLike
Floats = npt.NDArray[np.float64]
_Z = 1.959963984540054
"""Standard normal critical value at .95: an interval of 95% reaches 1.96 standard errors to each side."""


class Interval(NamedTuple):
    """A closed interval from low to high, in the unit of its estimate."""

    low: float
    high: float


class PairedDifference(NamedTuple):
    """Risk difference (treated minus control) over n pairs, with its interval at `level` and its counts.

    monte_carlo_error is the standard error of the estimate; p_value the exact McNemar test of no difference.
    """

    n: int
    estimate: float
    low: float
    high: float
    monte_carlo_error: float
    gained: int
    lost: int
    p_value: float
    both: int
    level: float

    @property
    def control(self) -> float:
        """Return the share of control arms with the event."""
        return (self.both + self.lost) / self.n

    @property
    def treated(self) -> float:
        """Return the share of treated arms with the event."""
        return (self.both + self.gained) / self.n

    def at_level(self, level: float) -> PairedDifference:
        """Return the same difference with its interval at another confidence level."""
        return self._replace(level=level, **newcombe(self.both, self.gained, self.lost, self.n, level)._asdict())


class MeanDifference(NamedTuple):
    """Mean of paired differences (treated minus control) over n pairs, with a Student t interval at `level`.

    treated, control: means of the arms; p_value: t test of no difference, 1 if every pair agrees.
    """

    n: int
    estimate: float
    low: float
    high: float
    monte_carlo_error: float
    treated: float
    control: float
    p_value: float
    level: float

    def at_level(self, level: float) -> MeanDifference:
        """Return the same difference with its interval at another confidence level."""
        low, high = _student(self.estimate, self.monte_carlo_error, self.n, level)
        return self._replace(level=level, low=low, high=high)


def checked_level(level: float) -> float:
    """Return a confidence level; raise ValueError unless it lies between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level!r}")
    return level


def normal_quantile(level: float) -> float:
    """Return the two-sided standard normal critical value of a confidence level: 1.96 at .95."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + checked_level(level) / 2.0))


def _floats(values: Values, what: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{what}: expected a non-empty one-dimensional array, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{what}: NaN or infinite values at positions {np.flatnonzero(~np.isfinite(array))[:5].tolist()}"
        )
    return array


def _pair(treated: Values, control: Values) -> tuple[Floats, Floats]:
    first, second = _floats(treated, "treated"), _floats(control, "control")
    if first.size != second.size:
        raise ValueError(f"arms are paired: {first.size} treated replicates against {second.size} control replicates")
    return first, second


def cells(treated: Values, control: Values) -> tuple[int, int, int, int]:
    """Return (both, gained, lost, n) of two 0/1 arrays paired by replicate; ValueError for other values."""
    first, second = _pair(treated, control)
    for name, values in (("treated", first), ("control", second)):
        if not np.isin(values, (0.0, 1.0)).all():
            raise ValueError(f"{name}: a binary outcome is 0 or 1")
    both = int((first * second).sum())
    return both, int(first.sum()) - both, int(second.sum()) - both, first.size


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Return the score interval of a proportion (Wilson 1927). ValueError unless 0 <= successes <= n and n > 0."""
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(confidence_level=checked_level(level), method="wilson")
    return Interval(float(interval.low), float(interval.high))


def monte_carlo_error_of_proportion(p: float, n: int) -> float:
    """Return sqrt(p (1 - p) / n), the Monte Carlo standard error of a proportion (Morris et al. 2019).

    A share of exactly 0 or 1 has the error of its Wilson interval: half of its width, divided by 1.96.
    """
    if n < 1 or not 0.0 <= p <= 1.0:
        raise ValueError(f"a proportion in [0, 1] over at least one replicate, not p={p!r}, n={n!r}")
    return math.sqrt(p * (1.0 - p) / n) if 0.0 < p < 1.0 else _Z / (2.0 * (n + _Z**2))


def monte_carlo_error_of_mean(values: Values, span: float = 1.0) -> float:
    """Return sd / sqrt(n), the Monte Carlo standard error of a mean over replicates; NaN for one replicate.

    Equal values do not prove that the error is 0: they have the error of Tango's interval for n pairs that all agree,
    times span, the largest difference between two values (1 for shares). Without a largest difference (span inf)
    their error is unknown: NaN.
    """
    array = _floats(values, "values")
    n = array.size
    if n == 1:
        return math.nan
    if array.min() == array.max():
        return span * _Z / (n + _Z**2) if math.isfinite(span) else math.nan
    return float(array.std(ddof=1) / math.sqrt(n))


def monte_carlo_error_of_paired_difference(treated: Values, control: Values) -> float:
    """Return the Monte Carlo standard error of the mean paired difference.

    If the differences of 0/1 arrays are all equal, it is that of their `newcombe` interval: half of its width, divided
    by 1.96.
    """
    first, second = _pair(treated, control)
    difference = first - second
    equal = difference.size > 1 and difference.min() == difference.max()
    if not equal or not np.isin(np.concatenate([first, second]), (0.0, 1.0)).all():
        return monte_carlo_error_of_mean(difference)
    interval = newcombe(*cells(first, second))
    return (interval.high - interval.low) / (2.0 * _Z)


def monte_carlo_error_of_counts(gained: int, lost: int, n: int) -> float:
    """Return the error of a paired risk difference from the counts of discordant pairs alone, with sd over n - 1.

    Pairs that all agree, or all differ in one direction, have the error of their `tango` interval.
    """
    if n == 1:
        return math.nan
    if gained == lost == 0 or n in (gained, lost):
        interval = tango(gained, lost, n)
        return (interval.high - interval.low) / (2.0 * _Z)
    return math.sqrt(((gained + lost) / n - ((gained - lost) / n) ** 2) / (n - 1.0))


def mean_interval(values: Values, level: float = 0.95, span: float = 1.0) -> Interval:
    """Return the Student t interval of a mean over replicates; NaN limits where the error is unknown.

    span: as for `monte_carlo_error_of_mean`.
    """
    array = _floats(values, "values")
    return _student(float(array.mean()), monte_carlo_error_of_mean(array, span), array.size, level)


def _student(mean: float, error: float, n: int, level: float) -> Interval:
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, 0.5 + checked_level(level) / 2.0)) * error if n > 1 else math.nan
    return Interval(mean - half, mean + half)


def paired_mean_difference(treated: Values, control: Values, level: float = 0.95) -> MeanDifference:
    """Return the mean of treated minus control within replicate, with a Student t interval over replicates."""
    from scipy.special import stdtr

    first, second = _pair(treated, control)
    difference = first - second
    n, estimate, error = difference.size, float(difference.mean()), monte_carlo_error_of_mean(difference)
    low, high = _student(estimate, error, n, level)
    p_value = 2.0 * float(stdtr(n - 1, -abs(estimate) / error)) if error > 0.0 else float(n == 1 or estimate == 0.0)
    return MeanDifference(n, estimate, low, high, error, float(first.mean()), float(second.mean()), p_value, level)


def newcombe(both: int, gained: int, lost: int, n: int, level: float = 0.95) -> Interval:
    """Return the square-and-add interval of a paired risk difference (Newcombe 1998, Stat. in Medicine 17:2635).

    Method 10: joins the Wilson intervals of both arms through their correlation phi, whose numerator, if positive, is
    lowered by n/2 but not below 0 (the continuity correction). phi is 0 if an arm has the event always or never.
    """
    neither = n - both - gained - lost
    if min(both, gained, lost, neither) < 0 or n < 1:
        raise ValueError(f"cell counts are non-negative and sum to n: {(both, gained, lost, n)}")
    first, second = (both + gained) / n, (both + lost) / n
    below, above = wilson(both + gained, n, level), wilson(both + lost, n, level)
    margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    numerator = float(both * neither - gained * lost)
    if numerator > 0.0:
        numerator = max(numerator - n / 2.0, 0.0)
    phi = numerator / math.sqrt(margins) if margins else 0.0

    def half(towards: float, against: float) -> float:
        return math.sqrt(max(towards**2 - 2.0 * phi * towards * against + against**2, 0.0))

    estimate = (gained - lost) / n
    low = estimate - half(first - below.low, above.high - second)
    high = estimate + half(below.high - first, second - above.low)
    return Interval(max(low, -1.0), min(high, 1.0))


def _mcnemar(gained: int, lost: int) -> float:
    """Return the exact two-sided McNemar p-value; 1 if no pair is discordant."""
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else 1.0


def paired_risk_difference(treated: Values, control: Values, level: float = 0.95) -> PairedDifference:
    """Return P(event | treated) - P(event | control) of 0/1 arrays of one length, paired by replicate.

    Interval: `newcombe`; p-value: exact McNemar (1947), both two-sided. Raises ValueError for unequal lengths, NaN and
    values other than 0 and 1.
    """
    both, gained, lost, n = cells(treated, control)
    low, high = newcombe(both, gained, lost, n, level)
    error = monte_carlo_error_of_paired_difference(treated, control)
    return PairedDifference(n, (gained - lost) / n, low, high, error, gained, lost, _mcnemar(gained, lost), both, level)


def restricted_spread(gained: int, lost: int, n: int, difference: float) -> float:
    """Return n times the standard error of the estimate if the true difference is `difference` (Tango 1998)."""
    linear = (2 * n - gained + lost) * difference - gained - lost
    constant = -lost * difference * (1.0 - difference)
    lost_share = (math.sqrt(max(linear**2 - 8.0 * n * constant, 0.0)) - linear) / (4.0 * n)
    return math.sqrt(max(n * (2.0 * lost_share + difference * (1.0 - difference)), 0.0))


def _tango_low(gained: int, lost: int, n: int, critical: float) -> float:
    from scipy.optimize import brentq

    estimate = (gained - lost) / n
    if lost == n:
        return -1.0
    if gained == lost == 0:
        # The root at the estimate itself (zero spread) is not the limit; the other root has a closed form.
        return -(critical**2) / (n + critical**2)

    def excess(difference: float) -> float:
        return gained - lost - n * difference - critical * restricted_spread(gained, lost, n, difference)

    return -1.0 if excess(-1.0) <= 0.0 else float(brentq(excess, -1.0, estimate, xtol=1e-13, rtol=1e-13))


def tango(gained: int, lost: int, n: int, level: float = 0.95) -> Interval:
    """Return the asymptotic score interval of a paired risk difference (Tango 1998, Stat. in Medicine 17:891).

    Its limits are the extreme differences that the score test does not reject. They depend on discordant pairs alone,
    and the width is never 0. Raises ValueError for impossible counts.
    """
    if min(gained, lost) < 0 or n < 1 or gained + lost > n:
        raise ValueError(f"discordant pairs are non-negative and at most n: {(gained, lost, n)}")
    critical = normal_quantile(level)
    return Interval(_tango_low(gained, lost, n, critical), -_tango_low(lost, gained, n, critical))
