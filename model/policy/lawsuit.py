"""A lawsuit against a rule."""

from __future__ import annotations

from typing import NamedTuple

from ...agents.perception import Stand
from .law import Law, Provision


class Suit(NamedTuple):
    """A rule in court: its provision, the law before it, its stand and author, and the date of the decision."""

    provision: Provision
    before: Law
    stand: Stand
    role: str
    decided: float
    restrictive: bool
