"""Tastes: the Gumbel values behind parties' choices. Remembered, since all arms of a replicate ask for the same."""

from __future__ import annotations

from ...agents.draws import gumbel, persistent_gumbel, uniform
from .menu import NESTS

_NEST_DRAWS = 64
"""Agent number of the first nest's draw; those before are the moves' own."""


def platform_draws(key: int, count: int, month: int) -> tuple[float, ...]:
    """A value for each candidate platform of the month, from the stream with this key; shape (count,)."""
    return tuple([gumbel(uniform(key, i, month)) for i in range(count)])


def tastes(
    key: int, numbers: tuple[int, ...], term_start: int, month: int, persistence: float
) -> tuple[list[float], dict[str, float]]:
    """A value for each move of a menu, by the moves' numbers, and for each nest; lasting since term_start in part."""

    def taste(index: int) -> float:
        return persistent_gumbel(key, index, term_start, month, persistence)

    return [taste(number) for number in numbers], {nest: taste(_NEST_DRAWS + i) for i, nest in enumerate(NESTS)}
