"""Pages of the atlas without scripts: the result, for teachers, the glossary, and the gallery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..content import policy
from ..content.html import Html, document, fragment, h
from ..content.result import result_body
from ..content.scripts import icon, style
from ..content.teachers import lessons_body
from ..content.texts import DISCLAIMER, GLOSSARY
from ..scenario import CURVE, scenes

RESULTS = "gallery/index.html"


def plain_pages(hundreds: Mapping[str, Mapping[str, Any]], gallery: Mapping[str, tuple[str, Html]]) -> dict[str, str]:
    """Return the text of each page, and of their icon, by its path in the atlas.

    hundreds: the `replicates` message of each preset that has one; gallery: title and elements by path.
    """
    terms = [(h("dt", None, term), h("dd", None, text)) for term, text in sorted(GLOSSARY.items())]
    return {
        "favicon.svg": f"{icon()}\n",
        "teachers.html": _page("For teachers", [*answer_key(hundreds), *lessons_body()], ""),
        "glossary.html": _page("Glossary", h("dl", None, terms), ""),
        "result.html": _page("The result", result_body(), ""),
        **{path: _page(title, body, "../" * path.count("/")) for path, (title, body) in gallery.items()},
    }


def answer_key(hundreds: Mapping[str, Mapping[str, Any]]) -> list[Html]:
    """Return the elements of the answer key: the numbers of every preset in this version."""
    heads = ("preset", *(f"{100 * breadth:g}%" for breadth in CURVE), "prevented", "caused", "paired difference (95%)")
    body = []
    for name, message in hundreds.items():
        points = {point["breadth"]: point for point in message["curve"]}
        counts = [round(points[breadth]["share"] * points[breadth]["n"]) for breadth in CURVE]
        pair = next((pair for pair in message["paired"] if pair["breadth"] == message["breadth"]), None)
        cells: list[object] = [*counts, "-", "-", "-"]
        if pair is not None:
            interval = f"{pair['difference']:+.3f} ({pair['low']:+.3f} to {pair['high']:+.3f})"
            cells[-3:] = [pair["prevented"], pair["caused"], interval]
        label = h("th", {"scope": "row"}, scenes()[name].label)
        body.append(h("tr", None, label, [h("td", None, cell) for cell in cells]))
    about = (
        "Reversals of 100 takeovers at each share of voters who hold crypto, then exposure against no exposure, pair "
        "by pair, at the share of the preset. Do not project this table before the guess."
    )
    head = h("thead", None, h("tr", None, [h("th", {"scope": "col"}, name) for name in heads]))
    table = h("table", None, head, h("tbody", None, body))
    wide = h("div", {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Answer key"}, table)
    return [h("h2", None, "Answer key"), h("p", None, about), wide]


def links(has_gallery: bool) -> list[tuple[str, str]]:
    """Return address and text of the links in the page's footer."""
    pages = [("result.html", "The result"), ("teachers.html", "For teachers"), ("glossary.html", "Glossary")]
    return [*pages, (RESULTS, "Results folders")] if has_gallery else pages


def _page(title: str, body: object, up: str) -> str:
    """Return a complete page. up: the way to the folder of the atlas."""
    sheet = style("document")
    rules = {"http-equiv": "Content-Security-Policy", "content": policy.of_static_page(sheet)}
    back: list[object] = [h("a", {"href": f"./{up}index.html"}, "Back to the two worlds")]
    if up and title != "Results":
        back = [*back, " ", h("a", {"href": f"./{up}{RESULTS}"}, "All results folders")]
    last = h("p", None, h("strong", None, DISCLAIMER))
    main = h("main", None, h("p", None, back), h("h1", None, title), body, last)
    page = document(title, sheet, fragment(main)).replace("<head>", f"<head>{h('meta', rules)}", 1)
    return page.replace('href="./favicon.svg"', f'href="./{up}favicon.svg"', 1)
