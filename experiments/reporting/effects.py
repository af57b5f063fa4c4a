"""The effect at every design point: a row per exposed arm, with its factor values, in the order of these values.

From the rows of summary.csv, as the export returns them or as the file holds them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..protocols import Protocol
from ..protocols.outcome_names import OUTCOME_NAMES, printed_name
from ..studies.reader import BREADTH, StudyFile
from ..sweeps.summary import difference_names, mean_name
from .point_labels import ordered_factors, point_label, short_names, sort_key

if TYPE_CHECKING:
    import pandas as pd

FIRST = ("reversed", "restricted", "severity", "reversals", "volatility", "mean_policy")
"""The first MOST_OUTCOMES of these that a protocol has are shown; summary.csv has all of its outcomes."""
MOST_OUTCOMES = 3


class Effect(NamedTuple):
    """One outcome of one arm: without and with exposure, the paired difference with 95% limits, and its error.

    A value that the design does not give is NaN: an arm without a zero-exposure arm, or one replicate.
    """

    zero: float
    exposed: float
    difference: float
    low: float
    high: float
    error: float


@dataclass(frozen=True)
class PointEffect:
    """One exposed arm: its design point, factor values in the order of tables, arm name, pairs, effect by outcome."""

    point: int
    values: Mapping[str, Any]
    arm: str
    pairs: int
    effects: Mapping[str, Effect]

    @property
    def label(self) -> str:
        """Return the name of the arm by its factor values."""
        return point_label(self.values) or self.arm


@dataclass(frozen=True)
class Effects:
    """Every exposed arm of a study, sorted by factor values, and the outcomes that tables show."""

    factors: tuple[str, ...]
    outcomes: tuple[str, ...]
    rows: tuple[PointEffect, ...]
    arms_differ: bool
    """Whether some rows have equal factor values, so that only the arm's name distinguishes them."""

    @property
    def names(self) -> dict[str, str]:
        """Return the short name of each factor."""
        return short_names(self.factors)

    @property
    def replicates(self) -> tuple[int, int]:
        """Return the smallest and the largest number of pairs."""
        counts = [row.pairs for row in self.rows]
        return min(counts), max(counts)

    def spread(self, outcome: str) -> str:
        """Return in words how a difference is distributed over the rows; "" if no row has one."""
        values = sorted(each for row in self.rows if math.isfinite(each := row.effects[outcome].difference))
        if not values:
            return ""
        middle = values[len(values) // 2]
        return f"{printed_name(outcome)}: from {values[0]:+.3f} to {values[-1]:+.3f}, median {middle:+.3f}"


def effects_of(
    rows: Sequence[Mapping[str, Any]], factors: Sequence[str], protocol: Protocol, outcomes: tuple[str, ...] = ()
) -> Effects:
    """Return the effects in the rows of a study's summary; no row for a protocol without a summary.

    outcomes: some of the summary's; those that tables show if there is none.
    """
    events = protocol.summary_events
    every = (*events, *protocol.summary_means)
    if not outcomes:
        own = tuple(column.name for column in protocol.own_columns)
        declared = [name for name in every if name not in own]
        outcomes = ((tuple(name for name in FIRST if name in every) or tuple(declared))[:MOST_OUTCOMES]) + own
    ordered = ordered_factors(factors)
    points_with_dose = {row["point"] for row in rows if row["pairs"]}
    # A point whose arms have no contrast (breadth 0 alone) is shown with its level.
    shown = [row for row in rows if row["pairs"] or row["point"] not in points_with_dose]
    effects = [_row(row, ordered, outcomes, events) for row in shown]
    effects.sort(key=lambda effect: sort_key(effect.values, ordered))
    places = {tuple(effect.values.values()) for effect in effects}
    return Effects(tuple(ordered), outcomes, tuple(effects), len(places) < len(effects))


def effects_in(summary: pd.DataFrame, study: StudyFile, outcomes: tuple[str, ...] = ()) -> Effects:
    """Return the effects in a frame of summary.csv."""
    names = [str(name) for name in summary.columns]
    cells = summary.astype(object).where(summary.notna(), None).itertuples(index=False, name=None)
    rows = [dict(zip(names, row, strict=True)) for row in cells]
    return effects_of(rows, study.factor_names, study.protocol, outcomes)


def _row(row: Mapping[str, Any], factors: Sequence[str], outcomes: Sequence[str], events: Sequence[str]) -> PointEffect:
    effects = {}
    for name in outcomes:
        event = name in events
        mean = mean_name(name, event)
        difference, error, low, high = difference_names(name, event)
        cells = (f"{mean}_zero", mean, difference, low, high, error)
        effects[name] = Effect(*(_number(row[cell]) for cell in cells))
    values = {name: row[name] for name in factors}
    return PointEffect(int(row["point"]), values, str(row["arm"]), int(row["pairs"] or row["n"]), effects)


def _number(value: Any) -> float:
    return math.nan if value is None or value == "" else float(value)


def title_of(outcome: str) -> str:
    """Return the printed name of an outcome with its definition, if it has one."""
    name = printed_name(outcome)
    level = f": {OUTCOME_NAMES[outcome].level}" if outcome in OUTCOME_NAMES else ""
    return f"{name[0].upper()}{name[1:].replace('_', ' ')}{level}"


def has_doses(effects: Effects) -> bool:
    """Return whether the rows have two or more breadths, so that a curve over breadth can be drawn."""
    return BREADTH in effects.factors and len({row.values[BREADTH] for row in effects.rows}) > 1
