"""The first frame: a film that is ready travels inside the page itself and plays before the app is there.

The widget adopts what plays, so that nothing starts twice.
"""

from __future__ import annotations

import functools

from ..content.catalogue import catalogue
from ..content.texts import DISCLAIMER, QUESTION
from ..content.widget import script, style
from ..recording.standalone_html import film_text, inside
from ..scenario import AddressError, Scenario, from_address
from ..session.jobs import Job
from ..session.session import announcement
from .shared_pool import pool

_PLACE = 'id="moat-first" style="position:fixed;inset:0;background:#fff;z-index:99999;overflow:auto"'
_WORDS = (
    '<div style="padding:12px 16px;font:16px/1.45 Roboto,system-ui,sans-serif;color:#1b1b1b">'
    '<p style="font-size:24px;font-weight:700;margin:42px 0 2px">'
    f"{QUESTION}</p><p>Setting up two worlds with the same people and the same luck. {DISCLAIMER}</p></div>"
)


def first_frame(query: str) -> str:
    """HTML to stand in front of the app: the film of the address if it is ready, else words."""
    try:
        scenario = from_address(query)
    except AddressError:
        return f"<div {_PLACE}>{_WORDS}</div>"
    if pool().finished(Job("film", scenario)) is None:
        return f"<div {_PLACE}>{_WORDS}</div>"
    return _playing(scenario)


@functools.lru_cache(maxsize=16)
def _playing(scenario: Scenario) -> str:
    chunks = pool().finished(Job("film", scenario)) or []
    code = script().replace("export default { render };", "")
    return "".join(
        (
            f"<style>{style()}</style><div {_PLACE}>{_WORDS}</div>",
            f'<script type="application/json" id="moat-catalogue">{inside(catalogue())}</script>',
            f'<script type="application/json" id="moat-film">{film_text(announcement(scenario, 0), chunks)}</script>',
            f"<script>(() => {{\n{code}\nplayEarly();\n}})();</script>",
        )
    )
