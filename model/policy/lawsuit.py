"""A lawsuit against a rule."""

from __future__ import annotations

from typing import NamedTuple

from ...agents.perception import Stand
from .law import Law, Provision


class Suit(NamedTuple):
    """A rule in court: what it wrote, what stood before, who made it, when the court decides."""

    provision: Provision
    before: Law
    stand: Stand
    role: str
    decided: float
    restrictive: bool
