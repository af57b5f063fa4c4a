"""Tests, bootstrap, simultaneous bands and verdicts from paired replicates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
    normal_quantile,
    restricted_spread,
    tango,
)
from .simultaneous import correlation, critical_value

BOOTSTRAP_DRAWS = 2_000


class Equivalence(NamedTuple):
    """Two one-sided tests of |risk difference| < margin: equivalent, the larger p-value, the 1 - 2 alpha interval."""

    equivalent: bool
    p_value: float
    margin: float
    interval: Interval


class RiskRatio(NamedTuple):
    """P(event | treated) / P(event | control); every field is NaN if no control arm has the event."""

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
    """Smallest tested dose whose effect reaches the threshold, None if no tested dose does.

    low: smallest dose at which the band includes the threshold; high: smallest dose at which the whole band has reached
    it (None if there is none: then the interval is open above `largest_dose`).
    """

    dose: float | None
    low: float | None
    high: float | None
    threshold: float
    largest_dose: float

    @property
    def sentence(self) -> str:
        """Return the result in words; names the largest dose, without which 'not reached' has no meaning."""
        effect = f"a risk difference of {self.threshold:+.2f}"
        if self.dose is None:
            result = f"No tested dose up to {self.largest_dose:g} reaches {effect}"
        else:
            result = f"The smallest tested dose that reaches {effect} is {self.dose:g}"
        if self.low is None:
            return f"{result}; the simultaneous band excludes it at every dose up to {self.largest_dose:g}."
        above = f"above {self.largest_dose:g}" if self.high is None else f"{self.high:g}"
        return f"{result} (from the simultaneous band: {self.low:g} to {above}; largest dose {self.largest_dose:g})."


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's (1979) step-down adjusted p-values, in the order of the arguments."""
    array = np.asarray(p_values, dtype=np.float64)
    if array.ndim != 1 or not ((array >= 0.0) & (array <= 1.0)).all():
        raise ValueError(f"p-values lie in [0, 1]: {list(p_values)}")
    order = np.argsort(array, kind="stable")
    adjusted = np.empty_like(array)
    adjusted[order] = np.minimum(np.maximum.accumulate(array[order] * np.arange(array.size, 0, -1)), 1.0)
    return [float(value) for value in adjusted]


def equivalence(difference: PairedDifference, margin: float = 0.05, alpha: float = 0.05) -> Equivalence:
    """Test that a paired risk difference lies within +-margin: two one-sided score tests at alpha (Tango 1998).

    `equivalent` is true exactly when Tango's interval at level 1 - 2 alpha lies inside the margins.
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


def risk_ratio(
    treated: Values,
    control: Values,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    rng: np.random.Generator | None = None,
) -> RiskRatio:
    """Return P(event | treated) / P(event | control) with a percentile interval that resamples pairs.

    Pairs fall into four cells, so resampling replicates is one multinomial draw of cell counts. A draw without a
    control event counts as infinite, or is left out if the treated arm has none either. All NaN if no control arm has
    the event.
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


def max_t_band(differences: npt.ArrayLike, level: float = 0.95, rng: np.random.Generator | None = None) -> Band:
    """Return a simultaneous band of risk differences over doses, from the maximum of |t| over doses.

    differences: replicate x dose, each entry treated minus control, -1, 0 or 1; without the zero dose. The correlation
    of doses under common random numbers narrows the band (Westfall & Young 1993). The critical value sets the pointwise
    level of the `tango` intervals, so that a dose without discordant pairs has a positive width. rng: see
    `simultaneous.critical_value`. Raises ValueError for another shape or other entries.
    """
    matrix = np.asarray(differences, dtype=np.float64)
    if matrix.ndim != 2 or 0 in matrix.shape or not np.isin(matrix, (-1.0, 0.0, 1.0)).all():
        raise ValueError("expected a replicate x dose array of paired differences -1, 0 or 1")
    n, doses = matrix.shape
    critical = critical_value(correlation(matrix), level, rng=rng)
    if not (matrix != matrix[0]).any(axis=0).all():
        # A dose without spread has no correlation; Sidak's value is the limit for independent doses.
        critical = max(critical, normal_quantile(level ** (1.0 / doses)))
    pointwise = math.erf(critical / math.sqrt(2.0))
    limits = [tango(int((d > 0).sum()), int((d < 0).sum()), n, pointwise) for d in matrix.T]
    low, high = (np.array([limit[side] for limit in limits]) for side in (0, 1))
    return Band(matrix.mean(axis=0), low, high, critical)


def smallest_dose_reaching(doses: Values, estimates: Values, band: Band, threshold: float = -0.10) -> SmallestDose:
    """Return the smallest tested dose whose effect reaches the threshold (x10 for -.10), its interval from the band.

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


Difference = PairedDifference | MeanDifference


class OutcomeVerdict(NamedTuple):
    """Verdict on one outcome: the word, the difference with the deciding interval, and Holm's adjusted p-value."""

    word: str
    difference: Difference
    p_holm: float


@dataclass(frozen=True)
class Verdict:
    """Verdict on the primary outcome, and that of each outcome (primary first)."""

    word: str
    by_outcome: dict[str, OutcomeVerdict]
    margin: float
    level: float

    @property
    def sentence(self) -> str:
        """Return the verdict in words, with every number, its interval and n; notes if a fall was impossible."""
        n = next(iter(self.by_outcome.values())).difference.n
        parts = [self._part(name, outcome) for name, outcome in self.by_outcome.items()]
        note = f" {self.note}" * bool(self.note)
        return f"{self.word[0].upper()}{self.word[1:]}: {'; '.join(parts)} (n = {n} paired replicates).{note}"

    @property
    def note(self) -> str:
        """Return the sentence that a fall of the primary outcome by more than the margin was impossible, or ""."""
        name, primary = next((name, outcome.difference) for name, outcome in self.by_outcome.items())
        if primary.control > self.margin:
            return ""
        return (
            f"At zero exposure {name} happens in only {primary.control:.3f} of the runs, so a fall of more than "
            f"{self.margin:.2f} was impossible."
        )

    def _part(self, name: str, outcome: OutcomeVerdict) -> str:
        change = outcome.difference
        own_word = "" if outcome.word == self.word else f", on its own: {outcome.word}"
        what = f"P({name})" if isinstance(change, PairedDifference) else f"mean {name}"
        return (
            f"{what} is {change.control:.3f} at zero exposure and {change.treated:.3f} with exposure, a difference"
            f" of {change.estimate:+.3f} ({100.0 * change.level:.4g}% interval {change.low:+.3f} to {change.high:+.3f},"
            f" Monte Carlo error {change.monte_carlo_error:.3f}){own_word}"
        )


def _word(difference: Difference, margin: float) -> str:
    if difference.high < -margin:
        return "moat"
    if difference.low > margin:
        return "trapdoor"
    if -margin < difference.low and difference.high < margin:
        return "no effect of political size"
    return f"inconclusive after {difference.n} replicates"


def verdict(outcomes: Mapping[str, Difference], margin: float = 0.05, alpha: float = 0.05) -> Verdict:
    """Apply the rule declared before any run to the primary outcome, which stands first, and its co-primaries.

    outcomes: differences by the printed name of the outcome. margin: in probability, or in shares for a mean of shares.
    Interval below -margin: "moat"; above margin: "trapdoor"; inside +-margin: "no effect of political size"; otherwise
    "inconclusive after n replicates". The verdict's word is the primary's; each co-primary has its own.

    Of m outcomes, each interval has level 1 - alpha/m. A wrong word needs an interval that misses the true value, so
    with probability 1 - alpha none is wrong. Holm's later steps (the other outcomes at a higher level once one is
    decided) guarantee this for one null hypothesis per outcome, but not for a choice among three words (Shaffer 1980),
    so only the first step is used. Holm's adjusted p-values of "no difference at all" are reported too. Raises
    ValueError without outcomes, or if they have different numbers of replicates.
    """
    sizes = [difference.n for difference in outcomes.values()]
    if len(set(sizes)) != 1:
        raise ValueError(f"outcomes of the same replicates, not of {sizes}")
    if not 0.0 < margin < 1.0:
        raise ValueError(f"a margin in (0, 1), not {margin!r}")
    level = 1.0 - alpha / len(outcomes)
    widened = [difference.at_level(level) for difference in outcomes.values()]
    adjusted = holm([difference.p_value for difference in outcomes.values()])
    by_outcome = {
        name: OutcomeVerdict(_word(change, margin), change, p)
        for name, change, p in zip(outcomes, widened, adjusted, strict=True)
    }
    return Verdict(next(iter(by_outcome.values())).word, by_outcome, margin, level)
