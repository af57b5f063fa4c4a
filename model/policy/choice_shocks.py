"""Choice shocks: the Gumbel values behind parties' choices."""

from __future__ import annotations

from ...agents.draws import gumbel, persistent_gumbel, uniform
from .menu import NESTS

_NEST_DRAWS = 64
"""Agent number of the first nest's draw; lower numbers belong to moves."""


def platform_draws(key: int, count: int, month: int) -> tuple[float, ...]:
    """Return a shock for each candidate platform of the month, from the stream with this key; shape (count,)."""
    return tuple([gumbel(uniform(key, i, month)) for i in range(count)])


def tastes(
    key: int, numbers: tuple[int, ...], term_start: int, month: int, persistence: float
) -> tuple[list[float], dict[str, float]]:
    """Return a shock for each move of a menu and for each nest; a share `persistence` lasts since term_start."""

    def taste(index: int) -> float:
        return persistent_gumbel(key, index, term_start, month, persistence)

    return [taste(number) for number in numbers], {nest: taste(_NEST_DRAWS + i) for i, nest in enumerate(NESTS)}
