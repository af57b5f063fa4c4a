"""Best response: the party that keeps its ideal and weighs its chance of winning. It is the default rule."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule


class BestResponse(Rule):
    """Keeps its ideal and weighs every move by the chance of winning in the polls (ODD D22; Wittman 1983)."""

    name = "best-response"

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Return the own ideal; polls enter the utility of a move through the chance of winning."""
        return ideal
