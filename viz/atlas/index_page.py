"""index.html of the atlas: the modules of the widget, the catalogue and the list of data files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..content import policy
from ..content.catalogue import catalogue
from ..content.html import h
from ..content.scripts import ATLAS, embedded_import_map, icon, starting, style
from ..content.texts import QUESTION
from ..recording.standalone_html import escaped
from ..scenario import code, version

_ENTRY_KEYS = ("fields", "values", "films", "answers")


def index(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what viz/static/atlas/model.js knows of the data files. entries: one for each preset."""
    scenes = {name: {key: entry[key] for key in _ENTRY_KEYS} for name, entry in entries.items()}
    return {"version": version(), "code": code(), "first": next(iter(scenes)), "scenes": scenes}


def catalogue_of(entries: Mapping[str, Mapping[str, Any]], links: list[tuple[str, str]]) -> str:
    """Return the catalogue of the page as JSON text, with the presets and the pages of this atlas alone."""
    content = json.loads(catalogue())
    scenes = {name: scene for name, scene in content["scenes"].items() if name in entries}
    return json.dumps(content | {"scenes": scenes, "pages": links, "atlas": True}, allow_nan=False)


def index_page(entries: Mapping[str, Mapping[str, Any]], links: list[tuple[str, str]]) -> str:
    """Return the HTML text of the atlas. It loads nothing but its data files."""
    imports, script = embedded_import_map(ATLAS), starting("playAtlas", ATLAS)
    sheet = f"body {{ margin: 0; }}\n{style()}"
    rules = {
        "http-equiv": "Content-Security-Policy",
        "content": policy.of_file((imports, script), sheet, data_files=True),
    }
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8">{h("meta", rules)}',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<link rel="icon" href="data:image/svg+xml,{quote(icon())}">',
            h("title", None, QUESTION),
            f'<script type="importmap">{imports}</script>',
            f'<style>{sheet}</style></head><body><div id="moat-page">',
            h("main", {"class": "moat"}, h("h1", None, QUESTION), h("noscript", None, "This page needs JavaScript.")),
            "</div>",
            _json("moat-catalogue", catalogue_of(entries, links)),
            _json("moat-atlas", json.dumps(index(entries), allow_nan=False)),
            f'<script type="module">{script}</script></body></html>\n',
        )
    )


def _json(name: str, text: str) -> str:
    return f'<script type="application/json" id="{name}">{escaped(text)}</script>'
