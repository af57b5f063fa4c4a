"""Strokes of the explorer's curves: colour, dash and marker, so that no two lines of a drawing are alike."""

from __future__ import annotations

from typing import NamedTuple

from ..content.html import Html, h

COLOURS = 6
"""Classes line-0 to line-5 of document.css, one colour each in the light and in the dark scheme."""
_DASHES = (None, "7 4", "2 3", "9 3 2 3")
_MARKERS = ("circle", "square", "triangle", "diamond", "cross")
MOST_STROKES = 12
"""Lines of one drawing. More are split into several drawings, since nobody can follow them."""
_SIZE = 4.5
_SWATCH = 46
"""Width of the stroke in a legend."""


class Stroke(NamedTuple):
    """The look of one line: number of its colour, dash pattern (None: solid) and shape of its markers."""

    colour: int
    dash: str | None
    marker: str


def stroke(index: int) -> Stroke:
    """Return the stroke of a line by its place in the drawing: 60 are different, 20 of them without colour."""
    return Stroke(index % COLOURS, _DASHES[index % len(_DASHES)], _MARKERS[index % len(_MARKERS)])


def marker(shape: str, x: float, y: float, size: float = _SIZE) -> Html:
    """Return a marker centred at a place of a drawing; it takes its colour from the group around it."""
    if shape == "circle":
        return h("circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": size})
    if shape == "square":
        side = 1.8 * size
        return h("rect", {"x": f"{x - side / 2:.1f}", "y": f"{y - side / 2:.1f}", "width": side, "height": side})
    corners = {
        "triangle": ((0.0, -1.25), (1.15, 0.85), (-1.15, 0.85)),
        "diamond": ((0.0, -1.35), (1.2, 0.0), (0.0, 1.35), (-1.2, 0.0)),
        "cross": tuple((a, b) for a, b in _CROSS),
    }[shape]
    points = " ".join(f"{x + size * a:.1f},{y + size * b:.1f}" for a, b in corners)
    return h("polygon", {"points": points})


_CROSS = (
    (-1.2, -0.7), (-0.7, -1.2), (0.0, -0.5), (0.7, -1.2), (1.2, -0.7), (0.5, 0.0),
    (1.2, 0.7), (0.7, 1.2), (0.0, 0.5), (-0.7, 1.2), (-1.2, 0.7), (-0.5, 0.0),
)  # fmt: skip


def swatch(chosen: Stroke) -> Html:
    """Return the sample of a stroke for a legend."""
    line = {"x1": 0, "x2": _SWATCH, "y1": 9, "y2": 9, "stroke-width": 2, "stroke-dasharray": chosen.dash}
    sample = h("g", {"class": f"line-{chosen.colour}"}, h("line", line), marker(chosen.marker, _SWATCH / 2, 9))
    return h("svg", {"class": "swatch", "width": _SWATCH, "height": 18, "aria-hidden": "true"}, sample)
