"""Sticker: the control."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule


class Sticker(Rule):
    """Never leaves its ideal point and does not read polls (Laver 2005): the control."""

    name = "sticker"
    heeds_polls = False

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Own ideal point."""
        return ideal
