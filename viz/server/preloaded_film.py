"""The first frame: a finished film travels inside the HTML page and plays before the app has loaded.

The widget adopts the playing film, so that nothing starts twice.
"""

from __future__ import annotations

import functools

from ..content.catalogue import catalogue
from ..content.scripts import starting, style
from ..content.texts import DISCLAIMER, QUESTION
from ..recording.standalone_html import film_elements
from ..scenario import AddressError, Scenario, from_address
from ..session.jobs import Job
from ..session.session import announcement
from .shared_pool import pool

SCRIPT = starting("playPreloaded")
_ATTRIBUTES = 'id="moat-first" style="position:fixed;inset:0;background:#fff;z-index:99999;overflow:auto"'
_LOADING = (
    f"<div {_ATTRIBUTES}>"
    '<div style="padding:12px 16px;font:16px/1.45 Roboto,system-ui,sans-serif;color:#1b1b1b">'
    f'<p style="font-size:24px;font-weight:700;margin:42px 0 2px">{QUESTION}</p>'
    f"<p>Setting up two worlds with the same people and the same random draws. {DISCLAIMER}</p></div></div>"
)


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
            f"<style>{style()}</style>{_LOADING}",
            film_elements(catalogue(), announcement(scenario, 0), chunks),
            f"<script>{SCRIPT}</script>",
        )
    )
