"""What is measured on one administration: attempted, restricted, reversed, severity and the outcomes that compete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..model.government import Event
from ..model.record import Month

FALL = 0.10
LASTING = 6
COLLAPSE = 0.10
TOLERANCE = 1e-9


class TermOutcomes(NamedTuple):
    """Outcomes of one term. Counts are 0 or 1; months count from inauguration, -1 where it never came."""

    attempted: int
    restricted: int
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
    severity: float
    months_to_attempt: int
    months_to_restriction: int
    months_to_reversal: int
    mean_policy: float
    mean_theta: float
    mean_kappa: float
    final_policy: float
    platform_distance: float


def lasting_start(holds: Sequence[bool], lasting: int = LASTING) -> int:
    """Index of the first month of the first unbroken run of `lasting` months in which something holds; -1 if none.

    >>> lasting_start([True, False, True, True], 2)
    2
    """
    # As bytes, since looking for a run of ones in bytes is no loop of the interpreter's.
    return bytes(map(bool, holds)).find(b"\1" * lasting)


def term_outcomes(
    months: Sequence[Month], events: Sequence[Event], initial: float, before: float, price: float | None = None
) -> TermOutcomes:
    """Measure one term.

    months: its record in order; events: its events; initial: openness at takeover; before: openness before the friendly
    policy (a reversal brings openness to that level or below for six months in a row); price: at takeover, by default
    that of the first month.
    """
    first = months[0].month
    low, level = initial - FALL + TOLERANCE, before + TOLERANCE
    seen: dict[str, tuple[Any, ...]] = dict(zip(Month._fields, zip(*months, strict=True), strict=True))
    levels, thetas = seen["openness"], seen["theta"]
    fallen = lasting_start([one <= low for one in levels])
    back = lasting_start([one <= level for one in levels]) if initial > level else -1
    prohibited = lasting_start([one <= TOLERANCE for one in thetas])
    shut = lasting_start(
        [c and kept >= 1.0 - TOLERANCE for c, kept in zip(seen["closed"], seen["protected"], strict=True)]
    )
    attempts = [e.month - first for e in events if e.kind == "docketed" and e.restrictive]
    late = levels[-1] <= low and fallen < 0
    lowest = min(levels)
    takeover = seen["price"][0] if price is None else price
    worth = COLLAPSE * takeover
    collapse = lasting_start([one < worth for one in seen["price"]], 12)
    count = float(len(months))
    return TermOutcomes(
        attempted=int(bool(attempts)),
        restricted=int(fallen >= 0),
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
        severity=max(0.0, (initial - lowest) / initial) if initial > 0.0 else 0.0,
        months_to_attempt=attempts[0] if attempts else -1,
        months_to_restriction=fallen,
        months_to_reversal=back,
        mean_policy=sum(levels) / count,
        mean_theta=sum(thetas) / count,
        mean_kappa=sum(seen["kappa"]) / count,
        final_policy=levels[-1],
        platform_distance=sum(seen["platform_distance"]) / count,
    )
