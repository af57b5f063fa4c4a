"""Takeovers by the opponent, and how many of them with a Congress of its own: in histories and in the stress test."""

from __future__ import annotations

from ....model.parameters.tree import Parameters
from ....model.state import WorldState
from ..stress_test.run import friendly_term, takeover, with_dose


def takeover_counts(world: WorldState) -> dict[str, float]:
    """Count the presidential elections of a finished history that brought the opponent into office.

    takeovers_unified: of these, those in which it also held House and Senate from the handover on.
    """
    taken = [
        result
        for result in world.results
        if result.presidential and result.winner == "opponent" and world.record[result.month].in_office == "author"
    ]
    unified = sum(all(result.congress.controls("opponent")) for result in taken)
    return {"takeovers": float(len(taken)), "takeovers_unified": float(unified)}


def stress_takeover_counts(parameters: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Count the takeover of one replicate of the stress test at zero exposure, under the names of its columns."""
    zero = friendly_term(with_dose(parameters, 0.0, 1.0), seed, replicate)
    congress = takeover(zero, "opponent", zero).elected_congress
    unified = congress is not None and all(congress.controls("opponent"))
    return {"stress_takeovers": 1.0, "stress_takeovers_unified": float(unified)}
