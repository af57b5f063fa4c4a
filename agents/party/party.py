"""A party as a Mesa agent: label, role, platform. What it decides is in `decisions`."""

from __future__ import annotations

from typing import Any

from ..mesa_agent import ModelAgent


class Party(ModelAgent):
    """One of the two parties. label is R or D; role is author or opponent of the friendly policy."""

    def __init__(self, model: Any, label: str, role: str, ideal: float, platform: float) -> None:
        """ideal and platform in openness, in [0, 1]."""
        super().__init__(model)
        self.label = label
        self.role = role
        self.ideal = ideal
        self.platform = platform
