"""From paired replicates to a verdict: tests, bootstrap, simultaneous bands, and the rule declared before any run.

Intervals come from `intervals`, whose names are exported here too, so that one import serves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .intervals import (
    Floats,
    Interval,
    MeanDifference,
    PairedDifference,
    Values,
    cells,
    checked_level,
    mean_interval,
    monte_carlo_error_of_mean,
    monte_carlo_error_of_paired_difference,
    monte_carlo_error_of_proportion,
    newcombe,
    normal_quantile,
    paired_mean_difference,
    paired_risk_difference,
    restricted_spread,
    tango,
    wilson,
)

__all__ = [
    "BOOTSTRAP_DRAWS",
    "Band",
    "Equivalence",
    "Interval",
    "MeanDifference",
    "OutcomeVerdict",
    "PairedDifference",
    "RiskRatio",
    "SmallestDose",
    "Verdict",
    "cluster_bootstrap",
    "equivalence",
    "holm",
    "max_t_band",
    "mean_interval",
    "monte_carlo_error_of_mean",
    "monte_carlo_error_of_paired_difference",
    "monte_carlo_error_of_proportion",
    "newcombe",
    "paired_mean_difference",
    "paired_risk_difference",
    "risk_ratio",
    "smallest_dose_reaching",
    "tango",
    "verdict",
    "wilson",
]

BOOTSTRAP_DRAWS = 2_000


class Equivalence(NamedTuple):
    """Two one-sided tests of |risk difference| < margin: equivalent, the larger p-value, the 1 - 2 alpha interval."""

    equivalent: bool
    p_value: float
    margin: float
    interval: Interval


class RiskRatio(NamedTuple):
    """P(event | treated) / P(event | control); every field is NaN where no control arm has the event."""

    estimate: float
    low: float
    high: float
    monte_carlo_error: float


class Band(NamedTuple):
    """A simultaneous band over doses: estimates, low and high of one length, and the max-t critical value."""

    estimates: Floats
    low: Floats
    high: Floats
    critical_value: float


class SmallestDose(NamedTuple):
    """Smallest tested dose whose effect reaches the threshold, None where no tested dose does.

    low: smallest dose at which the band admits it; high: smallest dose at which the whole band has reached it (None
    where none does: then the interval is open above `largest_dose`).
    """

    dose: float | None
    low: float | None
    high: float | None
    threshold: float
    largest_dose: float

    @property
    def sentence(self) -> str:
        """Plain English, with the largest dose named, since 'not reached' means nothing without it."""
        effect = f"a risk difference of {self.threshold:+.2f}"
        if self.dose is None:
            found = f"No tested dose up to {self.largest_dose:g} reaches {effect}"
        else:
            found = f"The smallest tested dose that reaches {effect} is {self.dose:g}"
        if self.low is None:
            return f"{found}; the simultaneous band excludes it at every dose up to {self.largest_dose:g}."
        above = f"above {self.largest_dose:g}" if self.high is None else f"{self.high:g}"
        return f"{found} (from the simultaneous band: {self.low:g} to {above}; largest dose {self.largest_dose:g})."


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm (1979) step-down adjusted p-values, in the order given: they control the family-wise error."""
    array = np.asarray(p_values, dtype=np.float64)
    if array.ndim != 1 or not ((array >= 0.0) & (array <= 1.0)).all():
        raise ValueError(f"p-values lie in [0, 1]: {list(p_values)}")
    order = np.argsort(array, kind="stable")
    adjusted = np.empty_like(array)
    adjusted[order] = np.minimum(np.maximum.accumulate(array[order] * np.arange(array.size, 0, -1)), 1.0)
    return [float(value) for value in adjusted]


def equivalence(difference: PairedDifference, margin: float = 0.05, alpha: float = 0.05) -> Equivalence:
    """Test that a paired risk difference lies within +-margin: two one-sided score tests at alpha (Tango 1998).

    `equivalent` is true exactly where Tango's interval at level 1 - 2 alpha lies inside the margins.
    """
    from scipy.special import ndtr

    if not 0.0 < margin < 1.0 or not 0.0 < alpha < 0.5:
        raise ValueError(f"margin in (0, 1) and alpha in (0, .5), not {margin!r} and {alpha!r}")
    gained, lost, n = difference.gained, difference.lost, difference.n
    # The test against the lower margin is the mirrored test against the upper one.
    statistics = [
        (n * margin + sign * (gained - lost)) / restricted_spread(*counts, n, -margin)
        for sign, counts in ((1, (gained, lost)), (-1, (lost, gained)))
    ]
    p_value = float(ndtr(-min(statistics)))
    return Equivalence(p_value < alpha, p_value, margin, tango(gained, lost, n, 1.0 - 2.0 * alpha))


def cluster_bootstrap(
    values_by_replicate: npt.ArrayLike,
    statistic: Callable[[npt.NDArray[Any]], float],
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a statistic, resampling whole replicates (Efron & Tibshirani 1993).

    values_by_replicate: array whose first axis is the replicate, everything measured within one moving together.
    statistic: from such an array to a number. Equal seeds give equal intervals. Raises ValueError where no replicate or
    no draw is asked for, or where the statistic is NaN on a draw.
    """
    values = np.asarray(values_by_replicate)
    if values.ndim < 1 or values.shape[0] < 1 or draws < 1:
        raise ValueError(f"at least one replicate and one draw, not shape {values.shape} and {draws} draws")
    replicates = values.shape[0]
    sample = np.array([statistic(values[rng.integers(0, replicates, replicates)]) for _ in range(draws)], dtype=float)
    if np.isnan(sample).any():
        raise ValueError("the statistic is NaN on a bootstrap draw")
    tail = (1.0 - checked_level(level)) / 2.0
    low, high = np.quantile(sample, [tail, 1.0 - tail], method="inverted_cdf")
    return Interval(float(low), float(high))


def risk_ratio(
    treated: Values,
    control: Values,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    rng: np.random.Generator | None = None,
) -> RiskRatio:
    """P(event | treated) / P(event | control) with a percentile interval that resamples pairs.

    Pairs fall into four cells, so resampling replicates is one multinomial draw of cell counts (the same distribution
    as `cluster_bootstrap`, without its loop). Draws without a control event count as infinite, or are left out where
    the treated arm has none either. NaN where no control arm has the event: a ratio to zero says nothing.
    """
    both, gained, lost, n = cells(treated, control)
    tail = (1.0 - checked_level(level)) / 2.0
    if both + lost == 0:
        return RiskRatio(math.nan, math.nan, math.nan, math.nan)
    generator = np.random.default_rng(0) if rng is None else rng
    counts = generator.multinomial(n, np.array([both, gained, lost, n - both - gained - lost]) / n, size=draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (counts[:, 0] + counts[:, 1]) / (counts[:, 0] + counts[:, 2])
    ratios = ratios[~np.isnan(ratios)]
    low, high = np.quantile(ratios, [tail, 1.0 - tail], method="inverted_cdf")
    finite = ratios[np.isfinite(ratios)]
    error = float(finite.std(ddof=1)) if finite.size > 1 else math.nan
    return RiskRatio((both + gained) / (both + lost), float(low), float(high), error)


def max_t_band(
    differences: npt.ArrayLike,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    rng: np.random.Generator | None = None,
) -> Band:
    """Simultaneous band of risk differences over doses, from the bootstrapped maximum of |t| over doses.

    differences: replicate x dose, each entry treated minus control, -1, 0 or 1; the zero dose is left out. Replicates
    are resampled whole, so the correlation of doses under common random numbers narrows the band (Westfall & Young
    1993). The critical value sets the pointwise level at which `tango` intervals are taken, so that a dose without
    discordant pairs keeps a width. Raises ValueError for another shape or other entries.
    """
    matrix = np.asarray(differences, dtype=np.float64)
    if matrix.ndim != 2 or 0 in matrix.shape or not np.isin(matrix, (-1.0, 0.0, 1.0)).all():
        raise ValueError("expected a replicate x dose array of paired differences -1, 0 or 1")
    n, doses = matrix.shape
    generator = np.random.default_rng(0) if rng is None else rng
    estimates = matrix.mean(axis=0)
    spread = matrix.std(axis=0) / math.sqrt(n)
    moving = spread > 0.0
    # Below the pointwise critical value a band would be narrower than one interval; Sidak's is its independent limit.
    critical = normal_quantile(checked_level(level))
    if moving.any():
        weights = generator.multinomial(n, np.full(n, 1.0 / n), size=draws) / n
        largest = np.abs((weights @ matrix[:, moving] - estimates[moving]) / spread[moving]).max(axis=1)
        critical = max(critical, float(np.quantile(largest, level)))
    if not moving.all():
        critical = max(critical, normal_quantile(level ** (1.0 / doses)))
    pointwise = math.erf(critical / math.sqrt(2.0))
    limits = [tango(int((d > 0).sum()), int((d < 0).sum()), n, pointwise) for d in matrix.T]
    return Band(
        estimates, np.array([limit.low for limit in limits]), np.array([limit.high for limit in limits]), critical
    )


def smallest_dose_reaching(doses: Values, estimates: Values, band: Band, threshold: float = -0.10) -> SmallestDose:
    """Find the smallest tested dose whose effect reaches the threshold (x10 for -.10), its interval from the band.

    doses: increasing; estimates and band: one entry per dose. A negative threshold is reached from above, a positive
    one from below. Only tested doses count: nothing is interpolated and no monotone shape is imposed, so the interval
    covers the smallest such tested dose whenever the band covers the curve. Raises ValueError for unequal lengths,
    doses that do not increase, or a threshold of 0.
    """
    grid, values = np.asarray(doses, dtype=float), np.asarray(estimates, dtype=float)
    if not grid.ndim == 1 or not grid.shape == values.shape == band.low.shape or grid.size == 0 or threshold == 0.0:
        raise ValueError("doses, estimates and band have one entry per dose, and the threshold is not 0")
    if (np.diff(grid) <= 0.0).any():
        raise ValueError(f"doses increase: {grid.tolist()}")
    sign = math.copysign(1.0, threshold)
    near, far = (band.low, band.high) if threshold < 0.0 else (band.high, band.low)

    def first(curve: Floats) -> float | None:
        reached = np.flatnonzero(sign * curve >= abs(threshold))
        return float(grid[reached[0]]) if reached.size else None

    return SmallestDose(first(values), first(near), first(far), threshold, float(grid[-1]))


class OutcomeVerdict(NamedTuple):
    """What one outcome says: the word, the difference with the deciding interval, and Holm's adjusted p-value."""

    word: str
    difference: PairedDifference
    p_holm: float


@dataclass(frozen=True)
class Verdict:
    """The verdict on the primary outcome, with every outcome's own beside it (primary first) and a plain sentence."""

    word: str
    by_outcome: dict[str, OutcomeVerdict]
    margin: float
    level: float

    @property
    def sentence(self) -> str:
        """Plain English with every number, its interval and n; says so where the model left no room for a fall."""
        primary = next(iter(self.by_outcome.values())).difference
        parts = [self._part(name, outcome) for name, outcome in self.by_outcome.items()]
        note = ""
        if primary.control <= self.margin:
            note = (
                f" At zero exposure only {primary.control:.3f} of the runs have the primary outcome, so a fall by"
                f" {self.margin:.2f} could not have shown."
            )
        return f"{self.word[0].upper()}{self.word[1:]}: {'; '.join(parts)} (n = {primary.n} paired replicates).{note}"

    def _part(self, name: str, outcome: OutcomeVerdict) -> str:
        found = outcome.difference
        said = "" if outcome.word == self.word else f", by itself {outcome.word}"
        return (
            f"P({name}) goes from {found.control:.3f} to {found.treated:.3f}, a difference of {found.estimate:+.3f}"
            f" ({100.0 * found.level:.4g}% interval {found.low:+.3f} to {found.high:+.3f},"
            f" Monte Carlo error {found.monte_carlo_error:.3f}){said}"
        )


def _word(difference: PairedDifference, margin: float) -> str:
    if difference.high < -margin:
        return "moat"
    if difference.low > margin:
        return "trapdoor"
    if -margin < difference.low and difference.high < margin:
        return "no effect of political size"
    return f"not decided by {difference.n} replicates"


def verdict(
    difference: PairedDifference,
    co_primary: PairedDifference,
    margin: float = 0.05,
    alpha: float = 0.05,
    outcomes: tuple[str, str] = ("reversed", "restricted"),
) -> Verdict:
    """Apply the rule declared before any run to the primary outcome and its co-primary.

    Interval below -margin: "moat"; above margin: "trapdoor"; inside +-margin: "no effect of political size"; otherwise
    "not decided by n replicates". The word is the primary's; the co-primary has its own.

    Both intervals are taken at level 1 - alpha/2 (.975 each). A wrong word of any kind needs an interval that misses
    the truth, so with probability 1 - alpha no word is wrong. Holm's second step (the other outcome at the full level
    once one is decided) keeps that promise for one null hypothesis per outcome, but not for a choice among three
    words (Shaffer 1980), so only its first step is used here. Holm's adjusted p-values of "no difference at all"
    stand beside. Raises ValueError where the two do not rest on the same number of replicates.
    """
    if difference.n != co_primary.n:
        raise ValueError(f"outcomes of the same replicates: {difference.n} against {co_primary.n}")
    if not 0.0 < margin < 1.0:
        raise ValueError(f"a margin in (0, 1), not {margin!r}")
    level = 1.0 - alpha / 2.0
    widened = [difference.at_level(level), co_primary.at_level(level)]
    adjusted = holm([difference.p_value, co_primary.p_value])
    by_outcome = {
        name: OutcomeVerdict(_word(found, margin), found, p)
        for name, found, p in zip(outcomes, widened, adjusted, strict=True)
    }
    return Verdict(by_outcome[outcomes[0]].word, by_outcome, margin, level)
