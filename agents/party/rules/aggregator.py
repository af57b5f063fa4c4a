"""Aggregator: the party that adopts its supporters' mean ideal policy."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule, within_scale


class Aggregator(Rule):
    """Aims at the mean ideal policy of its present supporters and does not count votes (ODD D23; Laver 2005)."""

    name = "aggregator"
    heeds_polls = False
    needs_opinion = True

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Return the mean ideal policy of the own supporters; the own ideal if the panel was not asked."""
        return ideal if poll.own_mean_ideal < 0.0 else within_scale(poll.own_mean_ideal)
