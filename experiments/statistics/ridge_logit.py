"""Logit with a ridge penalty on its weights, and forecasts of each group by a fit to all other groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .intervals import Floats


class RidgeLogit(NamedTuple):
    """A fitted logit: intercept, and one weight for each input."""

    intercept: float
    weights: Floats

    def probabilities(self, inputs: Floats) -> Floats:
        """Return the probability of the event for each row of inputs; shape (rows,)."""
        from scipy.special import expit

        return np.asarray(expit(self.intercept + inputs @ self.weights), dtype=np.float64)


def ridge_logit(inputs: npt.ArrayLike, outcomes: npt.ArrayLike, penalty: float = 1.0) -> RidgeLogit:
    """Fit P(outcome) = inverse logit(intercept + inputs @ weights); minimise -ln likelihood + penalty / 2 |weights|^2.

    inputs: (rows, inputs), in units in which a weight of one penalty counts the same; see `standardised`. outcomes: 0
    or 1. The intercept is not penalised, so it is infinite, with weights of 0, if all outcomes agree. Raises ValueError
    for no rows, other outcomes and a penalty that is not above 0 (le Cessie & van Houwelingen 1992).
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    x, y = np.asarray(inputs, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1] or y.size == 0:
        raise ValueError(f"a row of inputs for each outcome, one at least, not {x.shape} and {y.shape}")
    if not np.isin(y, (0.0, 1.0)).all() or not penalty > 0.0:
        raise ValueError(f"outcomes 0 or 1 and a penalty above 0, not {sorted(set(y.tolist()))} and {penalty!r}")
    if y.min() == y.max():
        return RidgeLogit(math.copysign(math.inf, y[0] - 0.5), np.zeros(x.shape[1]))
    design = np.column_stack([np.ones(len(x)), x])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0

    def loss(b: Floats) -> float:
        return float(np.logaddexp(0.0, design @ b).sum() - y @ (design @ b) + 0.5 * ridge @ b**2)

    def gradient(b: Floats) -> Floats:
        return np.asarray(design.T @ (expit(design @ b) - y) + ridge * b)

    def hessian(b: Floats) -> Floats:
        p = expit(design @ b)
        return np.asarray((design * (p * (1.0 - p))[:, None]).T @ design + np.diag(ridge))

    start = np.zeros(design.shape[1])
    fit = minimize(loss, start, method="trust-exact", jac=gradient, hess=hessian, options={"gtol": 1e-9})
    return RidgeLogit(float(fit.x[0]), np.asarray(fit.x[1:], dtype=np.float64))


def leave_one_group_out(
    inputs: npt.ArrayLike, outcomes: npt.ArrayLike, groups: Sequence[str], penalty: float = 1.0
) -> Floats:
    """Return for each row the probability by a ridge logit that was fitted to the rows of all other groups.

    Inputs are standardised by mean and standard deviation of these other rows, so nothing of a row's own group enters
    its forecast. The probability is .5 if no other group exists. inputs: (rows, inputs); the result: (rows,).
    """
    x, y, names = np.asarray(inputs, dtype=np.float64), np.asarray(outcomes, dtype=np.float64), np.asarray(groups)
    if not x.ndim == 2 or not len(x) == len(y) == len(names):
        raise ValueError(f"inputs, outcomes and groups for each row, not {x.shape}, {y.shape} and {names.shape}")
    probabilities = np.full(len(y), 0.5)
    for name in sorted(set(groups)):
        own = names == name
        if own.all():
            break
        centre, spread = x[~own].mean(axis=0), x[~own].std(axis=0)
        units = np.where(spread > 0.0, spread, 1.0)
        fit = ridge_logit((x[~own] - centre) / units, y[~own], penalty)
        probabilities[own] = fit.probabilities((x[own] - centre) / units)
    return probabilities
