"""A party as a Mesa agent: label, role, platform, memory. What it decides is in `decisions`."""

from __future__ import annotations

from typing import Any

from ..mesa.agent import ModelAgent, of_state
from ..perception import NOTHING, Memory
from .state import PartyState


class Party(ModelAgent):
    """One of the two parties; its attributes are those of its `PartyState`."""

    label = of_state("label")
    role = of_state("role")
    ideal = of_state("ideal")
    platform = of_state("platform")
    memory = of_state("memory")

    def __init__(
        self, model: Any, label: str, role: str, ideal: float, platform: float, memory: Memory = NOTHING
    ) -> None:
        """Make a party with a state of its own; units as in `PartyState`."""
        self.state = PartyState(label, role, ideal, platform, memory)
        super().__init__(model)

    @classmethod
    def with_state(cls, model: Any, state: PartyState) -> Party:
        """Return the agent of a state that the model already has."""
        party = cls(model, state.label, state.role, state.ideal, state.platform, state.memory)
        party.state = state
        return party
