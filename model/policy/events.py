"""What a historian would note of a month, and the two roles."""

from __future__ import annotations

from typing import NamedTuple


class Event(NamedTuple):
    """Something a historian would note.

    kind: docketed, enacted, renewed, voided (by Congress), lapsed (by sunset), withdrawn, frozen, refused, vacated,
    upheld. restrictive: whether the item lowers openness by .10 or more; of what was vacated or lapsed, see the ODD.
    """

    month: int
    kind: str
    role: str
    move: str
    instrument: str
    restrictive: bool


def other(role: str) -> str:
    """The other role."""
    return "opponent" if role == "author" else "author"
