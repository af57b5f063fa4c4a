"""Design points of a study: grid, Latin hypercube, Sobol', Morris, or a list. A point is its values by factor."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...model.parameters.tree import Parameters
from ..errors import UserError
from .factors import factor_range
from .limits import points_of
from .prior import in_order
from .reader import StudyFile
from .schema import FactorSection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GRID_LEVELS = 4
_STREAM = 0x64657369  # "desi": separates the design's generator from the model's streams


@dataclass(frozen=True)
class Points:
    """All design points: names of the point factors, their values by point, and places in the unit cube if sampled.

    `unit` has one row per point and one column per name, in [0, 1]; empty for grid and list. Indices by variance
    (Sobol') and elementary effects (Morris) are computed on it, in the order of the rows.
    """

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    unit: tuple[tuple[float, ...], ...] = ()

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.values)

    def of(self, index: int) -> dict[str, Any]:
        """Return the values of one point by factor."""
        return dict(zip(self.names, self.values[index], strict=True))


def design_points(study: StudyFile) -> Points:
    """Return the points of a study, a function of study and seed alone. UserError if a library is missing."""
    factors = study.point_factors
    names = tuple(factors)
    kind = study.design.kind
    if kind == "list":
        return Points(study.rows.names, study.rows.values)
    if kind == "grid":
        levels = [[_typed(study.parameters, name, v) for v in factor.levels or ()] for name, factor in factors.items()]
        return Points(names, tuple(itertools.product(*levels)))
    cube = _cube(study, len(names))
    scaled = [_Scale(name, factor, study.parameters) for name, factor in factors.items()]
    values = tuple(tuple(scale(u) for scale, u in zip(scaled, row, strict=True)) for row in cube)
    if study.protocol.draws_prior or study.design.prior:
        # The two ends of a span are drawn independently, then put in order.
        values = tuple(tuple(in_order(dict(zip(names, row, strict=True))).values()) for row in values)
    return Points(names, values, tuple(tuple(row) for row in cube))


def design_size(study: StudyFile) -> int:
    """Return the number of design points, without making them."""
    return points_of(study.design, study.point_factors, len(study.rows.values))


class _Scale:
    """Maps the unit interval to a factor's values."""

    def __init__(self, name: str, factor: FactorSection, tree: Parameters) -> None:
        group, _, leaf = name.partition(".")
        self.whole = isinstance(getattr(getattr(tree, group), leaf), int)
        self.levels = None if factor.levels is None else [_typed(tree, name, value) for value in factor.levels]
        self.log = factor.scale == "log"
        self.low, self.high = (0.0, 1.0) if factor.levels is not None else factor_range(name, factor)

    def __call__(self, u: float) -> Any:
        if self.levels is not None:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        return between(self.low, self.high, u, log=self.log, whole=self.whole)


def between(low: float, high: float, u: float, *, log: bool, whole: bool) -> float | int:
    """Return the value at place u in [0, 1] of a range: linear or log scale; whole numbers are equally likely.

    >>> round(between(1.0, 100.0, 0.5, log=True, whole=False), 9), between(1.0, 3.0, 0.9, log=False, whole=True)
    (10.0, 3)
    """
    if whole and not log:
        first, last = round(low), round(high)  # all whole numbers equally likely, ends included
        return min(first + int(u * (last - first + 1)), last)
    value = math.exp(math.log(low) + u * (math.log(high) - math.log(low))) if log else low + u * (high - low)
    value = min(max(value, low), high)  # rounding must not leave the range
    return round(value) if whole else value


def _typed(tree: Parameters, name: str, value: Any) -> Any:
    """Return a level in the parameter's own kind: 2 is 2.0 where the parameter is a real number."""
    group, _, leaf = name.partition(".")
    return float(value) if isinstance(getattr(getattr(tree, group), leaf), float) else value


def _cube(study: StudyFile, d: int) -> list[list[float]]:
    design, seed = study.design, study.study.seed
    unit: NDArray[np.float64]
    if design.kind == "lhs":
        from scipy.stats import qmc

        unit = _engine(qmc.LatinHypercube, seed, d=d).random(design.samples)
    elif design.kind == "sobol":
        from scipy.stats import qmc

        unit = _cross(_engine(qmc.Sobol, seed, d=2 * d).random(design.samples), d, bool(design.second_order))
    else:
        unit = _morris(design.trajectories or 0, design.grid_levels or GRID_LEVELS, d, seed)
    return [[float(value) for value in row] for row in unit.tolist()]


def _engine(maker: Any, seed: int, **options: Any) -> Any:
    """Return a sampler of scipy.stats.qmc; the argument for its generator was renamed from seed to rng."""
    import numpy as np

    name = "rng" if "rng" in inspect.signature(maker).parameters else "seed"
    return maker(**options, **{name: np.random.default_rng([_STREAM, seed])})


def _cross(base: NDArray[np.float64], d: int, second_order: bool) -> NDArray[np.float64]:
    """Return Saltelli's (2002) scheme in the order that SALib analyses.

    For each row: A, A with one column of B, [B with one column of A], B.
    """
    import numpy as np

    a, b = base[:, :d], base[:, d:]
    blocks = [a]
    for first, second in ((a, b), (b, a))[: 2 if second_order else 1]:
        for column in range(d):
            mixed = first.copy()
            mixed[:, column] = second[:, column]
            blocks.append(mixed)
    blocks.append(b)
    return np.stack(blocks, axis=1).reshape(-1, d)


def _morris(trajectories: int, levels: int, d: int, seed: int) -> NDArray[np.float64]:
    """Return Morris' (1991) trajectories from SALib."""
    try:
        from SALib.sample import morris
    except ImportError as error:
        raise UserError(
            "a Morris design needs SALib; install it with: pip install 'political-moat[analysis]'"
        ) from error
    problem = {"num_vars": d, "names": [str(i) for i in range(d)], "bounds": [[0.0, 1.0]] * d}
    drawn: NDArray[np.float64] = morris.sample(problem, trajectories, num_levels=levels, seed=_small(seed))
    return drawn


def _small(seed: int) -> int:
    """Return a seed of 32 bits, the size that SALib's generator takes."""
    return (seed ^ _STREAM) & 0xFFFF_FFFF


def check_points(study: StudyFile, points: Points, indices: Sequence[int]) -> list[str]:
    """Return a line for each contradiction between values of a point.

    Single values were checked with the file.
    """
    from ...model.parameters.tree import ParameterError

    problems = []
    for index in indices:
        try:
            study.parameters.with_values(points.of(index))
        except ParameterError as error:
            problems += [f"point {index}: {line}" for line in str(error).splitlines()]
    return problems
