"""The depth curve: risk difference of openness at or below tau, from the level at takeover down to prohibition."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import COLOURS, DOUBLE, LINES, MARKERS, NOTE, draw, plain, zero_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NEEDED = ("foresight", "visibility", "breadth", "tau", "rd", "band_low", "band_high", "n")
MARGIN = 0.05
ENDINGS = ("svg", "pdf", "png")
_MOST_MARKERS = 16
_KINDS = {1.0: "fully visible stake", 0.1: "default-fund sleeve"}


def depth_figure(
    table: pd.DataFrame,
    folder: Path,
    marks: Iterable[tuple[str, float]],
    name: str = "depth",
    endings: tuple[str, ...] = ENDINGS,
    *,
    note: bool = False,
) -> list[Path]:
    """Draw the depth curve of one breadth: a panel per visibility, a line and band per foresight; return the paths.

    table: rows of `depth_curve`, with the columns of NEEDED. marks: name and openness of each named depth.
    note: write above the figure that it is no forecast.

    Raises ValueError for an empty table, one that lacks a column, or several breadths.
    """
    absent = [column for column in NEEDED if column not in table.columns]
    if absent:
        raise ValueError(f"the depth curve lacks {absent}")
    if table["breadth"].nunique() > 1:
        raise ValueError("a depth figure shows one breadth")
    data = table.sort_values(
        ["visibility", "foresight", "tau"], ascending=[False, True, False], kind="stable", ignore_index=True
    )
    paint, named = _with_note if note else _paint, tuple(marks)
    return draw(folder, name, data, DOUBLE, 84.0, lambda figure, rows: paint(figure, rows, named), endings)


def _with_note(figure: Figure, data: pd.DataFrame, marks: Iterable[tuple[str, float]]) -> None:
    _paint(figure, data, marks)
    figure.suptitle(NOTE, x=0.01, ha="left", fontsize=6.5, color="0.25")


def _paint(figure: Figure, data: pd.DataFrame, marks: Iterable[tuple[str, float]]) -> None:
    visibilities = list(dict.fromkeys(data["visibility"]))
    panels = np.atleast_1d(figure.subplots(1, len(visibilities), sharey=True))
    for axes, visibility in zip(panels, visibilities, strict=True):
        _paint_panel(axes, data[data["visibility"] == visibility], marks, float(data["tau"].max()))
    panels[0].set_ylabel("Change in the probability\nof a fall to this depth against zero exposure")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, handlelength=3.5)


def _paint_panel(axes: Axes, data: pd.DataFrame, marks: Iterable[tuple[str, float]], start: float) -> None:
    zero_line(axes, MARGIN)
    for label, tau in marks:
        axes.axvline(tau, color="0.8", linewidth=0.6, zorder=0)
        words = label.replace("back to ", "back to\n").replace("no new ", "no new\n")
        axes.annotate(
            words, (tau, 1.0), (0.0, 2.0), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="center", va="bottom", fontsize=6.0, annotation_clip=False,
        )  # fmt: skip
    for place, (foresight, line) in enumerate(data.groupby("foresight", sort=False)):
        colour, style = COLOURS[place % len(COLOURS)], LINES[place % len(LINES)]
        axes.fill_between(line["tau"], line["band_low"], line["band_high"], color=colour, alpha=0.12, lw=0)
        for edge in ("band_low", "band_high"):  # readable where a printer loses a light tint
            axes.plot(line["tau"], line[edge], color=colour, lw=0.5, alpha=0.7, ls=style)
        marker = MARKERS[place % len(MARKERS)] if len(line) <= _MOST_MARKERS else ""
        axes.plot(
            *(line["tau"], line["rd"]), color=colour, ls=style, marker=marker, ms=3,
            markerfacecolor=colour if place == 0 else "white", label=_foresight(float(str(foresight))),
        )  # fmt: skip
    plain(axes, x="Depth: openness at or below tau for six months")
    visibility, breadth, count = (float(data[name].iloc[0]) for name in ("visibility", "breadth", "n"))
    kind = _KINDS.get(round(visibility, 6), "stake")
    axes.set_title(f"{kind[0].upper()}{kind[1:]}, v = {visibility:g}", loc="left", fontweight="bold", pad=20.0)
    axes.set_title(f"b = {breadth:g}, n = {count:g}", loc="right", fontsize=6.5, pad=20.0)
    axes.set_xlim(start + 0.02, -0.02)


def _foresight(share: float) -> str:
    plain_words = {0.0: "parties read the poll as it is", 1.0: "parties project the poll to the next election"}
    words = plain_words.get(share, "in between")
    return f"foresight {share:g}: {words}"
