"""The results explorer in a browser, on a sweep of eighteen cells: its lines, its map, its films, hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import alterations as alter
import axe_playwright_python
import pandas as pd
import pytest
from swept_folders import CELLS, eighteen_cells

pytestmark = pytest.mark.browser

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
HOSTILE = "<img src=x onerror=hacked=1>\"'" + "x" * 200


@pytest.fixture(scope="module")
def eighteen(tmp_path_factory: pytest.TempPathFactory, serve_folder: Any) -> Iterator[Any]:
    """Return a server of a sweep of eighteen cells with a hostile column and hostile arms."""
    folder = eighteen_cells(tmp_path_factory.mktemp("eighteen") / "out")
    file = folder / "export" / "runs.csv"
    runs = pd.read_csv(file, keep_default_na=False)
    runs[HOSTILE] = runs["severity"]
    runs["arm"] = [name.replace("guidance", HOSTILE) for name in runs["arm"]]
    runs.to_csv(file, index=False)
    alter.rewrite_checksums(folder)
    yield from serve_folder(folder)


@pytest.fixture(scope="module")
def page(browser: Any, eighteen: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.goto(eighteen.address + "results")
    yield opened
    context.close()


def test_strokes_differ_and_the_legend_stands_beside_the_drawing(page: Any, eighteen: Any) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(eighteen.address + "results")
        looks = page.evaluate(
            "[...document.querySelectorAll('.curve .line')].map((line) => {"
            "  const path = line.querySelector('polyline'), mark = line.lastElementChild;"
            "  return [getComputedStyle(path).stroke, path.getAttribute('stroke-dasharray'), mark.tagName,"
            "    mark.getAttribute('points')?.split(' ').length].join(); })"
        )
        assert len(looks) == len(set(looks)) == 5
        drawing, legend = page.locator(".curve").bounding_box(), page.locator(".figure .legend").first.bounding_box()
        beside = drawing["x"] + drawing["width"] <= legend["x"] + 1
        assert beside or drawing["y"] + drawing["height"] <= legend["y"] + 1
        assert page.locator(".figure .legend").first.locator("li").count() == 5
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_every_line_starts_at_zero_exposure_and_the_layer_has_its_own_column(page: Any) -> None:
    starts = page.evaluate(
        "[...document.querySelectorAll('.curve polyline')].map((path) => path.points[0].x.toFixed(1))"
    )
    assert len(starts) == 5
    assert len(set(starts)) == 1
    page.get_by_text("Numbers", exact=True).click()
    cells = page.evaluate("[...document.querySelectorAll('details th[scope=row]')].map((cell) => cell.textContent)")
    assert set(cells) == {"rule", "statute", "guidance"}


def test_every_cell_of_the_map_opens_its_pairs_curve_and_film(page: Any, eighteen: Any) -> None:
    page.goto(eighteen.address + "results")
    cells = page.locator(".map a")
    assert cells.count() == CELLS
    label = cells.nth(CELLS - 1).get_attribute("aria-label")
    assert label.startswith("60% exposed, ")
    cells.nth(CELLS - 1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#pairs")
    heading = page.locator("#pairs").inner_text()
    assert "breadth 0.6, visibility 0.1" in heading
    assert "vote effect 4" in heading
    assert page.locator(".curve .ring").count() == 1
    assert "6 pairs with the same luck" in page.locator(".answer").inner_text()
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    assert page.locator("#pairs").inner_text() == heading
    page.locator(".plays a").first.click()
    page.wait_for_function("window.moat && window.moat.live && window.moat.film.outcomes !== null")
    values = page.evaluate("window.moat.scenario.values")
    assert (values["exposure.breadth"], values["exposure.visibility"]) == ("0.6", "0.1")
    assert values["voting.asset_vote_effect"] == "4.0"


def test_hostile_names_are_shown_as_text(page: Any, eighteen: Any) -> None:
    arm = f"{HOSTILE} b=0.3 v=1"
    page.goto(f"{eighteen.address}results?outcome={quote(HOSTILE)}&point=1&arm={quote(arm)}")
    assert HOSTILE in page.locator("#curve").inner_text()
    assert page.locator("select[name=arm]").input_value() == arm
    assert HOSTILE in page.locator("select[name=outcome]").inner_text()
    assert page.locator("main img, main script, [onerror]").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, eighteen: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(eighteen.address + "results")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate("axe.run()")
    assert [(rule["id"], rule["nodes"][0]["html"][:150]) for rule in report["violations"]] == []
