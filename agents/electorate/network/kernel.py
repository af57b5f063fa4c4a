"""Compiled functions on the network of voters. Plain references in tests/reference, equations in docs/odd/network.md.

The network is a compressed sparse row table: the neighbours of voter i are neighbours[starts[i] : starts[i + 1]];
starts int64, shape (voters + 1,); neighbours int32, shape (2 * ties,). State is float32, arithmetic float64; sums run
over a voter's neighbours in the order of the table.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from ...numerics.blocks import Block, share_out
from ..columns import IDEAL
from .equations import mean_opinion, moved_towards, neighbour_share

Starts = npt.NDArray[np.int64]
Neighbours = npt.NDArray[np.int32]


def neighbours_meet(dynamic: Block, starts: Starts, neighbours: Neighbours, influence: float) -> None:
    """Move ideal policy by a month of talk, towards the mean of self and neighbours (ODD: neighbours_meet).

    dynamic: changing columns, shape (columns, voters); influence: share of the way per month, 0-1. All read the
    ideals from before the month, so that the order of voters does not matter (DeGroot 1974).
    """
    before = dynamic[IDEAL].copy()
    share_out(before.size, _meet, dynamic, before, starts, neighbours, influence)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def _meet(
    first: int,
    last: int,
    dynamic: Block,
    before: npt.NDArray[np.float32],
    starts: Starts,
    neighbours: Neighbours,
    influence: float,
) -> None:  # pragma: no cover - compiled
    """Move voters first .. last-1; before: all ideals before the month."""
    for i in range(first, last):
        own = np.float64(before[i])
        total = own
        for position in range(starts[i], starts[i + 1]):
            total += np.float64(before[neighbours[position]])
        dynamic[IDEAL, i] = moved_towards(own, mean_opinion(total, starts[i + 1] - starts[i]), influence)


@numba.njit(cache=True, error_model="numpy")
def neighbours_share(starts: Starts, neighbours: Neighbours, flags: Block) -> Block:  # pragma: no cover - compiled
    """Return the share of each voter's neighbours whose flag is 1 (ODD: neighbours_share).

    flags: 0 or 1 for every voter, float32, shape (voters,). Returns shares, float32, shape (voters,); 0 without
    neighbours.
    """
    shares = np.empty(flags.size, dtype=np.float32)
    for i in range(flags.size):
        total = 0.0
        for position in range(starts[i], starts[i + 1]):
            total += np.float64(flags[neighbours[position]])
        shares[i] = neighbour_share(total, starts[i + 1] - starts[i])
    return shares
