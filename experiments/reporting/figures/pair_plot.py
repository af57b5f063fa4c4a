"""Pair plot of a calibration: simulated draws by two inputs at a time, those not ruled out before the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .style import COLOURS, DOUBLE, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis
    from matplotlib.figure import Figure

ENDINGS = ("svg", "png")
KEPT = "not_ruled_out"
_BINS = 12
_FEW_DECADES = 100.0
_RULED_OUT = "0.72"
_KEPT_COLOUR = COLOURS[1]


def pair_plot(
    table: pd.DataFrame, folder: Path, ranges: Sequence[tuple[float, float]], log: Sequence[str] = ()
) -> list[Path]:
    """Draw the pair plot; write pair-plot.svg, .png and .csv; return the paths.

    table: a column for each input, a row for each simulated draw, and `not_ruled_out` (0 or 1). ranges: of the prior,
    in the order of the inputs. log: inputs on a log axis.
    """
    names = [name for name in table.columns if name != KEPT]
    spans = dict(zip(names, ranges, strict=True))

    def paint(figure: Figure, data: pd.DataFrame) -> None:
        _paint(figure, data, names, spans, log)

    return draw(folder, "pair-plot", table, DOUBLE, DOUBLE * (0.25 + 0.75 * len(names) / 6.0), paint, ENDINGS)


def _paint(
    figure: Figure,
    data: pd.DataFrame,
    names: Sequence[str],
    spans: dict[str, tuple[float, float]],
    log: Sequence[str],
) -> None:
    from matplotlib.lines import Line2D

    kept, out = data[data[KEPT] == 1], data[data[KEPT] == 0]
    grid = figure.subplots(len(names), len(names), squeeze=False)
    for row, y in enumerate(names):
        for column, x in enumerate(names):
            axes = grid[row, column]
            if column > row:
                axes.set_visible(False)
                continue
            if column == row:
                _histogram(axes, kept[x], out[x], spans[x], x in log)
            else:
                axes.plot(out[x], out[y], "x", color=_RULED_OUT, markersize=2.2, markeredgewidth=0.5, zorder=1)
                axes.plot(kept[x], kept[y], "o", color=_KEPT_COLOUR, markersize=3.0, markeredgewidth=0.0, zorder=2)
                axes.set_yscale("log" if y in log else "linear")
                axes.set_ylim(*spans[y])
                if y in log:
                    _plain_ticks(axes.yaxis)
            axes.set_xscale("log" if x in log else "linear")
            axes.set_xlim(*spans[x])
            if x in log:
                _plain_ticks(axes.xaxis)
            _label(axes, x if row == len(names) - 1 else "", y if column == 0 and row else "")
    kinds = (("not ruled out", kept, _KEPT_COLOUR, "o"), ("ruled out", out, _RULED_OUT, "x"))
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=3.5, linestyle="", label=f"{what} ({len(rows)})")
        for what, rows, colour, marker in kinds
    ]
    figure.legend(handles=handles, loc="upper right", frameon=False, title="Simulated draws", alignment="left")


def _plain_ticks(axis: XAxis | YAxis) -> None:
    """Set plain numbers on a log axis: 1, 2 and 5 of each decade where it has few decades, else 1 alone."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

    low, high = sorted(axis.get_view_interval())
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < _FEW_DECADES else (1.0,), numticks=20))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FormatStrFormatter("%g"))


def _histogram(axes: Axes, kept: pd.Series, out: pd.Series, span: tuple[float, float], log: bool) -> None:
    """Draw the share of draws in equal parts of the range, for both kinds."""
    import numpy as np

    edges = np.geomspace(*span, _BINS + 1) if log else np.linspace(*span, _BINS + 1)
    for values, colour, style in ((out, _RULED_OUT, "--"), (kept, _KEPT_COLOUR, "-")):
        counts, _ = np.histogram(values, edges)
        axes.stairs(counts / max(1, counts.sum()), edges, color=colour, linestyle=style)
    axes.set_yticks([])


def _label(axes: Axes, x: str, y: str) -> None:
    """Write the names of the inputs on the outer axes alone; a name breaks at its dot."""
    axes.set_xlabel(x.replace(".", ".\n"))
    axes.set_ylabel(y.replace(".", ".\n"))
    axes.tick_params(labelbottom=bool(x), labelleft=bool(y), which="both", length=2.0)
    axes.tick_params(axis="x", labelrotation=45.0)
    axes.spines[["top", "right"]].set_visible(False)
