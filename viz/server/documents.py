"""Pages that are plain text: for teachers, the glossary, and the explorer of a results folder."""

from __future__ import annotations

import functools
import html
from pathlib import Path
from urllib.parse import parse_qsl

from ..content.texts import DISCLAIMER, GLOSSARY, LESSON
from ..content.widget import STATIC
from ..explorer.explorer import ExplorerError, explore


def page(title: str, body: str) -> str:
    """A whole HTML page; `body` is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_style()}</style></head><body><main>"
        f'<p><a href="./">Back to the two worlds</a></p><h1>{html.escape(title)}</h1>{body}'
        f"<p><strong>{html.escape(DISCLAIMER)}</strong></p></main></body></html>"
    )


@functools.cache
def _style() -> str:
    return (STATIC / "document.css").read_text(encoding="utf-8")


def teachers() -> str:
    """A lesson of about fifty minutes."""
    parts = [f"<h2>{html.escape(heading)}</h2><p>{html.escape(text)}</p>" for heading, text in LESSON]
    return page("For teachers", "".join(parts))


def glossary() -> str:
    """Every word of the page that needs one."""
    rows = [f"<dt>{html.escape(word)}</dt><dd>{html.escape(text)}</dd>" for word, text in sorted(GLOSSARY.items())]
    return page("Glossary", f"<dl>{''.join(rows)}</dl>")


def results(folder: Path | None, query: str) -> tuple[int, str]:
    """Status and page of the results explorer. The folder was given when the server started, never by the address."""
    if folder is None:
        text = "No results folder is open. Start the page with one: moat view RESULTS"
        return 200, page("Results", f"<p>{text}</p>")
    try:
        wanted = dict(parse_qsl(query[:1000]))
        return 200, page(f"Results: {folder.name}", explore(folder, wanted))
    except ExplorerError as error:
        return 400, page("Results", f"<p>{html.escape(str(error))}</p>")
