"""Sensitivity of outcomes to factors over a design's points: Sobol' indices and Morris' elementary effects via SALib.

SALib silently turns a single NaN into indices of 0, so every input is checked first.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import UserError
from ..storage.columns import Column
from .input_checks import library, refuse_incomplete, refuse_missing_rows, refuse_mixed_code, some
from .intervals import Floats, normal_quantile

RESAMPLES = 500
_ANY = (-math.inf, math.inf)
SENSITIVITY_COLUMNS: tuple[Column, ...] = (
    Column("outcome", "", *_ANY, "outcome explained", "as in runs.csv, or NAME<=LEVEL"),
    Column("method", "", *_ANY, "sobol or morris", "design of the study"),
    Column("index", "", *_ANY, "first, total, second; mean, mean_absolute, spread", "see docs/statistics.md"),
    Column("factor", "", *_ANY, "parameter", "dotted name"),
    Column("with", "", *_ANY, "the other parameter of a second-order index, else empty", "dotted name"),
    Column("value", "share of variance, or outcome per range", *_ANY, "the index", "SALib"),
    Column("low", "as value", *_ANY, "lower 95% limit", "bootstrap of base samples or trajectories"),
    Column("high", "as value", *_ANY, "upper 95% limit", "bootstrap of base samples or trajectories"),
    Column("noise_share", "share of variance", 0.0, math.inf, "Monte Carlo part of the variance", "mean mcse^2 / var"),
    Column("points", "points", 1.0, math.inf, "design points", "count"),
)


def point_outcomes(
    frame: pd.DataFrame,
    outcome: str,
    *,
    breadth: float | None = None,
    visibility: float | None = None,
    points: int | None = None,
) -> pd.DataFrame:
    """Return the mean of an outcome at every design point and its Monte Carlo error: columns point, value, mcse, n.

    frame: runs of a sweep. With `breadth` the paired difference of that dose (at that visibility, if given) from the
    point's zero-exposure arm, within replicate; without, the mean over the point's rows. points: how many the design
    has. Raises UserError, with names, for missing points or rows, NaN, duplicate rows and mixed code versions.
    """
    needed = ["point", "replicate", outcome] + (["arm", "breadth"] if breadth is not None else [])
    refuse_incomplete(frame, needed)
    refuse_missing_rows(frame, points)
    if "code" in frame.columns:
        refuse_mixed_code(frame["code"].astype(str))
    wide = frame
    if breadth is not None:
        dosed = frame[np.isclose(frame["breadth"], breadth)]
        if visibility is not None:
            dosed = dosed[np.isclose(dosed["visibility"], visibility)]
        zero = frame[frame["breadth"] == 0.0]
        keys = ["point", "replicate"]
        for rows, what in ((dosed, f"breadth {breadth:g}"), (zero, "breadth 0")):
            if rows.empty or rows.duplicated(keys).any():
                raise UserError(f"the contrast needs exactly one arm at {what} in every point; name the visibility")
        both = dosed[[*keys, outcome]].merge(zero[[*keys, outcome]], on=keys, how="outer", suffixes=("", "_zero"))
        unpaired = both[both.isna().any(axis=1)]
        if len(unpaired):
            places = zip(unpaired["point"], unpaired["replicate"], strict=True)
            named = [f"(point {point}, replicate {replicate})" for point, replicate in places]
            raise UserError(f"missing rows: {some(named)} lack an arm of the contrast")
        wide = both.assign(**{outcome: both[outcome] - both[f"{outcome}_zero"]})
    grouped = wide.groupby("point")[outcome]
    n = grouped.count()
    return pd.DataFrame(
        {"point": n.index, "value": grouped.mean(), "mcse": grouped.std(ddof=1) / np.sqrt(n), "n": n}
    ).reset_index(drop=True)


def _checked(values: Floats, length: int, what: str) -> Floats:
    outcomes = np.asarray(values, dtype=np.float64)
    if outcomes.shape != (length,):
        raise UserError(f"{what} needs {length} points, found {outcomes.size}")
    wrong = np.flatnonzero(~np.isfinite(outcomes))
    if wrong.size:
        raise UserError(f"NaN or infinite outcome at {some([f'point {point}' for point in wrong.tolist()])}")
    if outcomes.min() == outcomes.max():
        raise UserError("the outcome is the same at every point: there is no variance to decompose")
    return outcomes


def noise_share(values: Floats, errors: Floats | None) -> float:
    """Return the share of the variance over points that is Monte Carlo noise of their replicates; NaN if unknown."""
    if errors is None or not np.isfinite(errors).all():
        return math.nan
    return float((np.asarray(errors) ** 2).mean() / np.var(values, ddof=1))


def sobol_table(
    values: Floats,
    names: Sequence[str],
    *,
    outcome: str = "",
    second_order: bool = False,
    errors: Floats | None = None,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return first-order, total and (if the design has them) second-order Sobol' indices with bootstrap intervals.

    values: outcome of every point in the order of Saltelli's (2002) design; N (d + 2) points, or N (2 d + 2) with
    second order. errors: their Monte Carlo errors, for `noise_share`; noise inflates total indices. Estimators:
    Saltelli et al. (2010), Jansen (1999) for the total. Raises UserError for another number of points, NaN, no
    variance.
    """
    d = len(names)
    block = 2 * d + 2 if second_order else d + 2
    total = int(np.asarray(values).size)
    if total == 0 or total % block:
        raise UserError(f"a Sobol' design of {d} factors has a multiple of {block} points, found {total}")
    y = _checked(values, total, "the design")
    problem = {"num_vars": d, "names": list(names), "bounds": [[0.0, 1.0]] * d}
    indices = library("SALib.analyze.sobol").analyze(
        problem, y, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=level, seed=seed
    )
    rows = [
        (word, name, "", indices[key][place], indices[f"{key}_conf"][place])
        for word, key in (("first", "S1"), ("total", "ST"))
        for place, name in enumerate(names)
    ]
    if second_order:
        rows += [
            ("second", names[i], names[j], indices["S2"][i, j], indices["S2_conf"][i, j])
            for i in range(d)
            for j in range(i + 1, d)
        ]
    return _table(rows, outcome, "sobol", noise_share(y, errors), total)


def morris_table(
    places: Floats,
    values: Floats,
    names: Sequence[str],
    *,
    outcome: str = "",
    levels: int = 4,
    errors: Floats | None = None,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return elementary effects (Morris 1991): mean, mean absolute value (Campolongo et al. 2007) and spread.

    places: points of the trajectories in [0, 1], shape (trajectories (d + 1), d), in order. values: their outcomes; an
    effect is the change of the outcome over a factor's whole range. Only the mean absolute value has SALib's bootstrap
    interval; the mean has a normal one over trajectories. Raises UserError as `sobol_table` does.
    """
    d = len(names)
    x = np.asarray(places, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != d or len(x) % (d + 1) or len(x) < 2 * (d + 1):
        raise UserError(f"a Morris design of {d} factors has two or more trajectories of {d + 1} points each")
    y = _checked(values, len(x), "the design")
    problem = {"num_vars": d, "names": list(names), "bounds": [[0.0, 1.0]] * d}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        effects = library("SALib.analyze.morris").analyze(
            problem, x, y, num_resamples=RESAMPLES, conf_level=level, num_levels=levels, seed=seed
        )
    trajectories = len(x) // (d + 1)
    rows: list[tuple[str, str, str, float, float]] = []
    for place, name in enumerate(names):
        mean, spread = float(effects["mu"][place]), float(effects["sigma"][place])
        half = normal_quantile(level) * spread / math.sqrt(trajectories)
        rows += [
            ("mean_absolute", name, "", float(effects["mu_star"][place]), float(effects["mu_star_conf"][place])),
            ("mean", name, "", mean, half),
            ("spread", name, "", spread, math.nan),
        ]
    return _table(rows, outcome, "morris", noise_share(y, errors), len(x))


def _table(
    rows: Sequence[tuple[str, str, str, float, float]], outcome: str, method: str, noise: float, points: int
) -> pd.DataFrame:
    table = pd.DataFrame(
        [
            {
                **{"outcome": outcome, "method": method, "index": index, "factor": factor, "with": other},
                **{"value": float(value), "low": float(value - half), "high": float(value + half)},
                **{"noise_share": noise, "points": points},
            }
            for index, factor, other, value, half in rows
        ],
        columns=[column.name for column in SENSITIVITY_COLUMNS],
    )
    if not np.isfinite(table["value"].to_numpy(dtype=float)).all():
        raise UserError("SALib returned an index that is not finite; the design and its outcomes do not match")
    return table
