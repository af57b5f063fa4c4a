"""Event log entries, and the two party roles."""

from __future__ import annotations

from typing import NamedTuple


class Event(NamedTuple):
    """One entry of the event log.

    kind: docketed, enacted, reconciled (passed by half of the Senate), renewed, voided (by Congress), lapsed (by
    sunset), bargained (sunset put off), withdrawn, frozen, refused, vacated, upheld; imposed, not open (dated events).
    restrictive: whether the item lowers openness by .10 or more; for vacated and lapsed items, see the ODD.
    """

    month: int
    kind: str
    role: str
    move: str
    instrument: str
    restrictive: bool


def other(role: str) -> str:
    """Return the other role."""
    return "opponent" if role == "author" else "author"
