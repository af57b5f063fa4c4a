"""Outcomes of one administration: attempted, restricted, reversed, severity and the competing outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...agents.numerics.ordered_sum import ordered_sum
from ...model.policy.events import Event
from ...model.policy.law import Law
from ...model.policy.moves import in_menu_order
from ...model.record import Month

FALL = 0.10
LASTING = 6
COLLAPSE = 0.10
NEUTRAL = 0.5
NO_MOVE = "none"
TOLERANCE = 1e-9


class TermOutcomes(NamedTuple):
    """Outcomes of one term. Counts are 0 or 1; months count from inauguration, -1 where the event never came."""

    attempted: int
    restricted: int
    neutral: int
    reversed: int
    prohibited: int
    closed: int
    withdrawn: int
    pending: int
    court: int
    collapse: int
    lapsed: int
    supported: int
    restricted_layer: str
    moves_in_force: str
    severity: float
    lasting_openness: float
    months_to_attempt: int
    months_to_restriction: int
    months_to_reversal: int
    mean_policy: float
    mean_theta: float
    mean_kappa: float
    final_policy: float
    platform_distance: float


def lasting_start(holds: Sequence[bool], lasting: int = LASTING) -> int:
    """Return the first month (index) of the first unbroken run of `lasting` True months; -1 if there is none.

    >>> lasting_start([True, False, True, True], 2)
    2
    """
    if not any(holds):
        return -1
    run = 0
    for index, held in enumerate(holds):
        run = run + 1 if held else 0
        if run == lasting:
            return index - lasting + 1
    return -1


def lasting_lowest(levels: Sequence[float], initial: float, lasting: int = LASTING) -> float:
    """Return the lowest level at or below which openness held for `lasting` months in a row; at most `initial`.

    Openness is at or below tau for that long exactly if the result is at most tau.

    >>> lasting_lowest([0.75, 0.25, 0.5, 0.5, 0.0], 0.75, 3)
    0.5
    """
    if min(levels) >= initial:
        return initial
    spells = zip(*(levels[start:] for start in range(lasting)), strict=False)
    return min(initial, min(map(max, spells), default=initial))


def moves_in_force(law: Law, events: Sequence[Event], role: str, since: int) -> str:
    """Return the moves of a government that are in force, in the order of the menu, joined by "+"; "none" without one.

    A provision names the move that wrote it, so overwritten, vacated and lapsed moves do not count. Two moves write no
    provision: a disapproval is in force while no later rule or statute stands, a backstop once it is enacted.

    law: in the last month; events: of the term; role: the government; since: its first month.
    """
    standing = law.standing()
    written = (standing, law.guidance, law.enforcement)
    held = {each.move for each in written if each is not None and each.role == role and each.month >= since}
    voided = [e.month for e in events if e.kind == "voided" and e.role == role]
    if voided and standing.month <= voided[-1]:
        held.add("disapprove")
    if law.support and any(e.kind == "enacted" and e.move == "support" and e.role == role for e in events):
        held.add("support")
    return "+".join(in_menu_order(held)) or NO_MOVE


def term_outcomes(
    months: Sequence[Month],
    events: Sequence[Event],
    initial: float,
    before: float,
    price: float | None = None,
    *,
    neutral: float = NEUTRAL,
    law: Law | None = None,
) -> TermOutcomes:
    """Measure one term.

    months: its record in order; events: its events; initial: openness at takeover; before: openness before the friendly
    policy (a reversal brings openness to that level or below for six months in a row); price: at takeover, by default
    that of the first month; neutral: openness of month 0; law: in the last month, without which no move is in force.
    """
    first = months[0].month
    low, level = initial - FALL + TOLERANCE, before + TOLERANCE
    fallen = lasting_start([m.openness <= low for m in months])
    back = lasting_start([m.openness <= level for m in months]) if initial > level else -1
    lowest_held = lasting_lowest([m.openness for m in months], initial)
    prohibited = lasting_start([m.theta <= TOLERANCE for m in months])
    shut = lasting_start([m.closed and m.protected >= 1.0 - TOLERANCE for m in months])
    attempts = [e.month - first for e in events if e.kind == "docketed" and e.restrictive]
    late = months[-1].openness <= low and fallen < 0
    lowest = min(m.openness for m in months)
    takeover = months[0].price if price is None else price
    worth = COLLAPSE * takeover
    collapse = lasting_start([m.price < worth for m in months], 12)
    count = float(len(months))
    return TermOutcomes(
        attempted=int(bool(attempts)),
        restricted=int(fallen >= 0),
        neutral=int(lowest_held <= neutral + TOLERANCE < initial),
        reversed=int(back >= 0),
        prohibited=int(prohibited >= 0 and back >= 0),
        closed=int(shut >= 0 and back >= 0),
        withdrawn=int(any(e.kind == "withdrawn" and e.restrictive for e in events)),
        pending=int(late),
        court=int(any(e.kind == "vacated" for e in events)),
        collapse=int(collapse >= 0),
        lapsed=int(any(e.kind == "lapsed" and e.restrictive for e in events)),
        supported=int(any(e.kind == "enacted" and e.move == "support" for e in events)),
        restricted_layer=months[fallen].layer if fallen >= 0 else "none",
        moves_in_force=NO_MOVE if law is None else moves_in_force(law, events, months[-1].in_office, first),
        severity=max(0.0, (initial - lowest) / initial) if initial > 0.0 else 0.0,
        lasting_openness=lowest_held,
        months_to_attempt=attempts[0] if attempts else -1,
        months_to_restriction=fallen,
        months_to_reversal=back,
        mean_policy=ordered_sum(m.openness for m in months) / count,
        mean_theta=ordered_sum(m.theta for m in months) / count,
        mean_kappa=ordered_sum(m.kappa for m in months) / count,
        final_policy=months[-1].openness,
        platform_distance=ordered_sum(m.platform_distance for m in months) / count,
    )
