"""A regulator as a Mesa agent: independence, ideal, when its head is confirmed. What it decides is in `decisions`."""

from __future__ import annotations

from typing import Any

from ..mesa.agent import ModelAgent, of_state
from .state import RegulatorState


class Regulator(ModelAgent):
    """One of the two agencies; its attributes are those of its `RegulatorState`."""

    name = of_state("name")
    independence = of_state("independence")
    ideal = of_state("ideal")
    confirmed_at = of_state("confirmed_at")

    def __init__(self, model: Any, name: str, independence: float, ideal: float, confirmed_at: float) -> None:
        """Make a regulator with a state of its own; units as in `RegulatorState`."""
        self.state = RegulatorState(name, independence, ideal, confirmed_at)
        super().__init__(model)

    @classmethod
    def with_state(cls, model: Any, state: RegulatorState) -> Regulator:
        """Return the agent of a state that the model already has."""
        regulator = cls(model, state.name, state.independence, state.ideal, state.confirmed_at)
        regulator.state = state
        return regulator
