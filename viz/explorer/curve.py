"""An outcome against exposure: a line for each other setting of the arms, its legend, and the numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ...experiments.errors import UserError
from ...experiments.reporting.point_labels import value_text
from ..content.html import Html, h
from .runs import arm_label, other_values
from .strokes import MOST_STROKES, Stroke, marker, stroke, swatch

MOST_DRAWINGS = 6
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 612, 14, 262
_WIDTH, _HEIGHT = 630, 318
_WIDEST = 0.6
_SCROLLS = {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Drawing of the curve"}
_DODGE = 5.0
"""Pixels between the intervals of two lines at one breadth."""


class Place(NamedTuple):
    """One arm of a line: breadth, mean of the outcome, limits of its 95% interval, runs, and the arm's name."""

    breadth: float
    mean: float
    low: float
    high: float
    n: int
    arm: str


class Line(NamedTuple):
    """Arms that differ in breadth alone: their other settings by column, and their places by breadth."""

    settings: dict[str, Any]
    places: list[Place]


def curve(runs: Any, outcome: str, chosen: str) -> list[Html]:
    """Return the elements that show an outcome of one design point against breadth. chosen: the arm to mark."""
    lines = lines_of(runs, outcome)
    shown = [name for name in lines[0].settings if len({value_text(line.settings[name]) for line in lines}) > 1]
    named = [(arm_label({name: line.settings[name] for name in shown}) or "all arms", line) for line in lines]
    title = h("h2", {"id": "curve"}, f"{outcome} against exposure")
    parts = [named[start : start + MOST_STROKES] for start in range(0, len(named), MOST_STROKES)]
    bounds = _bounds(lines)
    drawings = [_figure(part, outcome, chosen, bounds) for part in parts[:MOST_DRAWINGS]]
    note = ""
    if len(parts) > 1:
        note = f"{len(named)} lines, at most {MOST_STROKES} in a drawing; all drawings have the same axes. "
    if len(parts) > MOST_DRAWINGS:
        note += f"The first {MOST_DRAWINGS * MOST_STROKES} are drawn; the table has all."
    return [title, *([h("p", None, note)] if note else []), *drawings, _numbers(lines, outcome)]


def lines_of(runs: Any, outcome: str) -> list[Line]:
    """Return a line for each layer, visibility and further setting, with the zero-exposure arm that they share."""
    from ...experiments.protocols.history.design import EVOLVING
    from ...experiments.statistics.verdicts import zero_of

    fixed = runs[runs["arm"] != EVOLVING]
    names = ["layer", "visibility", *other_values(runs)]
    groups = [(dict(zip(names, keys, strict=True)), part) for keys, part in fixed.groupby(names, sort=False)]
    exposed = [(settings, part) for settings, part in groups if (part["breadth"] > 0.0).any()]
    lines = []
    for settings, part in exposed or groups:
        dosed = part[part["breadth"] > 0.0]
        own = part[part["breadth"] == 0.0]
        if own.empty:
            try:
                own = zero_of(fixed[fixed["layer"] == settings["layer"]], dosed)
            except UserError:
                own = part.head(0)
        places = [_place(rows, outcome) for rows in (own, *(rows for _, rows in dosed.groupby("breadth")))]
        lines.append(Line(settings, [place for place in places if place is not None]))
    return lines


def _place(rows: Any, outcome: str) -> Place | None:
    if rows.empty:
        return None
    return Place(float(rows["breadth"].iloc[0]), *_summary(rows[outcome]), str(rows["arm"].iloc[0]))


def _summary(values: Any) -> tuple[float, float, float, int]:
    """Return the mean, its 95% interval (Wilson's for 0 and 1, else normal) and n."""
    from ...experiments.statistics.intervals import mean_interval, wilson

    n, mean = len(values), float(values.mean())
    if values.isin((0, 1)).all():
        low, high = wilson(int(values.sum()), n)
    elif n < 2:
        low = high = mean
    else:
        low, high = mean_interval(values.to_numpy(float))
    return mean, low, high, n


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers from low to high or beyond: steps of 1, 2 or 5 times a power of ten."""
    width = max(high - low, 1e-9) / about
    power = 10.0 ** math.floor(math.log10(width))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= width * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _bounds(lines: Sequence[Line]) -> tuple[list[float], float, list[float]]:
    """Return ticks of the outcome, the widest breadth, and every breadth that is run."""
    places = [place for line in lines for place in line.places]
    limits = [limit for place in places for limit in (place.low, place.high, place.mean) if math.isfinite(limit)]
    levels = ticks(min(0.0, *limits), max(limits)) if limits else [0.0, 1.0]
    if len(levels) < 2:
        levels = [levels[0], levels[0] + 1.0]
    breadths = sorted({place.breadth for place in places})
    return levels, max(_WIDEST, *breadths), breadths


def _figure(
    named: Sequence[tuple[str, Line]], outcome: str, chosen: str, bounds: tuple[list[float], float, list[float]]
) -> Html:
    strokes = [stroke(index) for index in range(len(named))]
    legend = h(
        "ul",
        {"class": "legend", "aria-label": "Lines"},
        [h("li", None, swatch(own), h("span", None, name)) for own, (name, _) in zip(strokes, named, strict=True)],
    )
    drawing = _drawing([line for _, line in named], strokes, outcome, chosen, bounds)
    return h("div", {"class": "figure"}, h("div", _SCROLLS, drawing), legend)


def _drawing(
    lines: Sequence[Line],
    strokes: Sequence[Stroke],
    outcome: str,
    chosen: str,
    bounds: tuple[list[float], float, list[float]],
) -> Html:
    levels, widest, breadths = bounds

    def at(breadth: float, value: float) -> tuple[float, float]:
        share = (value - levels[0]) / (levels[-1] - levels[0])
        return _LEFT + 8 + (_RIGHT - _LEFT - 16) * breadth / widest, _BOTTOM - (_BOTTOM - _TOP) * share

    parts: list[Html] = []
    for level in levels:
        height = f"{at(0.0, level)[1]:.1f}"
        parts.append(h("line", {"x1": _LEFT, "x2": _RIGHT, "y1": height, "y2": height, "class": "grid"}))
        parts.append(_text(_LEFT - 8, float(height) + 4, f"{level:g}", "end"))
    for breadth in _apart(breadths, lambda value: at(value, 0.0)[0]):
        parts.append(_text(at(breadth, 0.0)[0], _BOTTOM + 20, f"{100 * breadth:g}%", "middle"))
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 44, "share of voters exposed", "middle"))
    for index, (line, own) in enumerate(zip(lines, strokes, strict=True)):
        shift = _DODGE * (index - (len(lines) - 1) / 2)
        group = []
        spots = [(place, *at(place.breadth, place.mean)) for place in line.places if math.isfinite(place.mean)]
        moved = [(place, x + (shift if place.breadth > 0.0 else 0.0), y) for place, x, y in spots]
        path = " ".join(f"{x:.1f},{y:.1f}" for _, x, y in moved)
        group.append(h("polyline", {"points": path, "fill": "none", "stroke-width": 2, "stroke-dasharray": own.dash}))
        for place, x, y in moved:
            if math.isfinite(place.low) and math.isfinite(place.high):
                top, bottom = at(0.0, place.high)[1], at(0.0, place.low)[1]
                ends = {"x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": f"{top:.1f}", "y2": f"{bottom:.1f}"}
                group.append(h("line", ends))
            if place.arm == chosen:
                ring = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": 10, "fill": "none", "stroke-width": 2}
                group.append(h("circle", {**ring, "class": "ring"}))
            group.append(marker(own.marker, x, y))
        parts.append(h("g", {"class": f"line line-{own.colour}"}, group))
    label = f"{outcome} against the share of voters exposed, with 95% intervals; the table below has the numbers"
    size = {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "width": _WIDTH, "class": "curve"}
    return h("svg", {**size, "role": "img", "aria-label": label}, parts)


def _apart(values: Iterable[float], place: Any, least: float = 34.0) -> list[float]:
    """Return the values whose labels do not overprint the label before."""
    kept: list[float] = []
    for value in values:
        if not kept or place(value) - place(kept[-1]) >= least:
            kept.append(value)
    return kept


def _text(x: float, y: float, text: str, anchor: str) -> Html:
    return h("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-size": 13}, text)


def _numbers(lines: Sequence[Line], outcome: str) -> Html:
    settings = list(lines[0].settings)
    rows = [
        h(
            "tr",
            None,
            h("th", {"scope": "row"}, value_text(line.settings[settings[0]])),
            [h("td", None, value_text(line.settings[name])) for name in settings[1:]],
            [
                h("td", None, cell)
                for cell in (
                    f"{place.breadth:g}",
                    f"{place.mean:.3f}",
                    f"{place.low:.3f} to {place.high:.3f}",
                    place.n,
                )
            ],
        )
        for line in lines
        for place in line.places
    ]
    columns = (*settings, "breadth", outcome, "95% interval", "n")
    head = [h("th", {"scope": "col"}, column) for column in columns]
    table = h("table", None, h("thead", None, h("tr", None, head)), h("tbody", None, rows))
    region = h("div", {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Numbers"}, table)
    return h("details", None, h("summary", None, "Numbers"), region)
