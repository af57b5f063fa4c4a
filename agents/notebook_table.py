"""Small HTML tables for notebooks: what `_repr_html_` methods return. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

MOST_CHARACTERS = 200
LEFT = ' style="text-align: left"'
"""Notebooks align cells to the right, which suits numbers alone."""


def notebook_table(caption: str, rows: Iterable[Sequence[object]], header: Sequence[str] = ()) -> str:
    """Return a table with a caption; cells are shown as text, cut at 200 characters. The first cell names its row."""
    top = f"<thead><tr>{''.join(_cell('th', name) for name in header)}</tr></thead>" if header else ""
    body = "".join(
        f"<tr>{_cell('th', first)}{''.join(_cell('td', cell) for cell in others)}</tr>" for first, *others in rows
    )
    return f"<table><caption>{_text(caption)}</caption>{top}<tbody>{body}</tbody></table>"


def one_line(value: object) -> str:
    """Return a value as printable text on one line, at most 200 characters."""
    text = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in str(value))
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _cell(tag: str, value: object) -> str:
    return f"<{tag}{LEFT}>{_text(value)}</{tag}>"


def _text(value: object) -> str:
    return escape(one_line(value))
