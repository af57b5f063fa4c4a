"""A kernel of scikit-learn on some columns of the points. Imports scikit-learn, so it is imported when needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.gaussian_process.kernels import Kernel

Reals = NDArray[np.float64]


class OnColumns(Kernel):  # type: ignore[misc]
    """Applies `kernel` to the columns `columns` alone; its parameters are those of `kernel`."""

    def __init__(self, kernel: Any, columns: tuple[int, ...]) -> None:
        """Take the kernel and the numbers of its columns."""
        self.kernel = kernel
        self.columns = columns

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what the constructor takes, as scikit-learn's `clone` asks."""
        return {"kernel": self.kernel, "columns": self.columns}

    @property
    def hyperparameters(self) -> Any:
        """Return the parameters that are tuned."""
        return self.kernel.hyperparameters

    @property
    def theta(self) -> Reals:
        """Return the logarithms of the parameters that are tuned."""
        theta: Reals = self.kernel.theta
        return theta

    @theta.setter
    def theta(self, theta: Reals) -> None:
        self.kernel.theta = theta

    @property
    def bounds(self) -> Reals:
        """Return the bounds of theta, shape (parameters, 2)."""
        bounds: Reals = self.kernel.bounds
        return bounds

    def _columns(self, points: Any) -> Any:
        return None if points is None else np.asarray(points)[:, list(self.columns)]

    def __call__(self, points: Any, others: Any = None, eval_gradient: bool = False) -> Any:
        """Return covariances of `points` with `others`, or with themselves; and their gradient if asked."""
        return self.kernel(self._columns(points), self._columns(others), eval_gradient)

    def diag(self, points: Any) -> Any:
        """Return the variance at each point."""
        return self.kernel.diag(self._columns(points))

    def is_stationary(self) -> Any:
        """Return whether covariances depend on distances alone."""
        return self.kernel.is_stationary()

    def __repr__(self) -> str:
        """Return the kernel and its columns."""
        return f"{self.kernel} on {self.columns}"
