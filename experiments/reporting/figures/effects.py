"""Effects by factor value: a row with its interval for every design point, and curves over a factor in panels."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ...protocols.outcome_names import printed_name
from ...studies.reader import BREADTH
from ..effects import Effects
from ..point_labels import point_label
from .style import COLOURS, DOUBLE, DRAWN, LINES, MARKERS, draw, plain, zero_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARGIN = 0.05
MOST_CURVES, MOST_PANELS = 12, 12
MOST_BANDS = 3
"""Curves of a panel that have bands; more have a line at each point."""
PANELS_ACROSS = 3
DEPTH = "depth"
"""Outcome of a table of depth curves, whose x is the level of openness."""
_MARGINED = ("reversed", "restricted", "severity")


def words_of(outcome: str) -> str:
    """Return the printed name of an outcome as the beginning of a sentence."""
    name = printed_name(outcome).replace("_", " ")
    return name[0].upper() + name[1:]


def effects_figure(
    effects: Effects, folder: Path, name: str = "effects", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw the paired difference of every design point with its 95% interval: a row per point, a panel per outcome.

    Labels hold the factors that vary.
    """
    varying = [name for name in effects.factors if len({row.values[name] for row in effects.rows}) > 1]
    labels = [point_label({name: row.values[name] for name in varying}) or row.arm for row in effects.rows]
    records = [
        {**row.values, "label": labels[place], "row": place, "outcome": outcome, "pairs": row.pairs, **effect._asdict()}
        for outcome in effects.outcomes
        for place, row in enumerate(effects.rows)
        if math.isfinite((effect := row.effects[outcome]).difference)
    ]
    height = 24.0 + 5.0 * len(effects.rows)
    return draw(folder, name, pd.DataFrame(records), DOUBLE, height, _paint_effects, endings)


def _paint_effects(figure: Figure, data: pd.DataFrame) -> None:
    outcomes = list(dict.fromkeys(data["outcome"]))
    panels = np.atleast_1d(figure.subplots(1, len(outcomes), sharey=True))
    crowded = len(outcomes) > 3  # with outcomes of the study's own: one label below all panels, fewer ticks
    for place, (axes, outcome) in enumerate(zip(panels, outcomes, strict=True)):
        rows = data[data["outcome"] == outcome]
        axes.axvline(0.0, color="0.35", linewidth=0.7)
        for at in (-MARGIN, MARGIN) if outcome in _MARGINED else ():
            axes.axvline(at, color="0.55", linewidth=0.6, linestyle=(0, (1, 2)))
        axes.hlines(rows["row"], rows["low"], rows["high"], color=COLOURS[1], lw=1.1)
        axes.plot(rows["difference"], rows["row"], ls="none", marker="o", ms=3.5, color=COLOURS[0])
        labelled = not crowded or place == len(outcomes) // 2
        plain(axes, words_of(outcome), "Change against zero exposure" if labelled else "")
        axes.locator_params(axis="x", nbins=3 if crowded else 5)
    labels = data.drop_duplicates("row")
    panels[0].set_yticks(labels["row"], [_short(label) for label in labels["label"]])
    panels[0].set_ylim(float(data["row"].max()) + 0.6, -0.6)


def _short(label: str, width: int = 46) -> str:
    return "\n".join(textwrap.wrap(label, width, max_lines=2, placeholder=" ..."))


def curves_of(effects: Effects, x: str, by: Sequence[str], outcome: str) -> tuple[pd.DataFrame, str]:
    """Return the points of curves over the factor x, and what is wrong with drawing them ("" if nothing is).

    by: factors whose combinations are curves; the others are panels. Over breadth every curve begins at 0, where the
    difference is 0 by definition. Columns: factors, panel, curve, x, difference, low, high, mcse, pairs, outcome.
    """
    rest = [name for name in effects.factors if name != x and name not in by]
    varying = [name for name in rest if len({row.values[name] for row in effects.rows}) > 1]
    records: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for row in effects.rows:
        effect = row.effects[outcome]
        if not math.isfinite(effect.difference):
            continue
        panel = point_label({name: row.values[name] for name in varying})
        curve = point_label({name: row.values[name] for name in by})
        if effects.arms_differ:
            panel = ", ".join(part for part in (panel, _without_dose(row.arm)) if part)
        place = dict(row.values) | {"panel": panel, "curve": curve}
        if x == BREADTH and (panel, curve) not in seen:
            records.append(place | {x: 0.0, "x": 0.0, **_estimate(0.0, 0.0, 0.0, 0.0), "pairs": row.pairs})
        seen.add((panel, curve))
        numbers = _estimate(effect.difference, effect.low, effect.high, effect.error)
        records.append(place | {"x": row.values[x], **numbers, "pairs": row.pairs})
    return pd.DataFrame(records).assign(outcome=outcome), problem_of(pd.DataFrame(records))


def _estimate(difference: float, low: float, high: float, error: float) -> dict[str, float]:
    return {"difference": difference, "low": low, "high": high, "mcse": error}


def _without_dose(arm: str) -> str:
    return " ".join(part for part in arm.split() if not part.startswith(("b=", "b0", "v=")))


def problem_of(table: pd.DataFrame) -> str:
    """Return why a table of curves cannot be drawn; "" if it can."""
    if table.empty:
        return "no design point has a paired difference"
    panels, curves = table["panel"].nunique(), table["curve"].nunique()
    if panels > MOST_PANELS:
        return f"{panels} panels, at most {MOST_PANELS}; name more factors with --by, or fix some with --where"
    if curves > MOST_CURVES:
        return f"{curves} curves, at most {MOST_CURVES}; name fewer factors with --by, or fix some with --where"
    if table.duplicated(["panel", "curve", "x"]).any():
        return "several rows share one place of a curve; fix a factor with --where"
    return ""


class Curves(NamedTuple):
    """Curves in small multiples: a panel per `panel`, a colour and line per `curve`.

    table: columns panel, curve, x, difference, low, high, outcome. axis: words for x. note: text above the figure.
    falling: whether x decreases to the right.
    """

    table: pd.DataFrame
    axis: str = "Share of voters who hold a stake"
    note: str = ""
    falling: bool = False

    @property
    def height(self) -> float:
        """Return the height that the panels, legend and note need, mm."""
        lines = math.ceil(self.table["panel"].nunique() / PANELS_ACROSS)
        legend = 6.0 * math.ceil(self.table["curve"].nunique() / 3)
        return 58.0 * lines + legend + (4.0 * (1 + len(self.note) // 130) if self.note else 0.0) + 6.0

    def paint(self, figure: Figure, data: pd.DataFrame) -> None:
        """Paint the curves of `data` into a figure."""
        _paint_curves(figure, data, self.axis, self.note, falling=self.falling)


def curves_figure(curves: Curves, folder: Path, name: str, endings: tuple[str, ...] = DRAWN) -> list[Path]:
    """Draw curves with bands in small multiples; return the paths."""
    return draw(folder, name, curves.table, DOUBLE, curves.height, curves.paint, endings)


def _paint_curves(figure: Figure, data: pd.DataFrame, axis: str, note: str, *, falling: bool) -> None:
    panels, curves = list(dict.fromkeys(data["panel"])), list(dict.fromkeys(data["curve"]))
    across = min(PANELS_ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    grid = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(panels):
            axes.set_visible(False)
            continue
        rows = data[data["panel"] == panels[place]]
        zero_line(axes, MARGIN if str(data["outcome"].iloc[0]) in (*_MARGINED, DEPTH) else 0.0)
        for number, curve in enumerate(curves):
            _line(axes, rows[rows["curve"] == curve], number, curve, banded=len(curves) <= MOST_BANDS)
        title = panels[place]
        plain(axes, "\n".join(textwrap.wrap(title, 44)), axis if place + across >= len(panels) else "")
        axes.xaxis.set_tick_params(labelbottom=place + across >= len(panels))
        if place % across == 0:
            outcome = str(data["outcome"].iloc[0])
            what = "Change in the probability of\na fall to this depth" if outcome == "depth" else words_of(outcome)
            axes.set_ylabel(
                f"{what}\nagainst zero exposure" if outcome == "depth" else f"{what}:\nchange against zero exposure"
            )
    if falling:
        grid[0, 0].set_xlim(float(data["x"].max()) + 0.02, -0.02)
    handles, labels = grid[0, 0].get_legend_handles_labels()
    if len(labels) > 1 or (labels and labels[0]):
        figure.legend(
            handles, labels, loc="outside lower center", ncols=min(3, len(labels)), frameon=False, handlelength=3.5
        )
    if note:
        figure.suptitle("\n".join(textwrap.wrap(note, 130)), x=0.01, ha="left", fontsize=6.5, color="0.25")


def _height_words(outcome: str) -> str:
    if outcome == DEPTH:
        return "Change in the probability\nof a fall to this depth"
    return f"{words_of(outcome)}:\nchange against zero exposure"


def _line(axes: Axes, line: pd.DataFrame, number: int, label: str, *, banded: bool) -> None:
    line = line.sort_values("x", kind="stable")
    colour, style = COLOURS[number % len(COLOURS)], LINES[number % len(LINES)]
    if banded:
        axes.fill_between(line["x"], line["low"], line["high"], color=colour, alpha=0.10, lw=0)
        for edge in ("low", "high"):  # readable where a printer loses a light tint
            axes.plot(line["x"], line[edge], color=colour, lw=0.4, alpha=0.6, ls=style)
    else:
        axes.vlines(line["x"], line["low"], line["high"], color=colour, lw=0.6, alpha=0.7, ls=style)
    marker = MARKERS[number % len(MARKERS)] if len(line) <= 16 else ""
    axes.plot(line["x"], line["difference"], color=colour, ls=style, marker=marker, ms=3.5, label=label)
