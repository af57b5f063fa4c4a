"""Step 1 in the browser: no default, nothing plays before the guess, and the guess outlives a reload."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SMALL = "?electorate.voters=300&exposure.breadth=0.3&seed=20250807"
FIELDS = ".moat-fields input"
LOCK = "Lock my guess"


def sent(page: Any) -> None:
    """Note the messages that the page sends from now on, in `window.sent`."""
    page.evaluate(
        "(() => { window.sent = []; const { model } = moat; const send = model.send.bind(model);"
        " moat.send = (type, content = {}) => { window.sent.push({ type, ...content });"
        " send({ type, ...content }); }; })()"
    )


def drag(page: Any, breadth: float, value: int) -> None:
    """Drag the waiting point of a column to a number."""
    column = page.locator(f'[data-breadth="{breadth:g}"]').bounding_box()
    axis = page.evaluate("(() => { const { plot } = moat.steps.guess.curve; return [plot.top, plot.bottom]; })()")
    top = page.locator(".moat-guess-plot").bounding_box()["y"]
    middle = column["x"] + column["width"] / 2
    page.mouse.move(middle, top + axis[1] + 60)
    page.mouse.down()
    page.mouse.move(middle, top + axis[1] - 5, steps=3)
    page.mouse.move(middle, top + axis[1] - (axis[1] - axis[0]) * value / 100, steps=3)
    page.mouse.up()


def test_the_guess_has_no_default_and_nothing_plays_before_it(visit: Any) -> None:
    page = visit(SMALL)
    assert page.evaluate("moat.step") == "guess"
    assert [page.locator(FIELDS).nth(place).input_value() for place in range(4)] == [""] * 4
    assert page.evaluate("moat.steps.guess.values") == [None] * 4
    assert page.evaluate("moat.guess") is None
    assert page.get_by_role("button", name=LOCK).is_disabled()
    assert "drag me" in page.locator(".moat-guess-plot").text_content()
    text = page.locator("section[aria-label=Guess]").inner_text()
    assert re.search(
        r"Restricted: openness at least \.10 lower than at the takeover .*, for six months in a row\.", text
    )
    assert re.search(r"Reversed: openness at \.25 or below, .*, for six months in a row\.", text)
    page.keyboard.press(" ")
    page.wait_for_timeout(600)
    assert page.evaluate("[moat.player.playing, moat.player.month, moat.hundred]") == [False, 0, None]
    assert not page.locator(
        "section[aria-label='Watch one pair'], section[aria-label='A hundred pairs']"
    ).first.is_visible()

    drag(page, 0.1, 40)
    assert abs(page.evaluate("moat.steps.guess.values[1]") - 40) <= 1
    assert page.locator(FIELDS).nth(1).input_value() == str(page.evaluate("moat.steps.guess.values[1]"))
    page.locator(FIELDS).nth(0).fill("101")
    assert "whole number from 0 to 100" in page.locator("section[aria-label=Guess]").inner_text()
    for place, value in ((0, 60), (1, 50), (2, 35)):
        page.locator(FIELDS).nth(place).fill(str(value))
    assert page.get_by_role("button", name=LOCK).is_disabled()
    page.locator(FIELDS).nth(3).press("ArrowUp")
    page.locator(FIELDS).nth(3).fill("20")
    sent(page)
    page.get_by_role("button", name=LOCK).click()
    assert page.evaluate("moat.step") == "watch"
    page.wait_for_function("moat.player.playing")
    guesses = [message for message in page.evaluate("window.sent") if message["type"] == "guess"]
    assert guesses == [{"type": "guess", "scene": "", "curve": [60, 50, 35, 20]}]

    page.reload()
    page.wait_for_function("window.moat && window.moat.live && window.moat.guess")
    assert page.evaluate("moat.guess") == [60, 50, 35, 20]
    page.evaluate("moat.go('guess')")
    assert page.locator(FIELDS).nth(0).is_disabled()
    assert "locked" in page.locator("section[aria-label=Guess]").inner_text()


def test_a_refused_storage_loses_no_guess(visit: Any) -> None:
    page = visit(SMALL)
    page.evaluate("void (Storage.prototype.setItem = () => { throw new Error('refused'); })")
    for place in range(4):
        page.locator(FIELDS).nth(place).fill("10")
    page.get_by_role("button", name=LOCK).click()
    assert page.evaluate("[moat.step, ...moat.guess]") == ["watch", 10, 10, 10, 10]


def test_skip_plays_the_film(visit: Any) -> None:
    page = visit(SMALL)
    page.get_by_role("button", name="Skip").click()
    page.wait_for_function("moat.step === 'watch' && moat.player.playing")
    assert page.evaluate("moat.guess") is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("?electorate.voters=300&protocol=history&cycles=1", "they are no pairs of takeovers"),
        ("?electorate.voters=40000&exposure.breadth=0.3", "the command line has no limit: moat run"),
    ],
)
def test_without_a_hundred_pairs_there_is_neither_guess_nor_button(visit: Any, address: str, reason: str) -> None:
    page = visit(address, film=False)
    page.wait_for_function("window.moat && moat.live && moat.scenario && !moat.scenario.replicates")
    assert reason in page.locator(".moat-status:visible").first.inner_text()
    page.wait_for_function("moat.step === 'watch'")
    assert page.locator(f"{FIELDS} >> visible=true").count() == 0
    assert not page.get_by_role("button", name=LOCK).is_visible()
    for step in ("guess", "pairs"):
        assert page.locator(f"[data-step={step}]").first.is_disabled()
    sent(page)
    page.evaluate("moat.go('pairs')")
    assert page.evaluate("[moat.step, window.sent.length]") == ["watch", 0]
