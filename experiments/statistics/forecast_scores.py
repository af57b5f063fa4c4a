"""Scores of forecast probabilities against outcomes, and their standard errors by resampling groups of cases."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .intervals import Floats

LOWEST, HIGHEST = 0.005, 0.995
"""Probabilities are clipped to this range, so that one forecast of 0 or 1 that fails does not decide a score."""
BOOTSTRAP_DRAWS = 10_000
_STREAM = 0x73636F72  # "scor": separates the bootstrap's generator from the model's streams


def case_log_scores(p: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
    """Return -ln of the probability, clipped, that each forecast gave to what happened; lower is better.

    p: probability of the event, by case. y: 1 if it happened, 0 if not. Raises ValueError for other values.
    """
    probability, happened = _checked(p, y)
    return -np.log(np.where(happened, probability, 1.0 - probability))


def case_briers(p: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
    """Return the squared difference between probability, clipped, and outcome, by case; lower is better."""
    probability, happened = _checked(p, y)
    return np.square(probability - happened)


def log_score(p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return the mean of `case_log_scores` (Good 1952), which does not depend on the order of the cases."""
    return _mean(case_log_scores(p, y))


def brier(p: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return the mean of `case_briers` (Brier 1950), which does not depend on the order of the cases."""
    return _mean(case_briers(p, y))


def bootstrap_by_group(values: npt.ArrayLike, groups: Sequence[str], seed: int, draws: int = BOOTSTRAP_DRAWS) -> float:
    """Return the standard error of the mean of the values, by drawing whole groups with replacement.

    values: a score, or a paired difference of two scores, by case. groups: the group of each case; cases of one group
    share what happened to it, so that only groups count as independent (Cameron, Gelbach & Miller 2008). Every case of
    a drawn group counts once, so large groups weigh more. NaN with fewer than two groups. A function of values, groups
    and seed, whatever the order of the cases.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (len(groups),):
        raise ValueError(f"a value for each of {len(groups)} groups of cases, not an array of shape {array.shape}")
    by_group: dict[str, list[float]] = {name: [] for name in sorted(set(groups))}
    for name, value in zip(groups, array.tolist(), strict=True):
        by_group[name].append(value)
    if len(by_group) < 2:
        return math.nan
    sums = np.array([math.fsum(members) for members in by_group.values()])
    sizes = np.array([len(members) for members in by_group.values()])
    generator = np.random.default_rng([_STREAM, seed])
    counts = generator.multinomial(len(sizes), np.full(len(sizes), 1.0 / len(sizes)), size=draws)
    return float(np.std((counts @ sums) / (counts @ sizes), ddof=1))


def _checked(p: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    probability, outcome = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if probability.ndim != 1 or probability.shape != outcome.shape or probability.size == 0:
        raise ValueError(f"a probability and an outcome for each case, not {probability.shape} and {outcome.shape}")
    if not ((probability >= 0.0) & (probability <= 1.0)).all():
        raise ValueError(f"probabilities lie in [0, 1]: {probability.tolist()}")
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError(f"outcomes are 0 or 1: {outcome.tolist()}")
    return np.clip(probability, LOWEST, HIGHEST), outcome == 1.0


def _mean(values: Floats) -> float:
    return math.fsum(values.tolist()) / values.size
