"""A film as one HTML file, which plays from disk without a server or a network."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..content import policy
from ..content.html import h
from ..content.scripts import embedded_import_map, icon, starting, style
from ..content.texts import QUESTION
from .film import Chunk


def standalone_page(about: Mapping[str, Any], chunks: Sequence[Chunk]) -> str:
    """Return the HTML text that plays a finished film. about: the scenario message of the page."""
    from ..content.catalogue import catalogue

    imports, script = embedded_import_map(), starting("playStandalone")
    sheet = f"body {{ margin: 0; }}\n{style()}"
    rules = {"http-equiv": "Content-Security-Policy", "content": policy.of_file((imports, script), sheet)}
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8">{h("meta", rules)}',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<link rel="icon" href="data:image/svg+xml,{quote(icon())}">',
            h("title", None, QUESTION),
            f'<script type="importmap">{imports}</script>',
            f'<style>{sheet}</style></head><body><div id="moat-page"></div>',
            film_elements(catalogue(standalone=True), about, chunks),
            f'<script type="module">{script}</script></body></html>',
        )
    )


def film_elements(catalogue: str, about: Mapping[str, Any], chunks: Sequence[Chunk]) -> str:
    """Return the script elements that hold the data of the page and a finished film, as JSON."""
    film = {
        "about": about,
        "chunks": [
            (chunk.content, [base64.b64encode(data).decode("ascii") for data in chunk.buffers]) for chunk in chunks
        ],
    }
    return (
        f'<script type="application/json" id="moat-catalogue">{escaped(catalogue)}</script>'
        f'<script type="application/json" id="moat-film">{escaped(json.dumps(film, allow_nan=False))}</script>'
    )


def escaped(text: str) -> str:
    """Return JSON that cannot end the script element around it."""
    return text.replace("<", "\\u003c")
