"""The widget: plain ES and CSS files, joined in the order of their names, and the messages of one visitor."""

from __future__ import annotations

import functools
from pathlib import Path

import anywidget
import traitlets

STATIC = Path(__file__).parent.parent / "static"


@functools.cache
def script() -> str:
    """The whole ES module."""
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.js")))


@functools.cache
def style() -> str:
    """The style sheet."""
    return (STATIC / "stage.css").read_text(encoding="utf-8")


class Stage(anywidget.AnyWidget):
    """Canvas, ribbons, charts and controls of both worlds; all the rest travels as messages (`session.Session`)."""

    _esm = script()
    _css = style()
    catalogue = traitlets.Unicode("{}").tag(sync=True)
