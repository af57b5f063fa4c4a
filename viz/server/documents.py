"""Plain pages: for teachers, the glossary, and the explorer of a results folder."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import parse_qsl

from ..content.scripts import style
from ..content.texts import DISCLAIMER, GLOSSARY, LESSON
from ..explorer.explorer import ExplorerError, explore


def page(title: str, body: str) -> str:
    """Return a complete HTML page. body: HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{style('document')}</style></head><body><main>"
        f'<p><a href="./">Back to the two worlds</a></p><h1>{html.escape(title)}</h1>{body}'
        f"<p><strong>{html.escape(DISCLAIMER)}</strong></p></main></body></html>"
    )


def teachers() -> str:
    """Return the page for teachers, a lesson of about fifty minutes."""
    parts = [f"<h2>{html.escape(heading)}</h2><p>{html.escape(text)}</p>" for heading, text in LESSON]
    return page("For teachers", "".join(parts))


def glossary() -> str:
    """Return the glossary of the page."""
    rows = [f"<dt>{html.escape(term)}</dt><dd>{html.escape(text)}</dd>" for term, text in sorted(GLOSSARY.items())]
    return page("Glossary", f"<dl>{''.join(rows)}</dl>")


def results(folder: Path | None, query: str) -> tuple[int, str]:
    """Return the HTTP status and the page of the results explorer. The folder never comes from the address."""
    if folder is None:
        text = "No results folder is open. To open one, start the page with: moat view RESULTS"
        return 200, page("Results", f"<p>{text}</p>")
    try:
        fields = dict(parse_qsl(query[:1000]))
        return 200, page(f"Results: {folder.name}", explore(folder, fields))
    except ExplorerError as error:
        return 400, page("Results", f"<p>{html.escape(str(error))}</p>")
