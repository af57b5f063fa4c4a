"""Phase 7: what neighbours on the social network do to one another."""

from __future__ import annotations

from ...agents.electorate.network.kernel import neighbours_meet
from ..state import WorldState


def network(state: WorldState) -> None:
    """Phase 7: opinions meet on the network, where there is one. A blind poll's shadow electorate meets likewise."""
    influence = state.parameters.network.influence
    if state.network is None or influence == 0.0:
        return
    for electorate in (state.electorate, state.blind):
        if electorate is not None:
            neighbours_meet(electorate.dynamic, state.network.starts, state.network.neighbours, influence)
