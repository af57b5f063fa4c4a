"""Figure of the naive regression and the assigned result, and the files of a history with evolving exposure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...protocols.history.naive_regression import ASSIGNED, UNIT, naive_table, takeovers
from ...statistics.ratios import ratio
from ...storage.atomic_files import replaced_atomically
from .dose_response import COLOURS, MARKERS, NOTE, print_style, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "naive-regression"
_BINS = 5
_CRITICAL = 1.96
_LABELS = {
    ASSIGNED: "Assigned exposure",
    "landmark": "Evolving, at takeover",
    "term_average": "Evolving, term average",
    "run_end": "Evolving, end of run",
}


def write_naive(cycles: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Write naive_regression.csv and figures/naive-regression.* into a results folder; return the table.

    Without a takeover at risk on both sides there is no figure.
    """
    table = naive_table(cycles)
    with replaced_atomically(folder / "naive_regression.csv") as stream:
        table.to_csv(stream, index=False, lineterminator="\n")
    if (table["takeovers"] > 0).all():
        naive_figure(cycles, table, folder / "figures")
    return table


def _share(series: str, rows: pd.DataFrame, exposure: str) -> dict[str, Any]:
    """Return the share of takeovers back to extreme care at their mean exposure; clusters: replicates."""
    by_replicate = rows.groupby("replicate")["reversed"]
    share, error = ratio(by_replicate.sum(), by_replicate.count())
    half = _CRITICAL * error if math.isfinite(error) else 0.0
    low, high = max(0.0, share - half), min(1.0, share + half)
    x = UNIT * float(rows[exposure].mean())
    return {"panel": "share", "series": series, "x": x, "value": share, "low": low, "high": high, "n": len(rows)}


def figure_data(cycles: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the drawn data, a row per point.

    Points: the share back to extreme care by assigned arm and by bin of evolving exposure at takeover, and every slope.
    """
    taken = takeovers(cycles)
    assigned = taken[taken["evolving"] == 0]
    rows = [_share(ASSIGNED, group, ASSIGNED) for _, group in assigned.groupby("arm", sort=False)]
    own = taken[taken["evolving"] == 1].sort_values("landmark", kind="stable")
    edges = np.unique(np.quantile(own["landmark"], np.linspace(0.0, 1.0, _BINS + 1)[1:-1]))
    for _, group in own.groupby(np.searchsorted(edges, own["landmark"], side="left")):
        rows.append(_share("landmark", group, "landmark"))
    for row in table.itertuples():
        limits = {"value": row.slope, "low": row.slope_low, "high": row.slope_high}
        rows.append({"panel": "slope", "series": row.estimator, "x": math.nan, **limits, "n": row.takeovers})
    return pd.DataFrame(rows)


def _draw_shares(axes: Axes, data: pd.DataFrame, table: pd.DataFrame) -> None:
    slopes = table.set_index("estimator")
    for place, name in enumerate((ASSIGNED, "landmark")):
        rows = data[(data["panel"] == "share") & (data["series"] == name)]
        x, value = rows["x"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float)
        spread = np.abs(rows[["low", "high"]].to_numpy(dtype=float).T - value)
        style: dict[str, Any] = {"color": COLOURS[place], "marker": MARKERS[place], "linestyle": "none"}
        axes.errorbar(x, value, yerr=spread, markersize=4.2, elinewidth=0.8, label=_LABELS[name], **style)
        slope = float(slopes.loc[name, "slope"])  # type: ignore[arg-type]
        if math.isfinite(slope):
            # A slope within replicates has no intercept: the line goes through the mean of its side.
            centre = float(slopes.loc[name, "exposure"]), float(slopes.loc[name, "p_reversed"])  # type: ignore[arg-type]
            ends = np.array([x.min(), x.max()])
            line = centre[1] + slope / UNIT * (ends - centre[0])
            axes.plot(ends, line, color=COLOURS[place], linewidth=1.2, linestyle=("-", "--")[place])
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("Visible stake, years of income (mean over voters)")
    axes.set_ylabel("Share of takeovers")
    axes.set_title("Back to extreme care within the term", fontsize=10, loc="left", fontweight="bold")
    axes.legend(frameon=False, loc="best")


def _draw_slopes(axes: Axes, data: pd.DataFrame) -> None:
    rows: list[Any] = list(data[data["panel"] == "slope"].itertuples())
    axes.axvline(0.0, color="0.35", linewidth=0.8, zorder=1)
    for place, row in enumerate(rows):
        if math.isfinite(row.value):
            colour = COLOURS[min(place, 1)]
            axes.plot([row.low, row.high], [place, place], color=colour, linewidth=1.2)
            axes.plot([row.value], [place], color=colour, marker=MARKERS[place], markersize=5)
    axes.set_yticks(range(len(rows)), [f"{_LABELS[row.series]}\n(n = {row.n})" for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("Change in P(back to extreme care) per .01 year of income")
    axes.set_title("Slope, 95% interval", fontsize=10, loc="left", fontweight="bold")


def naive_figure(cycles: pd.DataFrame, table: pd.DataFrame, folder: Path) -> list[Path]:
    """Draw naive-regression.svg, .pdf, .png and .csv: shares against exposure, and the slopes side by side."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    data = figure_data(cycles, table)
    with print_style():
        figure = Figure(figsize=(9.0, 4.0), layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.06))
        left, right = figure.subplots(1, 2)
        _draw_shares(left, data, table)
        _draw_slopes(right, data)
        for axes in (left, right):
            axes.spines[["top", "right"]].set_visible(False)
        text = (
            f"{NOTE} Takeovers at risk of {cycles['replicate'].nunique():,} histories.\n"
            "Bars: 95%, clustered on the replicate. Evolving exposure is confounded; assigned exposure is set."
        )
        figure.suptitle(text, x=0.01, ha="left", fontsize=8.5, color="0.25")
        return save_figure(figure, data, folder, NAME)
