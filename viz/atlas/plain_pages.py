"""Pages of the atlas without scripts: the result, for teachers, the glossary, and the gallery."""

from __future__ import annotations

from collections.abc import Mapping

from ..content import policy
from ..content.html import Html, document, fragment, h
from ..content.result import result_body
from ..content.scripts import icon, style
from ..content.texts import DISCLAIMER, GLOSSARY, LESSON

RESULTS = "gallery/index.html"


def plain_pages(gallery: Mapping[str, tuple[str, Html]]) -> dict[str, str]:
    """Return the text of each page, and of their icon, by its path in the atlas. gallery: title and elements by path."""
    lesson = [(h("h2", None, heading), h("p", None, text)) for heading, text in LESSON]
    terms = [(h("dt", None, term), h("dd", None, text)) for term, text in sorted(GLOSSARY.items())]
    return {
        "favicon.svg": f"{icon()}\n",
        "teachers.html": _page("For teachers", lesson, ""),
        "glossary.html": _page("Glossary", h("dl", None, terms), ""),
        "result.html": _page("The result", result_body(), ""),
        **{path: _page(title, body, "../" * path.count("/")) for path, (title, body) in gallery.items()},
    }


def links(has_gallery: bool) -> list[tuple[str, str]]:
    """Return address and text of the links in the page's footer."""
    pages = [("result.html", "The result"), ("teachers.html", "For teachers"), ("glossary.html", "Glossary")]
    return [*pages, (RESULTS, "Results folders")] if has_gallery else pages


def _page(title: str, body: object, up: str) -> str:
    """Return a complete page. up: the way to the folder of the atlas."""
    sheet = style("document")
    rules = {"http-equiv": "Content-Security-Policy", "content": policy.of_static_page(sheet)}
    back = [h("a", {"href": f"./{up}index.html"}, "Back to the two worlds")]
    if up and title != "Results":
        back = [*back, " ", h("a", {"href": f"./{up}{RESULTS}"}, "All results folders")]
    last = h("p", None, h("strong", None, DISCLAIMER))
    main = h("main", None, h("p", None, back), h("h1", None, title), body, last)
    page = document(title, sheet, fragment(main)).replace("<head>", f"<head>{h('meta', rules)}", 1)
    return page.replace('href="./favicon.svg"', f'href="./{up}favicon.svg"', 1)
