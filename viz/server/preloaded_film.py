"""The first frame: a finished film travels inside the HTML page and plays before the app has loaded.

The widget adopts the playing film, so that nothing starts twice.
"""

from __future__ import annotations

import functools

from ..content import scripts
from ..content.catalogue import catalogue
from ..content.texts import DISCLAIMER, QUESTION
from ..recording.standalone_html import film_elements
from ..scenario import AddressError, Scenario, from_address
from ..session.jobs import Job
from ..session.session import announcement
from .shared_pool import pool

SCRIPT = scripts.starting("playPreloaded")
_LOADING = (
    '<div id="moat-first" class="moat-first"><div class="moat">'
    f"<h1>{QUESTION}</h1>"
    f"<p>Setting up two worlds with the same people and the same random draws. {DISCLAIMER}</p></div></div>"
)


@functools.cache
def document_head(root_path: str = "") -> str:
    """Return what the head of the live page begins with: icon, style sheet, import map, modules to load."""
    preloads = "".join(
        f'<link rel="modulepreload" href="{scripts.address(file, root_path)}">' for file in scripts.modules()
    )
    sheet = f'<link rel="stylesheet" href="{scripts.address(scripts.STYLE, root_path)}">'
    icon = f'<link rel="icon" href="{root_path}/{scripts.ICON}">'
    return f'{icon}{sheet}<script type="importmap">{scripts.served_import_map(root_path)}</script>{preloads}'


def first_frame(query: str) -> str:
    """Return HTML to show until the app has loaded: the film of the address if it is finished, else a text."""
    try:
        scenario = from_address(query)
    except AddressError:
        return _LOADING
    if pool().finished(Job("film", scenario)) is None:
        return _LOADING
    return _playing(scenario)


@functools.lru_cache(maxsize=16)
def _playing(scenario: Scenario) -> str:
    chunks = pool().finished(Job("film", scenario)) or []
    return "".join(
        (
            _LOADING,
            film_elements(catalogue(), announcement(scenario, 0), chunks),
            f'<script type="module" async>{SCRIPT}</script>',
        )
    )
