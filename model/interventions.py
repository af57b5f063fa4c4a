"""Interventions: an experiment imposes values of another arm to close one channel from exposure to policy.

By default nothing is imposed. Institutions have switches of their own (channels, WorldState.imposed_congress).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from .elections.national_vote import Chance

GOVERNMENT, CHALLENGER = "government", "challenger"


class Interventions(NamedTuple):
    """Imposed on one world.

    blind: offices whose polls the shadow electorate without stakes answers; only with polls.blind, which makes it.
    platforms: month -> role -> platform in force from that month's platform phase on, in openness; None: parties adapt.
    winners: month of a presidential election -> role that wins it; None: the votes cast decide.
    chances: month of an election -> its draws; None: drawn.
    won_by: month of a presidential election -> role given whose victory its draws are drawn; None: drawn freely.
    """

    blind: tuple[str, ...] = (GOVERNMENT, CHALLENGER)
    platforms: Mapping[int, Mapping[str, float]] | None = None
    winners: Mapping[int, str] | None = None
    chances: Mapping[int, Chance] | None = None
    won_by: Mapping[int, str] | None = None


NOTHING_IMPOSED = Interventions()


class DatedEvent(Protocol):
    """One thing that happens to a world at the beginning of a month (see `dated_events`)."""

    @property
    def month(self) -> int:
        """Return the month before whose phases the event happens; its row of the record is the first that shows it."""

    def apply(self, state: Any) -> None:
        """Apply the change to the state of a world."""
