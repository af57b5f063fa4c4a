"""A film as one HTML file that plays without a server and without a network."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..content.texts import QUESTION
from ..content.widget import script, style
from .film import Chunk

_PLAYER = """
const given = JSON.parse(document.getElementById("film").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
let hear = () => {};
const model = {
  get: () => document.getElementById("catalogue").textContent,
  on: (_, heard) => { hear = heard; },
  off: () => {},
  send: (message) => {
    if (message.type !== "ready") return;
    queueMicrotask(() => {
      hear(given.about, []);
      for (const [content, buffers] of given.chunks) {
        hear({ type: "piece", film: given.about.film, content }, buffers.map(bytes));
      }
    });
  },
};
render({ model, el: document.getElementById("page") });
"""


def standalone_page(about: Mapping[str, Any], chunks: Sequence[Chunk]) -> str:
    """HTML text that plays a finished film from a file. about: the scenario message of the page."""
    from ..content.catalogue import catalogue

    code = script().replace("export default { render };", "")
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(QUESTION)}</title>",
            f'<style>body {{ margin: 0; }}\n{style()}</style></head><body><div id="page"></div>',
            f'<script type="application/json" id="catalogue">{inside(catalogue(alone=True))}</script>',
            f'<script type="application/json" id="film">{film_text(about, chunks)}</script>',
            f'<script type="module">\n{code}\n{_PLAYER}</script></body></html>',
        )
    )


def film_text(about: Mapping[str, Any], chunks: Sequence[Chunk]) -> str:
    """A finished film as JSON for a script element."""
    film = {
        "about": about,
        "chunks": [(one.content, [base64.b64encode(data).decode("ascii") for data in one.buffers]) for one in chunks],
    }
    return inside(json.dumps(film, allow_nan=False))


def inside(text: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return text.replace("<", "\\u003c")
