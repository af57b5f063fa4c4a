"""Between a lost presidential election and the handover: the outgoing government hurries its live rule."""

from __future__ import annotations

from ...agents.regulator.docket import haste
from ..state import WorldState


def lame_duck(state: WorldState) -> bool:
    """Return whether the party in office has lost the presidency and has not handed over yet."""
    if not state.results:
        return False
    last = state.results[-1]
    handover = last.month + state.parameters.institutions.election_lead
    return last.presidential and last.winner != state.in_office and last.month <= state.month < handover


def hurry(state: WorldState) -> None:
    """Cut the remaining time of a live rule's stage by the midnight factor, on the night of a lost election."""
    if state.docket is None or not lame_duck(state):
        return
    factor = haste("", state.docket.option.instrument, True, state.parameters.regulator)
    due = state.month + max(0.0, state.docket.due - state.month) * factor
    state.docket = state.docket._replace(due=due)
