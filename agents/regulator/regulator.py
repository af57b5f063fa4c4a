"""A regulator as a Mesa agent: a state, and methods that call `decisions` and `docket` on that state."""

from __future__ import annotations

from typing import Any

from ..mesa.agent import ModelAgent, of_state
from ..perception import PolicyState
from . import decisions, docket
from .parameters import RegulatorParameters
from .state import RegulatorState


class Regulator(ModelAgent):
    """The Department of Labor ("DOL", menus) or the Securities and Exchange Commission ("SEC", products).

    Once its head is confirmed, an agency drifts towards the president. It delays items that it disagrees with,
    and the commission may refuse to bring a case. The methods change no state; the phases of a month do.
    """

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

    def is_confirmed(self, month: int) -> bool:
        """Return whether the head of the agency is in place in a month."""
        return bool(month >= self.confirmed_at)

    def ideal_after_drift(self, president_ideal: float, month: int, parameters: RegulatorParameters) -> float:
        """Return the agency's ideal a month on, after its drift towards the president (ODD R2)."""
        return decisions.drift_ideal(
            self.ideal, president_ideal, self.independence, self.is_confirmed(month), parameters
        )

    def slow_roll_factor(self, openness: float, parameters: RegulatorParameters) -> float:
        """Return the factor by which the agency delays an item of this openness (ODD R3)."""
        return docket.slow_roll_factor(self.ideal, openness, parameters)

    def expected_months(self, instrument: str, openness: float, parameters: RegulatorParameters) -> float:
        """Return the mean delay in months of an item of this openness at the agency (ODD R4)."""
        return docket.expected_months(instrument, self.slow_roll_factor(openness, parameters), parameters)

    def stage_months(self, instrument: str, openness: float, draw: float, parameters: RegulatorParameters) -> float:
        """Return the duration in months of one stage of an item of this openness (ODD R6); draw is uniform."""
        return docket.stage_months(instrument, draw, self.slow_roll_factor(openness, parameters), parameters)

    def brings_case(self, openness: float, policy: PolicyState, draw: float, parameters: RegulatorParameters) -> bool:
        """Return whether the agency brings an enforcement case that leads to this openness (ODD R7)."""
        return decisions.brings_case(draw, self.independence, self.ideal, openness, policy, parameters)
