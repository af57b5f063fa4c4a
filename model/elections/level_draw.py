"""The own draw of the level shock, given who wins the election (ODD: decisive_draw, draw_given_winner)."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtri_exp

FURTHEST = 40.0
"""Standard deviations searched on both sides; the normal probability beyond them is below 1e-300."""


def decisive_draw(lead: Callable[[float], float]) -> float:
    """Return the own level draw at which the author's lead is zero (V14).

    lead: the author's lead by the own draw, which it never lowers; the author wins where it is positive. Infinite
    where no draw changes the winner: -inf if the author wins with every draw, inf if the opponent does.
    """
    if lead(-FURTHEST) > 0.0:
        return -math.inf
    if lead(FURTHEST) <= 0.0:
        return math.inf
    return float(brentq(lead, -FURTHEST, FURTHEST))


def draw_given_winner(uniform: float, decisive: float, winner: str) -> float | None:
    """Return the own level draw of a uniform, given that a role wins (V15); None if that role cannot win.

    decisive: from `decisive_draw`. The draw rises with the uniform. Logarithms keep far tails exact.
    """
    if decisive == (-math.inf if winner == "opponent" else math.inf):
        return None
    if winner == "opponent":
        return float(ndtri_exp(math.log(uniform) + log_ndtr(decisive)))
    return float(-ndtri_exp(math.log1p(-uniform) + log_ndtr(-decisive)))
