"""Emulators: a Gaussian process for each target, from few simulated points of many inputs.

The mean is linear in all inputs; its coefficients have normal priors, wide for the active inputs and narrow for the
others. A squared exponential kernel with a length for each active input adds curvature. A nugget holds what is left
(Vernon, Goldstein and Bower 2010). Monte Carlo error is no part of the nugget: its variance at each point is the
declared one, smoothed over the inputs.
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
"""Inputs of most effect, in which an emulator may be curved."""
FEWEST_POINTS = 10
"""Points at which a target must be measured, else it has no emulator."""
_TUNED_POINTS = 300  # kernels are tuned on so many points at most: time grows with their cube
_ITERATIONS = 40
_FOLDS = 5
_PATH_STEPS = 60
_CHUNK = 5_000
_LONGEST = 50.0  # length of an input without curvature, in standard deviations of the prior
_SMALLEST_NOISE = 1e-8  # of the variance over points, so that matrices stay positive definite
_SPREAD = math.sqrt(12.0)  # a uniform input has standard deviation 1 after scaling

Whole = NDArray[np.int64]


class Check(NamedTuple):
    """How an emulator predicts points that it was not fitted to (five folds, inputs chosen anew in each).

    points: number of errors. inside: share of standardised errors within 2 (about .95). rms: their root mean square.
    added: standard deviation added to the emulator's, in the unit of the target, such that rms is 1; 0 if rms <= 1.
    """

    points: int
    inside: float
    rms: float
    added: float


class Emulator(NamedTuple):
    """Predicts one target from places in the unit cube.

    active: columns in which it may be curved. regression: scikit-learn's GaussianProcessRegressor on scaled inputs.
    centre, scale: of the estimates. added: variance added everywhere, for errors found by `check` and for Monte Carlo
    error that all points share.
    """

    active: tuple[int, ...]
    regression: Any
    centre: float
    scale: float
    added: float
    check: Check

    def predict(self, units: Reals) -> tuple[Reals, Reals]:
        """Return mean and variance at each row of `units`, shape (n, inputs).

        The variance is that of the simulator's expectation: it has the nugget, and no Monte Carlo error of a new run.
        """
        means, variances = np.empty(len(units)), np.empty(len(units))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a variance that rounding made negative is set to 0
            for first in range(0, len(units), _CHUNK):
                rows = slice(first, first + _CHUNK)
                mean, deviation = self.regression.predict(_scaled(units[rows]), return_std=True)
                means[rows], variances[rows] = mean, deviation**2
        return self.centre + self.scale * means, self.added + self.scale**2 * variances


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
    flat = estimates.min() == estimates.max()  # the same estimate everywhere: nothing to scale
    centre, scale = (float(estimates[0]), 1.0) if flat else (float(estimates.mean()), float(estimates.std()))
    y = (estimates - centre) / scale
    common = float(np.mean(errors**2)) if common_draws else 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a kernel at a bound of its lengths is an input without curvature
        noise = _smoothed(units, (errors / scale) ** 2, seed)
        active, penalty = _chosen(units, y, seed)
        tuned = np.sort(np.random.default_rng([seed, 1]).permutation(len(y))[:_TUNED_POINTS])
        start = _kernel(active, [2.0] * len(active))
        kernel = _conditioned(units[tuned], y[tuned], noise[tuned], start, tune=True).kernel_
        check = _checked(units, y, noise, active, penalty, kernel, seed)
        check = check._replace(added=scale * check.added)
        regression = _conditioned(units, y, noise, kernel)
    return Emulator(active, regression, centre, scale, common + check.added**2, check)


def _scaled(units: Reals) -> Reals:
    return _SPREAD * (units - 0.5)


def _kernel(active: tuple[int, ...], lengths: Sequence[float]) -> Any:
    """Return the kernel before tuning; variances are shares of the variance over points."""
    kernels = library("sklearn.gaussian_process.kernels")
    from .columns_kernel import OnColumns

    def scaled(variance: float, kernel: Any) -> Any:
        return kernels.ConstantKernel(variance, (1e-6, 1e2)) * kernel

    return (
        OnColumns(scaled(0.3, kernels.DotProduct(0.0, sigma_0_bounds="fixed")), active)
        + OnColumns(scaled(0.3, kernels.RBF(np.array(lengths), (0.3, _LONGEST))), active)
        + scaled(1e-3, kernels.DotProduct(0.0, sigma_0_bounds="fixed"))
        + kernels.ConstantKernel(1.0, "fixed")  # the level: the mean of few noisy points is not exact
        + kernels.WhiteKernel(0.05, (1e-6, 2.0))
    )


def _conditioned(units: Reals, y: Reals, noise: Reals, kernel: Any, *, tune: bool = False) -> Any:
    """Return scikit-learn's regression on the points, its kernel tuned by marginal likelihood or as it is."""
    regression = library("sklearn.gaussian_process").GaussianProcessRegressor(
        kernel, alpha=np.maximum(noise, _SMALLEST_NOISE), optimizer=_maximum if tune else None
    )
    return regression.fit(_scaled(units), y)


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
    if not y.any():
        return (0,), 1.0
    folds = _folds(seed)
    path = library("sklearn.linear_model").LassoLarsCV(cv=folds, max_iter=_PATH_STEPS).fit(_terms(units), y)
    return _strongest(path.coef_), float(path.alpha_)


def _smoothed(units: Reals, noise: Reals, seed: int) -> Reals:
    """Return the noise variance of each point as a smooth function of the inputs, with the same mean.

    The error of a share is small where the share came out small by chance. Weights by such errors bias the mean.
    """
    if noise.min() == noise.max():
        return noise
    logs = np.log(np.maximum(noise, _SMALLEST_NOISE))
    path = library("sklearn.linear_model").LassoLarsCV(cv=_folds(seed), max_iter=_PATH_STEPS).fit(_terms(units), logs)
    smooth = np.exp(np.clip(path.predict(_terms(units)), logs.min(), logs.max()))
    rescaled: Reals = smooth * (noise.mean() / smooth.mean())
    return rescaled


def _strongest(coefficients: Reals) -> tuple[int, ...]:
    """Return the inputs with the largest effects, at least one and at most `MOST_ACTIVE`, in order."""
    effects = (coefficients.reshape(2, -1) ** 2).sum(axis=0)
    order = np.argsort(-effects, kind="stable")[: max(1, min(MOST_ACTIVE, int((effects > 0.0).sum())))]
    return tuple(sorted(order.tolist()))


def _folds(seed: int) -> Any:
    return library("sklearn.model_selection").KFold(_FOLDS, shuffle=True, random_state=seed & 0xFFFF_FFFF)


def _checked(
    units: Reals, y: Reals, noise: Reals, active: tuple[int, ...], penalty: float, kernel: Any, seed: int
) -> Check:
    """Return the check on held-out points. The kernel is tuned on all points, the inputs are chosen in each fold."""
    lasso = library("sklearn.linear_model").LassoLars
    tuned = np.exp(kernel.theta)
    lengths = dict(zip(active, tuned[2 : 2 + len(active)].tolist(), strict=True))
    errors, variances = np.empty(len(y)), np.empty(len(y))
    for fitted, held_out in _folds(seed).split(units):
        path = lasso(alpha=penalty, max_iter=_PATH_STEPS).fit(_terms(units[fitted]), y[fitted])
        chosen = _strongest(path.coef_)
        # An input that is active in this fold alone has no length of its own: it acts linearly.
        own = [lengths.get(column, _LONGEST) for column in chosen]
        theta = np.log([*tuned[:2], *own, *tuned[2 + len(active) :]])
        regression = _conditioned(units[fitted], y[fitted], noise[fitted], _kernel(chosen, own).clone_with_theta(theta))
        mean, deviation = regression.predict(_scaled(units[held_out]), return_std=True)
        errors[held_out], variances[held_out] = y[held_out] - mean, deviation**2 + noise[held_out]
    standardised = errors / np.sqrt(variances)
    inside, rms = float(np.mean(np.abs(standardised) <= 2.0)), float(np.sqrt(np.mean(standardised**2)))
    return Check(len(y), inside, rms, math.sqrt(_missing_variance(errors**2, variances)))


def _missing_variance(squares: Reals, variances: Reals) -> float:
    """Return what must be added to the variances so that standardised squared errors have mean 1; at least 0."""
    from scipy.optimize import brentq

    def excess(added: float) -> float:
        return float(np.mean(squares / (variances + added))) - 1.0

    return float(brentq(excess, 0.0, float(squares.mean()))) if excess(0.0) > 0.0 else 0.0
