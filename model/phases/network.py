"""Phase 7: neighbours on the social network."""

from __future__ import annotations

from ...agents.electorate.network.kernel import neighbours_meet
from ..state import WorldState


def network(state: WorldState) -> None:
    """Run phase 7: neighbours move each other's ideal policy, also in a blind poll's shadow electorate."""
    influence = state.parameters.network.influence
    if state.network is None or influence == 0.0:
        return
    for electorate in (state.electorate, state.blind):
        if electorate is not None:
            neighbours_meet(electorate.dynamic, state.network.starts, state.network.neighbours, influence)
