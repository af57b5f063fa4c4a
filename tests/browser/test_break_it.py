"""Step 5 in a browser: three settings, the map and its cells, and a form that names what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

pytestmark = pytest.mark.browser

ADDRESS = "?step=break&preset=h1-moat&electorate.voters=300&exposure.breadth=0.45&replicate=0"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
SHOWN = ".moat-step:not([hidden])"


@pytest.fixture(scope="module")
def opened(browser: Any, served: Any) -> Any:
    """Return the page at step 5 with its film; the tests of this file share it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(120_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(served.address + ADDRESS)
    page.wait_for_function("window.moat && window.moat.live && window.moat.film.outcomes !== null")
    yield page
    context.close()
    assert wrong == []


def back_to_step_five(page: Any) -> None:
    page.evaluate("window.moat.go('break')")
    page.locator(SHOWN).get_by_role("heading", name="The same model can end").wait_for()


def test_a_slider_has_round_steps_and_keeps_an_exact_value(opened: Any) -> None:
    page = opened
    sliders = page.locator(".moat-assumptions input[type=range]")
    steps = [float(slider.get_attribute("step")) for slider in sliders.all()]
    assert len(steps) >= 10
    assert all(f"{step:e}"[0] in "125" and float(f"{step:e}".split("e")[0]) in (1, 2, 5) for step in steps)
    breadth = page.locator(".moat-assumptions [name='exposure.breadth']")
    exact = page.get_by_role("spinbutton", name="Breadth, exact value")
    assert (breadth.input_value(), exact.input_value()) == ("0.45", "0.45")
    breadth.focus()
    page.keyboard.press("ArrowRight")
    assert exact.input_value() == "0.46"
    exact.fill("0.603")
    assert exact.input_value() == "0.603"
    assert page.evaluate("window.moat.steps.break.assumptions.changes()") == {"exposure.breadth": "0.603"}
    exact.fill("0.45")
    assert page.evaluate("window.moat.steps.break.assumptions.changes()") == {}


def test_an_invalid_value_in_a_closed_group_is_named_and_its_group_opens(opened: Any) -> None:
    page = opened
    field = page.locator(".moat-all [name='elections.midterm_penalty']")
    assert not field.is_visible()
    field.evaluate("(node) => { node.value = '-7'; }")
    page.get_by_role("button", name="Compute this pair of worlds").click()
    message = page.locator(".moat-assumptions .moat-problem").inner_text()
    assert "Midterm penalty (elections.midterm_penalty): -7 is not possible; allowed: numbers from" in message
    assert field.is_visible()
    assert field.get_attribute("aria-invalid") == "true"
    assert field.evaluate("(node) => document.activeElement === node")
    assert page.evaluate("window.moat.step") == "break"
    page.evaluate("window.moat.steps.break.assumptions.show(window.moat.scenario)")
    assert page.locator("[aria-invalid=true]").count() == 0


def test_a_problem_of_the_server_brings_the_form_back_with_its_field(opened: Any) -> None:
    page = opened
    page.get_by_role("spinbutton", name="Voters, exact value").fill("20000000")
    page.get_by_role("button", name="Compute this pair of worlds").click()
    page.wait_for_function("document.querySelector('.moat-assumptions .moat-problem').textContent.includes('voter')")
    page.wait_for_function("window.moat.step === 'break'")
    assert page.locator(".moat-assumptions .moat-problem").is_visible()
    page.evaluate("window.moat.steps.break.assumptions.show(window.moat.scenario)")


def test_after_compute_the_film_of_the_new_values_is_in_view(opened: Any) -> None:
    page = opened
    page.get_by_role("spinbutton", name="Office rent, exact value").fill("3")
    page.get_by_role("button", name="Compute this pair of worlds").click()
    page.wait_for_function(
        "window.moat.step === 'watch' && window.moat.scenario.values['party.office_rent'] === '3.0' "
        "&& window.moat.film.outcomes !== null"
    )
    canvas = page.locator(f"{SHOWN} canvas").first
    assert canvas.bounding_box()["y"] < 900
    back_to_step_five(page)


def test_the_three_settings_stand_side_by_side_with_their_paired_difference(opened: Any) -> None:
    page = opened
    page.wait_for_function("document.querySelectorAll('.moat-panels article').length === 3")
    page.wait_for_function(f"!/so far|Computing/.test(document.querySelector('{SHOWN}').innerText)", timeout=120_000)
    cards = page.locator(".moat-panels article")
    tops = [card.bounding_box()["y"] for card in cards.all()]
    assert max(tops) - min(tops) < 2
    words = [card.locator(".moat-panel-head strong").inner_text() for card in cards.all()]
    assert words == ["fewer reversals", "no effect of political size", "more reversals"]
    for card in cards.all():
        assert "paired difference at" in card.inner_text()
        assert card.locator("polyline").count() == 1
    cards.nth(2).get_by_role("button", name="Watch: trapdoor").click()
    page.wait_for_function("window.moat.step === 'watch' && window.moat.scenario.fields.preset === 'h2-trapdoor'")
    page.go_back()
    page.wait_for_function("window.moat.step === 'break' && window.moat.scenario.fields.preset === 'h1-moat'")


def test_a_cell_of_the_map_leads_to_its_pairs_and_film(opened: Any) -> None:
    page = opened
    page.get_by_label("Upward:").select_option("voting.asset_vote_effect")
    page.get_by_role("button", name="Compute the map").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('.moat-cell small')].some((node) => node.textContent === 'n 100')",
        timeout=120_000,
    )
    cells = page.evaluate("window.moat.steps.break.map.cells")
    buttons = page.locator(".moat-cell")
    assert buttons.count() == len(cells) >= 16
    assert page.locator(".moat-own").count() == 1
    for cell in cells:
        number = f"{'−' if cell['difference'] < 0 else '+'}{abs(100 * cell['difference']):.0f}".replace("+0", "0")
        label = buttons.nth(_place(page, cell)).inner_text().split()
        assert label[0] == number.replace("−0", "0")
        undecided = cell["verdict"].startswith("inconclusive")
        assert label[-1].endswith("?") == (undecided and cell["needed"] is not None)
        assert not label[-1].endswith("?") or label[-1] == f"{cell['needed']:,}?"
        assert ("margin" in label) == (undecided and cell["needed"] is None)
    strongest = max(cells, key=lambda cell: abs(cell["difference"]))
    button = buttons.nth(_place(page, strongest))
    button.focus()
    page.keyboard.press("Enter")
    card = page.locator(".moat-cell-card")
    text = card.inner_text()
    assert f"exposure prevented {strongest['prevented']}, caused {strongest['caused']} in 100 pairs" in text
    card.get_by_role("button", name="Curve and 100 pairs").click()
    page.wait_for_function(
        "window.moat.step === 'pairs' && window.moat.hundred && window.moat.hundred.rows.length === 100"
    )
    values = page.evaluate("window.moat.scenario.values")
    assert {name: float(values[name]) for name in strongest["values"]} == strongest["values"]
    paired = page.evaluate("window.moat.hundred.paired")
    own = next(answer for answer in paired if answer["breadth"] == strongest["values"]["exposure.breadth"])
    for name in ("prevented", "caused", "difference", "low", "high", "verdict", "needed"):
        assert own[name] == strongest[name]


def _place(page: Any, cell: dict[str, Any]) -> int:
    return int(
        page.evaluate(
            "(key) => [...document.querySelectorAll('.moat-cell')].findIndex((node) => node.dataset.cell === key)",
            page.evaluate("(values) => JSON.stringify(Object.values(values))", cell["values"]),
        )
    )


def test_axe_finds_nothing_in_step_five_in_light_and_dark_at_any_width(opened: Any) -> None:
    page = opened
    back_to_step_five(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        report = page.evaluate(f"axe.run('{SHOWN}')")
        assert [(rule["id"], rule["nodes"][0]["html"][:150]) for rule in report["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
