"""The contract of a party rule, and the registry that every rule enters when its class is defined."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters

RULES: dict[str, type[Rule]] = {}
"""All rules by name; `party.rule` takes these names."""


class Rule(ABC):
    """How a party turns its perception into a target position. Subclass it, set `name` and write `target`.

    A rule keeps no state, draws no random numbers and never sees voters: `target` is a function of its arguments. The
    logit choice over moves and platforms takes the target as the party's ideal. A rule sees the public facts and its
    own share under the status quo. It declares what else it needs:

    heeds_polls: the party weighs each move or platform by the chance of winning that the poll gives it.
    needs_opinion: the panel is asked for ideal policies as well (`PollReport.mean_ideal`, `own_mean_ideal`).
    remembers: the party keeps its past targets and the shares polled with them (`Memory`).

    A rule that declares none of the three is a control: its attempts cannot depend on exposure.
    """

    name: ClassVar[str]
    heeds_polls: ClassVar[bool] = True
    needs_opinion: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Register the rule under its name. ValueError without a name, or if another rule has it."""
        name = getattr(cls, "name", None)
        if not isinstance(name, str) or not name:
            raise ValueError(f"rule {cls.__name__} has no name; allowed: name = a text")
        if name in RULES:
            raise ValueError(f"two rules are called {name!r}; taken: {', '.join(RULES)}")
        RULES[name] = cls

    @abstractmethod
    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Return the openness, in [0, 1], that the party treats as its ideal when it weighs moves and platforms.

        ideal: the party's own ideal. poll.shares[poll.standing]: its share under the status quo. memory: empty at the
        first decision, and always empty for a rule that does not declare `remembers`.
        """


def within_scale(position: float) -> float:
    """Return the position of the openness scale [0, 1] that is nearest to `position`."""
    return min(1.0, max(0.0, position))


def towards_rival(aim: float, ideal: float, policy: PolicyState) -> float:
    """Return the direction from an aim to the rival's platform, +1 or -1 (ODD D21).

    If the two are equal, it is the direction to the ideal; if all three are equal, +1.
    """
    for goal in (policy.rival_platform, ideal):
        if goal != aim:
            return 1.0 if goal > aim else -1.0
    return 1.0
