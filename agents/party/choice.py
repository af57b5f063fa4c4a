"""Quantal choice over a menu of moves: nested logit, drawn with one Gumbel value per move and one per nest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..numerics.ordered_sum import ordered_sum


def softmax(values: Sequence[float]) -> list[float]:
    """Return the choice probabilities of the multinomial logit (ODD D7; McFadden 1974), one per value.

    values: utilities times precision, no unit.
    """
    largest = max(values)
    weights = [math.exp(value - largest) for value in values]
    total = ordered_sum(weights)
    return [weight / total for weight in weights]


def inclusive_value(values: Sequence[float], dissimilarity: float) -> float:
    """Return the value of a nest: the log of the mean exponentiated value of its moves (ODD D5; McFadden 1978).

    values: utilities times precision, no unit; dissimilarity in (0, 1]. The mean takes the place of the usual sum, so
    that near-copies of a move do not make its nest likelier.
    """
    largest = max(values)
    if len(values) == 1:
        return largest
    mean = ordered_sum([math.exp((value - largest) / dissimilarity) for value in values]) / len(values)
    return largest + dissimilarity * math.log(mean)


def choose(
    utilities: Sequence[float],
    nests: Sequence[str],
    precision: float,
    dissimilarity: float,
    move_draws: Sequence[float],
    nest_draws: dict[str, float],
) -> int:
    """Return the index of the move drawn by nested logit (ODD D6; McFadden 1978).

    utilities, nests, move_draws: one per move; nest_draws: one per nest. Draws are Gumbel values; precision in
    1 / utility. The nest is drawn by its inclusive value, then the move within it; the first of equals wins. With
    dissimilarity 1 and one move a nest this is the plain logit.
    """
    moves_of: dict[str, list[int]] = {}
    for move, nest in enumerate(nests):
        moves_of.setdefault(nest, []).append(move)
    scaled = [precision * utility for utility in utilities]
    nest_values = {
        nest: inclusive_value([scaled[move] for move in moves], dissimilarity) + nest_draws[nest]
        for nest, moves in moves_of.items()
    }
    moves = moves_of[max(nest_values, key=nest_values.__getitem__)]
    move_values = [scaled[move] / dissimilarity + move_draws[move] for move in moves]
    return moves[move_values.index(max(move_values))]


def probabilities(
    utilities: Sequence[float], nests: Sequence[str], precision: float, dissimilarity: float
) -> list[float]:
    """Return the exact probability with which `choose` picks each move (ODD D8), in the order of `utilities`."""
    nest_names = list(dict.fromkeys(nests))
    scaled = [precision * utility for utility in utilities]
    moves_of = {name: [move for move, nest in enumerate(nests) if nest == name] for name in nest_names}
    nest_shares = softmax(
        [inclusive_value([scaled[move] for move in moves_of[name]], dissimilarity) for name in nest_names]
    )
    result = [0.0] * len(scaled)
    for name, nest_share in zip(nest_names, nest_shares, strict=True):
        move_shares = softmax([scaled[move] / dissimilarity for move in moves_of[name]])
        for move, share in zip(moves_of[name], move_shares, strict=True):
            result[move] = nest_share * share
    return result
