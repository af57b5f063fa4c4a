"""The whole page in a browser: first visit, numbers, keyboard, reduced motion, one file, preloaded film, modules."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ENDED = "window.moat.player.month >= window.moat.film.title.months"
STEPS = ["guess", "watch", "pairs", "why", "break"]
SMALL = "electorate.voters=300&exposure.breadth=.3"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_visit_asks_for_a_guess_and_plays_nothing(visit: Any, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844})
    assert page.title() == "Does retirement exposure lock in crypto policy?"
    assert page.evaluate("window.moat.step") == "guess"
    assert page.locator("canvas:visible").count() == 0
    page.wait_for_timeout(500)
    assert page.evaluate("[window.moat.player.playing, window.moat.player.month]") == [False, 0]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert "A laboratory, not a forecast and not advice" in page.locator("footer").inner_text()
    version, code = page.evaluate("[window.moat.catalogue.version, window.moat.catalogue.code]")
    assert f"Version {version}, code {code}" in page.locator("footer").inner_text()
    page.evaluate("window.moat.go('watch')")
    page.wait_for_function("window.moat.player.month > 1")
    assert page.locator("canvas:visible").count() >= 1


def test_outcomes_are_those_of_the_shown_command(visit: Any) -> None:
    page = visit("?preset=article&exposure.breadth=0.45&electorate.voters=500&seed=11&replicate=3&step=watch")
    command = page.evaluate("window.moat.scenario.command")
    assert command in [field.input_value() for field in page.locator("input[readonly]").all()]
    done = subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *shlex.split(command)[1:], "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {row["arm"]: row for row in json.loads(done.stdout)["runs"]}
    for number, arm in enumerate(("b=0", "b=0.45 v=1")):
        outcomes = page.evaluate("number => window.moat.film.outcomes[number]", number)
        printed = {name: value for name, value in outcomes.items() if name in rows[arm]}
        assert {"restricted", "reversed", "severity", "gap", "months_to_attempt"} <= set(printed)
        for name, value in printed.items():
            assert value == pytest.approx(rows[arm][name], rel=1e-12, nan_ok=True), name


CONTROLS = """step => {
  const shown = (node) => node.offsetParent !== null && !node.closest("[hidden], details:not([open]) > :not(summary)");
  return [...step.querySelectorAll("button, input, select, a[href], summary, [tabindex='0']")]
    .filter((node) => shown(node) && !node.disabled && node.tabIndex >= 0)
    .map((node, index) => { node.dataset.wanted = String(index); return node.outerHTML.slice(0, 120); });
}"""


@pytest.mark.parametrize("step", STEPS)
def test_every_control_of_a_step_can_be_reached_by_keyboard(visit: Any, step: str) -> None:
    page = visit(f"?{SMALL}&step={step}", reduced_motion="reduce")
    wanted = page.locator("#moat").evaluate(CONTROLS)
    assert len(wanted) > 8
    reached = set()
    for _ in range(len(wanted) + 3):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.wanted"))
    # Of the radio buttons of one group the keyboard reaches one; the arrows lead to the others.
    missed = [html for number, html in enumerate(wanted) if str(number) not in reached and 'type="radio"' not in html]
    assert missed == []


def test_reduced_motion_shows_the_last_month(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch", reduced_motion="reduce")
    page.wait_for_function(ENDED)
    assert not page.evaluate("window.moat.player.playing")


def test_playing_sends_nothing_and_survives_a_lost_connection(visit: Any) -> None:
    page = visit("?step=watch")
    frames: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketFrameReceived", lambda frame: frames.append(len(frame["response"]["payloadData"])))
    network.on("Network.webSocketFrameSent", lambda frame: frames.append(len(frame["response"]["payloadData"])))
    requests: list[str] = []
    page.wait_for_timeout(1500)  # until the app has started
    page.on("request", lambda request: requests.append(request.url))
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    frames.clear()
    page.wait_for_timeout(2000)
    assert frames == []
    assert requests == []
    page.context.set_offline(True)
    before = page.evaluate("window.moat.player.month")
    page.wait_for_timeout(3000)
    assert page.evaluate("window.moat.player.month") > before + 5
    page.context.set_offline(False)
    page.wait_for_timeout(2000)
    page.keyboard.press("3")
    page.wait_for_function("window.moat.scenario.scene === 'slow-uptake' && window.moat.film.loaded > 0")


def test_one_voter_can_be_opened_in_both_worlds(visit: Any) -> None:
    page = visit("?preset=article&exposure.breadth=0.6&electorate.voters=400&seed=5&step=watch")
    page.keyboard.press("End")
    page.evaluate("window.moat.steps.why.openVoter(7)")
    page.locator(".moat-portrait-body h3").nth(1).wait_for()
    text = page.locator(".moat-portrait").inner_text()
    for words in ("World A", "World B", "Retirement account", "Loss blamed on the policy", "November 2032"):
        assert words in text
    page.keyboard.press("Escape")
    assert not page.locator(".moat-portrait").is_visible()


def test_one_html_file_plays_with_the_network_off(visit: Any, browser: Any, tmp_path: Path) -> None:
    page = visit(f"?{SMALL}&step=watch", reduced_motion="reduce")
    page.wait_for_function(ENDED)
    with page.expect_download() as download:
        page.get_by_role("button", name="One HTML file").click()
    file = tmp_path / "film.html"
    download.value.save_as(file)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_offline(True)
    alone, wrong, asked = context.new_page(), [], []
    alone.on("pageerror", lambda error: wrong.append(str(error)))
    alone.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    # The file's content policy blocks conditions that are passed as text.
    for _ in range(600):
        if alone.evaluate("() => Boolean(window.moat?.film.outcomes)"):
            break
        alone.wait_for_timeout(100)
    alone.wait_for_timeout(200)
    assert alone.evaluate("() => window.moat.player.month >= window.moat.film.title.months")
    sentence = "() => document.querySelector('.moat-step:not([hidden]) h2').textContent"
    assert alone.evaluate(sentence) == page.evaluate(sentence)
    assert alone.locator("canvas:visible").count() >= 1
    # The tour goes through the steps of a file, and Escape ends it there as well.
    alone.get_by_role("button", name="Tour").click()
    seen = []
    for _ in range(20):
        seen.append(alone.evaluate("() => window.moat.step"))
        if alone.locator(".moat-tour").get_by_role("button", name="Done").count():
            break
        alone.locator(".moat-tour").get_by_role("button", name="Next").click()
    assert list(dict.fromkeys(seen)) == ["watch", "why"]
    alone.keyboard.press("Escape")
    assert not alone.locator(".moat-tour").is_visible()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


SLOW_INFLATE = """
const arrayBuffer = Response.prototype.arrayBuffer;
Response.prototype.arrayBuffer = async function () {
  await new Promise((resolve) => { setTimeout(resolve, 500); });
  return arrayBuffer.call(this);
};
"""
"""Makes a chunk of the film take longer to unpack than the app takes to load."""


@pytest.fixture
def preloading(served: Any) -> Any:
    """The server, once the first film is finished and travels inside the page."""
    for _ in range(120):
        if b'"moat-film"' in urllib.request.urlopen(served.address, timeout=10).read():
            return served
        time.sleep(0.5)
    raise TimeoutError("the page holds no film")


def test_a_preloaded_film_that_is_still_being_unpacked_is_not_sent_again(browser: Any, preloading: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(SLOW_INFLATE)
    page.goto(preloading.address + "?step=watch")
    page.wait_for_function("window.moat && window.moat.adoptedFilm !== undefined")
    assert page.evaluate("window.moat.film.outcomes === null")
    page.wait_for_function("window.moat.film.outcomes !== null")
    context.close()


def test_the_first_frame_needs_no_app_and_the_app_takes_it_over(browser: Any, preloading: Any) -> None:
    served = preloading
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route("**/jupyter/**", lambda route: route.abort())
    page.route_web_socket("**", lambda socket: socket.close())
    page.goto(served.address + "?step=watch")
    page.wait_for_function("window.moat && window.moat.player.month > 10")
    assert not page.evaluate("window.moat.live")
    assert page.locator("#moat h1").inner_text() == "Does retirement exposure lock in crypto policy?"
    context.close()
    page = browser.new_context().new_page()
    page.goto(served.address + "?step=watch")
    page.wait_for_function("window.moat && window.moat.live && window.moat.adoptedFilm !== undefined")
    assert page.evaluate("window.moat.player.month") > 0
    assert page.locator("#moat").count() == 1
    assert page.locator("#moat-first").count() == 0
    page.context.close()


def test_modules_are_kept_by_the_browser_and_named_by_their_hash(browser: Any, served: Any) -> None:
    context = browser.new_context()
    page, answers = context.new_page(), []
    page.on("response", lambda answer: answers.append(answer) if "/modules/" in answer.url else None)
    page.goto(served.address)
    page.wait_for_function("window.moat")
    assert len(answers) > 20
    folder = answers[0].url.split("/")[4]
    for answer in answers:
        assert answer.url.split("/")[4] == folder
        assert (answer.status, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert page.request.get(f"{served.address}modules/0123456789abcdef/main.js").status == 404
    # A second page takes them from the browser's store.
    loaded = """() => performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/modules/"))
      .map((entry) => entry.transferSize)"""
    second = context.new_page()
    second.goto(served.address + "?step=watch")
    second.wait_for_function("window.moat")
    assert sum(second.evaluate(loaded)) == 0
    context.close()
