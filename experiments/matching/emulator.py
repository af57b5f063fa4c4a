"""Emulators: a Gaussian process for each target, from few simulated points of many inputs.

The mean is linear in the active inputs, with a normal prior on its coefficients; a squared exponential kernel with a
length for each active input adds curvature; a nugget holds what the inactive inputs add (Vernon, Goldstein and Bower
2010). The Monte Carlo error of each point is known and no part of the nugget.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..statistics.input_checks import library
from .inputs import Reals

MOST_ACTIVE = 12
"""Inputs that an emulator reads at most."""
FEWEST_POINTS = 10
"""Points at which a target must be measured, else it has no emulator."""
_TUNED_POINTS = 300  # kernels are tuned on so many points at most: time grows with their cube
_ITERATIONS = 40
_FOLDS = 5
_PATH_STEPS = 60
_CHUNK = 5_000
_SMALLEST_NOISE = 1e-8  # of the variance over points, so that matrices stay positive definite
_SPREAD = math.sqrt(12.0)  # a uniform input has standard deviation 1 after scaling

Whole = NDArray[np.int64]


class Check(NamedTuple):
    """How an emulator predicts points that it was not fitted to (five folds, inputs chosen anew in each).

    points: number of errors. inside: share of standardised errors within 2 (about .95). rms: their root mean square;
    above 1 the emulator's standard deviation is multiplied by it.
    """

    points: int
    inside: float
    rms: float


class Emulator(NamedTuple):
    """Predicts one target from places in the unit cube.

    active: columns that it reads. regression: scikit-learn's GaussianProcessRegressor on the scaled active inputs.
    centre, scale: of the estimates. inflation: factor of the standard deviation. common: variance added everywhere,
    for Monte Carlo error that all points share.
    """

    active: tuple[int, ...]
    regression: Any
    centre: float
    scale: float
    inflation: float
    common: float
    check: Check

    def predict(self, units: Reals) -> tuple[Reals, Reals]:
        """Return mean and variance at each row of `units`, shape (n, inputs).

        The variance is that of the simulator's expectation: it has the nugget, and no Monte Carlo error of a new run.
        """
        means, variances = np.empty(len(units)), np.empty(len(units))
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a variance that rounding made negative is set to 0
            for first in range(0, len(units), _CHUNK):
                rows = slice(first, first + _CHUNK)
                mean, deviation = self.regression.predict(_scaled(units[rows], self.active), return_std=True)
                means[rows], variances[rows] = mean, deviation**2
        return self.centre + self.scale * means, self.common + variances * (self.scale * self.inflation) ** 2


def fit_emulators(
    units: Reals, estimates: Reals, errors: Reals, seed: int, *, common_draws: bool = False
) -> tuple[Emulator | None, ...]:
    """Fit an emulator for each target; None for a target measured at fewer than `FEWEST_POINTS` points.

    units: (n, inputs). estimates, errors: (n, targets), with NaN where a target was not measured. errors: Monte Carlo
    standard errors. common_draws: all points share their draws, so that errors are alike and do not average out: their
    mean square is added to the variance. UserError if scikit-learn is missing.
    """
    library("sklearn.gaussian_process")
    emulators = []
    for target in range(estimates.shape[1]):
        measured = np.isfinite(estimates[:, target]) & np.isfinite(errors[:, target])
        emulators.append(
            _fitted(units[measured], estimates[measured, target], errors[measured, target], seed, common_draws)
            if measured.sum() >= FEWEST_POINTS
            else None
        )
    return tuple(emulators)


def predictions(emulators: Sequence[Emulator | None], units: Reals) -> tuple[Reals, Reals]:
    """Return means and variances, shape (points, targets); NaN for a target without an emulator."""
    nothing = np.full(len(units), np.nan)
    columns = [(nothing, nothing) if each is None else each.predict(units) for each in emulators]
    return np.stack([mean for mean, _ in columns], axis=1), np.stack([variance for _, variance in columns], axis=1)


def active_inputs(emulators: Sequence[Emulator | None]) -> tuple[int, ...]:
    """Return the columns that any of the emulators reads, in order."""
    return tuple(sorted({column for each in emulators if each is not None for column in each.active}))


def one_thread() -> AbstractContextManager[Any]:
    """Hold linear algebra to one thread, so that the number of processors changes no digit."""
    limits: AbstractContextManager[Any] = library("threadpoolctl").threadpool_limits(1, user_api="blas")
    return limits


def _fitted(units: Reals, estimates: Reals, errors: Reals, seed: int, common_draws: bool) -> Emulator:
    centre, spread = float(estimates.mean()), float(estimates.std())
    scale = spread if spread > 0.0 else 1.0  # the same estimate everywhere: nothing to scale
    y, noise = (estimates - centre) / scale, (errors / scale) ** 2
    common = float(np.mean(errors**2)) if common_draws else 0.0
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a kernel at a bound of its lengths is an input without curvature
        active, penalty = _chosen(units, y, seed)
        tuned = np.sort(np.random.default_rng([seed, 1]).permutation(len(y))[:_TUNED_POINTS])
        kernel = _conditioned(units[tuned], y[tuned], noise[tuned], active, _kernel(len(active)), tune=True).kernel_
        check = _checked(units, y, noise, active, penalty, kernel, seed)
        regression = _conditioned(units, y, noise, active, kernel)
    return Emulator(active, regression, centre, scale, max(1.0, check.rms), common, check)


def _scaled(units: Reals, active: Sequence[int]) -> Reals:
    return _SPREAD * (units[:, list(active)] - 0.5)


def _kernel(active: int) -> Any:
    """Return the kernel before tuning; variances are shares of the variance over points."""
    kernels = library("sklearn.gaussian_process.kernels")
    linear = kernels.ConstantKernel(0.3, (1e-4, 1e2)) * kernels.DotProduct(1.0, sigma_0_bounds="fixed")
    curved = kernels.ConstantKernel(0.3, (1e-4, 1e2)) * kernels.RBF(np.full(active, 2.0), (0.3, 50.0))
    return linear + curved + kernels.WhiteKernel(0.1, (1e-6, 2.0))


def _conditioned(
    units: Reals, y: Reals, noise: Reals, active: Sequence[int], kernel: Any, *, tune: bool = False
) -> Any:
    """Return scikit-learn's regression on the points, its kernel tuned by marginal likelihood or as it is."""
    regression = library("sklearn.gaussian_process").GaussianProcessRegressor(
        kernel, alpha=np.maximum(noise, _SMALLEST_NOISE), optimizer=_maximum if tune else None
    )
    return regression.fit(_scaled(units, active), y)


def _maximum(objective: Any, start: Reals, bounds: Reals) -> tuple[Reals, float]:
    from scipy.optimize import minimize

    best = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": _ITERATIONS})
    return best.x, float(best.fun)


def _terms(units: Reals) -> Reals:
    """Return Legendre polynomials of degree 1 and 2, shape (n, 2 inputs): a ring has no linear effect."""
    x = 2.0 * units - 1.0
    return np.hstack([math.sqrt(3.0) * x, math.sqrt(5.0) * (1.5 * x**2 - 0.5)])


def _chosen(units: Reals, y: Reals, seed: int) -> tuple[tuple[int, ...], float]:
    """Return the active inputs by a cross-validated L1 path (Tibshirani 1996), and its penalty."""
    folds = _folds(seed)
    path = library("sklearn.linear_model").LassoLarsCV(cv=folds, max_iter=_PATH_STEPS).fit(_terms(units), y)
    return _strongest(path.coef_), float(path.alpha_)


def _strongest(coefficients: Reals) -> tuple[int, ...]:
    """Return the inputs with the largest effects, at least one and at most `MOST_ACTIVE`, in order."""
    effects = (coefficients.reshape(2, -1) ** 2).sum(axis=0)
    order = np.argsort(-effects, kind="stable")[: max(1, min(MOST_ACTIVE, int((effects > 0.0).sum())))]
    return tuple(sorted(order.tolist()))


def _folds(seed: int) -> Any:
    return library("sklearn.model_selection").KFold(_FOLDS, shuffle=True, random_state=seed & 0xFFFF_FFFF)


def _checked(
    units: Reals, y: Reals, noise: Reals, active: Sequence[int], penalty: float, kernel: Any, seed: int
) -> Check:
    """Return the check on held-out points. The kernel is that of all points, the inputs are chosen in each fold."""
    lasso = library("sklearn.linear_model").LassoLars
    lengths = dict(zip(active, np.atleast_1d(kernel.k1.k2.k2.length_scale), strict=True))
    errors = np.empty(len(y))
    for fitted, held_out in _folds(seed).split(units):
        path = lasso(alpha=penalty, max_iter=_PATH_STEPS).fit(_terms(units[fitted]), y[fitted])
        chosen = _strongest(path.coef_)
        own = kernel.clone_with_theta(kernel.theta)
        # An input that is active in this fold alone has no length of its own: it acts linearly.
        own.k1.k2.k2.length_scale = np.array([lengths.get(column, 50.0) for column in chosen])
        regression = _conditioned(units[fitted], y[fitted], noise[fitted], chosen, own)
        mean, deviation = regression.predict(_scaled(units[held_out], chosen), return_std=True)
        errors[held_out] = (y[held_out] - mean) / np.sqrt(deviation**2 + noise[held_out])
    return Check(len(y), float(np.mean(np.abs(errors) <= 2.0)), float(np.sqrt(np.mean(errors**2))))
