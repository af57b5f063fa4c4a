"""Naive regression of a return to extreme care on endogenous exposure, compared with assigned exposure.

Unit of analysis: takeovers at risk, as in the printed table. Outcome: back to extreme care in the term so begun (column
reversed). Exposure: visible stake, mean over all voters, so that arms with other stakes and visibilities are on one
scale. Linear probability, errors clustered on the replicate.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...statistics.paired_tests import BOOTSTRAP_DRAWS
from ...storage.columns import Column

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

UNIT = 0.01
"""Unit of slopes, years of income of visible stake: ten points of breadth at 4% of a mean balance of 2.5."""
ASSIGNED = "assigned"
_LEVEL = 0.95
_CLUSTERS = 2


class Estimator(NamedTuple):
    """One way to measure exposure: its name, whether it belongs to the assigned arms, and when exposure is taken."""

    name: str
    assigned: bool
    measured: str


ESTIMATORS: tuple[Estimator, ...] = (
    Estimator(ASSIGNED, True, "as assigned at month 0, within replicate"),
    Estimator("landmark", False, "at takeover, before the outcome"),
    Estimator("term_average", False, "mean over the term, outcome included"),
    Estimator("run_end", False, "at the end of the run, outcome included"),
)


class Slope(NamedTuple):
    """Least-squares slope with its cluster-robust error and interval (t, clusters - 1); NaN where not identified."""

    slope: float
    error: float
    low: float
    high: float
    n: int
    clusters: int


def takeovers(cycles: pd.DataFrame) -> pd.DataFrame:
    """Return a row per takeover at risk, in the order of cycles: outcome, and exposure by estimator in units of UNIT.

    cycles: cycles.csv. landmark is the exposure at inauguration of that term: a run reversed within the term still had
    its full exposure then, and a run reversed before is not at risk.
    """
    runs = cycles.groupby(["replicate", "arm"], sort=False)
    exposures = cycles[["replicate", "arm", "evolving", "reversed"]].copy()
    exposures[ASSIGNED] = runs["exposure"].transform("first") / UNIT
    exposures["landmark"] = cycles["exposure"] / UNIT
    exposures["term_average"] = cycles["exposure_mean"] / UNIT
    exposures["run_end"] = runs["exposure_end"].transform("last") / UNIT
    return exposures[cycles["at_risk"] == 1].reset_index(drop=True)


def _centred(values: Floats, clusters: npt.NDArray[np.int64]) -> Floats:
    count = np.bincount(clusters)
    return np.asarray(values - (np.bincount(clusters, values) / count)[clusters])


def clustered_slope(x: npt.ArrayLike, y: npt.ArrayLike, clusters: npt.ArrayLike, *, within: bool = False) -> Slope:
    """Return the least-squares slope of y on x, with errors robust to dependence within clusters.

    within: an intercept for each cluster (compares only observations of one cluster); else one intercept. Errors: the
    sandwich of Liang & Zeger 1986 with the correction G / (G - 1) * (N - 1) / (N - K) for G clusters, N observations
    and K coefficients (absorbed intercepts are nested in clusters and do not count). ValueError for unequal lengths.
    """
    from scipy.special import stdtrit

    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    _, group = np.unique(np.asarray(clusters), return_inverse=True)
    if not a.shape == b.shape == group.shape or a.ndim != 1:
        raise ValueError(f"x, y and clusters are of one length, not {a.shape}, {b.shape} and {group.shape}")
    n, clusters_found = a.size, int(group.max(initial=-1)) + 1
    if n == 0:
        return Slope(math.nan, math.nan, math.nan, math.nan, 0, 0)
    if within:
        a, b = _centred(a, group), _centred(b, group)
    else:
        a, b = a - a.mean(), b - b.mean()
    spread = float(a @ a)
    coefficients = 1 if within else 2
    # Exposure that differs by rounding alone identifies nothing.
    if spread <= 1e-18 * n or clusters_found < _CLUSTERS or n <= coefficients:
        return Slope(math.nan, math.nan, math.nan, math.nan, n, clusters_found)
    slope = float(a @ b) / spread
    score = np.bincount(group, a * (b - slope * a))
    correction = clusters_found / (clusters_found - 1.0) * (n - 1.0) / (n - coefficients)
    error = math.sqrt(correction * float(score @ score)) / spread
    half = float(stdtrit(clusters_found - 1, 0.5 + _LEVEL / 2.0)) * error
    return Slope(slope, error, slope - half, slope + half, n, clusters_found)


def _sums(x: Floats, y: Floats, place: npt.NDArray[np.int64], replicates: int, within: bool) -> Floats:
    """Return n, sum x, sum y, sum xx and sum xy of each replicate, shape (replicates, 5).

    within: the sums of values centred on their cluster.
    """
    if within and x.size:
        _, group = np.unique(place, return_inverse=True)
        x, y = _centred(x, group), _centred(y, group)
    parts = (np.ones_like(x), x, y, x * x, x * y)
    return np.column_stack([np.bincount(place, part, minlength=replicates) for part in parts])


def _slopes(totals: Floats, within: bool) -> Floats:
    """Return the slope for every row of totals (weighted sums of the rows of `_sums`)."""
    n, sx, sy, sxx, sxy = totals.T
    with np.errstate(divide="ignore", invalid="ignore"):
        if within:
            return np.asarray(np.where(sxx > 1e-18 * n, sxy / sxx, np.nan))
        spread = n * sxx - sx * sx
        return np.asarray(np.where(spread > 1e-12 * n * sxx, (n * sxy - sx * sy) / spread, np.nan))


def bias_interval(
    taken: pd.DataFrame, estimator: Estimator, replicates: npt.ArrayLike, draws: int = BOOTSTRAP_DRAWS
) -> tuple[float, float]:
    """Return the percentile interval of naive minus assigned slope, by a bootstrap over whole replicates.

    Both slopes of a draw come from the same resampled replicates. replicates: all of them, also those without a
    takeover at risk. Draws on which a slope is not identified are left out; NaN where they are more than one in
    twenty. Equal data give equal intervals.
    """
    numbers = np.unique(np.asarray(replicates))
    weights = np.random.default_rng(0).multinomial(numbers.size, np.full(numbers.size, 1.0 / numbers.size), size=draws)
    differences = np.zeros(draws)
    for measure, sign in ((estimator, 1.0), (ESTIMATORS[0], -1.0)):
        rows = taken[(taken["evolving"] == 0) == measure.assigned]
        place = np.searchsorted(numbers, rows["replicate"].to_numpy())
        x, y = (rows[name].to_numpy(dtype=np.float64) for name in (measure.name, "reversed"))
        differences += sign * _slopes(weights @ _sums(x, y, place, numbers.size, measure.assigned), measure.assigned)
    known = differences[np.isfinite(differences)]
    if known.size < 0.95 * draws:
        return math.nan, math.nan
    tail = (1.0 - _LEVEL) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail], method="inverted_cdf")
    return float(low), float(high)


_ANY = (-math.inf, math.inf)
_POSITIVE = (0.0, math.inf)
_PER = "change in P(back to extreme care) per .01 year of income of visible stake"

NAIVE_COLUMNS: tuple[Column, ...] = (
    Column(
        "estimator",
        "",
        *_ANY,
        "assigned: arms with assigned exposure; the others: the evolving arm, exposure as measured",
        "; ".join(f"{estimator.name}: {estimator.measured}" for estimator in ESTIMATORS),
    ),
    Column("slope", "1 / .01 year of income", *_ANY, f"{_PER}; empty where not identified", "least squares"),
    Column("slope_mcse", "1 / .01 year of income", *_POSITIVE, "its standard error", "clustered on the replicate"),
    Column("slope_low", "1 / .01 year of income", *_ANY, "lower limit, 95%", "t with clusters - 1"),
    Column("slope_high", "1 / .01 year of income", *_ANY, "upper limit, 95%", "t with clusters - 1"),
    Column("takeovers", "number", *_POSITIVE, "takeovers at risk behind the slope", "count"),
    Column("clusters", "replicates", *_POSITIVE, "replicates behind the slope", "count"),
    Column(
        "p_reversed", "share", 0.0, 1.0, "of these takeovers, terms with a return to extreme care", "mean of reversed"
    ),
    Column("exposure", "years of income", *_POSITIVE, "visible stake, mean over these takeovers", "mean"),
    Column("exposure_sd", "years of income", *_POSITIVE, "its standard deviation over takeovers", "sd"),
    Column("bias", "1 / .01 year of income", *_ANY, "naive minus assigned slope; empty for assigned", "difference"),
    Column("bias_low", "1 / .01 year of income", *_ANY, "lower limit, 95%", "bootstrap of whole replicates"),
    Column("bias_high", "1 / .01 year of income", *_ANY, "upper limit, 95%", "bootstrap of whole replicates"),
)


def naive_table(cycles: pd.DataFrame) -> pd.DataFrame:
    """Return a row per estimator with NAIVE_COLUMNS; cycles: cycles.csv of a history with an evolving arm."""
    import pandas as pd

    taken = takeovers(cycles)
    rows = []
    for estimator in ESTIMATORS:
        own = taken[(taken["evolving"] == 0) == estimator.assigned]
        slope = clustered_slope(own[estimator.name], own["reversed"], own["replicate"], within=estimator.assigned)
        if estimator.assigned:
            reference, bias, interval = slope.slope, math.nan, (math.nan, math.nan)
        else:
            bias, interval = slope.slope - reference, bias_interval(taken, estimator, cycles["replicate"])
        exposure = UNIT * own[estimator.name]
        rows.append(
            (estimator.name, *slope, own["reversed"].mean(), exposure.mean(), exposure.std(), bias, *interval),
        )
    return pd.DataFrame(rows, columns=[column.name for column in NAIVE_COLUMNS])


def _number(value: float, width: int = 9) -> str:
    return f"{value:>+{width}.4f}" if math.isfinite(value) else f"{'-':>{width}}"


def _interval(low: float, high: float) -> str:
    return f"[{low:+.4f}, {high:+.4f}]" if math.isfinite(low) and math.isfinite(high) else "-"


def naive_lines(table: pd.DataFrame) -> list[str]:
    """Return the printed lines of a `naive_table`, with an explanation of its terms."""
    slopes = [f"{'estimator':<14}{'slope':>9}{'interval':>22}{'bias':>9}{'interval':>22}"]
    samples = [f"{'estimator':<14}{'exposure':<42}{'takeovers':>10}{'clusters':>9}{'P(care)':>8}{'mean x':>9}{'sd':>8}"]
    rows: list[Any] = list(table.itertuples())
    for estimator, row in zip(ESTIMATORS, rows, strict=True):
        name = estimator.name.replace("_", " ")
        share = f"{row.p_reversed:.3f}" if math.isfinite(row.p_reversed) else "-"
        exposure, spread = (f"{v:.4f}" if math.isfinite(v) else "-" for v in (row.exposure, row.exposure_sd))
        slopes.append(
            f"{name:<14}{_number(row.slope)}{_interval(row.slope_low, row.slope_high):>22}{_number(row.bias)}"
            f"{_interval(row.bias_low, row.bias_high):>22}"
        )
        samples.append(
            f"{name:<14}{estimator.measured:<42}{row.takeovers:>10d}{row.clusters:>9d}{share:>8}{exposure:>9}{spread:>8}"
        )
    lines = [
        f"Return to extreme care regressed on exposure, takeovers at risk: {_PER} (95% interval)",
        *slopes,
        "",
        *samples,
    ]
    return [
        *lines,
        "assigned: arms whose exposure the experimenter set. The other three are what an observer of evolving worlds "
        "could compute; bias: naive minus assigned. Where a return to extreme care makes savers sell, exposure "
        "measured during or after it counts terms that returned early as unexposed.",
        "P(care): share back to extreme care. mean x, sd: visible stake in years of income; a slope per .01 says "
        "little where x spreads over much less.",
    ]
