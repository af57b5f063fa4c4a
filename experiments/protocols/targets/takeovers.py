"""How often a new government controls both houses: in free histories and at the stress test's takeover."""

from __future__ import annotations

from ....model.parameters.tree import Parameters
from ....model.state import WorldState
from ..stress_test.run import friendly_term, with_dose


def takeover_counts(world: WorldState) -> dict[str, float]:
    """Count the changes of the party in office in a finished history, and those with both houses of Congress.

    A takeover is the election of a president from the other party; its Congress is elected on the same day.
    """
    takeovers, unified = 0, 0
    for result in world.results:
        if result.presidential and result.winner != world.record[result.month].in_office:
            takeovers += 1
            unified += all(result.congress.controls(result.winner))
    return {"takeovers": float(takeovers), "takeovers_unified": float(unified)}


def stress_takeover_counts(parameters: Parameters, seed: int, replicate: int) -> dict[str, float]:
    """Count the takeover of one replicate of the stress test, and whether the opponent then has both houses."""
    past = friendly_term(with_dose(parameters, 0.0, 1.0), seed, replicate)
    congress = past.results[-1].congress
    return {"stress_takeovers": 1.0, "stress_takeovers_unified": float(all(congress.controls("opponent")))}
