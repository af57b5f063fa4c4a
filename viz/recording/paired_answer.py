"""The paired answer: how often exposure prevented or caused an event, and the verdict that `moat run` prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from ...experiments.protocols.outcome_names import printed_name
from ...experiments.statistics.intervals import cells, paired_risk_difference, wilson
from ...experiments.statistics.paired_tests import verdict
from ...experiments.statistics.verdicts import MARGIN

DECLARED_OUTCOMES = 3
"""Outcomes of the declared contrast (version 2), which share the error: back to extreme care, restricted, severity."""
ALPHA = 0.05 / DECLARED_OUTCOMES
MOST_PAIRS = 100_000
"""With more pairs to be run, the answer counts as never decided."""
DEPTHS = ("prohibited", "reversed", "neutral", "restricted")
"""Columns of `moat run` that say how far a policy fell, deepest first."""


@dataclass(frozen=True)
class Share:
    """Worlds with the event among all pairs, and the share with its 95% interval (Wilson 1927)."""

    count: int
    share: float
    low: float
    high: float


class PairedAnswer(NamedTuple):
    """Pairs by what exposure changed, and the paired risk difference with its interval at `level`.

    prevented: pairs with the event at zero exposure alone; caused: with exposure alone; unchanged: all others. needed:
    pairs that would decide, None if that is unknown or already decided. note: that a fall was impossible, or "".
    """

    n: int
    prevented: int
    caused: int
    unchanged: int
    difference: float
    low: float
    high: float
    level: float
    verdict: str
    needed: int | None
    note: str
    at_zero: Share
    exposed: Share

    def content(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return self._asdict() | {"at_zero": asdict(self.at_zero), "exposed": asdict(self.exposed)}


def paired_answer(exposed: Sequence[int], at_zero: Sequence[int], event: str = "reversed") -> PairedAnswer:
    """Compare an event of 0 and 1 in the worlds of pairs, in the same order.

    The rule, the level and the margin are those of the declared contrast, so the numbers equal those of `moat run`.
    event: for the note. Raises ValueError for unequal lengths and other values.
    """
    both, caused, prevented, n = cells(exposed, at_zero)
    outcomes = verdict({printed_name(event): paired_risk_difference(exposed, at_zero)}, MARGIN, ALPHA)
    ((_, outcome),) = outcomes.by_outcome.items()
    change = outcome.difference
    return PairedAnswer(
        n=n,
        prevented=prevented,
        caused=caused,
        unchanged=n - prevented - caused,
        difference=change.estimate,
        low=change.low,
        high=change.high,
        level=change.level,
        verdict=outcome.word,
        needed=pairs_needed(n, change.estimate, change.low, change.high),
        note=outcomes.note,
        at_zero=_share(both + prevented, n),
        exposed=_share(both + caused, n),
    )


def _share(count: int, n: int) -> Share:
    return Share(count, count / n, *wilson(count, n))


def pairs_needed(n: int, difference: float, low: float, high: float, margin: float = MARGIN) -> int | None:
    """Return how many pairs would decide if the shares stayed equal, rounded up to two digits.

    The width of an interval falls with the root of the number of pairs. None: already decided, or the difference lies
    so close to the margin that more than MOST_PAIRS would be needed.
    """
    if high < -margin or low > margin or (-margin < low and high < margin):
        return None
    if difference < -margin:
        sides = [(high - difference, -margin - difference)]
    elif difference > margin:
        sides = [(difference - low, difference - margin)]
    else:
        sides = [(difference - low, difference + margin), (high - difference, margin - difference)]
    # Half a width must shrink into the room that is left to the margin.
    needed = n * max((half / room) ** 2 if room > 0.0 else math.inf for half, room in sides)
    if needed > MOST_PAIRS:
        return None
    unit = int(10 ** max(0, math.floor(math.log10(needed)) - 1))
    return max(n + 1, math.ceil(needed / unit) * unit)


def depth_of(arm: dict[str, Any]) -> str:
    """Return the deepest fall of one world, one of DEPTHS, or "stands"."""
    return next((name for name in DEPTHS if arm[name]), "stands")


def paired_answers(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the answer about reversals for each breadth above 0, with the pairs that differ in depth alone.

    rows: replicates as `replicates` yields them; the first arm of each is the zero-exposure arm.
    """
    answers = []
    for index, arm in enumerate(rows[0]["arms"]) if rows else ():
        if arm["breadth"] == 0.0:
            continue
        pairs = [(row["arms"][0], row["arms"][index]) for row in rows]
        answer = paired_answer([b["reversed"] for _, b in pairs], [a["reversed"] for a, _ in pairs])
        depth = sum(a["reversed"] == b["reversed"] and depth_of(a) != depth_of(b) for a, b in pairs)
        answers.append({"breadth": arm["breadth"], **answer.content(), "differ_in_depth": depth})
    return answers
