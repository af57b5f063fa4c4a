"""Inputs of history matching: ranges of the prior, Latin hypercubes on the unit cube, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..studies.prior import in_order
from ..studies.sampling import between

Reals = NDArray[np.float64]


class Input(NamedTuple):
    """One parameter and the range of its prior: uniform on a linear or log scale, or even over whole numbers."""

    name: str
    low: float
    high: float
    log: bool = False
    whole: bool = False


def latin_hypercube(inputs: Sequence[Input], n: int, rng: np.random.Generator) -> Reals:
    """Draw n points of the unit cube, shape (n, inputs); each input has one point in each of n equal intervals."""
    intervals = rng.permuted(np.tile(np.arange(n), (len(inputs), 1)), axis=1).T
    # Rounding can give 1 for the last interval of a large sample.
    places: Reals = np.minimum((intervals + rng.random((n, len(inputs)))) / n, np.nextafter(1.0, 0.0))
    return places


def values_of(inputs: Sequence[Input], units: Reals) -> list[dict[str, float | int]]:
    """Return the values by name of each row of `units`, shape (n, inputs), places in the unit cube.

    Where NAME_latest came out below NAME_soonest the two are exchanged, as in every study that draws the prior.
    """
    return [
        in_order(
            {
                each.name: between(each.low, each.high, float(place), log=each.log, whole=each.whole)
                for each, place in zip(inputs, row, strict=True)
            }
        )
        for row in units
    ]
