"""Heading, table, ribbon, scrub bar and date of step 2 agree in every month of 50 random films, as the page reads."""

from __future__ import annotations

import calendar
import random
import re
from pathlib import Path
from typing import Any

import pytest

from political_moat.viz.scenario import scenes

from .film_file import Recorded, opened, recorded

pytestmark = pytest.mark.browser

FILMS, NARROW_FILMS = 50, 6
LASTING, FALL, TOLERANCE = 6, 0.1, 1e-9
READ = """() => {
  const { player, film } = window.moat;
  const text = (selector, within = document) => within.querySelector(selector)?.textContent ?? "";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const step = document.querySelector(".moat-watch");
  const ribbons = all(".moat-ribbon").filter((node) => node.getClientRects().length > 0);
  const months = [];
  for (let time = 0; time <= film.title.months; time += 1) {
    player.seek(time + (time < film.title.months ? .7 : 0));
    months.push({
      heading: text(".moat-heading", step), under: text(".moat-subline", step), date: text(".moat-date .moat-wide"),
      slim: text(".moat-date .moat-slim"),
      spoken: document.querySelector(".moat-scrub input").getAttribute("aria-valuetext"),
      caption: text(".moat-numbers caption"),
      outcomes: all(".moat-outcome").map((cell) => cell.textContent),
      flags: all(".moat-numbers tbody tr").map((row) => [...row.querySelectorAll("[data-outcome]")].slice(0, 5)
        .map((cell) => cell.textContent)),
      ribbons: ribbons.map((node) => node.getAttribute("aria-label")).join(" "),
      labels: ribbons.flatMap((node) => [...node.querySelectorAll(".moat-outcome-label")])
        .map((node) => [node.dataset.worlds, node.textContent]),
      crosses: ribbons.map((node) => node.querySelectorAll(".moat-cross").length),
    });
  }
  return months;
}"""
"""Reads what the page says at some moment of every month."""

DEEPEST_FIRST = ("prohibited", "reversed", "neutral", "restricted", "attempted")
NAMES = {"pending": "not yet", "stands": "in force", "neutral": "back to neutral"}
DID = {
    "kept": "stands",
    "tried to restrict": "attempted",
    "restricted": "restricted",
    "back to neutral": "neutral",
    "reversed": "reversed",
    "prohibited holding": "prohibited",
}
MONTHS = list(calendar.month_name)[1:]


def addresses() -> list[str]:
    """Random presets, seeds and parameters that move outcomes."""
    chance = random.Random(17)
    names = [name for name, scene in scenes().items() if not scene.cycles]
    drawn = []
    for _ in range(FILMS):
        changes = {
            "seed": chance.randrange(10**6),
            "replicate": chance.randrange(100),
            "electorate.voters": 300,
            "exposure.breadth": round(chance.uniform(0, 0.6), 2),
            "party.office_rent": round(chance.uniform(0, 8), 1),
        }
        query = "&".join(f"{name}={value}" for name, value in changes.items())
        drawn.append(f"scene={chance.choice(names)}&{query}")
    return drawn


def lasted(holds: list[bool]) -> bool:
    return any(all(holds[first : first + LASTING]) for first in range(len(holds) - LASTING + 1))


def true_flags(film: Recorded, world: int, month: int) -> dict[str, bool]:
    """What has happened by the end of a month, from the policy and the events of the film alone."""
    takeover, title = film.title["takeover"], film.title
    openness, theta = film.series(world, "openness"), film.series(world, "theta")
    initial, term = openness[takeover - 1], slice(takeover, month + 1)

    def fell_to(level: float) -> bool:
        return lasted([value <= level + TOLERANCE for value in openness[term]])

    reversed_ = fell_to(title["before"]) and initial > title["before"] + TOLERANCE
    return {
        "attempted": any(
            event["kind"] == "docketed" and event["restrictive"] and takeover <= event["month"] <= month
            for event in film.listed(world, "events")
        ),
        "restricted": fell_to(initial - FALL),
        "neutral": fell_to(title["neutral"]) and title["neutral"] + TOLERANCE < initial,
        "reversed": reversed_,
        "prohibited": reversed_ and lasted([value <= TOLERANCE for value in theta[term]]),
    }


def code_of(flags: dict[str, bool]) -> str:
    return next((name for name in DEEPEST_FIRST if flags[name]), "stands")


def read_heading(heading: str) -> tuple[str, str] | None:
    """Return the outcomes that a heading states for A and B; None before the takeover."""
    both = re.fullmatch(r"Both worlds (.*)\.", heading)
    each = re.fullmatch(r"World A (.*)\. World B (?:only )?(.*)\.", heading)
    if both is None and each is None:
        assert heading in (
            "The author party governs and prepares the policy.",
            "The policy is in force. No other government has tested it yet.",
        )
        return None
    said = (both[1], both[1]) if both else (each[1], each[2])  # type: ignore[index]
    codes = [next(code for words, code in DID.items() if words in phrase) for phrase in said]
    return codes[0], codes[1]


def check_month(film: Recorded, month: int, said: dict[str, Any]) -> None:
    takeover = film.title["takeover"]
    date = f"{MONTHS[month % 12]} {2025 + month // 12}"
    assert said["date"] == said["spoken"] == date
    assert said["slim"] == f"{date[:3]} {date[-4:]}"
    assert said["caption"].endswith(f"by the end of {date}")
    assert date in said["under"]
    if month < takeover:
        assert read_heading(said["heading"]) is None
        codes = ("pending", "pending")
    else:
        flags = [true_flags(film, world, month) for world in (0, 1)]
        codes = (code_of(flags[0]), code_of(flags[1]))
        assert read_heading(said["heading"]) == codes
        in_order = [[flag[name] for name in DEEPEST_FIRST[::-1]] for flag in flags]
        assert said["flags"][0][:5] == ["yes" if flag else "no" for flag in in_order[0]]
        assert said["flags"][1][:5] == ["yes" if flag else "no" for flag in in_order[1]]
    names = [NAMES.get(code, code) for code in codes]
    assert said["outcomes"] == names
    for world, name in zip("AB", names, strict=True):
        assert re.search(rf"World {world}: [^.]*, openness [\d.]+, policy {name}\.", said["ribbons"])
    labelled = {world: text for worlds, text in said["labels"] for world in worlds}
    for world, code, name in zip("AB", codes, names, strict=True):
        assert (world in labelled) == (code not in ("pending", "stands"))
        assert name in labelled.get(world, name)
    assert (sum(said["crosses"]) > 0) == bool({"reversed", "prohibited"} & set(codes))


@pytest.fixture(scope="module")
def films() -> list[Recorded]:
    return [recorded(address) for address in addresses()]


@pytest.mark.parametrize(("width", "count"), [(1280, FILMS), (390, NARROW_FILMS)])
def test_heading_table_ribbon_and_clock_agree_in_every_month(
    browser: Any, films: list[Recorded], tmp_path: Path, width: int, count: int
) -> None:
    seen = set()
    with opened(browser, films[0].html(tmp_path / "film.html"), viewport={"width": width, "height": 844}) as page:
        for number, film in enumerate(films[:count]):
            film.give(page, number + 2)
            months = page.evaluate(READ)
            assert len(months) == film.title["months"] + 1
            for time, said in enumerate(months):
                check_month(film, max(0, time - 1), said)
            seen.update(code_of(true_flags(film, world, film.title["months"] - 1)) for world in (0, 1))
    assert len(seen) >= (4 if count == FILMS else 2)  # the films differ in what happens


def test_the_last_month_has_the_outcomes_of_the_command_line(films: list[Recorded]) -> None:
    for film in films:
        for world, row in enumerate(film.chunks[-1].content["outcomes"]):
            flags = true_flags(film, world, film.title["months"] - 1)
            assert flags == {name: bool(row[name]) for name in flags}
