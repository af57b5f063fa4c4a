"""How far policy has gone, by month: one code, which heading, table, strips and ribbon of the page read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...experiments.protocols.term_outcomes import LASTING, TOLERANCE, term_outcomes
from ...model.policy.events import Event
from ...model.record import Month
from ...model.state import WorldState

CODED = ("attempted", "restricted", "neutral", "reversed", "prohibited")
"""Columns of `moat run` that a code holds: bit 0 (value 1) to bit 4 (value 16)."""


def code_of(outcomes: Mapping[str, Any]) -> int:
    """Return the code of a row of outcomes: the sum of 2 to the place of each column of CODED that is 1."""
    return sum(1 << place for place, name in enumerate(CODED) if outcomes[name])


def code_so_far(world: WorldState, takeover: int, before: int) -> int:
    """Return the code of the months from the takeover on, as `measure` gives it for a term that ends now.

    before: the code of the month before; what has come about stays. A lasting fall counts from its sixth month.
    """
    record = world.record
    first = len(record) - (record[-1].month - takeover + 1)
    start = record[max(first - 1, 0)].openness
    attempts: list[Event] = [event for event in world.events if event.month >= takeover and event.kind == "docketed"]
    # A run of months below a level can only complete in a month below the level at takeover.
    if record[-1].openness >= start:
        return before | int(any(event.restrictive for event in attempts))
    policy = world.parameters.policy
    so_far = term_outcomes(record[first:], attempts, start, policy.before_theta, neutral=policy.start_theta)
    return code_of(so_far._asdict())


def returns_to_care(months: Sequence[Month], level: float) -> list[int]:
    """Return the last month of each first half year at or below a level of openness after months above it."""
    returns, above, run = [], False, 0
    for month in months:
        if month.openness > level + TOLERANCE:
            above, run = True, 0
            continue
        run += 1
        if run == LASTING and above:
            returns.append(month.month)
            above = False
    return returns
