"""Points with intervals: policy gap against level, sensitivity, mediation, and the prior's distribution."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...protocols.outcome_names import printed_name
from ...statistics.input_checks import refuse_incomplete
from ...statistics.intervals import monte_carlo_error_of_counts
from .dose_response import COLOURS, MARKERS
from .style import DOUBLE, DRAWN, SINGLE, draw, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GAP_COLUMNS = ("visibility", "breadth", "gap", "gap_low", "gap_high", "mean_theta", "mean_theta_low", "mean_theta_high")


def gap_figure(
    summary: pd.DataFrame, folder: Path, name: str = "gap-and-level", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw G against mean theta under the opposed government, a point per dose, a line per visibility.

    summary: rows of one legal layer of summary.csv. A moat is a path to the lower right, a trapdoor to the lower left.
    """
    refuse_incomplete(summary, GAP_COLUMNS)
    return draw(folder, name, summary[list(GAP_COLUMNS)], SINGLE, 78.0, _paint_gap, endings)


def _paint_gap(figure: Figure, data: pd.DataFrame) -> None:
    axes = figure.subplots()
    for place, (visibility, line) in enumerate(data.groupby("visibility", sort=False)):
        colour, filled = COLOURS[place], COLOURS[place] if place == 0 else "white"
        x, y = line["mean_theta"].to_numpy(), line["gap"].to_numpy()
        across = [x - line["mean_theta_low"], line["mean_theta_high"] - x]
        upward = [y - line["gap_low"], line["gap_high"] - y]
        axes.errorbar(x, y, xerr=across, yerr=upward, fmt="none", ecolor=colour, elinewidth=0.4, alpha=0.5)
        axes.plot(
            *(x, y), color=colour, marker=MARKERS[place], ms=4, markerfacecolor=filled, lw=0.8,
            ls="-" if place == 0 else "--", label=f"v = {visibility:g}",
        )  # fmt: skip
        # Labels at both ends alone: those between them would overlap.
        for at in (0, -1) if place == 0 else ():
            axes.annotate(
                *(f"b = {line['breadth'].iloc[at]:g}", (x[at], y[at])), xytext=(4, 4), textcoords="offset points",
                fontsize=6.5,
            )  # fmt: skip
    axes.axhline(0.0, color="0.35", linewidth=0.7)
    plain(
        axes, "", "Mean openness rung θ under the opposed government",
        "G: mean θ if the friendly party returns,\nminus under the opposed government",
    )  # fmt: skip
    axes.legend(frameon=False, loc="best")


def sensitivity_figure(
    table: pd.DataFrame, folder: Path, name: str = "sensitivity", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw a table of `sensitivity`: factors by size, total and first-order (or mean absolute) index with intervals."""
    wanted = ("total", "first") if (table["method"] == "sobol").any() else ("mean_absolute",)
    data = table[table["index"].isin(wanted)]
    return draw(folder, name, data, DOUBLE, 22.0 + 6.0 * data["factor"].nunique(), _paint_sensitivity, endings)


_INDEX = {"total": "total", "first": "first order", "mean_absolute": "mean absolute elementary effect"}


def _paint_sensitivity(figure: Figure, data: pd.DataFrame) -> None:
    axes = figure.subplots()
    order = data.groupby("factor")["value"].max().sort_values().index.tolist()
    for place, (index, rows) in enumerate(data.groupby("index", sort=False)):
        y = np.array([order.index(factor) for factor in rows["factor"]]) + (0.16 if place else -0.16) * (len(order) > 0)
        value = rows["value"].to_numpy()
        across = np.maximum([value - rows["low"], rows["high"] - value], 0.0)
        axes.errorbar(
            *(value, y), xerr=across, fmt=MARKERS[place], color=COLOURS[place], ms=4, elinewidth=0.7,
            markerfacecolor=COLOURS[place] if place == 0 else "white", label=_INDEX[str(index)],
        )  # fmt: skip
    axes.axvline(0.0, color="0.35", linewidth=0.7)
    axes.set_yticks(range(len(order)), order)
    unit = "Share of variance over the design" if "total" in set(data["index"]) else "Change over the factor's range"
    plain(axes, "", f"{unit} ({printed_name(str(data['outcome'].iloc[0]))})")
    axes.legend(frameon=False, loc="lower right")


def mediation_figure(
    table: pd.DataFrame, folder: Path, name: str = "mediation", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw `mediation_table`: each channel's part, its 95% interval (dark), and its range over orders (light bar)."""
    return draw(folder, name, table, DOUBLE, 62.0, _paint_mediation, endings)


def _paint_mediation(figure: Figure, data: pd.DataFrame) -> None:
    outcomes = list(dict.fromkeys(data["outcome"]))
    panels = np.atleast_1d(figure.subplots(1, len(outcomes), sharey=True))
    for axes, outcome in zip(panels, outcomes, strict=True):
        rows = data[data["outcome"] == outcome].iloc[::-1]
        for y, row in enumerate(rows.itertuples()):
            if np.isfinite(row.smallest):
                axes.barh(
                    y, row.largest - row.smallest, left=row.smallest, height=0.5, color="0.82", edgecolor="0.5", lw=0.4
                )
            mark = MARKERS[1] if row.channel == "total" else MARKERS[0]
            axes.plot([row.low, row.high], [y, y], color="black", lw=1.0)
            axes.plot([row.shapley], [y], marker=mark, color="black", ms=3.5)
        axes.set_yticks(range(len(rows)), rows["channel"])
        axes.axvline(0.0, color="0.35", linewidth=0.7)
        axes.margins(x=0.08)
        axes.locator_params(axis="x", nbins=4)
        plain(axes, printed_name(str(outcome)), "Part of the difference")


def prior_mass_figure(
    draws: pd.DataFrame, folder: Path, event: str = "reversed", name: str = "prior-mass",
    endings: tuple[str, ...] = DRAWN,
) -> list[Path]:  # fmt: skip
    """Draw the risk differences of calibrated draws, sorted, with twice their Monte Carlo error; margins dotted."""
    refuse_incomplete(draws, ["calibrated", "n", f"{event}_gained", f"{event}_lost"])
    kept = draws[draws["calibrated"] == 1]
    n, gained, lost = (kept[column].to_numpy(dtype=float) for column in ("n", f"{event}_gained", f"{event}_lost"))
    value = (gained - lost) / n
    error = [monte_carlo_error_of_counts(*map(int, counts)) for counts in zip(gained, lost, n, strict=True)]
    data = pd.DataFrame({"event": event, "difference": value, "mcse": error}).sort_values("difference")
    data.insert(0, "share_of_draws", (np.arange(len(data)) + 0.5) / max(1, len(data)))
    return draw(folder, name, data, SINGLE, 70.0, _paint_prior, endings)


def _paint_prior(figure: Figure, data: pd.DataFrame) -> None:
    axes = figure.subplots()
    x, y = data["difference"].to_numpy(), data["share_of_draws"].to_numpy()
    axes.hlines(y, x - 2 * data["mcse"], x + 2 * data["mcse"], color="0.75", lw=0.5)
    axes.plot(x, y, ls="none", marker="o", ms=2.2, color=COLOURS[1])
    for at, style in ((-0.05, (0, (1, 2))), (0.0, "-"), (0.05, (0, (1, 2)))):
        axes.axvline(at, color="0.35", linewidth=0.7, linestyle=style)
    axes.set_ylim(0.0, 1.0)
    plain(
        axes, "", f"Risk difference ({printed_name(data['event'].iloc[0])})", "Share of the prior's draws at or below"
    )
