"""Second, slow implementation of N7, N8 and N10 of docs/odd/network.md: plain Python, one voter at a time.

Written as an oracle for the compiled functions; it imports none of them. Neighbours are lists of lists.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from plain_electorate import stored


def neighbour_lists(starts: Any, neighbours: Any) -> list[list[int]]:
    """Numbers of every voter's neighbours."""
    everybody = [int(number) for number in neighbours]
    return [everybody[int(begin) : int(end)] for begin, end in itertools.pairwise(starts)]


def heard(own: float, others: Sequence[float], influence: float) -> float:
    """Ideal policy after a month of talk with others, who said what they held before."""
    mean = (own + sum(others)) / (1 + len(others))
    return stored((1.0 - influence) * own + influence * mean)


def share(flags: Sequence[float]) -> float:
    """Share of neighbours for whom something holds; 0 without neighbours."""
    return stored(sum(flags) / len(flags)) if flags else 0.0
