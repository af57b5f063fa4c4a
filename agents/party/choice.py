"""Logit (quantal) choice over a menu: P(move) from utilities, drawn with one Gumbel value per move and nest."""

from __future__ import annotations

import math
from collections.abc import Sequence


def softmax(values: Sequence[float]) -> list[float]:
    """Choice probabilities of the multinomial logit (McFadden 1974); same length as `values`."""
    top = max(values)
    weights = [math.exp(value - top) for value in values]
    total = sum(weights)
    return [weight / total for weight in weights]


def inclusive_value(values: Sequence[float], dissimilarity: float) -> float:
    """Log of the mean exponentiated value of a nest, so that near-copies of a move do not make it likelier."""
    top = max(values)
    if len(values) == 1:
        return top
    mean = sum([math.exp((value - top) / dissimilarity) for value in values]) / len(values)
    return top + dissimilarity * math.log(mean)


def choose(
    utilities: Sequence[float],
    nests: Sequence[str],
    precision: float,
    dissimilarity: float,
    move_draws: Sequence[float],
    nest_draws: dict[str, float],
) -> int:
    """Index of the chosen move by nested logit (McFadden 1978).

    utilities, nests, move_draws: one per move. nest_draws: a Gumbel value per nest. The nest is drawn by its inclusive
    value, then the move within it. With dissimilarity 1 and one move a nest this is the plain logit.
    """
    members: dict[str, list[int]] = {}
    for index, nest in enumerate(nests):
        members.setdefault(nest, []).append(index)
    scaled = [precision * utility for utility in utilities]
    drawn = {
        nest: inclusive_value([scaled[i] for i in inside], dissimilarity) + nest_draws[nest]
        for nest, inside in members.items()
    }
    inside = members[max(drawn, key=drawn.__getitem__)]
    values = [scaled[i] / dissimilarity + move_draws[i] for i in inside]
    return inside[values.index(max(values))]


def probabilities(
    utilities: Sequence[float], nests: Sequence[str], precision: float, dissimilarity: float
) -> list[float]:
    """Exact probabilities of `choose`; one per move, in the order of `utilities`."""
    order = list(dict.fromkeys(nests))
    scaled = [precision * utility for utility in utilities]
    inclusive = [
        inclusive_value([v for v, n in zip(scaled, nests, strict=True) if n == nest], dissimilarity) for nest in order
    ]
    of_nest = dict(zip(order, softmax(inclusive), strict=True))
    result = [0.0] * len(scaled)
    for nest in order:
        inside = [i for i, n in enumerate(nests) if n == nest]
        for i, share in zip(inside, softmax([scaled[i] / dissimilarity for i in inside]), strict=True):
            result[i] = of_nest[nest] * share
    return result
