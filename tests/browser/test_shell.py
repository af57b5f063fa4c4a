"""The frame of the page: rail, address bar, keys, tour, glossary, colour scheme, lost connection."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

STEPS = ["guess", "watch", "pairs", "why", "break"]
SMALL = "electorate.voters=300&exposure.breadth=.3"
LOADED = "window.moat && window.moat.live && window.moat.film.outcomes !== null && window.moat.film.loaded > 0"


def state(page: Any) -> Any:
    """Return the step, the scenario and what the address bar holds of both."""
    return page.evaluate(
        """() => { const fields = new URLSearchParams(location.search);
        const { step, scenario } = window.moat;
        return [step, scenario.replicate, scenario.seed, fields.get("step"), Number(fields.get("replicate"))]; }"""
    )


def compute(page: Any, step: str, **fields: str) -> None:
    """Ask for another film, as a strip or the form does, and wait for it."""
    page.evaluate(
        "([fields, step]) => window.moat.compute({ ...window.moat.scenario.fields, scene: '', ...fields }, step)",
        [fields, step],
    )
    for name, value in fields.items():
        page.wait_for_function("([name, value]) => window.moat.scenario.fields[name] === value", arg=[name, value])
    page.wait_for_function(LOADED)


def test_the_rail_shows_one_step_at_a_time_and_marks_those_that_are_done(visit: Any) -> None:
    page = visit(f"?{SMALL}")
    rail = page.get_by_role("navigation", name="Steps")
    assert page.locator("h1").inner_text() == "Does retirement exposure lock in crypto policy?"
    assert page.locator("h1").count() == 1
    for done, name in enumerate(STEPS):
        rail.locator(f"[data-step={name}]").click()
        assert page.locator(".moat-step:visible").count() == 1
        assert rail.locator("[aria-current=step]").get_attribute("data-step") == name
        assert rail.locator(".moat-done").count() == done
        assert page.evaluate("window.scrollY") == 0
    # The rail stays in view on a long page.
    page.evaluate("window.moat.go('break'); window.scrollTo(0, 400)")
    box = page.locator(".moat-rail").bounding_box()
    assert box["y"] == pytest.approx(0, abs=1)


def test_the_next_action_leads_through_the_story(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch")
    for text, step in (("Was it luck? Play 100 pairs →", "pairs"), ("Why? →", "why"), ("Break it →", "break")):
        page.locator("button.moat-next").get_by_text(text, exact=True).click()
        assert page.evaluate("window.moat.step") == step
    assert not page.locator("button.moat-next").is_visible()


def test_back_forward_and_reload_return_to_step_and_scenario(visit: Any) -> None:
    page = visit(f"?{SMALL}&seed=5&replicate=3&step=watch")
    assert state(page) == ["watch", 3, 5, "watch", 3]
    page.locator("[data-step=pairs]").click()
    compute(page, "watch", replicate="4")
    page.locator("[data-step=why]").click()
    compute(page, "why", seed="6")
    expected = [
        ["watch", 3, 5, "watch", 3],
        ["pairs", 3, 5, "pairs", 3],
        ["watch", 4, 5, "watch", 4],
        ["why", 4, 5, "why", 4],
        ["why", 4, 6, "why", 4],
    ]
    assert state(page) == expected[-1]
    for moves, way in ((expected[-2::-1], page.go_back), (expected[1:], page.go_forward)):
        for wanted in moves:
            way()
            page.wait_for_function(
                "([replicate, seed]) => { const { scenario } = window.moat; "
                "return scenario.replicate === replicate && scenario.seed === seed; }",
                arg=wanted[1:3],
            )
            assert state(page) == wanted
    page.go_back()
    page.reload()
    page.wait_for_function(LOADED)
    assert state(page) == expected[-2]
    # A reload adds no entry: the one before is still the watched pair.
    page.go_back()
    page.wait_for_function("window.moat.step === 'watch'")
    assert state(page) == expected[-3]


def test_a_refused_scenario_keeps_the_one_that_is_shown(visit: Any) -> None:
    page = visit(f"?{SMALL}&replicate=3&step=watch")
    page.evaluate("window.moat.compute({ ...window.moat.scenario.fields, 'exposure.breadth': '7' }, 'watch')")
    page.locator(".moat-status", has_text="exposure.breadth = 7 is not possible").wait_for()
    assert state(page)[1] == 3
    assert "exposure.breadth=0.3" in page.url or "exposure.breadth=.3" in page.url


def test_after_a_computation_the_film_is_in_view(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=break", viewport={"width": 1280, "height": 700})
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    compute(page, "watch", replicate="8")
    box = page.locator("canvas").first.bounding_box()
    assert 0 <= box["y"] < 700
    assert box["y"] + box["height"] <= 700
    page.wait_for_function("window.moat.player.playing || window.moat.player.month > 0")


def test_keys_move_the_film_from_wherever_the_focus_is(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch")
    month = "Math.floor(window.moat.player.month)"
    page.keyboard.press("Home")
    assert page.evaluate(month) == 0
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate(month) == 1
    page.keyboard.press("End")
    assert page.evaluate("window.moat.player.month >= window.moat.film.title.months")
    # Space works after the scrub bar and after the speed (they kept it to themselves).
    for control in ("Month of the film", "Speed"):
        page.keyboard.press("Home")
        page.get_by_label(control, exact=True).focus()
        before = page.evaluate("window.moat.player.playing")
        page.keyboard.press(" ")
        assert page.evaluate("window.moat.player.playing") != before, control
        page.keyboard.press(" ")
        assert page.evaluate("window.moat.player.playing") == before, control
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("4")
    page.wait_for_function("window.moat.scenario.scene === 'sleeve' && window.moat.film.loaded > 0")
    assert "scene=sleeve" in page.url
    # A step without the film keeps the space bar to itself.
    page.evaluate("window.moat.go('break')")
    page.keyboard.press(" ")
    assert not page.evaluate("window.moat.player.playing")


def test_presets_are_one_list_with_groups(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch")
    preset = page.get_by_label("Preset", exact=True)
    assert preset.input_value() == ""
    assert preset.locator("optgroup").count() == 3
    assert preset.locator("option").count() > 15
    preset.select_option(label="Default-fund sleeve")
    page.wait_for_function("window.moat.scenario.scene === 'sleeve'")
    assert page.evaluate("window.moat.step") == "watch"
    assert page.locator(".moat-scenes").bounding_box()["height"] < 60


def test_a_history_offers_no_guess_and_no_hundred_pairs(visit: Any) -> None:
    page = visit("?protocol=history&cycles=2&electorate.voters=300")
    assert page.evaluate("window.moat.step") == "watch"
    for name in ("guess", "pairs"):
        assert page.locator(f"[data-step={name}]").is_disabled()
    page.locator("button.moat-next").click()
    assert page.evaluate("window.moat.step") == "why"


def test_the_tour_goes_through_the_steps_and_escape_ends_it(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch")
    page.get_by_role("button", name="Tour").click()
    seen = []
    while page.locator(".moat-tour").is_visible():
        seen.append((page.evaluate("window.moat.step"), page.locator(".moat-tour h2").inner_text()))
        assert page.locator(".moat-tour-target").count() == 1
        page.get_by_role("button", name=re.compile("^(Next|Done)$")).click()
    assert list(dict.fromkeys(step for step, _ in seen)) == STEPS
    assert len(set(seen)) == len(seen) > 5
    page.get_by_role("button", name="Tour").click()
    page.keyboard.press("Escape")
    assert not page.locator(".moat-tour").is_visible()
    assert page.locator(".moat-tour-target").count() == 0
    assert page.evaluate("document.activeElement.textContent") == "Tour"


def test_the_glossary_is_a_panel_over_the_page(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch")
    page.get_by_role("button", name="Glossary").click()
    assert page.locator(".moat-glossary dt:visible").count() > 20
    page.get_by_label("Search the glossary").fill("deterred")
    assert page.locator(".moat-glossary dt:visible").all_inner_texts() == ["deterred"]
    page.get_by_label("Search the glossary").fill("no such word")
    assert page.locator(".moat-glossary dt:visible").count() == 0
    page.keyboard.press("Escape")
    assert not page.locator(".moat-glossary").is_visible()
    assert page.evaluate("window.moat.step") == "watch"
    page.evaluate("window.moat.glossary.open('office rent')")
    assert page.locator(".moat-found dt").inner_text() == "office rent"


def test_dark_mode_follows_the_system_at_once(visit: Any) -> None:
    page = visit(f"?{SMALL}&step=watch", color_scheme="light", reduced_motion="reduce")

    def luminances() -> list[float]:
        """Ground of the page, of Solara's app around it, of page and rail: 0 black to 1 white."""
        texts = page.evaluate(
            """() => [document.body, document.getElementById("app"), document.querySelector(".moat"),
              document.querySelector(".moat-rail")].map((node) => getComputedStyle(node).backgroundColor)"""
        )
        return [sum(map(float, re.findall(r"[\d.]+", text)[:3])) / 765 for text in texts]

    picture = "document.querySelector('.moat-voters').toDataURL()"
    assert min(luminances()) > 0.9
    drawn_in_light = page.evaluate(picture)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_timeout(200)
    assert max(luminances()) < 0.15
    assert page.evaluate(picture) != drawn_in_light


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 1080)])
def test_every_step_fits_the_width_of_the_screen(visit: Any, width: int, height: int) -> None:
    page = visit(f"?{SMALL}&step=watch", viewport={"width": 1280, "height": 900})
    page.set_viewport_size({"width": width, "height": height})
    for name in STEPS:
        page.evaluate("name => window.moat.go(name)", name)
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        used = page.locator(".moat-step:visible").bounding_box()["width"]
        assert used > 0.85 * width, name
    assert page.locator(".moat-rail").bounding_box()["height"] < 70


def test_every_page_has_an_icon_and_nothing_is_missing(browser: Any, served: Any) -> None:
    context = browser.new_context()
    page, missing = context.new_page(), []
    page.on("response", lambda answer: missing.append((answer.status, answer.url)) if answer.status >= 400 else None)
    for path in ("", "teachers", "glossary", "result"):
        page.goto(served.address + path)
        icon = page.locator("link[rel~=icon]")
        assert icon.count() == 1
        answer = page.request.get(icon.evaluate("node => node.href"))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert page.request.get(served.address + "favicon.ico").status == 200
    assert missing == []
    context.close()


def test_a_lost_server_is_one_line_and_a_restarted_one_asks_for_a_reload(browser: Any, start_and_stop: Any) -> None:
    serve, end = start_and_stop
    server = serve()
    port = int(server.address.rsplit(":", 1)[1].strip("/"))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{server.address}?{SMALL}&step=watch")
    page.wait_for_function(LOADED, timeout=60_000)
    assert not page.locator(".moat-connection").is_visible()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    end(server)
    line = page.locator(".moat-connection")
    line.get_by_text("The server does not answer").wait_for(timeout=20_000)
    assert not page.get_by_text("Server disconnected").is_visible()
    before = page.evaluate("window.moat.player.month")
    page.wait_for_timeout(500)
    assert page.evaluate("window.moat.player.month") > before
    server = serve(port=port)
    try:
        line.get_by_text("The server is back").wait_for(timeout=60_000)
        assert not page.get_by_text("Could not restore session").first.is_visible()
        line.get_by_role("button", name="Reload").click()
        page.wait_for_function(LOADED, timeout=60_000)
        assert state(page)[0] == "watch"
        assert not page.locator(".moat-connection").is_visible()
    finally:
        context.close()
        end(server)
