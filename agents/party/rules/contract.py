"""The Rule contract: how a party turns what it perceives into a target position; and its self-filling registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from ...perception import Memory, PolicyState, PollReport
from ..parameters import PartyParameters

RULES: dict[str, type[Rule]] = {}


class Rule(ABC):
    """One way a party decides. Subclass, set `name`, write `target`; the registry fills itself.

    A rule holds no state and never sees voters: `target` is a function of its arguments. What it needs beyond the
    public facts and the shares polled it declares:

    heeds_polls: the party weighs every move on the table by the chance of winning the panel gives it.
    needs_opinion: the panel is also asked for ideal policies (`PollReport.mean_ideal`, `own_mean_ideal`).
    remembers: the world keeps the party's past aims and the shares polled with them, and hands them back as `Memory`.

    A rule that declares none of the three is a control: its attempts cannot depend on exposure.
    """

    name: ClassVar[str]
    heeds_polls: ClassVar[bool] = True
    needs_opinion: ClassVar[bool] = False
    remembers: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Register the rule under its name; two rules may not share one."""
        if cls.name in RULES:
            raise ValueError(f"two rules are called {cls.name!r}")
        RULES[cls.name] = cls

    @abstractmethod
    def target(
        self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters, memory: Memory
    ) -> float:
        """Position in openness, in [0, 1], that the party treats as its ideal when it weighs moves.

        poll.shares[poll.standing] is the own share as things stand; memory is empty at the first decision, and always
        for a rule that does not declare `remembers`.
        """


def within_scale(position: float) -> float:
    """A position brought back to [0, 1]."""
    return min(1.0, max(0.0, position))


def towards_rival(aim: float, ideal: float, policy: PolicyState) -> float:
    """+1 or -1: the side of the own aim on which the rival stands; where they coincide, that of the ideal, then +1."""
    for goal in (policy.rival_platform, ideal):
        if goal != aim:
            return 1.0 if goal > aim else -1.0
    return 1.0
