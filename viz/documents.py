"""Pages that are plain text: for teachers, the glossary, and the explorer of a results folder."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import parse_qsl

from .explorer import ExplorerError, explore
from .texts import DISCLAIMER, GLOSSARY, LESSON

_STYLE = """
body { margin: 0; font: 17px/1.55 system-ui, "Segoe UI", Roboto, Arial, sans-serif; color: #1b1b1b; background: #fff; }
main { max-width: 920px; margin: 0 auto; padding: 16px; } h1 { font-size: 26px; } h2 { font-size: 19px; margin-bottom: 4px; }
a { color: #00517f; } dt { font-weight: 700; margin-top: 12px; } dd { margin: 0; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; } th, td { padding: 3px 12px 3px 0;
text-align: right; border-bottom: 1px solid #ececec; font-weight: normal; } th:first-child { text-align: left; }
.wide { overflow-x: auto; } svg { max-width: 100%; height: auto; } form { display: flex; flex-wrap: wrap; gap: 10px; margin: 12px 0; }
select, button { font: inherit; min-height: 36px; border: 1px solid #767676; border-radius: 6px; background: #fff; padding: 2px 10px; }
:focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; } .plays a { display: inline-block; margin: 0 10px 6px 0; }
"""


def page(title: str, body: str) -> str:
    """A whole HTML page; `body` is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<p><a href="./">Back to the two worlds</a></p><h1>{html.escape(title)}</h1>{body}'
        f"<p><strong>{html.escape(DISCLAIMER)}</strong></p></main></body></html>"
    )


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
