"""A party as a Mesa agent: label, role, platform, memory. What it decides is in `decisions`."""

from __future__ import annotations

from typing import Any

from ..mesa.agent import ModelAgent
from ..perception import EMPTY_MEMORY, Memory


class Party(ModelAgent):
    """One of the two parties. label is R or D; role is author or opponent of the friendly policy."""

    def __init__(
        self, model: Any, label: str, role: str, ideal: float, platform: float, memory: Memory = EMPTY_MEMORY
    ) -> None:
        """ideal and platform in openness, in [0, 1]; memory is what the party's rule remembers of its decisions."""
        super().__init__(model)
        self.label = label
        self.role = role
        self.ideal = ideal
        self.platform = platform
        self.memory = memory
