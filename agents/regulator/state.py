"""State of a regulator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class RegulatorState:
    """The Department of Labor ("DOL", menus) or the Securities and Exchange Commission ("SEC", products).

    independence in [0, 1]; ideal in openness; confirmed_at in months since January 2025.
    """

    name: str
    independence: float
    ideal: float
    confirmed_at: float

    def fork(self) -> RegulatorState:
        """Return a copy that changes on its own."""
        return RegulatorState(self.name, self.independence, self.ideal, self.confirmed_at)
