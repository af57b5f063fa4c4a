"""The page for teachers in a browser: forty guesses fill the histograms, the answer key, the reset, who may."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
STUDENTS = 40


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The visitor without a browser of the benchmarks."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import page_client

    yield page_client
    del sys.modules["page_client"]


def guess_all(client: Any, address: str, scene: str, shift: int = 0, count: int = STUDENTS) -> None:
    """Let so many browsers guess at the same time: 0 to 39 at zero exposure, 100 at 60%."""

    async def run() -> None:
        await client.crowd(
            count, lambda n: client.guess(address, [n + shift, 2 * n, n // 2, 100], scene, f"browser-{n}")
        )

    with ThreadPoolExecutor(1) as thread:  # playwright has an event loop in this one
        thread.submit(lambda: asyncio.run(run())).result(60)


def counts(page: Any) -> list[int]:
    """Return the number of guesses that each histogram shows, from the counts on its bars."""
    drawings = page.locator("#histograms figure")
    texts = [drawings.nth(n).locator(".count").all_text_contents() for n in range(drawings.count())]
    return [sum(map(int, each)) for each in texts]


def test_forty_guesses_fill_the_histograms_live_and_are_erased(client: Any, served: Any, visit: Any) -> None:
    page = visit("teachers", film=False)
    page.get_by_text("Guesses: 0").wait_for()
    assert page.locator(".address").inner_text() == served.address
    assert page.get_by_text("This address works on this machine alone").count() == 1
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.select_option("#scene", "caps")
    guess_all(client, served.address, "caps")
    page.get_by_text(f"Guesses: {STUDENTS}").wait_for()
    assert counts(page) == [STUDENTS] * 4
    captions = page.locator("#histograms figcaption").all_inner_texts()
    assert captions == [
        "0% exposed, median 19.5", "10% exposed, median 39", "30% exposed, median 9.5", "60% exposed, median 100",
    ]  # fmt: skip
    guess_all(client, served.address, "caps", shift=50, count=10)  # again: the same browsers
    page.get_by_text("0% exposed, median 29.5").wait_for()
    assert counts(page) == [STUDENTS] * 4
    assert all(url.startswith(served.address) for url in asked)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("#reset")
    page.wait_for_timeout(1500)
    assert counts(page) == [STUDENTS] * 4
    questions: list[str] = []
    page.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.accept()))
    page.click("#reset")
    page.get_by_text("Guesses: 0").wait_for()
    assert "cannot be undone" in questions[0]


def test_the_answer_key_opens_on_demand_and_agrees_with_the_page(visit: Any) -> None:
    page = visit("teachers", film=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    assert page.locator("#curve .model").count() == 0
    assert not any("answers" in url for url in asked)
    page.locator("summary").click()
    row = page.locator("tr[data-scene=realistic]")
    row.locator("td").nth(6).wait_for(timeout=120_000)
    cells = row.locator("td").all_inner_texts()
    page.locator("#curve .model").wait_for()
    other = visit("?step=pairs")
    other.evaluate(
        """() => { const receive = window.moat.receive.bind(window.moat);
          window.moat.receive = (message, buffers) => {
            if (message.type === "replicates" && message.rows.length === 100) window.whole = message;
            receive(message, buffers); };
          window.moat.model.off("msg:custom", window.moat.onMessage);
          window.moat.onMessage = (message, buffers) => window.moat.receive(message, buffers ?? []);
          window.moat.model.on("msg:custom", window.moat.onMessage);
          window.moat.send("replicates"); }"""
    )
    other.wait_for_function("window.whole", timeout=120_000)
    curve = other.evaluate("window.whole.curve.map((point) => Math.round(100 * point.share))")
    paired = other.evaluate("window.whole.paired.find((dose) => dose.breadth === 0.3)")
    assert cells[:6] == [*map(str, curve), str(paired["prevented"]), str(paired["caused"])]
    assert cells[6].replace("−", "-").startswith(f"{100 * paired['difference']:+.0f} (".replace("+0", "0"))


def test_a_narrow_dark_screen_shows_everything_without_sideways_scrolling(visit: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for options in ({"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}, {}):
        for path in ("teachers", "glossary", "result"):
            page = visit(path, film=False, **options)
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
            dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
            assert dark == bool(options)
            assert [each["id"] for each in Axe().run(page).response["violations"]] == [], path
