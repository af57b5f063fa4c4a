"""Step 3 in the browser: the answer has the digits of `moat run` and of the explorer, and each strip plays its pair."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from political_moat.viz.explorer.explorer import explore

pytestmark = pytest.mark.browser

SMALL = "?electorate.voters=300&exposure.breadth=0.3&seed=20250807"
GUESS = (60, 50, 35, 20)
BREADTHS = (0.0, 0.1, 0.3, 0.6)


@pytest.fixture
def page(visit: Any) -> Any:
    """The third step of a small scenario after a guess, with all pairs and fans."""
    page = visit(SMALL)
    for place, value in enumerate(GUESS):
        page.locator(".moat-fields input").nth(place).fill(str(value))
    page.get_by_role("button", name="Lock my guess").click()
    page.evaluate("moat.go('pairs')")
    page.wait_for_function("moat.hundred && moat.hundred.rows.length === moat.hundred.total")
    page.locator(".moat-fans svg .moat-this-film").first.wait_for()
    return page


def shown_digits(page: Any) -> list[float]:
    """Return difference, low and high that the page shows, as shares."""
    text = page.locator(".moat-difference").inner_text().replace("−", "-")
    match = re.fullmatch(r"Paired difference: (\S+) of 100 \(98\.33% interval (\S+) to (\S+)\)", " ".join(text.split()))
    assert match, text
    return [float(number) / 100 for number in match.groups()]


def test_the_answer_is_that_of_moat_run_and_of_the_explorer(page: Any, tmp_path: Path) -> None:
    rows = page.evaluate("moat.hundred.rows")
    pairs = [(row["arms"][0], next(arm for arm in row["arms"] if arm["breadth"] == 0.3)) for row in rows]
    prevented = sum(a["reversed"] > b["reversed"] for a, b in pairs)
    caused = sum(a["reversed"] < b["reversed"] for a, b in pairs)
    heading = page.locator(".moat-title:visible").inner_text()
    assert heading.startswith(
        f"Same luck, 100 times: exposure prevented {prevented} reversal{'s' * (prevented != 1)}, caused {caused}, "
        f"changed no reversal in {100 - prevented - caused}"
    )
    words = shlex.split(page.evaluate("moat.scenario.study"))
    out = tmp_path / "study"
    done = subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *words[1:], "--out", str(out)],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    screen = " ".join(done.stdout.split())
    printed = re.search(
        r"back to extreme care in (\S+) of 100 runs, in (\S+) without exposure: (\S+), 98\.33% interval "
        r"(\S+) to (\S+),",
        screen,
    )
    assert printed, screen[:400]
    exposed, at_zero, *digits = (float(number) for number in printed.groups())
    assert shown_digits(page) == pytest.approx(digits, abs=1e-12)
    shares = page.locator(".moat-answer svg[aria-label*='World A:']").get_attribute("aria-label")
    assert f"World A: {100 * at_zero:.0f} of 100" in shares
    assert f"World B: {100 * exposed:.0f} of 100" in shares
    verdict = page.locator(".moat-answer").inner_text()
    assert screen.split(":")[0] in verdict
    explored = str(explore(out, {"arm": "b=0.3 v=1", "outcome": "reversed"}))
    assert f"prevented {prevented}, caused {caused} and changed nothing in {100 - prevented - caused}" in explored
    assert f"difference {digits[0]:+.3f} (98.33% interval {digits[1]:+.3f} to {digits[2]:+.3f})" in explored


def test_the_guess_is_scored_and_a_strip_plays_its_pair_in_view(page: Any) -> None:
    curve = {point["breadth"]: point for point in page.evaluate("moat.hundred.curve")}
    differences = [value - 100 * curve[breadth]["share"] for value, breadth in zip(GUESS, BREADTHS, strict=True)]
    inside = sum(
        curve[breadth]["low"] <= value / 100 <= curve[breadth]["high"]
        for value, breadth in zip(GUESS, BREADTHS, strict=True)
    )
    signed, absolute = sum(differences) / 4, sum(map(abs, differences)) / 4
    score = page.locator(".moat-score").inner_text()
    words = re.fullmatch(r"You were (\S+) too (high|low) on average\.", score)
    assert words, score
    assert float(words.group(1)) == pytest.approx(abs(signed), abs=0.0501)
    assert words.group(2) == ("high" if signed > 0 else "low")
    rest = page.locator(".moat-score + span").inner_text()
    distance = re.match(r"Mean distance (\S+) of 100; (\d) of 4 points inside the 95% band\.", rest)
    assert distance, rest
    assert float(distance.group(1)) == pytest.approx(absolute, abs=0.0501)
    assert int(distance.group(2)) == inside

    strips = page.locator(".moat-strip[data-replicate]")
    assert strips.count() == 100
    assert strips.nth(0).get_attribute("aria-label").startswith("Pair ")
    current = page.locator(".moat-strip[aria-current=true]")
    assert current.count() == 1
    assert int(current.get_attribute("data-replicate")) == page.evaluate("moat.scenario.replicate")
    changed = page.locator(".moat-strip-prevented, .moat-strip-caused").count()
    kinds = [strips.nth(place).get_attribute("class") for place in range(100)]
    assert all(
        ("moat-strip-prevented" in kind or "moat-strip-caused" in kind) == (place < changed)
        for place, kind in enumerate(kinds)
    )
    depth = sum("moat-strip-depth" in kind for kind in kinds)
    assert (f"({depth} of them differ" in page.locator(".moat-title:visible").inner_text()) == (depth > 0)

    other = next(number for number in range(100) if number != page.evaluate("moat.scenario.replicate"))
    strip = page.locator(f".moat-strip[data-replicate='{other}']")
    name = strip.get_attribute("aria-label")
    strip.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"moat.step === 'watch' && moat.scenario.replicate === {other} && moat.player.playing")
    canvas = page.locator("section[aria-label='Watch one pair'] canvas").first
    box = canvas.bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"] - 100
    page.wait_for_function("moat.film.outcomes !== null")
    ends = page.evaluate("moat.film.outcomes.map((row) => row.reversed)")
    for world, reversed_ in zip("AB", ends, strict=True):
        word = re.search(rf"World {world} ([a-z ]+)[,;]", name)
        assert word is not None
        assert (word.group(1) in ("reversed", "prohibited")) == bool(reversed_)
    page.evaluate("moat.go('pairs')")
    assert page.locator(".moat-strip[aria-current=true]").get_attribute("data-replicate") == str(other)
    assert page.evaluate("moat.hundred.rows.length") == 100

    # The grey of the interval is the margin of the declared rule.
    grey = page.locator(".moat-margin").bounding_box()
    svg = page.locator(".moat-answer svg").first.bounding_box()
    reach = max(0.2, max(abs(number) for number in shown_digits(page)))
    assert grey["width"] == pytest.approx((svg["width"] - 32) * 0.05 / (round(reach + 0.0499, 1)), rel=0.02)


def test_a_guess_after_the_answer_comes_too_late(visit: Any) -> None:
    page = visit(f"{SMALL}&step=pairs")
    page.wait_for_function("moat.hundred && moat.hundred.rows.length === moat.hundred.total")
    assert "You skipped the guess" in page.locator("section[aria-label='A hundred pairs']").inner_text()
    page.evaluate("moat.go('guess')")
    assert page.locator(".moat-fields input").nth(0).is_disabled()
    assert "too late" in page.locator("section[aria-label=Guess]").inner_text()


def test_worlds_without_exposure_have_nothing_to_compare(visit: Any) -> None:
    page = visit("?electorate.voters=300&exposure.breadth=0&step=pairs")
    page.wait_for_function("moat.hundred && moat.hundred.rows.length === moat.hundred.total")
    assert page.locator(".moat-title:visible").inner_text().startswith("Nobody holds crypto in World B either")
