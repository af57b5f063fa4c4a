"""The browser code: ES modules and style sheets of viz/static, and the modules joined into one script."""

from __future__ import annotations

import functools
import re
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
ENTRY = "main.js"
_IMPORT = re.compile(r'^import \{([^}]*)\}\s+from "\./([a-z]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function|let)\b)", re.MULTILINE)


def imports(source: str) -> dict[str, list[str]]:
    """Return the names that a module imports, by the file that they come from."""
    return {file: [name.strip() for name in names.split(",")] for names, file in _IMPORT.findall(source)}


def modules() -> dict[str, str]:
    """Return the source of main.js and of each module that it needs, every file after those that it imports.

    Raises ValueError for an import circle.
    """
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

    add(ENTRY, ())
    return sources


@functools.cache
def script() -> str:
    """Return all modules as one script without imports and exports.

    A widget, an inline script and an HTML file opened from disk cannot import further files.
    """
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in modules().values())


@functools.cache
def starting(function: str) -> str:
    """Return an inline script that defines all modules and calls one of their functions."""
    return f"(() => {{\n{script()}\n{function}();\n}})();"


@functools.cache
def style(name: str = "widget") -> str:
    """Return a style sheet: that of the widget, or "document" for the plain pages."""
    return (STATIC / f"{name}.css").read_text(encoding="utf-8")
