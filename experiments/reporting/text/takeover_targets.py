"""Rows of `moat targets` about opposed governments: contests, Congress at takeover, polled against realised costs.

None is a row of calibration/parameters.csv. Aims are declared in protocols/targets/design.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...protocols.targets.design import (
    CONTEST_LAYERS,
    CONTESTS,
    FORESIGHTS,
    MOVES,
    PHASES,
    contest_aim,
    realised_cost,
)
from ...protocols.targets.estimates import Counts, polled_over_realised, share
from .wording import IN_RANGE, MISS, NO_AIM, NO_CASE

_ERRORS = 2.0


class Row(NamedTuple):
    """One estimate with its Monte Carlo error, its aim (NaN: no limit), the reason of the aim, and the verdict."""

    label: str
    estimate: float
    error: float
    verdict: str
    low: float = math.nan
    high: float = math.nan
    source: str = ""

    @property
    def close(self) -> bool:
        """Return whether a limit of the aim is within two Monte Carlo errors; a limit of 0 cannot be passed."""
        limits = [limit for limit in (self.low, self.high) if limit > 0.0]
        return any(abs(self.estimate - limit) < _ERRORS * self.error for limit in limits)

    def summary(self) -> dict[str, Any]:
        """Return the row of summary.csv."""
        aimed = self.source != ""
        return {
            **{"fact": "", "target": self.label, "model": self.estimate, "model_mcse": self.error},
            **{"record": math.nan, "low": self.low, "high": self.high},
            **{"status": "aim" if aimed else "none", "use": self.source, "verdict": self.verdict},
        }


def number(value: float, decimals: int = 3) -> str:
    """Return a number as text, "-" for NaN."""
    return "-" if math.isnan(value) else f"{value:.{decimals}f}"


def contest_rows(counts: Counts) -> list[Row]:
    """Return P(restricted) without exposure for every contest and layer, against its aim."""
    rows = []
    for contest in CONTESTS:
        for layer in CONTEST_LAYERS:
            label = f"P(restricted) {contest} {layer}"
            estimate, error = share(counts, f"{contest} {layer} restricted", "contest takeovers")
            aim = contest_aim(contest, layer)
            if aim is None or math.isnan(estimate):
                rows.append(Row(label, estimate, error, NO_AIM if aim is None else NO_CASE))
                continue
            slack = aim.tolerance * (0.0 if math.isnan(error) else error)
            inside = aim.low - slack <= estimate <= aim.high + slack
            rows.append(Row(label, estimate, error, IN_RANGE if inside else MISS, aim.low, aim.high, aim.source))
    return rows


def takeover_rows(counts: Counts) -> list[Row]:
    """Return how often the opponent takes office with both houses: in histories, and in the stress test.

    First elections alone have the past of the stress test: one term of the author and the set Congress of 2025. They
    give the aim: equal within two Monte Carlo errors of the difference.
    """
    own, own_error = share(counts, "takeovers_unified", "takeovers")
    first, first_error = share(counts, "first_takeovers_unified", "first_takeovers")
    stress, stress_error = share(counts, "stress_takeovers_unified", "stress_takeovers")
    slack = _ERRORS * math.hypot(first_error, stress_error)
    verdict = NO_CASE if math.isnan(slack) else IN_RANGE if abs(stress - first) <= slack else MISS
    source = "the share at first elections of histories, within two errors of the difference"
    return [
        Row("unified at takeover: histories", own, own_error, NO_CASE if math.isnan(own) else NO_AIM),
        Row("unified at takeover: first elections", first, first_error, NO_CASE if math.isnan(first) else NO_AIM),
        Row("unified at takeover: stress test", stress, stress_error, verdict, first - slack, first + slack, source),
    ]


def polled_rows(counts: Counts) -> list[Row]:
    """Return polled over realised costs by move, phase of the term and foresight; no rows where none were counted.

    First the whole cost in the exposed arm, then the part that exposure causes, the difference between the arms. A
    ratio is left out (NaN) where the realised cost is within two Monte Carlo errors of 0.
    """
    if realised_cost(MOVES[0], PHASES[0]) not in counts[0]:
        return []
    return [
        row
        for part, paired in (("", False), (" by exposure", True))
        for move in MOVES
        for phase in PHASES
        for row in _polled_ratios(counts, move, phase, part, paired)
    ]


def _polled_ratios(counts: Counts, move: str, phase: str, part: str, paired: bool) -> list[Row]:
    """Return a row per foresight for one move and phase."""
    rows = []
    for foresight in FORESIGHTS:
        value, error = polled_over_realised(counts, move, phase, foresight, paired)
        label = f"polled / realised{part}: {move} {phase} f{foresight}"
        rows.append(Row(label, value, error, NO_CASE if math.isnan(value) else NO_AIM))
    return rows


def contest_lines(rows: Sequence[Row]) -> list[str]:
    """Return the printed table of `contest_rows` and its notes."""
    lines = [f"{'P(restricted) without exposure':<33}{'model':>9}{'MC err':>9}  {'aim':<15}verdict"]
    lines += [
        f"{row.label.removeprefix('P(restricted) '):<33}{_estimate(row)}  {_aim(row)}{row.verdict}" for row in rows
    ]
    return lines


def takeover_lines(rows: Sequence[Row]) -> list[str]:
    """Return the printed table of `takeover_rows`."""
    lines = [f"{'opponent has both houses':<33}{'model':>9}{'MC err':>9}  {'aim':<15}verdict"]
    lines += [
        f"{row.label.removeprefix('unified at takeover: '):<33}{_estimate(row)}  {_aim(row)}{row.verdict}"
        for row in rows
    ]
    return lines


def polled_lines(rows: Sequence[Row]) -> list[str]:
    """Return the printed table of `polled_rows`: a line per part and move, a cell per phase and foresight."""
    if not rows:
        return []
    columns = [f"{phase}, f = {foresight}" for phase in PHASES for foresight in FORESIGHTS]
    lines = [f"{'polled / realised cost (MC err)':<34}" + "".join(f"{name:>16}" for name in columns)]
    for first in range(0, len(rows), len(columns)):
        cells = rows[first : first + len(columns)]
        part, _, cell = cells[0].label.removeprefix("polled / realised").partition(": ")
        texts = [f"{number(row.estimate, 2)} ({number(row.error, 2)})" for row in cells]
        lines.append(f"{cell.split()[0] + part:<34}" + "".join(f"{text:>16}" for text in texts))
    return lines


def _estimate(row: Row) -> str:
    return f"{number(row.estimate):>9}{number(row.error):>9}"


def _aim(row: Row) -> str:
    if math.isnan(row.low):
        text = "-"
    elif row.low == 0.0:
        text = f"at most {row.high:g}"
    else:
        text = f"{row.low:.3g} to {row.high:.3g}"
    return f"{text:<15}"
