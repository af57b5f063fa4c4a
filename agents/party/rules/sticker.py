"""Sticker: the party that keeps its ideal and ignores polls."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule


class Sticker(Rule):
    """Never leaves its ideal and reads no polls (ODD D22; Laver 2005). It is the control among the rules."""

    name = "sticker"
    heeds_polls = False

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Return the own ideal."""
        return ideal
