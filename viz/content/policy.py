"""Content security policies: what a browser may run and load on our pages, as little as each page works with."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterable

_SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)
_NOT_INLINE = re.compile(r"""\bsrc=|\btype="(?:application/json|x-template)\"""")
_SHARED = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


@functools.cache
def source_of(text: str) -> str:
    """Return the source expression that admits an inline script or style by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def inline_scripts(page: str) -> list[str]:
    """Return the texts of the scripts that stand in a page."""
    return [match["text"] for match in _SCRIPT.finditer(page) if not _NOT_INLINE.search(match["attributes"])]


def of_plain_page(style: str) -> str:
    """Return the policy of a page without scripts: nothing but its style sheet and pictures of this server."""
    return f"default-src 'none'; style-src {source_of(style)}; img-src 'self'; {_SHARED}"


def of_teachers_page(script: str, style: str) -> str:
    """Return the policy of the page for teachers: its style sheet, our modules, and requests to this server.

    script: the text of its import map.
    """
    return f"{of_plain_page(style)}; script-src 'self' {source_of(script)}; connect-src 'self'"


def of_static_page(style: str) -> str:
    """Return the policy of a page without scripts that states it in a meta element."""
    return (
        f"default-src 'none'; style-src {source_of(style)}; img-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def of_file(scripts: Iterable[str], style: str, data_files: bool = False) -> str:
    """Return the policy of an HTML file that plays from disk: its own scripts and style sheet, no other request.

    Its modules are data: addresses of its import map. data_files: whether it loads scripts from its own folder, which
    browsers call 'self' or file:; otherwise the file writes no script element while it plays.
    """
    sources = " ".join((*map(source_of, scripts), *(("'self'", "file:") if data_files else ())))
    return (
        f"default-src 'none'; script-src {sources} data:; style-src {source_of(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def of_app(scripts: Iterable[str]) -> str:
    """Return the policy of Solara's pages. scripts: texts of the inline scripts that may run; no other one may.

    Vue compiles Solara's templates in the browser ('unsafe-eval'), anywidget imports its module from a blob, and
    Vuetify adds style elements. docs/security.md says what that means.
    """
    sources = " ".join(dict.fromkeys(map(source_of, scripts)))
    return (
        f"default-src 'none'; script-src 'self' {sources} 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; {_SHARED}"
    )


NOTHING = f"default-src 'none'; {_SHARED}"
"""Of an answer that is no page."""
