"""The atlas in a browser: from disk with the network off, and from a plain web server, with the numbers of the page."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from political_moat.viz.atlas.site import site
from political_moat.viz.scenario import REPLICATES, from_fields

pytestmark = pytest.mark.browser
STEPS = ("guess", "watch", "pairs", "why", "break")
LOADED = "Boolean(window.moat && moat.film.outcomes !== null && moat.film.loaded > 0)"
VOTERS = 400


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("atlas") / "atlas"
    site(out, presets=["realistic,crash"], voters=VOTERS, films=3, maps=False, workers=2)
    return out


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Open an address offline or not; errors of the page and requests to other places fail the test."""
    contexts, wrong = [], []

    def open_page(address: str, *, offline: bool, **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        context.set_offline(offline)
        page = context.new_page()
        own = address.partition("index.html")[0]
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
        page.on("request", lambda request: request.url.startswith((own, "data:", "blob:")) or wrong.append(request.url))
        page.goto(address)
        wait_for(page, LOADED)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def wait_for(page: Any, condition: str) -> None:
    """Wait for a condition. Playwright's own waiting evaluates texts, which the page's policy forbids."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(condition)


@pytest.fixture(scope="module")
def web(atlas: Path) -> Iterator[str]:
    """The atlas on the web server of the standard library."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(atlas)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
    server.shutdown()


def texts_of(page: Any) -> dict[str, str]:
    """Return the texts of steps 2 and 3: heading and table at the end of the film, paired answer, pairs, curve."""
    page.evaluate("moat.go('watch')")
    page.evaluate("moat.player.pause()")
    page.evaluate("moat.player.seek(moat.player.end)")
    page.wait_for_timeout(200)
    texts = {"watch": page.evaluate("moat.steps.watch.node.innerText")}
    page.evaluate("moat.go('pairs')")
    if not page.evaluate("moat.hundred?.rows.length === 100"):
        page.evaluate("moat.send('replicates')")
    wait_for(page, "moat.hundred?.rows.length === 100")
    page.wait_for_timeout(500)
    texts["pairs"] = page.evaluate("moat.steps.pairs.node.innerText")
    texts["curve"] = page.evaluate("JSON.stringify([moat.hundred.curve, moat.hundred.paired])")
    return {name: text.replace("\xa0", " ") for name, text in texts.items()}


def test_it_plays_from_disk_without_a_network(atlas: Path, opened: Any, record_property: Any) -> None:
    page = opened((atlas / "index.html").as_uri(), offline=True)
    record_property("first picture, ms", page.evaluate("moat.firstFrame"))
    for step in STEPS:
        page.evaluate(f"moat.go('{step}')")
        assert page.evaluate(f"!moat.steps['{step}'].node.hidden")
        assert f"step={step}" in page.url or step == "guess"
    page.go_back()
    wait_for(page, "moat.step === 'why'")
    page.go_forward()
    wait_for(page, "moat.step === 'break'")
    page.evaluate("moat.compute({ scene: 'crash' }, 'watch')")
    wait_for(page, f"moat.scenario.scene === 'crash' && {LOADED}")
    page.reload()
    wait_for(page, LOADED)
    assert page.evaluate("[moat.scenario.scene, moat.step]") == ["crash", "watch"]


def test_every_number_is_that_of_the_live_page(web: str, opened: Any, visit: Any) -> None:
    page = opened(web, offline=False)
    fields = page.evaluate("moat.scenario.fields")
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    live = visit(f"?{query}")
    mine, theirs = texts_of(page), texts_of(live)
    # The link of step 2 is the address of the page itself, and the live page writes HTML files.
    assert mine == theirs


def test_what_it_lacks_is_named_with_the_commands_of_the_page(atlas: Path, opened: Any) -> None:
    page = opened((atlas / "index.html").as_uri(), offline=True)
    fields = page.evaluate("moat.scenario.fields")
    asked = {**fields, "party.office_rent": "2", "replicate": "77"}
    page.evaluate("fields => moat.compute(fields, 'watch')", asked)
    wait_for(page, "moat.status.textContent.includes('holds no film')")
    text = page.evaluate("moat.status.textContent")
    assert from_fields(asked).command() in text
    assert "moat view" in text
    command = page.evaluate(
        "async fields => (await import('moat/atlas/commands.js')).commandOf(fields, {}, 100)", asked
    )
    scenario = from_fields(asked)
    visible = f"--set exposure.visibility={scenario.parameters.exposure.visibility:g}"
    assert command.replace("--set exposure.visibility=NaN", visible) == scenario.command(REPLICATES)


def test_it_is_accessible_at_every_step(web: str, opened: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(web, offline=False, bypass_csp=True)
    for step in STEPS:
        page.evaluate(f"moat.go('{step}')")
        page.wait_for_timeout(300)
        violations = Axe().run(page).response["violations"]
        assert [violation["id"] for violation in violations] == [], step
    for name in ("teachers.html", "glossary.html", "result.html"):
        page.goto(web.replace("index.html", name))
        assert Axe().run(page).response["violations"] == []


def test_a_phone_shows_it_without_sideways_scrolling(atlas: Path, opened: Any) -> None:
    page = opened((atlas / "index.html").as_uri(), offline=True, viewport={"width": 390, "height": 844})
    for step in STEPS:
        page.evaluate(f"moat.go('{step}')")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, step
