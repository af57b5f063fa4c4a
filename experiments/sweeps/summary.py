"""summary.csv of a study: for each design point and arm the means, paired differences from zero exposure, and errors.

Sums are kept for one point at a time, so memory does not grow with the study.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from ..protocols import Protocol
from ..protocols.finished_run import control_of
from ..storage.columns import Column
from ..studies.plan import Plan


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
    paired = "replicates of the arm whose zero-exposure run is there too; 0 in the zero-exposure arm"
    columns.append(Column("pairs", "replicates", 0.0, inf, paired, "count"))
    for name in (*events, *means):
        column = known.get(name, Column(name, "", -inf, inf, name, ""))
        mean = mean_name(name, name in events)
        columns += [
            Column(
                mean,
                "share of replicates" if name in events else column.unit,
                column.low,
                column.high,
                column.meaning,
                "mean",
            ),
            Column(f"{mean}_mcse", "", 0.0, inf, f"Monte Carlo standard error of {mean}", _ERROR),
            Column(
                f"{mean}_zero",
                "share of replicates" if name in events else column.unit,
                column.low,
                column.high,
                f"{mean} of the same replicates in the zero-exposure arm; empty in that arm",
                "mean over pairs",
            ),
        ]
        difference = f"rd_{name}" if name in events else f"{name}_difference"
        meaning = f"paired difference of {name} from the zero-exposure arm of the same setting; empty in that arm"
        how = "Newcombe (1998), method 10, paired" if name in events else "Student t over pairs"
        limits = (-1.0, 1.0) if name in events else (-inf, inf)
        columns += [
            Column(difference, "", -inf, inf, meaning, "mean of differences within replicates"),
            Column(f"{difference}_mcse", "", 0.0, inf, f"Monte Carlo standard error of {difference}", _ERROR),
            Column(f"{difference}_low", "", *limits, f"lower 95% limit of {difference}", how),
            Column(f"{difference}_high", "", *limits, f"upper 95% limit of {difference}", how),
        ]
    return tuple(columns)


_ERROR = "sd / sqrt(n); of equal values, that of their interval"


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
        self._spans = {column.name: column.high - column.low for column in protocol.columns()}
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
            pairs = 0 if control is None else len(set(arm.replicates) & set(control.replicates))
            row: dict[str, Any] = {"point": self._point, **arm.factors, "arm": name}
            row |= {"n": len(arm.replicates), "pairs": pairs}
            for outcome in (*self._events, *self._means):
                row |= self._estimates(outcome, arm.of(outcome), None if control is None else control.of(outcome))
            self._done.append(row)
        self._arms = {}

    def _controls(self) -> dict[str, str]:
        """Return the zero-exposure arm of each exposed arm: that of its layer, foresight and variant."""
        controls: dict[str, str] = {}
        for arm_set in self._plan.arm_sets(self._point):
            for arm in arm_set.arms:
                if control := control_of(arm, arm_set.arms):
                    controls[f"{arm.name}{arm_set.variant}"] = f"{control.name}{arm_set.variant}"
        return controls

    def _estimates(self, name: str, values: dict[int, float], control: dict[int, float] | None) -> dict[str, Any]:
        event = name in self._events
        mean = mean_name(name, event)
        row: dict[str, Any] = {}
        span = None if event else self._spans[name]
        row[mean], row[f"{mean}_mcse"] = _mean_and_error(list(values.values()), span)
        both = sorted(values.keys() & (control or {}).keys())
        row |= {f"{mean}_zero": None, **dict.fromkeys(difference_names(name, event))}
        if control and both:
            pairs = [values[r] for r in both], [control[r] for r in both]
            row[f"{mean}_zero"] = math.fsum(pairs[1]) / len(both)
            row |= dict(zip(difference_names(name, event), _difference(*pairs, span), strict=True))
        return row


def mean_name(name: str, event: bool) -> str:
    """Return the column of an outcome's mean; of an event it is a probability."""
    return f"p_{name}" if event else name


def difference_names(name: str, event: bool) -> tuple[str, str, str, str]:
    """Return the columns of a paired difference, its Monte Carlo error and its limits."""
    difference = f"rd_{name}" if event else f"{name}_difference"
    return difference, f"{difference}_mcse", f"{difference}_low", f"{difference}_high"


def _mean_and_error(values: list[float], span: float | None) -> tuple[float | None, float | None]:
    """Return a mean and its error; span: of the outcome's range, None for an event."""
    from ..statistics.intervals import monte_carlo_error_of_mean, monte_carlo_error_of_proportion

    n = len(values)
    if n == 0:
        return None, None
    mean = math.fsum(values) / n
    error = monte_carlo_error_of_proportion(mean, n) if span is None else monte_carlo_error_of_mean(values, span)
    return mean, _known(error)


def _difference(treated: list[float], control: list[float], span: float | None) -> tuple[float | None, ...]:
    """Return the paired difference, its error and its limits; None for those that are unknown.

    span: as for `_mean_and_error`.
    """
    from ..statistics.intervals import (
        cells,
        mean_interval,
        monte_carlo_error_of_mean,
        monte_carlo_error_of_paired_difference,
        newcombe,
    )

    differences = [a - b for a, b in zip(treated, control, strict=True)]
    if span is None:
        error = monte_carlo_error_of_paired_difference(treated, control)
        limits = newcombe(*cells(treated, control))
    else:
        error, limits = monte_carlo_error_of_mean(differences, span), mean_interval(differences, span=span)
    return tuple(map(_known, (math.fsum(differences) / len(differences), error, *limits)))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
