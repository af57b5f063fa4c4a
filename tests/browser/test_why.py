"""Step 4 in a browser: decisions as balances, the dial, voters who moved, polled and realised costs."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser
SMALL = "?step=why&preset=article&exposure.breadth=0.45&electorate.voters=1000&party.agenda_gate=1&seed=7&replicate="
DECISIONS = "window.moat.film.worlds.map((world) => world.decisions)"
ANSWERED = "window.moat.steps.why.moved.answer && window.moat.steps.why.costs.answers.size > 0"


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


def near(shown: str, value: float) -> bool:
    """Return whether a shown number is a value, rounded to its digits."""
    digits = len(shown.partition(".")[2])
    return abs(number(shown) - value) <= 0.5 * 10**-digits + 1e-9


def test_the_balances_and_words_are_those_of_the_film(visit: Any) -> None:
    """Each month with a decision is opened; the clock of the film changes nothing of what is shown."""
    page = visit(SMALL + "9")
    a, b = page.evaluate(DECISIONS)
    months = sorted({decision["month"] for decision in a + b})
    assert page.locator(".moat-decision").count() == len(months) > 5
    first = next(month for month in months if len({each["chosen"] for each in a + b if each["month"] == month}) > 1)
    assert page.locator(".moat-decision[aria-pressed=true]").get_attribute("data-month") == str(first)
    party = page.evaluate("window.moat.film.title.party")
    cards = 0
    for month in months:
        page.locator(f".moat-decision[data-month='{month}']").press("Enter")
        for name, decisions in (("A", a), ("B", b)):
            decision = next(each for each in decisions if each["month"] == month)
            moves = {move["name"]: move for move in decision["moves"]}
            text = page.locator(".moat-why-sentences p").nth("AB".index(name)).inner_text()
            less_likely = (
                moves[decision["chosen"]]["probability"] < max(m["probability"] for m in moves.values()) - 1e-9
            )
            assert ("The choice is drawn" in text) == less_likely
            assert ("instead" in text) == (decision["wanted"] != decision["chosen"])
            assert ("Held." in text) == (
                decision["wanted"] == decision["chosen"] == "hold" and not decision["docket_open"]
            )
            for card in page.locator(f".moat-balance[data-world={name}]").all():
                cards += 1
                move, hold = moves[card.get_attribute("data-move")], decision["moves"][0]
                policy, net, office = (each.inner_text() for each in card.locator("dd").all())
                assert near(policy, abs(party["policy_weight"] * (hold["distance"] - move["distance"])))
                assert near(office, abs(party["office_rent"] * (hold["win"] - move["win"])))
                assert near(net, move["utility"] - hold["utility"])
    assert cards >= len(months)
    drawer = page.locator(".moat-why details")
    drawer.locator("summary").click()
    shown, rows = page.locator(".moat-why-heading").inner_text(), drawer.locator("tbody tr").count()
    assert rows == len(a[-1]["moves"]) + len(b[-1]["moves"])
    page.evaluate("for (let month = 50; month < 60; month += 1) window.moat.player.seek(month)")
    assert drawer.get_attribute("open") is not None
    assert page.locator(".moat-why-heading").inner_text() == shown
    page.locator(f".moat-decision[data-month='{months[0]}']").click()
    assert drawer.get_attribute("open") is not None
    assert page.locator(".moat-why-heading").inner_text() != shown


def test_the_dial_weighs_the_decision_anew_and_goes_back(visit: Any) -> None:
    page = visit(SMALL + "9")
    month = int(page.locator(".moat-decision[aria-pressed=true]").get_attribute("data-month"))
    chosen = "[...document.querySelectorAll('.moat-dial-words strong')].map((node) => node.textContent)"

    def words() -> list[str]:
        return [re.sub(r".* chooses ", "", text) for text in page.evaluate(chosen)]

    decisions = [next(each for each in world if each["month"] == month) for world in page.evaluate(DECISIONS)]
    recorded = [decision["chosen"] for decision in decisions]
    assert words() == recorded
    for decision, text in zip(decisions, page.locator(".moat-dial-words p").all_inner_texts(), strict=True):
        for move in decision["moves"]:
            if move["probability"] >= 0.01:
                assert f"{move['name']} {100 * move['probability']:.0f}%" in text
    rent = page.locator(".moat-dial").get_by_role("slider", name="Office rent")
    before = page.locator(".moat-balance").first.inner_text()
    rent.focus()
    page.keyboard.press("Home")
    assert words() == [decision["wanted"] for decision in decisions]
    assert page.locator(".moat-balance").first.inner_text() != before
    page.keyboard.press("ArrowRight")
    assert page.locator(".moat-dial").get_by_label("Office rent, exact value").input_value() == "0.05"
    page.get_by_role("button", name="Back to the recorded values").click()
    assert words() == recorded
    assert page.locator(".moat-balance").first.inner_text() == before
    precise = page.locator(".moat-dial").get_by_label("Choice precision, exact value")
    precise.fill("0.7")
    precise.press("Enter")
    assert page.evaluate("window.moat.steps.why.dial.turned")


def test_voters_who_moved_are_ringed_listed_and_explained(visit: Any) -> None:
    page = visit(SMALL + "9")
    page.wait_for_function(ANSWERED)
    answer = page.evaluate("window.moat.steps.why.moved.answer")
    for place, election in enumerate(answer["elections"]):
        button = page.locator(".moat-moved-card .moat-row button").nth(place)
        button.click()
        differ = page.evaluate(
            """(month) => { const { film } = window.moat;
              const [a, b] = film.worlds.map((world) => film.snapshotAt(world, month + 1).data);
              return [...a].filter((byte, i) => (byte & 3) !== (b[i] & 3)).length; }""",
            election["month"],
        )
        assert election["differ"] == differ
        assert f"{differ} of 1,000 voted differently" in page.locator(".moat-moved-card .moat-note").first.inner_text()
        if not election["rows"]:
            continue
        row = election["rows"][-1]
        page.locator(".moat-moved select").select_option(str(row["index"]))
        assert f"Voter {row['index']}" in page.locator(".moat-moved-voter").inner_text()
        sums = [number(text) for text in page.locator(".moat-moved tfoot td").all_inner_texts()[:3]]
        assert sums == pytest.approx([row["a"]["sum"], row["b"]["sum"], row["b"]["sum"] - row["a"]["sum"]], abs=0.006)
        for column, side in ((0, "a"), (1, "b")):
            cells = page.locator(f".moat-moved tbody tr td:nth-child({column + 2})").all_inner_texts()
            assert sum(map(number, cells)) == pytest.approx(row[side]["sum"], abs=0.05)
    page.locator(".moat-moved select").press("Enter")
    page.locator(".moat-portrait-body h3").first.wait_for()
    assert f"Voter {row['index']}" in page.locator(".moat-portrait h2").inner_text()
    page.keyboard.press("Escape")
    month = int(page.locator(".moat-decision[aria-pressed=true]").get_attribute("data-month"))
    costs = page.evaluate("(month) => window.moat.steps.why.costs.answers.get(month)", month)
    shown = page.locator(".moat-costs tbody tr")
    moves = [move for world in costs["worlds"] for move in world["moves"]]
    assert shown.count() == len(moves) > 0
    for line, move in zip(shown.all(), moves, strict=True):
        polled, realised = line.locator("td").all_inner_texts()[:2]
        assert near(polled, move["polled"])
        assert near(realised, move["realised"])


@pytest.mark.parametrize("width", [390, 1920])
def test_the_step_fits_its_screen_in_every_kind_of_film(visit: Any, width: int) -> None:
    page = visit("?step=why&scene=history", viewport={"width": width, "height": 844}, color_scheme="dark")
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    page.locator(".moat-balance, .moat-why-sentences p").first.wait_for()
    assert page.evaluate(fits)
    month = int(page.locator(".moat-decision[aria-pressed=true]").get_attribute("data-month"))
    a, b = ({each["month"]: each["chosen"] for each in world} for world in page.evaluate(DECISIONS))
    assert month == min(month for month in a.keys() & b.keys() if a[month] != b[month])
    page.wait_for_function("window.moat.steps.why.costs.answers.size === 12")
    page.locator(".moat-decision").last.press("Enter")
    assert "computed for the first 12 months" in page.locator(".moat-costs-card").inner_text()
    page.evaluate("window.moat.compute({ preset: 'article', 'electorate.voters': '300', 'party.agenda_gate': '0' })")
    page.get_by_text("The issue never reached the agenda of a government in this film.").wait_for()
    assert not page.locator(".moat-why").is_visible()
    page.evaluate("window.moat.compute({ preset: 'article', 'electorate.voters': '300', 'party.rule': 'sticker' })")
    page.get_by_text("Its rule does not read polls", exact=False).or_(page.get_by_text("Held.")).first.wait_for()
    assert page.evaluate(fits)
