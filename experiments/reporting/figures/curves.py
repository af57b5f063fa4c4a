"""Curves: cumulative incidence over months, and severity against breadth after a crash and in calm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...errors import UserError
from ...protocols.history.outcomes import cumulative_incidence
from ...statistics.input_checks import refuse_incomplete, refuse_missing_rows
from ...statistics.mean_bands import max_t_band_of_means
from .dose_response import COLOURS, MARKERS
from .style import DOUBLE, DRAWN, LINES, SINGLE, draw, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EVENTS = {
    "attempt": "months_to_attempt",
    "restriction": "months_to_restriction",
    "return to extreme care": "months_to_reversal",
}
_Z = 1.959964
CRASH = "market.crash_month"


def incidence_of_term(frame: pd.DataFrame, arms: Sequence[str], months: int = 48) -> pd.DataFrame:
    """Return the cumulative incidence of the three EVENTS since takeover, by arm, with 95% limits.

    frame: runs of a stress test. An event at -1 never came: it is censored at the end of the term, `months`. Each event
    has its own curve: a restriction does not end the risk of a deeper fall. Columns event, arm, month, share, low,
    high.
    """
    refuse_incomplete(frame, ["replicate", "arm", *EVENTS.values()])
    rows = []
    for event, column in EVENTS.items():
        for arm in arms:
            when = frame.loc[frame["arm"] == arm, column].to_numpy(dtype=float)
            if when.size == 0:
                raise UserError(f"no runs of arm {arm!r}")
            causes = np.where(when >= 0.0, event, "none")
            curve = cumulative_incidence(np.where(when >= 0.0, when, months), causes.tolist(), (event,))
            points = [(0.0, 0.0, 0.0), *zip(curve.times, curve.incidence[event], curve.error[event], strict=True)]
            points.append((float(months), points[-1][1], points[-1][2]))
            for month, share, error in points:
                low, high = max(0.0, share - _Z * error), min(1.0, share + _Z * error)
                rows.append((event, arm, float(month), float(share), low, high))
    return pd.DataFrame(rows, columns=["event", "arm", "month", "share", "low", "high"])


def incidence_figure(
    table: pd.DataFrame, folder: Path, name: str = "incidence", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw `incidence_of_term`: a panel per event, a line per arm."""
    return draw(folder, name, table, DOUBLE, 66.0, _paint_incidence, endings)


def _paint_incidence(figure: Figure, data: pd.DataFrame) -> None:
    events, arms = list(dict.fromkeys(data["event"])), list(dict.fromkeys(data["arm"]))
    panels = np.atleast_1d(figure.subplots(1, len(events), sharey=True))
    for axes, event in zip(panels, events, strict=True):
        for place, arm in enumerate(arms):
            line = data[(data["event"] == event) & (data["arm"] == arm)]
            colour = COLOURS[place % len(COLOURS)]
            axes.fill_between(line["month"], line["low"], line["high"], step="post", color=colour, alpha=0.15, lw=0)
            axes.step(
                *(line["month"], line["share"]), where="post", color=colour, ls=LINES[place % len(LINES)], label=arm
            )
        plain(axes, f"First {event}", "Months since takeover", "Share of runs" if event == events[0] else "")
        axes.set_ylim(0.0, 1.0)
        axes.set_xlim(0.0, float(data["month"].max()))
        axes.set_xticks(range(0, int(data["month"].max()) + 1, 12))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(arms), frameon=False, handlelength=3.5)


def crash_table(frame: pd.DataFrame, outcome: str = "severity") -> pd.DataFrame:
    """Return the paired difference of an outcome from zero exposure by breadth, after a scheduled crash and in calm.

    frame: runs of a sweep whose design has the factor market.crash_month with -1 (calm) and a month (crash). The band
    is simultaneous over the doses of each state. Columns state, breadth, value, low, high, n.
    """
    refuse_incomplete(frame, ["point", "replicate", "arm", "breadth", CRASH, outcome])
    refuse_missing_rows(frame)
    rows = []
    for month, state in frame.groupby(CRASH, sort=True):
        if state.duplicated(["replicate", "breadth"]).any():
            raise UserError("several arms share a breadth: give one visibility, one allocation and one setting")
        wide = state.pivot_table(index="replicate", columns="breadth", values=outcome, aggfunc="mean")
        refuse_incomplete(wide, list(wide.columns))
        if 0.0 not in wide.columns or wide.shape[1] < 2:
            raise UserError("severity after a crash is a difference: the design needs breadth 0 and a dose")
        doses = [float(b) for b in map(str, wide.columns) if float(b) > 0.0]
        band = max_t_band_of_means(wide[doses].to_numpy() - wide[[0.0]].to_numpy())
        label = "calm" if float(str(month)) < 0.0 else f"crash in month {float(str(month)):g}"
        rows += [(label, 0.0, 0.0, 0.0, 0.0, len(wide))]
        rows += [
            (label, dose, float(value), float(low), float(high), len(wide))
            for dose, value, low, high in zip(doses, band.estimates, band.low, band.high, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["state", "breadth", "value", "low", "high", "n"])
    if table["state"].nunique() < 2:
        raise UserError(f"the design needs {CRASH} = -1 (calm) and a month (crash)")
    return table


def crash_figure(
    table: pd.DataFrame, folder: Path, name: str = "crash-and-calm", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw `crash_table`: one line per state, with its simultaneous band."""
    return draw(folder, name, table, SINGLE, 70.0, _paint_crash, endings)


def _paint_crash(figure: Figure, data: pd.DataFrame) -> None:
    axes = figure.subplots()
    axes.axhline(0.0, color="0.35", linewidth=0.7, zorder=1)
    for place, (state, line) in enumerate(data.groupby("state", sort=False)):
        colour = COLOURS[place]
        axes.fill_between(line["breadth"], line["low"], line["high"], color=colour, alpha=0.12, lw=0)
        for edge in ("low", "high"):  # readable where a printer loses a light tint
            axes.plot(line["breadth"], line[edge], color=colour, lw=0.5, alpha=0.7, ls=LINES[place])
        axes.plot(
            *(line["breadth"], line["value"]), color=colour, ls=LINES[place], marker=MARKERS[place], ms=4,
            markerfacecolor=colour if place == 0 else "white", label=str(state),
        )  # fmt: skip
    plain(axes, "", "Share of voters who hold a stake", "Change in severity of the fall\nagainst zero exposure")
    axes.legend(frameon=False, loc="best", handlelength=3.5)
