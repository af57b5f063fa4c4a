"""Curves of the explorer: no two strokes alike, zero exposure shared, each column holds what its heading says."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from political_moat.experiments.statistics.intervals import wilson
from political_moat.viz.explorer.curve import MOST_DRAWINGS, curve, lines_of, ticks
from political_moat.viz.explorer.strokes import MOST_STROKES, stroke


def rows(visibilities: int, layers: tuple[str, ...] = ("rule",)) -> pd.DataFrame:
    """Runs of one design point: breadths 0 and .3 on each layer, 0 at the first visibility alone, ten replicates."""
    runs = []
    for layer in layers:
        for number in range(visibilities):
            for breadth in (0.0, 0.3) if number == 0 else (0.3,):
                visibility = 1.0 - number / 100
                arm = f"{layer} b={breadth:g}" + (f" v={visibility:g}" if breadth else "")
                settings = {"arm": arm, "layer": layer, "breadth": breadth, "visibility": visibility, "point": 0}
                runs += [
                    {**settings, "replicate": r, "reversed": int(r < 5 - number % 4), "allocation": 0.04}
                    for r in range(10)
                ]
    return pd.DataFrame(runs)


def text_of(elements: list[str]) -> str:
    return html.unescape("".join(elements))


def test_strokes_of_a_drawing_differ_also_without_colour() -> None:
    strokes = [stroke(index) for index in range(MOST_STROKES)]
    assert len({(each.dash, each.marker) for each in strokes}) == MOST_STROKES
    assert len({stroke(index) for index in range(60)}) == 60


def test_every_visibility_has_the_zero_point_that_they_share() -> None:
    lines = lines_of(rows(3, ("rule", "statute")), "reversed")
    assert len(lines) == 6
    for line in lines:
        zero, dosed = line.places
        assert (zero.breadth, zero.n, zero.mean) == (0.0, 10, 0.5)
        assert (zero.low, zero.high) == tuple(wilson(5, 10))
        assert zero.arm == f"{line.settings['layer']} b=0"
        assert dosed.breadth == 0.3
    assert {line.places[1].mean for line in lines} == {0.5, 0.4, 0.3}


def test_more_lines_than_strokes_are_split_into_drawings_on_equal_axes() -> None:
    shown = text_of(curve(rows(2 * MOST_STROKES + 1), "reversed", ""))
    drawings = shown.split('<div class="figure">')[1:]
    assert len(drawings) == 3
    assert f"{2 * MOST_STROKES + 1} lines, at most {MOST_STROKES} in a drawing" in shown
    axes = []
    for drawing in drawings:
        looks = re.findall(r'<g class="line (line-\d)">.*?</g>', drawing.split("<ul")[0])
        assert 1 <= len(looks) <= MOST_STROKES
        legend = re.findall(r"<li><svg.*?</svg><span>", drawing)
        assert len(legend) == len(set(legend)) == len(looks)
        axes.append(re.findall(r'text-anchor="(?:end|middle)"[^>]*>([^<]*)<', drawing.split("<ul")[0]))
    assert axes[0] == axes[1] == axes[2]


def test_what_is_not_drawn_is_said() -> None:
    shown = text_of(curve(rows(MOST_DRAWINGS * MOST_STROKES + 2), "reversed", ""))
    assert shown.count('<div class="figure">') == MOST_DRAWINGS
    assert f"The first {MOST_DRAWINGS * MOST_STROKES} are drawn; the table has all." in shown


def test_the_column_layer_holds_the_layer_alone() -> None:
    shown = text_of(curve(rows(2, ("rule", "statute")), "reversed", ""))
    head = re.findall(r'<th scope="col">([^<]*)</th>', shown)
    assert head == ["layer", "visibility", "breadth", "reversed", "95% interval", "n"]
    assert set(re.findall(r'<th scope="row">([^<]*)</th>', shown)) == {"rule", "statute"}
    assert "<td>1</td><td>0.3</td><td>0.500</td>" in shown
    assert "<td>0.99</td><td>0</td><td>0.500</td>" in shown


def test_the_legend_is_outside_of_the_drawing_and_the_chosen_arm_is_marked() -> None:
    shown = text_of(curve(rows(2), "reversed", "rule b=0.3 v=0.99"))
    drawing, legend = shown.split('<ul class="legend"')
    assert "visibility" not in drawing.split("<svg")[1].split(">", 1)[1]
    assert "<span>visibility 1</span>" in legend
    assert drawing.count('class="ring"') == 1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.29, [0, 0.1, 0.2, 0.3]),
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3.0, 40.0, [-10, 0, 10, 20, 30, 40]),
        (0.0, 0.0, [0.0]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_an_outcome_that_never_happens_has_a_drawing() -> None:
    runs = rows(2).assign(reversed=0, severity=0.0)
    for outcome in ("reversed", "severity"):
        assert '<svg viewBox="' in text_of(curve(runs, outcome, ""))
