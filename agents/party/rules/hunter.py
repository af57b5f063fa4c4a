"""Hunter: goes on while its share rises, turns round when it does not."""

from __future__ import annotations

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters
from .contract import Rule, towards_rival, within_scale


class Hunter(Rule):
    """Repeats its last change of aim if its share has risen since, turns round if not (Laver 2005).

    It begins at its ideal, its first step goes towards the rival, and it asks no what-if questions: it learns of
    voters' reactions after the fact.
    """

    name = "hunter"
    heeds_polls = False
    remembers = True

    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Last aim and one step, in the old direction after a gain and in the other after none."""
        if not memory.aims:
            return ideal
        aim = memory.aims[-1]
        heading = _last_heading(memory)
        if heading == 0.0:
            heading = towards_rival(aim, ideal, policy)
        elif poll.shares[poll.standing] - memory.shares[-1] <= parameters.noticed_gain:
            heading = -heading
        return within_scale(aim + heading * parameters.search_step)


def _last_heading(memory: Memory) -> float:
    """Direction of the last change of aim, +1 or -1; 0 where the aim has never changed."""
    for later, earlier in zip(reversed(memory.aims[1:]), reversed(memory.aims[:-1]), strict=True):
        if later != earlier:
            return 1.0 if later > earlier else -1.0
    return 0.0
