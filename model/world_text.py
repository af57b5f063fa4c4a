"""A world in one line, and in a table for notebooks."""

from __future__ import annotations

from ..agents.electorate.columns import UNITS
from .state import WorldState

FIRST_YEAR = 2025
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def date_of(month: int) -> str:
    """Return the name of a month that is counted from January 2025.

    >>> date_of(22)
    'November 2026'
    """
    return f"{MONTHS[month % 12]} {FIRST_YEAR + month // 12}"


def world_line(state: WorldState) -> str:
    """Return month, office, policy, price, number of voters and draws of a world, in one line."""
    return (
        f"month {state.month} ({date_of(state.month)}): {state.parties[state.in_office].label} in office, "
        f"openness {state.openness:.2f}, price {state.market.price:.2f}, {len(state.electorate):,} voters, "
        f"seed {state.draws.seed}, replicate {state.draws.replicate}"
    )


def world_rows(state: WorldState) -> list[tuple[str, str]]:
    """Return the main quantities of a world: name and value, with unit."""
    dynamic = state.electorate.dynamic
    holding = float((dynamic[UNITS] > 0.0).mean()) if len(state.electorate) else 0.0
    platforms = ", ".join(f"{party.label} {party.platform:.2f}" for party in state.parties.values())
    last = state.results[-1] if state.results else None
    author = state.parties["author"].label
    share = "none yet" if last is None else f"{author} {last.author_share:.1%} ({date_of(last.month)})"
    return [
        ("month", f"{state.month} ({date_of(state.month)})"),
        ("in office", state.parties[state.in_office].label),
        ("policy in force", f"openness {state.openness:.3f} (0 closed, 1 open), layer {state.binding}"),
        ("platforms (openness)", platforms),
        ("share of voters who hold crypto", f"{holding:.1%}"),
        ("share of the two-party vote, last election", share),
        ("price", f"{state.market.price:.3f} (1 in January 2025)"),
        ("events in the log", f"{len(state.events):,}"),
        ("voters", f"{len(state.electorate):,}"),
        ("draws", f"seed {state.draws.seed}, replicate {state.draws.replicate}"),
    ]
