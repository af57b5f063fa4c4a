"""Plain pages: the result, for teachers, the glossary, and the explorer of a results folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from ..content.html import Html, document, h, module_script
from ..content.result import result_body
from ..content.scripts import style
from ..content.teachers import ClassPage, teachers_body
from ..content.texts import DISCLAIMER, GLOSSARY
from ..explorer.explorer import ExplorerError, explore

MOST_QUERY = 1000
"""Characters of an address that the explorer reads."""


def page(title: str, *body: object, script: Html | None = None) -> Html:
    """Return a complete page. body: elements and texts; script: what `module_script` returns."""
    back = h("p", None, h("a", {"href": "./"}, "Back to the two worlds"))
    last = h("p", None, h("strong", None, DISCLAIMER))
    return document(title, style("document"), h("main", None, back, h("h1", None, title), body, last), script)


def teachers(shown: ClassPage, import_map: str, script: str) -> Html:
    """Return the page for teachers. import_map, script: JSON and address of its modules."""
    return page("For teachers", teachers_body(shown), script=module_script(import_map, script))


def glossary() -> Html:
    """Return the glossary of the page."""
    rows = [(h("dt", None, term), h("dd", None, text)) for term, text in sorted(GLOSSARY.items())]
    return page("Glossary", h("dl", None, rows))


def result() -> Html:
    """Return the page of the package's headline."""
    return page("The result", result_body())


def results(folder: Path | None, query: str) -> tuple[int, Html]:
    """Return the HTTP status and the page of the results explorer. The folder never comes from the address."""
    if folder is None:
        text = "No results folder is open. To open one, start the page with: moat view RESULTS"
        return 200, page("Results", h("p", None, text))
    try:
        fields = dict(parse_qsl(query[:MOST_QUERY]))
        return 200, page(f"Results: {folder.name}", explore(folder, fields))
    except ExplorerError as error:
        return 400, page("Results", h("p", None, error))
