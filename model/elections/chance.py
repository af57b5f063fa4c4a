"""Chance in a presidential election, given who wins it (ODD: chance_given_winner)."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtri_exp

from ..parameters.tree import Parameters
from .national_vote import Chance, own_level_sd

FURTHEST = 40.0
"""Standard deviations searched on both sides; the normal probability beyond them is below 1e-300."""


def chance_given_winner(free: Chance, winner: str, lead: Callable[[Chance], float], p: Parameters) -> Chance:
    """Return the two draws of an election given that a role wins it (V16); the free draws if no draw lets it win.

    lead: the author's lead under two draws, which rises with both; the author wins where it is positive.
    """
    level, college = own_level_sd(p), p.elections.college_bias_sd
    size = math.hypot(level, college)
    if size == 0.0:
        return free
    first = (level * free.level + college * free.college) / size

    def moved(joint: float) -> Chance:
        step = (joint - first) / size
        return Chance(free.level + level * step, free.college + college * step)

    joint = draw_given_winner(first, decisive_draw(lambda draw: lead(moved(draw))), winner)
    return free if joint is None else moved(joint)


def decisive_draw(lead: Callable[[float], float]) -> float:
    """Return the joint draw at which the author's lead is zero (V14).

    lead: the author's lead by the draw, which never lowers it. Infinite where no draw changes the winner: -inf if
    the author wins with every draw, inf if the opponent does.
    """
    if lead(-FURTHEST) > 0.0:
        return -math.inf
    if lead(FURTHEST) <= 0.0:
        return math.inf
    return float(brentq(lead, -FURTHEST, FURTHEST))


def draw_given_winner(free: float, decisive: float, winner: str) -> float | None:
    """Return the truncated normal draw that takes the place of a standard normal (V15); None if the role cannot win.

    decisive: from `decisive_draw`. The result rises with `free`. Logarithms keep far tails exact.
    """
    if decisive == (-math.inf if winner == "opponent" else math.inf):
        return None
    if winner == "opponent":
        return float(ndtri_exp(log_ndtr(free) + log_ndtr(decisive)))
    return float(-ndtri_exp(log_ndtr(-free) + log_ndtr(-decisive)))
