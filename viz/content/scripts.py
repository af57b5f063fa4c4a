"""The browser code: ES modules and style sheets of viz/static, and the import map by which browsers find them."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

STATIC = Path(__file__).parent.parent / "static"
ENTRY = "main.js"
TEACHERS = "teachers/teachers.js"
"""Entry of the page for teachers."""
ATLAS = "atlas/start.js"
"""Entry of the atlas."""
PREFIX = "moat/"
"""Begins every specifier of our modules: `moat/base/dom.js` is the file base/dom.js."""
ROUTE = "/modules/"
STYLE = "style.css"
ICON = "favicon.svg"
_IMPORT = re.compile(r'^import \{([^}]*)\}\s+from "moat/([a-z_/]+\.js)";$', re.MULTILINE)
_KEPT = "!$&'()*+,-./:;=?@[]^_`{|}~ "
"""Characters that a data: address may hold as they are, inside a text of JSON."""


def imports(source: str) -> dict[str, list[str]]:
    """Return the names that a module imports, by the file that they come from."""
    return {file: [name.strip() for name in names.split(",")] for names, file in _IMPORT.findall(source)}


@functools.cache
def modules() -> Mapping[str, str]:
    """Return the source of main.js and of each module that it needs, every file after those that it imports.

    Raises ValueError for an import circle.
    """
    return modules_of(ENTRY)


def modules_of(entry: str) -> dict[str, str]:
    """Return the source of a module and of those that it needs, in the order of `modules`."""
    sources: dict[str, str] = {}

    def add(file: str, importers: tuple[str, ...]) -> None:
        if file in importers:
            raise ValueError(f"import circle: {' imports '.join((*importers, file))}")
        if file in sources:
            return
        source = (STATIC / file).read_text(encoding="utf-8")
        for needed in imports(source):
            add(needed, (*importers, file))
        sources[file] = source

    add(entry, ())
    return sources


@functools.cache
def _served() -> Mapping[str, str]:
    return {**modules_of(TEACHERS), **modules()}


@functools.cache
def version() -> str:
    """Return a hash of modules and style sheet. It stands in their addresses, so that browsers may keep them."""
    digest = hashlib.sha256()
    for file, text in {**_served(), STYLE: style()}.items():
        digest.update(f"{file}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()[:16]


def address(file: str, root_path: str = "") -> str:
    """Return the address of a module or of the style sheet on the live page. root_path: the prefix of the server."""
    return f"{root_path}{ROUTE}{version()}/{file}"


def served_file(path: str) -> tuple[str, str] | None:
    """Return text and media type of the module or style sheet at a path of the server, or None."""
    folder, _, file = path.removeprefix(ROUTE).partition("/")
    if not path.startswith(ROUTE) or folder != version():
        return None
    if file == STYLE:
        return style(), "text/css"
    return (_served()[file], "text/javascript") if file in _served() else None


def _map(places: Mapping[str, str]) -> str:
    names = {f"{PREFIX}{file}": place for file, place in places.items()}
    return json.dumps({"imports": names}, separators=(",", ":")).replace("<", "\\u003c")


@functools.cache
def served_import_map(root_path: str = "", entry: str = ENTRY) -> str:
    """Return the import map of a page of the server, as JSON. entry: its first module."""
    return _map({file: address(file, root_path) for file in modules_of(entry)})


@functools.cache
def embedded_import_map(entry: str = ENTRY) -> str:
    """Return the import map of a file: it holds every module as a data: address, because a file cannot import files."""
    sources = modules_of(entry)
    return _map({file: f"data:text/javascript;charset=utf-8,{quote(text, _KEPT)}" for file, text in sources.items()})


@functools.cache
def icon() -> str:
    """Return the picture of the page in the browser's tab, an SVG."""
    return (STATIC / "icon.svg").read_text(encoding="utf-8").strip()


def starting(function: str, entry: str = ENTRY) -> str:
    """Return the text of a module script that calls a function of main.js, or of another entry."""
    return f'import {{ {function} }} from "{PREFIX}{entry}"; {function}();'


@functools.cache
def style(name: str = "widget") -> str:
    """Return a style sheet: that of the widget, or "document" for the plain pages. Both begin with the theme."""
    theme = STATIC / "base" / "theme.css"
    if name == "document":
        return "".join(file.read_text(encoding="utf-8") for file in (theme, STATIC / "document.css"))
    rest = [file for file in sorted(STATIC.glob("*/*.css")) if file != theme]
    # Sheets of base come first, so that those of the steps win.
    rest.sort(key=lambda file: file.parent.name != "base")
    return "".join(file.read_text(encoding="utf-8") for file in (theme, *rest))
