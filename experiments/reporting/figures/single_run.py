"""One annotated run: openness month by month with and without exposure, and dated events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...protocols.run_inputs import NO_INPUTS, RunInputs
from .dose_response import COLOURS
from .style import DOUBLE, DRAWN, LINES, draw, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ....model.parameters.tree import Parameters

_KINDS = {
    "docketed": "docketed",
    "enacted": "in force",
    "withdrawn": "withdrawn",
    "frozen": "frozen",
    "vacated": "struck in court",
    "lapsed": "lapsed",
    "bargained": "saved from its sunset",
    "refused": "case refused",
    "imposed": "imposed",
}


def run_story(
    parameters: Parameters,
    seed: int,
    replicate: int,
    breadth: float = 0.3,
    visibility: float = 1.0,
    inputs: RunInputs = NO_INPUTS,
) -> pd.DataFrame:
    """Return two arms of one replicate, month by month: columns arm, month, openness, platform_distance, event.

    The draws are those of the study: the arms are the rows `replicate` of export/runs.csv.
    """
    from ....model.fast_forward import advance
    from ...protocols.stress_test.run import friendly_term, takeover, with_dose

    population = inputs.population(parameters, seed, replicate)
    rows, zeros = [], {}
    for name, dose, arm in (
        ("no exposure", 0.0, "b=0"),
        (f"exposed (b = {breadth:g}, v = {visibility:g})", breadth, f"b={breadth:g} v={visibility:g}"),
    ):
        dated, p = inputs.events_of(arm), with_dose(parameters, dose, visibility)
        if dated not in zeros:
            p_zero = with_dose(parameters, 0.0, visibility)
            zeros[dated] = friendly_term(p_zero, seed, replicate, population, None, inputs, dated)
        past = zero = zeros[dated]
        if dose > 0.0:
            past = friendly_term(p, seed, replicate, population, zero, inputs, dated)
        world = takeover(past, "opponent", zero)
        advance(world, parameters.institutions.term_months)
        events: dict[int, list[str]] = {}
        for event in world.events:
            if event.kind in _KINDS:
                what = (
                    f"{event.move} {_KINDS[event.kind]}" if event.move else f"{event.instrument} {_KINDS[event.kind]}"
                )
                events.setdefault(event.month, []).append(what)
        rows += [
            (name, m.month, m.openness, m.platform_distance, "; ".join(events.get(m.month, []))) for m in world.record
        ]
    return pd.DataFrame(rows, columns=["arm", "month", "openness", "platform_distance", "event"])


def run_figure(
    story: pd.DataFrame, folder: Path, name: str = "one-run", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw `run_story`: a panel per arm, takeover marked, events numbered on the curve and listed below it."""
    lines = max(int((rows["event"] != "").sum()) for _, rows in story.groupby("arm"))
    return draw(folder, name, story, DOUBLE, 68.0 + 3.2 * min(lines, 12), _paint, endings)


def _paint(figure: Figure, data: pd.DataFrame) -> None:
    arms = list(dict.fromkeys(data["arm"]))
    panels = figure.subplots(1, len(arms), sharey=True)
    for place, (axes, arm) in enumerate(zip(panels, arms, strict=True)):
        _panel(axes, data[data["arm"] == arm], place)
        plain(axes, arm, "Month from January 2025", "Openness" if place == 0 else "")


def _panel(axes: Axes, rows: pd.DataFrame, place: int) -> None:
    half = float(rows["month"].max() + 1) / 2.0
    axes.axvspan(half, 2 * half, facecolor="0.93", edgecolor="none", zorder=0)
    axes.text(half + 1, 1.0, "opposed government", fontsize=6.5, va="top")
    axes.step(rows["month"], rows["openness"], where="post", color=COLOURS[place], ls=LINES[place], zorder=2)
    marked = rows[rows["event"] != ""].to_dict("records")
    for number, row in enumerate(marked, start=1):
        at = (row["month"], row["openness"])
        axes.plot(
            *([coordinate] for coordinate in at), marker="o", ms=7, color="white", mec=COLOURS[place], mew=0.7, zorder=3
        )
        axes.text(*at, str(number), fontsize=5.5, ha="center", va="center", zorder=4)
    lines = [f"{n}  month {row['month']}: {row['event']}" for n, row in enumerate(marked, start=1)]
    shown = lines if len(lines) <= 12 else [*lines[:11], f"and {len(lines) - 11} more"]
    axes.text(
        0.0, -0.22, "\n".join(shown) or "nothing happened", transform=axes.transAxes, fontsize=6.2, va="top", ha="left"
    )  # fmt: skip
    axes.set_ylim(-0.05, 1.03)
    axes.set_xlim(0.0, 2 * half)
    axes.set_xticks(range(0, int(2 * half) + 1, 24))
