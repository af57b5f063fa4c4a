"""Films recorded in the test's process, opened as standalone files or given to an open page: no server is needed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from political_moat.viz.recording.film import Chunk, film
from political_moat.viz.recording.standalone_html import standalone_page
from political_moat.viz.scenario import Scenario, from_address
from political_moat.viz.session.session import announcement

LOADED = "() => Boolean(window.moat && window.moat.film.outcomes !== null && window.moat.film.loaded > 0)"
GIVE = """([about, chunks]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  window.moat.receive(about, []);
  for (const [content, buffers] of chunks) {
    window.moat.receive({ type: "piece", film: about.film, content }, buffers.map(bytes));
  }
  return window.moat.film.queue.then(() => window.moat.player.pause());
}"""


class Recorded(NamedTuple):
    """A finished film and its scenario."""

    scenario: Scenario
    chunks: list[Chunk]

    def series(self, world: int, name: str) -> list[Any]:
        """Return a monthly series of world 0 (A) or 1 (B)."""
        months = [chunk.content for chunk in self.chunks if chunk.content["part"] == "months"]
        return [value for content in months for value in content["worlds"][world]["series"][name]]

    def listed(self, world: int, name: str) -> list[dict[str, Any]]:
        """Return a list of the film: events, elections or decisions of a world."""
        months = [chunk.content for chunk in self.chunks if chunk.content["part"] == "months"]
        return [entry for content in months for entry in content["worlds"][world][name]]

    @property
    def title(self) -> dict[str, Any]:
        return self.chunks[0].content

    def html(self, file: Path) -> Path:
        """Write the film as a standalone file."""
        file.write_text(standalone_page(announcement(self.scenario, 1), self.chunks), encoding="utf-8")
        return file

    def give(self, page: Any, number: int) -> None:
        """Show the film in an open page, as film `number`, at rest."""
        chunks = [(chunk.content, [base64.b64encode(data).decode() for data in chunk.buffers]) for chunk in self.chunks]
        page.evaluate(GIVE, [announcement(self.scenario, number), chunks])


def recorded(address: str) -> Recorded:
    scenario = from_address(address)
    return Recorded(scenario, list(film(scenario)))


@contextmanager
def opened(browser: Any, file: Path, **options: Any) -> Iterator[Any]:
    """Open a standalone file at the last month of its film; errors of the page fail the test."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options})
    page, wrong = context.new_page(), []
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    # The content policy of the file blocks conditions that are passed as text to wait_for_function.
    for _ in range(600):
        if page.evaluate(LOADED):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(LOADED)
    page.evaluate("() => { window.moat.player.pause(); window.moat.player.seek(window.moat.player.end); }")
    yield page
    context.close()
    assert wrong == []


def seek(page: Any, month: float) -> None:
    page.evaluate("month => window.moat.player.seek(month)", month)
