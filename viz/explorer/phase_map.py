"""The phase map of a results folder: each dose against zero exposure, as a drawing, a legend and a table."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ...experiments.errors import UserError
from ..content.html import Html, h
from .runs import arm_label, factors_of, read_runs

MOST_DOSES = 1000
"""More doses are left to `moat analyze`: the page would answer too late."""
MOST_ROWS = 24
NEEDED = (
    "A phase map needs a stress test with zero exposure, at least one positive breadth, and a second factor that "
    "varies: visibility, allocation or any factor of a sweep."
)
_WIDTH, _HEIGHT = 96, 40
"""Size of a cell in the drawing."""
_TOP = 8
_LONGEST_NAME = 44
"""Characters of a row's name in the drawing; longer names are cut."""
_analysing = threading.Lock()


def phase_map(folder: Path, runs: Any, point: int) -> list[Html]:
    """Return the elements of the map: all design points if they are few, else one; or a sentence that says why not."""
    doses = runs[runs["breadth"] > 0.0].groupby(["point", "arm"]).ngroups
    if doses > MOST_DOSES:
        return _only(
            f"{doses} doses are too many for this page. moat analyze writes phase-map.csv; moat report draws it."
        )
    try:
        file = folder / "export" / "runs.csv"
        with _analysing:
            table = _verdict_table(folder, file.stat().st_mtime_ns)
    except UserError as error:
        return _only(f"{NEEDED} This folder: {error}.")
    rows = _rows_of(table)
    note = ""
    if len(rows) > MOST_ROWS:
        table, note = table[table["point"] == point], f"The map shows design point {point}."
        rows = _rows_of(table)
    if len(rows) < 2:
        return _only(NEEDED)
    if table.duplicated(["point", "allocation", "visibility", "breadth"]).any():
        return _only(
            "Arms that differ in skew or grandfathering would share a cell; see phase-map.csv of moat analyze."
        )
    names = _names(runs, table, rows)
    breadths = sorted(table["breadth"].unique())
    cells = {
        (rows.index((cell["point"], cell["allocation"], cell["visibility"])), breadths.index(cell["breadth"])): cell
        for cell in table.to_dict("records")
    }
    links = _links(cells, runs)
    about = (
        "Choose a cell to see its pairs and films. Each cell compares a dose with zero exposure at the same values: "
        "a letter with its colour, the change in the probability of a return to extreme care, and the number of pairs. "
        "The intervals are simultaneous: with 95% probability no letter of the map is wrong. A letter describes "
        f"outcomes; it does not prove a mechanism. {note}"
    )
    return [
        h("h2", None, "Phase map"),
        h("p", None, about),
        h("div", {"class": "figure"}, _drawing(cells, links, names, breadths), _legend(table)),
        _table(cells, links, names, breadths),
    ]


def _only(sentence: str) -> list[Html]:
    return [h("h2", None, "Phase map"), h("p", None, sentence)]


@functools.lru_cache(maxsize=1)
def _verdict_table(folder: Path, _changed: int) -> Any:
    """Return the table that `moat analyze` writes. Raises UserError with the reason if there is none."""
    from ...experiments.statistics.input_checks import refuse_missing_rows
    from ...experiments.statistics.verdicts import phase_table

    runs = read_runs(folder)
    refuse_missing_rows(runs)
    return phase_table(runs, str(runs["layer"].iloc[0]))


def _rows_of(table: Any) -> list[tuple[int, float, float]]:
    """Return (point, allocation, visibility) of each row of the map, the smallest visible stake last."""
    means = table.groupby(["point", "allocation", "visibility"])["visible_stake"].mean()
    return sorted(means.index, key=lambda key: (key[0], -means[key]))


def _names(runs: Any, table: Any, rows: list[tuple[int, float, float]]) -> list[str]:
    """Return a name for each row: the values that differ between rows."""
    factors = [name for name in factors_of(runs) if name != "exposure.allocation"]
    values = runs.groupby("point")[factors].first() if factors else None
    names = []
    for point, allocation, visibility in rows:
        settings = dict(values.loc[point]) if values is not None else {}
        if table["allocation"].nunique() > 1:
            settings["allocation"] = allocation
        if table["visibility"].nunique() > 1 or not settings:
            settings["visibility"] = visibility
        names.append(arm_label(settings))
    return names


def _links(cells: Mapping[tuple[int, int], Any], runs: Any) -> dict[tuple[int, int], str]:
    """Return the address that opens the curve, the pairs and the films of each cell."""
    own = runs[runs["layer"] == runs["layer"].iloc[0]]
    arms = own.groupby(["point", "breadth", "visibility", "allocation"])["arm"].first()
    links = {}
    for place, cell in cells.items():
        arm = arms.loc[(cell["point"], cell["breadth"], cell["visibility"], cell["allocation"])]
        links[place] = "?" + urlencode({"outcome": "reversed", "point": cell["point"], "arm": arm})
    return links


def _drawing(
    cells: Mapping[tuple[int, int], Any], links: Mapping[tuple[int, int], str], names: list[str], breadths: list[float]
) -> Html:
    from ...experiments.reporting.figures.phase_map import FILL
    from ...experiments.statistics.verdicts import WORDS

    short_names = [name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…" for name in names]
    left = 12 + 7 * max(map(len, short_names))
    width, height = left + _WIDTH * len(breadths), _TOP + _HEIGHT * len(names)
    parts = []
    # In the order of reading, which is also that of the Tab key.
    for (row, column), cell in sorted(cells.items(), key=lambda item: item[0]):
        x, y, word = left + _WIDTH * column, _TOP + _HEIGHT * row, cell["word"]
        box = {"x": x, "y": y, "width": _WIDTH, "height": _HEIGHT, "fill": FILL[word], "stroke": "#5a5a5a"}
        ink = "#ffffff" if word == "moat" else "#1b1b1b"
        middle = {"x": x + _WIDTH / 2, "text-anchor": "middle", "fill": ink}
        texts = [
            h("text", {**middle, "y": y + 17, "font-size": 14}, f"{WORDS[word].letter}  {cell['rd_reversed']:+.2f}"),
            h("text", {**middle, "y": y + 32, "font-size": 12}, f"n {cell['n']}"),
        ]
        label = f"{100 * breadths[column]:g}% exposed, {names[row]}: {word}, {cell['rd_reversed']:+.2f}, n {cell['n']}"
        link = {"href": f"{links[row, column]}#pairs", "aria-label": label}
        parts.append(h("a", link, h("rect", box), texts))
    for row, short in enumerate(short_names):
        place = {"x": left - 8, "y": _TOP + _HEIGHT * row + 25, "text-anchor": "end", "font-size": 13}
        parts.append(h("text", place, short))
    for column, breadth in enumerate(breadths):
        place = {"x": left + _WIDTH * column + _WIDTH // 2, "y": height + 18, "text-anchor": "middle", "font-size": 13}
        parts.append(h("text", place, f"{100 * breadth:g}%"))
    place = {"x": (left + width) / 2, "y": height + 38, "text-anchor": "middle", "font-size": 13}
    parts.append(h("text", place, "share of voters exposed"))
    label = "Phase map, the share of voters exposed across; the table below has the same cells"
    size = {"class": "map", "viewBox": f"0 0 {width} {height + 46}", "width": width}
    region = {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Drawing of the phase map"}
    return h("div", region, h("svg", {**size, "role": "group", "aria-label": label}, parts))


def _legend(table: Any) -> Html:
    from ...experiments.reporting.figures.phase_map import FILL
    from ...experiments.statistics.verdicts import WORDS

    present = set(table["word"])
    entries = [
        h(
            "li",
            None,
            _swatch(FILL[name]),
            h("b", None, word.letter),
            f" {name}{_numbered(word.hypothesis)}: {word.rule}",
        )
        for name, word in WORDS.items()
        if name in present
    ]
    return h("ul", {"class": "legend", "aria-label": "Letters of the map"}, entries)


def _numbered(hypothesis: str) -> str:
    return f" ({hypothesis})" if hypothesis else ""


def _swatch(colour: str) -> Html:
    box = h("rect", {"width": 16, "height": 16, "fill": colour, "stroke": "#5a5a5a"})
    return h("svg", {"class": "swatch", "width": 16, "height": 16, "aria-hidden": "true"}, box)


def _table(
    cells: Mapping[tuple[int, int], Any], links: Mapping[tuple[int, int], str], names: list[str], breadths: list[float]
) -> Html:
    from ...experiments.statistics.verdicts import WORDS

    def shown(row: int, column: int) -> Html:
        cell = cells.get((row, column))
        if cell is None:
            return h("td", None, "not run")
        link = f"{links[row, column]}#curve"
        low, high = cell["rd_reversed_low"], cell["rd_reversed_high"]
        numbers = f"{cell['rd_reversed']:+.3f} ({low:+.3f} to {high:+.3f}), n {cell['n']}"
        return h("td", None, h("a", {"href": link}, f"{WORDS[cell['word']].letter} {cell['word']}"), h("br"), numbers)

    head = [h("th", {"scope": "col"}, f"{breadth:g} exposed") for breadth in breadths]
    body = [
        h("tr", None, h("th", {"scope": "row"}, name), [shown(row, column) for column in range(len(breadths))])
        for row, name in enumerate(names)
    ]
    caption = (
        "Change in the probability of a return to extreme care, simultaneous 95% interval, n. "
        "A link opens the curve of its cell."
    )
    table = h(
        "table",
        None,
        h("caption", None, caption),
        h("thead", None, h("tr", None, h("td"), head)),
        h("tbody", None, body),
    )
    return h("div", {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Cells of the phase map"}, table)
