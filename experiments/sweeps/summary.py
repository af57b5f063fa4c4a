"""summary.csv of a study: for each design point and arm the means, paired differences from zero exposure, and errors.

Sums are kept for one point at a time, so memory does not grow with the study.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from ..protocols import Protocol
from ..storage.columns import Column
from ..studies.plan import Plan
from ..studies.reader import BREADTH


def summary_columns(protocol: Protocol, factors: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of summary.csv; none for a protocol without a summary."""
    events, means = protocol.summary_events, protocol.summary_means
    if not (events or means):
        return ()
    from ..studies.factors import known_quantity

    inf = math.inf
    known = {column.name: column for column in protocol.columns()}
    columns = [Column("point", "number", 0.0, inf, "design point", "order of the design")]
    for name in factors:
        about = known_quantity(name)
        columns.append(Column(name, about.unit, about.minimum, about.maximum, f"factor: {about.source}", "design"))
    columns.append(Column("arm", "", -inf, inf, "name of the arm", "layer, breadth, visibility, further exposure"))
    columns.append(Column("n", "replicates", 0.0, inf, "replicates of the arm", "count"))
    for name in (*events, *means):
        column = known.get(name, Column(name, "", -inf, inf, name, ""))
        mean = f"p_{name}" if name in events else name
        columns += [
            Column(
                mean,
                "share of replicates" if name in events else column.unit,
                column.low,
                column.high,
                column.meaning,
                "mean",
            ),
            Column(f"{mean}_mcse", "", 0.0, inf, f"Monte Carlo standard error of {mean}", "sd / sqrt(n)"),
        ]
        difference = f"rd_{name}" if name in events else f"{name}_difference"
        meaning = f"paired difference of {name} from the zero-exposure arm of the same setting; empty in that arm"
        columns += [
            Column(difference, "", -inf, inf, meaning, "mean of differences within replicates"),
            Column(f"{difference}_mcse", "", 0.0, inf, f"Monte Carlo standard error of {difference}", "sd / sqrt(n)"),
        ]
        if name in events:
            how = "Newcombe (1998), method 10, paired"
            columns += [
                Column(f"{difference}_low", "", -1.0, 1.0, f"lower 95% limit of {difference}", how),
                Column(f"{difference}_high", "", -1.0, 1.0, f"upper 95% limit of {difference}", how),
            ]
    return tuple(columns)


class _Arm:
    """Outcomes of one arm of one point, in the order of the replicates; NaN where a run has no such number."""

    def __init__(self, factors: dict[str, Any], names: Sequence[str]) -> None:
        self.factors = factors
        self.replicates = array("q")
        self.values = {name: array("d") for name in names}

    def add(self, row: dict[str, Any]) -> None:
        self.replicates.append(row["replicate"])
        for name, here in self.values.items():
            here.append(math.nan if row[name] is None else float(row[name]))

    def of(self, name: str) -> dict[int, float]:
        """Return the values by replicate, without missing ones."""
        return {r: v for r, v in zip(self.replicates, self.values[name], strict=True) if not math.isnan(v)}


class SummaryRows:
    """Gathers runs point by point, as the export passes them."""

    def __init__(self, plan: Plan) -> None:
        """Take the plan of a study; no row has been seen."""
        self._factors = plan.factors
        self._plan = plan
        protocol = plan.study.protocol
        self._events, self._means = protocol.summary_events, protocol.summary_means
        self._point = -1
        self._arms: dict[str, _Arm] = {}
        self._done: list[dict[str, Any]] = []

    def see(self, row: dict[str, Any]) -> None:
        """Take one run; runs come in the order of the export."""
        if row["point"] != self._point:
            self._close()
            self._point = row["point"]
        arm = self._arms.get(row["arm"])
        if arm is None:
            arm = _Arm({name: row[name] for name in self._factors}, (*self._events, *self._means))
            self._arms[row["arm"]] = arm
        arm.add(row)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row per point and arm."""
        self._close()
        yield from self._done

    def _close(self) -> None:
        if not self._arms:
            return
        controls = self._controls()
        for name, arm in self._arms.items():
            control = self._arms.get(controls.get(name, ""))
            row: dict[str, Any] = {"point": self._point, **arm.factors, "arm": name, "n": len(arm.replicates)}
            for outcome in (*self._events, *self._means):
                row |= self._estimates(outcome, arm.of(outcome), None if control is None else control.of(outcome))
            self._done.append(row)
        self._arms = {}

    def _controls(self) -> dict[str, str]:
        """Return the zero-exposure arm of each exposed arm: that of its layer, foresight and variant."""
        controls: dict[str, str] = {}
        for arm_set in self._plan.arm_sets(self._point):
            suffix = arm_set.variant
            zeros = {(arm.layer, arm.foresight): f"{arm.name}{suffix}" for arm in arm_set.arms if arm.breadth == 0.0}
            controls |= {
                f"{arm.name}{suffix}": zeros.get((arm.layer, arm.foresight), "")
                for arm in arm_set.arms
                if arm.breadth > 0.0
            }
        return controls

    def _estimates(self, name: str, values: dict[int, float], control: dict[int, float] | None) -> dict[str, Any]:
        event = name in self._events
        mean = f"p_{name}" if event else name
        difference = f"rd_{name}" if event else f"{name}_difference"
        row: dict[str, Any] = {}
        row[mean], row[f"{mean}_mcse"] = _mean_and_error(list(values.values()))
        both = [] if control is None else [(values[r], control[r]) for r in values if r in control]
        row[difference], row[f"{difference}_mcse"] = _mean_and_error([a - b for a, b in both])
        if event:
            low, high = _newcombe(both) if both else (None, None)
            row |= {f"{difference}_low": low, f"{difference}_high": high}
        return row


def _mean_and_error(values: list[float]) -> tuple[float | None, float | None]:
    n = len(values)
    if n == 0:
        return None, None
    mean = math.fsum(values) / n
    if n == 1:
        return mean, None
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n)


def _newcombe(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    from ..statistics.intervals import newcombe

    both = sum(a == 1.0 and b == 1.0 for a, b in pairs)
    gained = sum(a == 1.0 and b == 0.0 for a, b in pairs)
    lost = sum(a == 0.0 and b == 1.0 for a, b in pairs)
    interval = newcombe(both, gained, lost, len(pairs))
    return interval.low, interval.high


def printed(rows: Sequence[dict[str, Any]], factors: Sequence[str], protocol: Protocol, most: int = 40) -> list[str]:
    """Return the summary as lines of text: identifying columns, n, means with Monte Carlo errors, differences."""
    events = protocol.summary_events
    own = [column.name for column in protocol.own_columns]
    means = [name for name in protocol.summary_means if name not in own][: 1 if events else 6]
    shown = [*(f"p_{name}" for name in events), *means, *own]
    differences = [f"rd_{name}" for name in events[1:]]
    further = [name for name in factors if name != BREADTH]
    wide = max((len(str(row["arm"])) for row in rows[:most]), default=3)
    head = f"{'point':>5} {'arm':<{wide}} {'n':>6}" + "".join(f"{name:>22}" for name in (*shown, *differences))
    lines = [head]
    for row in rows[:most]:
        cells = "".join(f"{_with_error(row[name], row[f'{name}_mcse']):>22}" for name in (*shown, *differences))
        lines.append(f"{row['point']:>5} {row['arm']:<{wide}} {row['n']:>6}{cells}")
    if len(rows) > most:
        lines.append(f"... {len(rows) - most} more rows in summary.csv")
    if further and len(rows):
        lines.append("values of each point: export/points.csv")
    lines.append(
        "Monte Carlo standard errors in brackets; rd: paired difference from zero exposure, 95% limits in summary.csv."
    )
    return lines


def _with_error(value: float | None, error: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f} ({'-' if error is None else f'{error:.3f}'})"
