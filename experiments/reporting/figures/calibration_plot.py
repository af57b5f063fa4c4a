"""Calibration plot of a back-test: a dot for each case at its probability, and the share reversed by bin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...statistics.intervals import Floats, wilson
from .style import COLOURS, DOUBLE, NOTE, draw, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "calibration"
ENDINGS = ("svg", "pdf", "png")
BINS = 5
FEWEST = 6
"""Cases in a bin; fewer cases make fewer bins."""
_BAND, _STEP = 0.05, 0.028
"""Distance of the first lane of dots from 0 or 1, and of the others from it."""
_CLOSE = 0.016
"""Probabilities nearer than this would overlap."""
_KINDS = (("contested", 1, "o", COLOURS[2]), ("uncontested", 0, "s", COLOURS[1]))


def calibration_data(table: pd.DataFrame, forecasts: tuple[str, ...]) -> pd.DataFrame:
    """Return the drawn data: a row per scored case and forecast, then a row per bin with its 95% interval (Wilson).

    table: `case_table`. Bins hold equal numbers of cases, in the order of the probability. ValueError without a case.
    """
    cases = table[table["scored"] == 1]
    if cases.empty:
        raise ValueError("a calibration plot needs a scored case")
    rows: list[dict[str, Any]] = []
    for name in forecasts:
        ordered = cases.sort_values([name, "case"], kind="stable")
        for row in ordered.to_dict("records"):
            shown = {"forecast": name, "case": row["case"], "contested": row["contested"], "n": 1}
            rows.append(shown | {"probability": row[name], "reversed": row["outcome"]})
        for group in np.array_split(np.arange(len(ordered)), max(1, min(BINS, len(ordered) // FEWEST))):
            members = ordered.iloc[group]
            low, high = wilson(int(members["outcome"].sum()), len(members))
            binned = {"forecast": name, "case": "", "n": len(members), "probability": members[name].mean()}
            rows.append(binned | {"reversed": members["outcome"].mean(), "low": low, "high": high})
    columns = ["forecast", "case", "contested", "probability", "reversed", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)


def calibration_figure(
    table: pd.DataFrame, folder: Path, forecasts: tuple[str, ...], name: str = NAME, endings: tuple[str, ...] = ENDINGS
) -> list[Path]:
    """Draw a panel per forecast; return the paths. table: `case_table`."""
    return draw(folder, name, calibration_data(table, forecasts), DOUBLE, 84.0, _paint, endings)


def _paint(figure: Figure, data: pd.DataFrame) -> None:
    names = list(dict.fromkeys(data["forecast"]))
    panels = np.atleast_1d(figure.subplots(1, len(names), sharey=True))
    heights = []
    for axes, name in zip(panels, names, strict=True):
        heights += _paint_panel(axes, data[data["forecast"] == name]).tolist()
        plain(axes, name[0].upper() + name[1:], "Probability of reversal that was forecast")
    panels[0].set_ylim(min(-0.12, *heights) - 0.03, max(1.12, *heights) + 0.03)
    shares = {-0.09: "kept", 0.0: "0", 0.25: ".25", 0.5: ".5", 0.75: ".75", 1.0: "1", 1.09: "reversed"}
    panels[0].set_yticks(list(shares), list(shares.values()))
    panels[0].set_ylabel("Share reversed in the record")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(NOTE, x=0.01, ha="left", fontsize=6.5, color="0.25")


def _paint_panel(axes: Axes, data: pd.DataFrame) -> Floats:
    """Draw one forecast and return the heights of its dots."""
    axes.plot([0.0, 1.0], [0.0, 1.0], color="0.55", linewidth=0.7, linestyle=(0, (1, 2)), zorder=1, label="exact")
    binned, cases = data[data["case"] == ""], data[data["case"] != ""]
    x, y = binned["probability"].to_numpy(float), binned["reversed"].to_numpy(float)
    spread = np.maximum([y - binned["low"], binned["high"] - y], 0.0)
    axes.errorbar(
        *(x, y), yerr=spread, color="black", marker="D", ms=3.5, lw=1.1, elinewidth=0.7,
        label="bins of cases, 95%", zorder=3,
    )  # fmt: skip
    heights = _jittered(cases)
    for label, contested, marker, colour in _KINDS:
        here = (cases["contested"] == contested).to_numpy()
        axes.plot(
            *(cases["probability"].to_numpy()[here], heights[here]), ls="none", marker=marker, ms=3.2, mew=0.7,
            color=colour, markerfacecolor=colour if contested else "white", alpha=0.85, label=f"case, {label}",
        )  # fmt: skip
    axes.set_xlim(-0.02, 1.02)
    return heights


def _jittered(cases: pd.DataFrame) -> Floats:
    """Return the height of each dot: beyond 0 or 1 by its outcome, close dots in lanes, so that each is seen."""
    heights = np.empty(len(cases))
    last: dict[tuple[int, int], float] = {}
    for place, (p, outcome) in enumerate(zip(cases["probability"], cases["reversed"], strict=True)):
        lane = next(lane for lane in range(len(cases)) if p - last.get((int(outcome), lane), -1.0) >= _CLOSE)
        last[int(outcome), lane] = p
        away = _BAND + _STEP * lane
        heights[place] = 1.0 + away if outcome == 1 else -away
    return heights
