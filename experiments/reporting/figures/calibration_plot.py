"""Calibration plot of a back-test: a dot for each case at its probability, and the share reversed by bin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...statistics.intervals import wilson
from .style import COLOURS, DOUBLE, NOTE, draw, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = "calibration"
ENDINGS = ("svg", "pdf", "png")
BINS = 5
FEWEST = 6
"""Cases in a bin; fewer cases make fewer bins."""
_STEP, _LANES = 0.018, 6
_BAND = 0.04
_KINDS = (("contested", 1, "o", COLOURS[2]), ("uncontested", 0, "s", COLOURS[1]))


def calibration_data(table: pd.DataFrame, forecasts: tuple[str, ...]) -> pd.DataFrame:
    """Return the drawn data: a row per scored case and forecast, then a row per bin with its 95% interval (Wilson).

    table: `case_table`. Bins hold equal numbers of cases, in the order of the probability.
    """
    cases = table[table["scored"] == 1]
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
    """Draw a panel per forecast; return the paths. table: `case_table`, with a scored case."""
    return draw(folder, name, calibration_data(table, forecasts), DOUBLE, 84.0, _paint, endings)


def _paint(figure: Figure, data: pd.DataFrame) -> None:
    names = list(dict.fromkeys(data["forecast"]))
    panels = np.atleast_1d(figure.subplots(1, len(names), sharey=True))
    for axes, name in zip(panels, names, strict=True):
        _paint_panel(axes, data[data["forecast"] == name])
        plain(axes, name[0].upper() + name[1:], "Probability of reversal that was forecast")
    panels[0].set_ylabel("Share reversed in the record")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(NOTE, x=0.01, ha="left", fontsize=6.5, color="0.25")


def _paint_panel(axes: Axes, data: pd.DataFrame) -> None:
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
    outer = _BAND + _STEP * _LANES
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-outer - 0.02, 1.0 + outer + 0.02)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])


def _jittered(cases: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the height of each dot: beyond 0 or 1 by its outcome, in lanes, so that equal probabilities are seen."""
    lane = cases.groupby("reversed").cumcount().to_numpy() % _LANES
    away = _BAND + _STEP * lane
    return np.where(cases["reversed"].to_numpy() == 1, 1.0 + away, -away)
