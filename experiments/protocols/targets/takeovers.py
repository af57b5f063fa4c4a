"""Takeovers by the opponent, and how many of them with a Congress of its own: in histories and in the stress test."""

from __future__ import annotations

from ....agents.draws import draws_of
from ....model.build import build_state
from ....model.elections.national_vote import ElectionResult
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.state import WorldState
from ..stress_test.run import friendly_term, takeover, with_dose


def takeover_counts(world: WorldState) -> dict[str, float]:
    """Count the presidential elections of a finished history that brought the opponent into office.

    takeovers_unified: of these, those in which it also held House and Senate from the handover on.
    """
    taken = _takeovers(world)
    return {"takeovers": float(len(taken)), "takeovers_unified": _unified(taken)}


def first_takeover_counts(world: WorldState) -> dict[str, float]:
    """Count the same for the first presidential election alone.

    Like the takeover of the stress test it follows on an author's first term and on the set Congress of January 2025.
    """
    first = world.parameters.institutions.term_months
    taken = [result for result in _takeovers(world) if result.month < first]
    return {"first_takeovers": float(len(taken)), "first_takeovers_unified": _unified(taken)}


def first_term_counts(parameters: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Count the same for a history of one term at zero exposure, elections free."""
    world = build_state(with_dose(parameters, 0.0, 1.0), draws_of(seed, replicate))
    world.released = True
    advance(world, parameters.institutions.term_months)
    return first_takeover_counts(world)


def _takeovers(world: WorldState) -> list[ElectionResult]:
    return [
        result
        for result in world.results
        if result.presidential and result.winner == "opponent" and world.record[result.month].in_office == "author"
    ]


def _unified(taken: list[ElectionResult]) -> float:
    return float(sum(all(result.congress.controls("opponent")) for result in taken))


def stress_takeover_counts(parameters: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Count the takeover of one replicate of the stress test at zero exposure, under the names of its columns."""
    zero = friendly_term(with_dose(parameters, 0.0, 1.0), seed, replicate)
    congress = takeover(zero, "opponent", zero).elected_congress
    unified = congress is not None and all(congress.controls("opponent"))
    return {"stress_takeovers": 1.0, "stress_takeovers_unified": float(unified)}
