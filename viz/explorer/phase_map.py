"""The phase map of a results folder: what each dose looks like against zero exposure, as drawing, legend and table."""

from __future__ import annotations

import functools
import html
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ...experiments.errors import UserError
from .runs import factors_of, read_runs, told

MOST_DOSES = 1000
"""More are for `moat analyze`: a page has to answer."""
MOST_ROWS = 24
NEEDED = (
    "A phase map needs a stress test with zero exposure, at least one breadth above it, and a second factor "
    "that varies: visibility, allocation or any factor of a sweep."
)
_WIDE, _HIGH, _TOP = 96, 34, 8
_LETTERS = 44
"""Longest name of a row in the drawing."""
_judging = threading.Lock()


def phase_map(folder: Path, runs: Any, point: int) -> str:
    """HTML of the map: of all design points where they are few, else of one; or a sentence on what it would need."""
    doses = runs[runs["breadth"] > 0.0].groupby(["point", "arm"]).ngroups
    if doses > MOST_DOSES:
        return _only(
            f"{doses} doses are too many for this page: moat analyze writes phase-map.csv, moat report draws it."
        )
    try:
        file = folder / "export" / "runs.csv"
        with _judging:
            table = _judged(folder, file.stat().st_mtime_ns)
    except UserError as error:
        return _only(f"{NEEDED} Here: {error}.")
    rows = _rows_of(table)
    note = ""
    if len(rows) > MOST_ROWS:
        table, note = table[table["point"] == point], f"Shown is design point {point}."
        rows = _rows_of(table)
    if len(rows) < 2:
        return _only(NEEDED)
    if table.duplicated(["point", "allocation", "visibility", "breadth"]).any():
        return _only(
            "Arms that differ in skew or grandfathering would share a cell: see phase-map.csv of moat analyze."
        )
    names = _names(runs, table, rows)
    breadths = sorted(table["breadth"].unique())
    cells = {
        (place, breadths.index(one["breadth"])): one
        for one in table.to_dict("records")
        for place in [rows.index((one["point"], one["allocation"], one["visibility"]))]
    }
    about = (
        "Each dose against zero exposure at the same values: a letter, its colour, and the change in the probability "
        "of reversal. Intervals are widened so that with 95% probability no letter of the folder's map is wrong. A "
        f"letter is a rule on outcomes, no proof of a mechanism. {note}"
    )
    drawing = _drawing(cells, names, breadths)
    return f"<h2>Phase map</h2><p>{about}</p>{drawing}{_legend(table)}{_table(cells, names, breadths, runs)}"


def _only(sentence: str) -> str:
    return f"<h2>Phase map</h2><p>{html.escape(sentence)}</p>"


@functools.lru_cache(maxsize=1)
def _judged(folder: Path, _changed: int) -> Any:
    """The table that `moat analyze` writes. UserError says why there is none."""
    from ...experiments.statistics.input_checks import refuse_missing_rows
    from ...experiments.statistics.verdicts import phase_table

    runs = read_runs(folder)
    refuse_missing_rows(runs)
    return phase_table(runs, str(runs["layer"].iloc[0]))


def _rows_of(table: Any) -> list[tuple[int, float, float]]:
    """(point, allocation, visibility) of each row of the map, smallest visible stake last."""
    means = table.groupby(["point", "allocation", "visibility"])["visible_stake"].mean()
    return sorted(means.index, key=lambda key: (key[0], -means[key]))


def _names(runs: Any, table: Any, rows: list[tuple[int, float, float]]) -> list[str]:
    """What differs between the rows, in words."""
    factors = [name for name in factors_of(runs) if name != "exposure.allocation"]
    values = runs.groupby("point")[factors].first() if factors else None
    found = []
    for point, allocation, visibility in rows:
        words = [told(name, values.loc[point, name]) for name in factors] if values is not None else []
        if table["allocation"].nunique() > 1:
            words.append(f"allocation {allocation:g}")
        if table["visibility"].nunique() > 1 or not words:
            words.append(f"visibility {visibility:g}")
        found.append(", ".join(words))
    return found


def _drawing(cells: dict[tuple[int, int], Any], names: list[str], breadths: list[float]) -> str:
    from ...experiments.reporting.figures.phase_map import FILL
    from ...experiments.statistics.verdicts import WORDS

    shown = [name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…" for name in names]
    left = 12 + 7 * max(map(len, shown))
    wide, high = left + _WIDE * len(breadths), _TOP + _HIGH * len(names)
    parts = []
    for (row, column), one in cells.items():
        x, y, word = left + _WIDE * column, _TOP + _HIGH * row, one["word"]
        ink = "#ffffff" if word == "moat" else "#1b1b1b"
        parts.append(f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" fill="{FILL[word]}" stroke="#5a5a5a"/>')
        text = f"{WORDS[word].letter}  {one['rd_reversed']:+.2f}"
        parts.append(
            f'<text x="{x + _WIDE / 2}" y="{y + 22}" text-anchor="middle" font-size="14" fill="{ink}">{text}</text>'
        )
    for row, short in enumerate(shown):
        y = _TOP + _HIGH * row + 22
        parts.append(f'<text x="{left - 8}" y="{y}" text-anchor="end" font-size="13">{html.escape(short)}</text>')
    for column, breadth in enumerate(breadths):
        x = left + _WIDE * column + _WIDE // 2
        parts.append(f'<text x="{x}" y="{high + 18}" text-anchor="middle" font-size="13">{breadth:g}</text>')
    below = f'<text x="{(left + wide) / 2}" y="{high + 38}" text-anchor="middle" font-size="13">share exposed</text>'
    label = "Phase map, the share of voters exposed across; the table below has the same cells"
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Drawing of the phase map"><svg class="map" '
        f'viewBox="0 0 {wide} {high + 46}" width="{wide}" role="img" aria-label="{label}">{"".join(parts)}{below}</svg>'
        "</div>"
    )


def _legend(table: Any) -> str:
    from ...experiments.reporting.figures.phase_map import FILL
    from ...experiments.statistics.verdicts import WORDS

    present = set(table["word"])
    entries = "".join(
        f'<li><span class="swatch" aria-hidden="true" style="background:{FILL[name]}"></span>'
        f"<b>{word.letter}</b> {name}{f' ({word.hypothesis})' if word.hypothesis else ''}: "
        f"{html.escape(word.rule)}</li>"
        for name, word in WORDS.items()
        if name in present
    )
    return f'<ul class="legend" aria-label="Letters of the map">{entries}</ul>'


def _table(cells: dict[tuple[int, int], Any], names: list[str], breadths: list[float], runs: Any) -> str:
    from ...experiments.statistics.verdicts import WORDS

    own = runs[runs["layer"] == runs["layer"].iloc[0]]
    arms = own.groupby(["point", "breadth", "visibility", "allocation"])["arm"].first()

    def cell(row: int, column: int) -> str:
        one = cells.get((row, column))
        if one is None:
            return "<td>not run</td>"
        arm = arms.loc[(one["point"], one["breadth"], one["visibility"], one["allocation"])]
        link = html.escape("?" + urlencode({"outcome": "reversed", "point": one["point"], "arm": arm}))
        low, high = one["rd_reversed_low"], one["rd_reversed_high"]
        return (
            f'<td><a href="{link}">{WORDS[one["word"]].letter} {one["word"]}</a><br>{one["rd_reversed"]:+.3f} '
            f"({low:+.3f} to {high:+.3f}), n {one['n']}</td>"
        )

    head = "".join(f'<th scope="col">{breadth:g} exposed</th>' for breadth in breadths)
    cells_of = ["".join(cell(row, column) for column in range(len(breadths))) for row in range(len(names))]
    body = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>{one}</tr>' for name, one in zip(names, cells_of, strict=True)
    )
    caption = "The cells of the map: change in the probability of reversal, widened interval; a link shows the runs"
    return (
        '<div class="wide" tabindex="0" role="region" aria-label="Cells of the phase map"><table>'
        f"<caption>{caption}</caption><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
