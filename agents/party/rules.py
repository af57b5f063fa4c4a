"""The Rule contract: how a party turns what it perceives into a target position; and its self-filling registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from ..perception import PolicyState, PollReport
from .parameters import PartyParameters

RULES: dict[str, type[Rule]] = {}


class Rule(ABC):
    """One way a party decides. Subclass, set `name`, write `target`; the registry fills itself.

    `heeds_polls` says whether the party weighs its chance of winning; a rule that does not is a control: its attempts
    cannot depend on exposure. A rule holds no state of the world and never sees voters.
    """

    name: ClassVar[str]
    heeds_polls: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        """Register the rule under its name; two rules may not share one."""
        if cls.name in RULES:
            raise ValueError(f"two rules are called {cls.name!r}")
        RULES[cls.name] = cls

    @abstractmethod
    def target(self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters) -> float:
        """Position in openness, in [0, 1], that the party treats as its ideal when it weighs moves."""


class Sticker(Rule):
    """Never leaves its ideal point and does not read polls (Laver 2005): the control."""

    name = "sticker"
    heeds_polls = False

    def target(self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters) -> float:
        """Own ideal point."""
        return ideal


class BestResponse(Rule):
    """Keeps its ideal but weighs every move by the chance of winning the panel polls give it (Wittman 1983)."""

    name = "best-response"

    def target(self, ideal: float, poll: PollReport, policy: PolicyState, parameters: PartyParameters) -> float:
        """Own ideal point; the polls enter through the chance of winning."""
        return ideal
