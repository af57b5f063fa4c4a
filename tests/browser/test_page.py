"""The page in a browser: first frame, transport, keys, guess, replicates, voter, exports."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from political_moat.viz.content.scripts import STATIC

pytestmark = pytest.mark.browser

ENDED = "window.moat.player.month >= window.moat.film.title.months"
COLOURS = """number => {
  const canvas = window.moat.worlds[number].voters.canvas;
  const data = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const counts = {};
  for (const pixel of data) counts[pixel] = (counts[pixel] ?? 0) + 1;
  return counts;
}"""


def pixels(hex_colour: str) -> str:
    red, green, blue = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return str((255 << 24) | (blue << 16) | (green << 8) | red)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_load_shows_both_worlds_and_the_sentence(visit: Any, width: int, tmp_path: Path) -> None:
    page = visit(viewport={"width": width, "height": 900})
    assert page.title() == "Does retirement exposure lock in crypto policy?"
    page.wait_for_function("window.moat.player.playing || " + ENDED)
    page.keyboard.press("End")
    lede = page.locator(".moat-lede").inner_text()
    assert lede.startswith("By December 2032 the policy went back to extreme care once without exposure")
    assert "30% of voters exposed" in lede
    a, b = (page.evaluate(COLOURS, number) for number in (0, 1))
    for light in ("#E69F00", "#56B4E9"):
        assert a[pixels(light)] > 500
        assert b[pixels(light)] > 300
    for dark in ("#D55E00", "#0072B2"):
        assert dark not in a
        assert pixels(dark) not in a
        assert b[pixels(dark)] > 300
    assert page.locator(".moat-cross").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=tmp_path / f"{width}.png")
    assert "A laboratory, not a forecast and not advice" in page.locator("main").inner_text()


def test_numbers_on_the_page_are_those_of_the_shown_command(visit: Any) -> None:
    page = visit("?preset=article&exposure.breadth=0.45&electorate.voters=500&seed=11&replicate=3")
    command = page.get_by_label("Command line that prints the same numbers").input_value()
    done = subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *shlex.split(command)[1:], "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {row["arm"]: row for row in json.loads(done.stdout)["runs"]}
    page.locator("[data-outcome]").first.wait_for()
    for number, arm in enumerate(("b=0", "b=0.45 v=1")):
        cells = page.locator("tbody tr").nth(number).locator("[data-outcome]")
        for cell in cells.all():
            value = rows[arm][cell.get_attribute("data-outcome")]
            assert cell.inner_text() == (f"{value:.3f}" if isinstance(value, float) else str(value))


def test_every_key_works(visit: Any) -> None:
    page = visit()
    month = "Math.floor(window.moat.player.month)"
    page.keyboard.press("Home")
    assert page.evaluate(month) == 0
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(month) == 1
    page.keyboard.press(" ")
    page.wait_for_function("window.moat.player.playing && window.moat.player.month > 3")
    assert page.evaluate("window.moat.guess.locked")
    page.keyboard.press(" ")
    assert not page.evaluate("window.moat.player.playing")
    page.keyboard.press("End")
    assert page.evaluate(ENDED)
    page.keyboard.press("4")
    page.wait_for_function("window.moat.scenario.scene === 'sleeve'")
    page.wait_for_function("window.moat.film.loaded > 0")
    assert "scene=sleeve" in page.url


def test_every_control_can_be_reached_and_used_by_keyboard(visit: Any) -> None:
    page = visit(reduced_motion="reduce")
    reached: set[str] = set()
    names = """() => { const node = document.activeElement;
      return node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.textContent || node.tagName; }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(names).strip()[:40])
    wanted = ["Play", "Month", "Speed", "One month back", "One month forward", "Lock my guess", "CSV", "PNG", "SVG"]
    assert [name for name in wanted if not any(name in label for label in reached)] == []
    page.get_by_text("Assumptions: change").focus()
    page.keyboard.press("Enter")
    page.get_by_role("slider", name="Breadth", exact=True).focus()
    before = page.evaluate("window.moat.assumptions.changes()['exposure.breadth'] ?? '0.3'")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.moat.assumptions.changes()['exposure.breadth']") != before
    page.get_by_role("button", name="Compute this pair of worlds").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("window.moat.scenario.fields['exposure.breadth'] !== '0.3' && window.moat.film.loaded > 0")


def test_reduced_motion_shows_the_last_month(visit: Any) -> None:
    page = visit(reduced_motion="reduce")
    page.wait_for_function(ENDED)
    assert not page.evaluate("window.moat.player.playing")
    assert page.locator(".moat-highlighted").count() == 0
    assert page.locator(".moat-lede").inner_text().startswith("By December 2032")


def test_playing_sends_nothing_and_survives_a_lost_connection(visit: Any) -> None:
    page = visit()
    frames: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketFrameReceived", lambda frame: frames.append(len(frame["response"]["payloadData"])))
    network.on("Network.webSocketFrameSent", lambda frame: frames.append(len(frame["response"]["payloadData"])))
    requests: list[str] = []
    page.wait_for_timeout(1500)  # until the app has started
    frames.clear()
    page.on("request", lambda request: requests.append(request.url))
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.wait_for_timeout(3000)
    assert frames == []
    assert requests == []
    page.context.set_offline(True)
    before = page.evaluate("window.moat.player.month")
    page.wait_for_timeout(10_000)
    assert page.evaluate("window.moat.player.month") > min(96, before + 20)
    page.keyboard.press("End")
    assert page.locator(".moat-lede").inner_text().startswith("By December 2032")
    assert not page.locator("text=Server disconnected").is_visible()
    page.context.set_offline(False)
    page.wait_for_timeout(3000)
    page.keyboard.press("3")
    page.wait_for_function("window.moat.scenario.scene === 'slow-uptake' && window.moat.film.loaded > 0")


def test_play_locks_the_guess_and_the_page_compares_it_with_100_replicates(visit: Any) -> None:
    page = visit("?preset=article&exposure.breadth=0.45&electorate.voters=300&seed=5")
    page.get_by_label("Of 100 takeovers").fill("17")
    page.locator(".moat-play").click()
    if page.evaluate("!window.moat.player.playing"):
        page.locator(".moat-play").click()
    assert page.get_by_label("Of 100 takeovers").is_disabled()
    page.get_by_role("button", name="Run 100 replicates").click()
    page.wait_for_function("window.moat.replicates.rows.length === 100", timeout=180_000)
    answer = page.locator(".moat-answer").inner_text()
    counts = re.fullmatch(
        r"World A: (\d+) of 100 back to extreme care \(.*\)\. World B, 45% exposed: (\d+) of 100 \(.*\)\. "
        r"Your guess: 17\. By depth of the fall, World A and World B: restricted (\d+) and (\d+); "
        r"back to neutral (\d+) and (\d+); back to extreme care (\d+) and (\d+); prohibited (\d+) and (\d+)\.",
        answer,
    )
    assert counts is not None, answer
    assert page.locator(".moat-strip").count() == 100
    assert page.locator(".moat-strip i:first-child.moat-reversed").count() == int(counts[1])
    assert page.locator(".moat-strip i:last-child.moat-reversed").count() == int(counts[2])
    assert (counts[7], counts[8]) == (counts[1], counts[2])
    for world in (0, 1):
        restricted, neutral, care, prohibited = (int(counts[place + world]) for place in (3, 5, 7, 9))
        assert restricted >= neutral >= care >= prohibited
        striped = page.locator(f".moat-strip i:nth-child({world + 1}).moat-restricted").count()
        assert restricted == striped + care
    name = page.locator(".moat-strip").nth(42).get_attribute("aria-label")
    page.locator(".moat-strip").nth(42).click()
    page.wait_for_function("window.moat.scenario.replicate === 42 && window.moat.film.outcomes !== null")
    outcomes = page.evaluate("window.moat.film.outcomes.map(outcomes => outcomes.reversed)")
    assert [f"World {world} back to extreme care" in name for world in "AB"] == [
        bool(reversed_) for reversed_ in outcomes
    ]
    assert page.locator(".moat-strip").count() == 100


def test_one_voter_can_be_opened_in_both_worlds(visit: Any) -> None:
    page = visit("?preset=article&exposure.breadth=0.6&electorate.voters=400&seed=5")
    page.keyboard.press("End")
    page.locator(".moat-voters").nth(1).click(position={"x": 300, "y": 90})
    page.locator(".moat-portrait-body h3").nth(1).wait_for()
    text = page.locator(".moat-portrait").inner_text()
    for words in ("World A", "World B", "Retirement account", "Loss blamed on the policy", "November 2032"):
        assert words in text
    page.locator(".moat-portrait-body details").last.locator("summary").click()
    assert "Her partisanship" in page.locator(".moat-portrait").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator(".moat-portrait").is_visible()


def test_the_decisions_of_the_government_are_shown(visit: Any) -> None:
    page = visit("?scene=mass-adoption&replicate=8")
    page.keyboard.press("End")
    page.get_by_text("Government decisions").click()
    page.get_by_text("Ideal points of the regulators").first.wait_for()
    assert "deterred: with office rent 0" in page.locator(".moat-drawer").first.inner_text()
    page.locator(".moat-decision summary").first.click()
    assert "own poll share" in page.locator(".moat-drawer").first.inner_text()


def test_the_tour_has_five_steps(visit: Any) -> None:
    page = visit()
    page.get_by_role("button", name="Take the tour").click()
    seen = []
    for _ in range(5):
        seen.append(page.locator(".moat-tour h2").inner_text())
        page.get_by_role("button", name=re.compile("^(Next|Done)$")).click()
    assert len(set(seen)) == 5
    assert not page.locator(".moat-tour").is_visible()


def test_csv_svg_and_png_hold_the_film(visit: Any, tmp_path: Path) -> None:
    page = visit("?electorate.voters=300&exposure.breadth=.3")
    page.keyboard.press("End")
    taken = {}
    for kind in ("CSV", "SVG", "PNG"):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).click()
        taken[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(taken[kind])
    lines = taken["CSV"].read_text().splitlines()
    assert len(lines) == 1 + 2 * 96
    openness = page.evaluate("window.moat.film.worlds[1].series.openness")
    column = lines[0].split(",").index("openness")
    assert [float(line.split(",")[column]) for line in lines[97:]] == openness
    assert taken["SVG"].read_text().startswith("<svg")
    assert taken["PNG"].read_bytes()[:4] == b"\x89PNG"
    assert taken["PNG"].stat().st_size > 50_000


def test_one_html_file_plays_with_the_network_off(visit: Any, browser: Any, tmp_path: Path) -> None:
    page = visit("?scene=mass-adoption")
    with page.expect_download() as download:
        page.get_by_role("button", name="One HTML file").click()
    file = tmp_path / "film.html"
    download.value.save_as(file)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    alone, wrong, asked = context.new_page(), [], []
    alone.on("pageerror", lambda error: wrong.append(str(error)))
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    # The file's content policy blocks conditions that are passed as text.
    for _ in range(600):
        if alone.evaluate("() => window.moat?.player.month > 5"):
            break
        alone.wait_for_timeout(100)
    assert alone.evaluate("() => window.moat.player.month > 5")
    alone.keyboard.press("End")
    assert alone.locator(".moat-lede").inner_text() == page_sentence(page)
    assert len(alone.evaluate(COLOURS, 1)) >= 5
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def page_sentence(page: Any) -> str:
    page.keyboard.press("End")
    sentence: str = page.locator(".moat-lede").inner_text()
    return sentence


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
    page.goto(preloading.address)
    page.wait_for_function("window.moat && window.moat.adoptedFilm !== undefined")
    assert page.evaluate("window.moat.film.outcomes === null")
    page.wait_for_function("window.moat.film.outcomes !== null")
    assert page.evaluate("window.moat.player.month") > 0
    context.close()


def test_the_first_frame_needs_no_app_and_the_app_takes_it_over(browser: Any, preloading: Any) -> None:
    served = preloading
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route("**/jupyter/**", lambda route: route.abort())
    page.route_web_socket("**", lambda socket: socket.close())
    page.goto(served.address)
    page.wait_for_function("window.moat && window.moat.player.month > 10")
    assert not page.evaluate("window.moat.live")
    assert page.locator("#moat h1").inner_text() == "Does retirement exposure lock in crypto policy?"
    context.close()
    page = browser.new_context().new_page()
    page.goto(served.address)
    page.wait_for_function("window.moat && window.moat.live && window.moat.adoptedFilm !== undefined")
    assert page.evaluate("window.moat.player.month") > 0
    assert page.locator("#moat").count() == 1
    assert page.locator("#moat-first").count() == 0
    page.context.close()


def test_the_sources_are_modules_that_a_browser_can_import(browser: Any) -> None:
    def answer(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name.endswith(".js"):
            route.fulfill(body=(STATIC / name).read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")

    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", answer)
    page.goto("http://modules.test/")
    names = page.evaluate("import('/main.js').then(module => Object.keys(module))")
    assert sorted(names) == ["playPreloaded", "playStandalone", "render"]
    context.close()
