"""Best response to polls: the default."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule


class BestResponse(Rule):
    """Keeps its ideal but weighs every move by the chance of winning the panel polls give it (Wittman 1983)."""

    name = "best-response"

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Own ideal point; the polls enter through the chance of winning."""
        return ideal
