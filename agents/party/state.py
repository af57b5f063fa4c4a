"""State of a party."""

from __future__ import annotations

from dataclasses import dataclass

from ..perception import EMPTY_MEMORY, Memory


@dataclass(slots=True)
class PartyState:
    """One of the two parties. label is R or D; role is author or opponent of the friendly policy.

    ideal and platform in openness, in [0, 1]; memory: past aims and shares, kept for the party's rule.
    """

    label: str
    role: str
    ideal: float
    platform: float
    memory: Memory = EMPTY_MEMORY

    def fork(self) -> PartyState:
        """Return a copy that changes on its own."""
        return PartyState(self.label, self.role, self.ideal, self.platform, self.memory)
