"""Hunter: the party that keeps its direction while its share rises and reverses it otherwise."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule, towards_rival, within_scale


class Hunter(Rule):
    """Repeats its last change of aim if its share has risen since, reverses it if not (ODD D24; Laver 2005).

    It begins at its ideal, and its first step goes towards the rival. It asks no hypothetical questions, so it sees
    voters' reactions only after a move.
    """

    name = "hunter"
    heeds_polls = False
    remembers = True

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Return the last aim plus one step: in the last direction after a gain in share, otherwise against it."""
        if not memory.aims:
            return ideal
        aim = memory.aims[-1]
        direction = _last_direction(memory)
        if direction == 0.0:
            direction = towards_rival(aim, ideal, policy)
        elif poll.shares[poll.standing] - memory.shares[-1] <= parameters.noticed_gain:
            direction = -direction
        return within_scale(aim + direction * parameters.search_step)


def _last_direction(memory: Memory) -> float:
    """Return the direction of the last change of aim, +1 or -1; 0 if the aim has never changed."""
    for later, earlier in zip(reversed(memory.aims[1:]), reversed(memory.aims[:-1]), strict=True):
        if later != earlier:
            return 1.0 if later > earlier else -1.0
    return 0.0
