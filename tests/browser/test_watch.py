"""Step 2, one pair of worlds: layout, drawings, labels, voters who voted differently, and exported files."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from .film_file import Recorded, opened, recorded, seek

pytestmark = pytest.mark.browser

CRASH = "preset=article&exposure.breadth=0.45&market.crash_month=64&market.crash_size=-0.69&electorate.voters=600"
CLOSE_LEVELS = (
    "preset=article&exposure.breadth=0.3&policy.start_theta=0.603&policy.friendly_theta=0.65&electorate.voters=300"
)
HISTORY = "protocol=history&cycles=6&preset=calibrated&exposure.breadth=0.3&electorate.voters=300&replicate=29"
SIZES = [(1280, 900), (1920, 1080), (390, 844)]
TEXTS = """() => [...document.querySelectorAll(".moat-watch svg.moat-drawing")]
  .filter((svg) => svg.getClientRects().length)
  .map((svg) => {
    const box = (node) => {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      return [left, right, top, bottom];
    };
    return [box(svg), [...svg.querySelectorAll("text")].map((node) => [node.textContent, ...box(node)])];
  })"""
COLOURS = """number => {
  const { canvas } = window.moat.steps.watch.worlds[number].voters;
  const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const counts = {};
  for (const pixel of data) counts[pixel] = (counts[pixel] ?? 0) + 1;
  return counts;
}"""
BOX = (
    "node => { const { left, right, top, bottom } = node.getBoundingClientRect(); return [left, right, top, bottom]; }"
)


@pytest.fixture(scope="module")
def crash() -> Recorded:
    return recorded(CRASH + "&replicate=29")


@pytest.fixture(scope="module")
def film_files(crash: Recorded, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    films = {"crash": crash, "close levels": recorded(CLOSE_LEVELS), "history": recorded(HISTORY)}
    return {name: film.html(folder / f"{name}.html") for name, film in films.items()}


def pixels(hex_colour: str) -> str:
    red, green, blue = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return str((255 << 24) | (blue << 16) | (green << 8) | red)


def ballots(film: Recorded, world: int) -> dict[int, Any]:
    """Decode the snapshots of a world that does not age: ballot of each voter by month."""
    snapshots: dict[int, Any] = {}
    previous: Any = 0
    for chunk in film.chunks:
        if chunk.content["part"] != "months":
            continue
        moved = [entry["moved"] for entry in chunk.content["worlds"]]
        data = zlib.decompress(chunk.buffers[world + sum(moved[:world])])
        rows = np.frombuffer(data, np.uint8).reshape(-1, film.title["voters"])
        for month, row in zip(chunk.content["worlds"][world]["snapshots"], rows, strict=True):
            previous = previous ^ row
            snapshots[month] = previous & 3
    return snapshots


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_load_shows_both_worlds_and_says_why_this_pair(visit: Any, width: int) -> None:
    page = visit("?step=watch", viewport={"width": width, "height": 844})
    page.keyboard.press("End")
    assert page.locator(".moat-heading").inner_text().startswith("World A ")
    under = page.locator(".moat-subline").inner_text()
    assert under.startswith("By December 2032. Pair 29, chosen because its two worlds end differently")
    a, b = (page.evaluate(COLOURS, number) for number in (0, 1))
    for light in ("#e69f00", "#56b4e9"):
        assert a[pixels(light)] > 200
        assert b[pixels(light)] > 150
    for strong in ("#d55e00", "#0072b2"):
        assert pixels(strong) not in a
        assert b[pixels(strong)] > 150
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for part in (".moat-transport", ".moat-voters >> nth=0", ".moat-voters >> nth=1"):
        _, _, top, bottom = page.locator(part).evaluate(BOX)
        assert 0 <= top < bottom <= 844
    page.get_by_role("button", name="Play the first pair instead").click()
    page.wait_for_function("window.moat.scenario.replicate === 0 && window.moat.film.outcomes !== null")
    page.wait_for_function("document.querySelector('.moat-subline').textContent.includes('Pair 0, the first')")
    assert not page.get_by_role("button", name="Play the first pair instead").is_visible()


def test_the_table_shows_the_numbers_of_the_term_at_its_end(
    browser: Any, crash: Recorded, film_files: dict[str, Path]
) -> None:
    with opened(browser, film_files["crash"]) as page:
        for number, outcomes in enumerate(crash.chunks[-1].content["outcomes"]):
            cells = page.locator(".moat-numbers tbody tr").nth(number).locator("[data-outcome]").all()
            assert len(cells) == 10
            for cell in cells:
                value = outcomes[cell.get_attribute("data-outcome")]
                assert cell.inner_text() == (f"{value:.3f}" if isinstance(value, float) else ("no", "yes")[value])
        seek(page, 60)
        assert page.locator("[data-outcome=gap]").count() == 0


def test_on_a_phone_both_worlds_the_ribbon_a_chart_and_the_transport_are_in_one_view(
    browser: Any, film_files: dict[str, Path]
) -> None:
    with opened(browser, film_files["crash"], viewport={"width": 390, "height": 844}) as page:
        assert page.evaluate("() => window.scrollY") == 0
        boxes = {}
        for name in (".moat-voters >> nth=0", ".moat-voters >> nth=1", ".moat-both .moat-ribbon", ".moat-transport"):
            left, right, top, bottom = boxes[name] = page.locator(name).evaluate(BOX)
            assert 0 <= left < right <= 390
            assert 0 <= top < bottom <= 844
        (a, b, ribbon, transport) = boxes.values()
        assert a[2:] == b[2:]  # side by side
        assert a[1] <= b[0]
        assert ribbon[2] >= a[3]
        assert transport[2] >= ribbon[3]
        assert transport[3] > 844 - 60  # in reach of the thumb
        for button in page.locator(".moat-transport button").all():
            left, right, top, bottom = button.evaluate(BOX)
            assert min(right - left, bottom - top) >= 44
        assert page.locator(".moat-world .moat-ribbon >> visible=true").count() == 0
        for chip in ("Votes lost", "Price"):
            page.get_by_role("group", name="Chart").get_by_role("button", name=chip).click()
            shown = page.locator(".moat-chart >> visible=true")
            assert shown.count() == 1
            assert shown.inner_text().startswith(chip)


def test_charts_have_years_units_and_a_reason_for_different_prices(browser: Any, film_files: dict[str, Path]) -> None:
    with opened(browser, film_files["crash"]) as page:
        titles = page.locator(".moat-chart figcaption strong").all_inner_texts()
        assert titles == [
            "Chance of re-election if it closes",
            "Votes lost by reversing, polled",
            "Vote shift of holders",
            "Price of crypto",
        ]
        units = page.locator(".moat-chart figcaption span").all_inner_texts()
        assert units == ["%", "points", "points to author", "January 2025 = 1"]
        drawings = page.locator(".moat-chart svg, .moat-world .moat-ribbon").all()
        assert len(drawings) == 6
        for drawing in drawings:
            words = drawing.locator(".moat-tick-label").all_text_contents()
            assert next(word for word in words if word.startswith("20") and len(word) == 4) == "2025"
            assert {"2029", "2033"} <= set(words)
            assert drawing.locator(".moat-elections line").count() == 4
            assert drawing.locator(".moat-crashes line").count() == 1
        for ribbon in page.locator(".moat-world .moat-ribbon").all():
            levels = ribbon.locator(".moat-tick-label").all_text_contents()
            assert levels[:5] == ["closed 0", "extreme care .25", "neutral .50", "safe harbour .75", "default 1"]
        assert page.locator(".moat-stage .moat-tick-label").all_text_contents() == ["20", "40", "60", "80"] * 2
        assert (
            "A and B differ: purchases and sales for accounts move it" in page.locator(".moat-chart").last.inner_text()
        )
        key = page.locator(".moat-legend").inner_text()
        assert key.index("World B") < key.index("World A") < key.index("crash")
        assert "Voters holding crypto" not in page.locator(".moat-watch").inner_text()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ["crash", "close levels", "history"])
def test_labels_never_touch_each_other_or_leave_their_drawing(
    browser: Any, film_files: dict[str, Path], name: str, width: int, height: int
) -> None:
    with opened(browser, film_files[name], viewport={"width": width, "height": height}) as page:
        end = page.evaluate("() => window.moat.player.end")
        for month in (1, 50, 58, 72, end):
            seek(page, month)
            drawings = page.evaluate(TEXTS)
            assert len(drawings) >= 5
            for (left, right, top, bottom), texts in drawings:
                for text, *box in texts:
                    assert left - 1 <= box[0] <= box[1] <= right + 1, (month, text)
                    assert top - 4 <= box[2] <= box[3] <= bottom + 4, (month, text)
                for index, (text, *one) in enumerate(texts):
                    for other_text, *other in texts[index + 1 :]:
                        # A line of text is about a fifth higher than its letters.
                        slack = 0.15 * (one[3] - one[2] + other[3] - other[2])
                        across = min(one[1], other[1]) - max(one[0], other[0])
                        down = min(one[3], other[3]) - max(one[2], other[2]) - slack
                        assert across <= 1 or down <= 0, (month, text, other_text)


@pytest.mark.parametrize("width", [1280, 390])
def test_names_in_the_ribbon_are_never_cut(browser: Any, film_files: dict[str, Path], width: int) -> None:
    whole = {f"{party}{rest}" for party in ("Author", "Opposed") for rest in ("", " party", " party in office")}
    with opened(browser, film_files["history"], viewport={"width": width, "height": 844}) as page:
        names = page.locator(".moat-ribbon >> visible=true").first.locator(".moat-term").all()
        assert names
        for name in names:
            assert name.text_content() in whole
            assert name.evaluate(
                """node => {
                const [bar, text] = [node.previousElementSibling, node].map((each) => each.getBoundingClientRect());
                return bar.left <= text.left && text.right <= bar.right; }"""
            )


def test_voters_who_voted_differently_are_ringed(browser: Any, crash: Recorded, film_files: dict[str, Path]) -> None:
    a, b = (ballots(crash, world) for world in (0, 1))
    elections = [entry["month"] for entry in crash.listed(0, "elections")]
    ink = pixels("#1b1b1b")
    with opened(browser, film_files["crash"]) as page:
        seek(page, 2)
        assert page.evaluate("() => window.moat.film.votedDifferently(2)") == []
        assert ink not in page.evaluate(COLOURS, 0)
        most = 0
        for month in elections:
            seek(page, month + 1)
            rows = np.flatnonzero(a[month + 1] != b[month + 1]).tolist()
            assert page.evaluate("time => window.moat.film.votedDifferently(time)", month + 1) == rows
            counts = [page.evaluate(COLOURS, world).get(ink, 0) for world in (0, 1)]
            assert (min(counts) > 0) == (len(rows) > 0)
            most = max(most, len(rows))
        assert most > 0


def test_steps_and_the_scrub_bar_move_whole_months_and_say_which(browser: Any, film_files: dict[str, Path]) -> None:
    with opened(browser, film_files["crash"]) as page:
        scrub = page.get_by_role("slider", name="Month of the film")
        assert (
            scrub.get_attribute("aria-valuetext")
            == page.locator(".moat-date .moat-wide").text_content()
            == "December 2032"
        )
        seek(page, 50.7)
        assert page.locator(".moat-date .moat-wide").text_content() == "February 2029"
        page.get_by_role("button", name="One month forward").click()
        assert scrub.get_attribute("aria-valuetext") == "March 2029"
        page.get_by_role("button", name="One month back").click()
        assert scrub.get_attribute("aria-valuetext") == "February 2029"
        scrub.press("ArrowRight")
        assert scrub.input_value() == "51"
        seek(page, 96)
        assert page.locator(".moat-play").inner_text() == "▶ Again"
        marks = page.locator(".moat-scrub text").all_text_contents()
        assert {"takeover", "crash", "election"} <= set(marks)


def test_reduced_motion_shows_the_last_month(browser: Any, film_files: dict[str, Path]) -> None:
    with opened(browser, film_files["history"]) as page:
        assert page.evaluate("() => !window.moat.player.playing && window.moat.player.month === window.moat.player.end")
        assert page.locator(".moat-highlighted").count() == 0
        assert page.locator(".moat-subline").inner_text().startswith("By December 2048")


def test_csv_svg_and_png_say_where_they_come_from(
    browser: Any, crash: Recorded, film_files: dict[str, Path], tmp_path: Path
) -> None:
    with opened(browser, film_files["crash"], accept_downloads=True) as page:
        files = {}
        for kind in ("CSV", "SVG", "PNG"):
            with page.expect_download() as download:
                page.get_by_role("button", name=kind, exact=True).click()
            files[kind] = tmp_path / download.value.suggested_filename
            download.value.save_as(files[kind])
        heading = page.locator(".moat-heading").inner_text()
        version, code = page.evaluate("() => [window.moat.catalogue.version, window.moat.catalogue.code]")
        drawing = browser.new_page()
        drawing.goto(files["SVG"].as_uri())
        texts = drawing.evaluate("""() => [...document.querySelectorAll("text")].map((node) => {
          const { left, right, top, bottom } = node.getBoundingClientRect();
          return [node.textContent, left, right, top, bottom]; })""")
        width, height = (
            float(ElementTree.parse(files["SVG"]).getroot().get(name, "0")) for name in ("width", "height")
        )
        drawing.close()
    lines = files["CSV"].read_text(encoding="utf-8").splitlines()
    facts = dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("#"))
    scenario = crash.scenario
    assert facts["seed"] == str(scenario.seed)
    assert facts["replicate"] == "29"
    assert facts["preset"] == "article"
    assert (facts["version"], facts["code"]) == (version, code)
    assert facts["command"] == scenario.command()
    assert scenario.address() in facts["address"]
    table = pd.read_csv(files["CSV"], comment="#")
    assert len(table) == 2 * 96
    for world, name in enumerate("AB"):
        rows = table[table["world"] == name]
        assert rows["openness"].tolist() == crash.series(world, "openness")
        assert rows["date"].tolist()[::95] == ["2025-01", "2032-12"]
    written = " ".join(text for text, *_ in texts)
    for words in (heading, "World A", "World B", "author party", "opposed party", version, code, "not a forecast"):
        assert words in written
    assert "moat run --preset article" in written
    for text, left, right, top, bottom in texts:
        assert left >= 0, text
        assert right <= width, text
        assert top >= 0, text
        assert bottom <= height, text
    assert "var(" not in files["SVG"].read_text(encoding="utf-8")
    assert files["PNG"].read_bytes()[:4] == b"\x89PNG"
    assert int.from_bytes(files["PNG"].read_bytes()[16:20]) == 2 * width
    assert files["PNG"].stat().st_size > 100_000


def test_the_canvas_follows_the_colour_scheme(browser: Any, film_files: dict[str, Path]) -> None:
    with opened(browser, film_files["crash"]) as page:
        assert pixels("#e69f00") in page.evaluate(COLOURS, 0)
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(200)
        dark = page.evaluate(
            "() => getComputedStyle(document.documentElement).getPropertyValue('--author-light').trim()"
        )
        counts = page.evaluate(COLOURS, 0)
        assert pixels("#e69f00") not in counts
        assert pixels(dark) in counts


def test_numbers_are_rounded_as_python_rounds_them(browser: Any, film_files: dict[str, Path]) -> None:
    values = [number / 64 for number in range(-70, 70)] + [0.0005, 0.1 + 0.2, 2.675, -1e-9, 0.29, 1 / 3, 12.345]
    asked = [(value, digits) for value in values for digits in (0, 1, 2, 3)]
    rounding = """async (asked) => {
      const { fixed } = await import("moat/base/format.js");
      return asked.map(([value, digits]) => fixed(value, digits)); }"""
    with opened(browser, film_files["crash"]) as page:
        rounded = page.evaluate(rounding, asked)
    assert rounded == [f"{value:.{digits}f}" for value, digits in asked]
