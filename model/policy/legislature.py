"""Congress: control of its chambers, and the bills of the party in office that they would pass."""

from __future__ import annotations

from typing import NamedTuple

from ..elections.national_vote import Congress
from ..parameters.institutions import InstitutionsParameters
from .events import other

MAJORITY = 0.5


class Passage(NamedTuple):
    """Which bills of the party in office would pass: statutes and resolutions that open, that restrict."""

    opening_statute: bool
    restricting_statute: bool
    opening_resolution: bool
    restricting_resolution: bool

    def of(self, instrument: str, opens: bool) -> bool:
        """Return whether an instrument would pass in this direction; True for an instrument without a vote."""
        if instrument == "statute":
            return self.opening_statute if opens else self.restricting_statute
        if instrument == "resolution":
            return self.opening_resolution if opens else self.restricting_resolution
        return True


EVERYTHING = Passage(True, True, True, True)
NOTHING = Passage(False, False, False, False)


def chambers_held(congress: Congress, role: str, in_office: str, institutions: InstitutionsParameters) -> list[bool]:
    """Return whether a role holds each existing chamber; in a parliament the government holds it."""
    if institutions.chambers == "parliamentary":
        return [role == in_office]
    house, senate = congress.controls(role)
    return [house] if institutions.chambers == "unicameral" else [house, senate]


def cross_share(role: str, opens: bool, institutions: InstitutionsParameters) -> float:
    """Return the share of the other party that votes for a bill of `role`, by the direction that party wants."""
    if opens == (other(role) == "author"):
        return institutions.own_direction_yes_share
    return institutions.opening_yes_share if opens else institutions.restricting_yes_share


def yes_votes(own_seats: float, crossing: float) -> float:
    """Return the share of a chamber that votes for a bill: all of the own party and some of the other."""
    return own_seats + crossing * (1.0 - own_seats)


def carries(own_seats: float, holds: bool, crossing: float, threshold: float, floor_control: bool) -> bool:
    """Return whether one chamber passes a bill.

    own_seats: seat share of the party in office; holds: whether it holds the chamber, which also settles a tie. A
    majority that controls the floor does not bring up a bill that most of its members oppose (Cox & McCubbins 2005).
    """
    if floor_control and not holds and crossing < MAJORITY:
        return False
    votes = yes_votes(own_seats, crossing)
    if threshold > MAJORITY:
        return votes >= threshold - 1e-9
    return votes > MAJORITY or (votes == MAJORITY and holds)


def seats(congress: Congress, role: str) -> tuple[float, float]:
    """Return the seat shares of a role's party in the House and the Senate."""
    return (congress.house, congress.senate) if role == "author" else (1.0 - congress.house, 1.0 - congress.senate)


def passes(
    congress: Congress, role: str, opens: bool, senate_threshold: float, institutions: InstitutionsParameters
) -> bool:
    """Return whether Congress passes a bill of the president's party; a parliament passes every government bill.

    The president signs every bill, since only the party in office moves bills: there are no vetoes.
    """
    if institutions.chambers == "parliamentary":
        return True
    crossing = cross_share(role, opens, institutions)
    house, senate = seats(congress, role)
    holds = congress.controls(role)
    passed = carries(house, holds[0], crossing, MAJORITY, institutions.floor_control)
    if institutions.chambers == "bicameral":
        passed = passed and carries(senate, holds[1], crossing, senate_threshold, institutions.floor_control)
    return passed


def passage(congress: Congress, role: str, institutions: InstitutionsParameters, reconciled: bool = False) -> Passage:
    """Return the bills that Congress would pass for the party in office; resolutions cannot be filibustered.

    reconciled: whether statutes need only half of the Senate as well, as budget reconciliation allows.
    """
    thresholds = (MAJORITY if reconciled else institutions.senate_threshold, MAJORITY)
    votes = [passes(congress, role, opens, level, institutions) for level in thresholds for opens in (True, False)]
    return Passage(*votes)


def bargains(
    congress: Congress, role: str, in_office: str, senate_threshold: float, institutions: InstitutionsParameters
) -> bool:
    """Return whether a role can bargain over a sunset: in office, with a chamber, or with the seats to block statutes.

    senate_threshold: share of the Senate that a statute needs. In a parliament only the government can.
    """
    if role == in_office or any(chambers_held(congress, role, in_office, institutions)):
        return True
    rivals = 1.0 - seats(congress, role)[1]
    return institutions.chambers == "bicameral" and rivals < senate_threshold - 1e-9
