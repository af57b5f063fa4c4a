"""Arms for the placebo tests: pairs of worlds of one replicate that differ in one declared way."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

from political_moat.experiments.protocols.stress_test.run import friendly_term, measure, takeover
from political_moat.model.elections.national_vote import Congress
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.population.builder import build_population  # noqa: F401 - used by the tests of symmetry
from political_moat.model.state import WorldState

TERM = 48
VERSION: Mapping[str, Any] = {}
"""Values under those of a test; the fixture `version` sets them."""


def tree(values: Mapping[str, Any]) -> Parameters:
    return Parameters().with_values({"electorate.voters": 1000, **VERSION, **values})


def opposed_world(values: Mapping[str, Any], replicate: int, congress: dict[int, Congress] | None = None) -> WorldState:
    """Run the friendly term, then a term of the installed opponent. congress: chambers imposed, by seating month."""
    return _opposed_world(tree(values), replicate, congress)


def _opposed_world(p: Parameters, replicate: int, congress: dict[int, Congress] | None) -> WorldState:
    without = p.exposure.model_copy(update={"breadth": 0.0, "evolves": False})
    past = zero = friendly_term(p.model_copy(update={"exposure": without}), seed=11, replicate=replicate)
    if p.exposure.breadth > 0.0 or p.exposure.evolves:
        past = friendly_term(p, seed=11, replicate=replicate, zero=zero)
    past.imposed_congress = congress
    world = takeover(past, "opponent", past)
    advance(world, TERM)
    return world


def seated(world: WorldState) -> dict[int, Congress]:
    """Return the elected chambers of a world by the month in which they take their seats."""
    return {result.month + 2: result.congress for result in world.results}


def political_path(world: WorldState) -> list[Any]:
    """Return the whole political course of a world: policy by month, events, elections and platforms."""
    months = [
        (
            m.month,
            m.in_office,
            m.theta,
            m.kappa,
            m.openness,
            m.closed,
            m.protected,
            m.layer,
            m.platform_distance,
            m.threat,
        )
        for m in world.record
    ]
    platforms = {role: party.platform for role, party in world.parties.items()}
    return [months, world.events, world.results, platforms]


def attempts(world: WorldState) -> list[Any]:
    return [event for event in world.events if event.month >= TERM and event.kind in ("docketed", "withdrawn")]


class Ending(NamedTuple):
    """What positive controls count in a world at its end."""

    reversed: bool
    restricted: bool
    moves: frozenset[str]
    congress: tuple[tuple[int, Congress], ...]


@functools.cache
def _ending(p: Parameters, replicate: int, congress: tuple[tuple[int, Congress], ...] | None) -> Ending:
    world = _opposed_world(p, replicate, dict(congress) if congress else None)
    measured = measure(world)
    moves = frozenset(event.move for event in attempts(world))
    return Ending(measured.reversed, measured.restricted, moves, tuple(seated(world).items()))


def ending(values: Mapping[str, Any], replicate: int, congress: Mapping[int, Congress] | None = None) -> Ending:
    """Return the ending of `opposed_world`; each world of equal parameters is run once."""
    return _ending(tree(values), replicate, tuple(congress.items()) if congress else None)


def reversals(values: Mapping[str, Any], replicates: int) -> float:
    """Return the share of replicates that end in a reversal."""
    return sum(ending(values, replicate).reversed for replicate in range(replicates)) / replicates
