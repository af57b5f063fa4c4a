"""A regulator as a Mesa agent: independence, ideal, when its head is confirmed. What it decides is in `decisions`."""

from __future__ import annotations

from typing import Any

from ..mesa.agent import ModelAgent


class Regulator(ModelAgent):
    """The Department of Labor ("DOL", menus) or the Securities and Exchange Commission ("SEC", products)."""

    def __init__(self, model: Any, name: str, independence: float, ideal: float, confirmed_at: float) -> None:
        """independence in [0, 1]; ideal in openness; confirmed_at in months since January 2025."""
        super().__init__(model)
        self.name = name
        self.independence = independence
        self.ideal = ideal
        self.confirmed_at = confirmed_at
