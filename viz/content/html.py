"""HTML elements. The only place of the page that writes tags: every text is escaped here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NO_CONTENT = ("br", "input", "link", "meta")
_OWN_ADDRESS = re.compile(r"(\./|\?|#)[^\x00-\x20]*")


class Html(str):
    """Text that is HTML already. Only `h`, `fragment` and `document` make it; every other text is escaped."""

    __slots__ = ()


def h(tag: str, attributes: Mapping[str, object] | None = None, *children: object) -> Html:
    """Return an element. children: elements, texts, sequences of both; None is left out, as are attributes of None.

    Raises ValueError for what our content policy forbids: scripts, event handlers, styles and foreign links.
    """
    if not _NAME.fullmatch(tag) or tag in ("script", "style"):
        raise ValueError(f"element {tag!r} is not possible")
    shown = "".join(_attribute(name, value) for name, value in (attributes or {}).items())
    return Html(f"<{tag}{shown}>" if tag in _NO_CONTENT else f"<{tag}{shown}>{fragment(children)}</{tag}>")


def fragment(*children: object) -> Html:
    """Return elements and texts in a row."""
    return Html("".join(map(_content, children)))


def _attribute(name: str, value: object) -> str:
    if not _NAME.fullmatch(name) or name.startswith("on") or name in ("style", "src", "srcdoc"):
        raise ValueError(f"attribute {name!r} is not possible")
    if name == "href" and not _OWN_ADDRESS.fullmatch(str(value)):
        raise ValueError("a link of the page stays on the page")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'


def _content(child: object) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, Iterable) and not isinstance(child, str | bytes):
        return fragment(*child)
    return html.escape(str(child))


def module_script(import_map: str, address: str) -> Html:
    """Return the elements that start a module of ours. import_map: its JSON; address: on this server.

    Raises ValueError for an address elsewhere, and for a map that would end its element.
    """
    if "<" in import_map or not re.fullmatch(r"/(?!/)[\w./~-]*", address):
        raise ValueError("a script of the page comes from the page")
    return Html(f'<script type="importmap">{import_map}</script><script type="module" src="{address}"></script>')


def document(title: str, style: str, body: Html, script: Html | None = None) -> Html:
    """Return a complete page. style: a style sheet of ours; script: what `module_script` returns."""
    meta = h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    icon = h("link", {"rel": "icon", "href": "./favicon.svg"})
    head = f"{h('meta', {'charset': 'utf-8'})}{meta}{icon}{h('title', None, title)}<style>{style}</style>{script or ''}"
    return Html(f'<!doctype html><html lang="en"><head>{head}</head>{h("body", None, body)}</html>')
