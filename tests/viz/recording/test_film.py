"""A film says what the command line says, digit for digit, and fits through a classroom's network."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest

from political_moat.experiments.protocols.history.design import HistoryDesign
from political_moat.experiments.protocols.history.run import run_history
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import friendly_term, run_replicate, takeover, with_dose
from political_moat.model.data_collection import individual_votes
from political_moat.model.fast_forward import advance
from political_moat.model.world import World
from political_moat.viz.recording.film import MEASURED, Chunk, film
from political_moat.viz.scenario import Scenario, from_address, of_scene, scenes

SMALL = "electorate.voters=400"


def scenario(address: str = "") -> Scenario:
    return from_address(f"{SMALL}&preset=article&exposure.breadth=0.45&seed=7&replicate=16&{address}".rstrip("&"))


def joined(chunks: list[Chunk], number: int) -> dict[str, list[Any]]:
    """Everything filmed of one world."""
    found: dict[str, list[Any]] = {}
    for chunk in chunks:
        if chunk.content["part"] == "months":
            piece = chunk.content["worlds"][number]
            for name, values in piece["series"].items():
                found.setdefault(name, []).extend(values)
            for name in ("events", "elections", "decisions"):
                found.setdefault(name, []).extend(piece[name])
    return found


def printed(command: str) -> list[dict[str, Any]]:
    """Rows that the command line prints as JSON."""
    words = shlex.split(command)
    assert words[0] == "moat"
    done = subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *words[1:], "--format", "json"],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    rows: list[dict[str, Any]] = json.loads(done.stdout)["runs"]
    return rows


@pytest.mark.parametrize("more", ["", "exposure.visibility=0.1&market.crash_month=64", "policy.layer=guidance"])
def test_outcomes_are_those_the_shown_command_prints(more: str) -> None:
    asked = scenario(more)
    end = list(film(asked))[-1].content
    rows = [row for row in printed(asked.command()) if row["layer"] == asked.parameters.policy.layer]
    by_breadth = {row["breadth"]: row for row in rows}
    for number, breadth in enumerate((0.0, asked.breadth)):
        for name in MEASURED:
            assert end["outcomes"][number][name] == by_breadth[breadth][name], (name, breadth)


def test_every_month_is_the_month_of_the_stress_test() -> None:
    asked = scenario()
    chunks = list(film(asked))
    zero = friendly_term(with_dose(asked.parameters, 0.0, 1.0), asked.seed, asked.replicate)
    held = friendly_term(with_dose(asked.parameters, asked.breadth, 1.0), asked.seed, asked.replicate)
    for number, past in enumerate((zero, held)):
        world = takeover(past, "opponent", zero)
        advance(world, asked.parameters.institutions.term_months)
        found = joined(chunks, number)
        assert len(found["price"]) == asked.months == len(world.record)
        for name in ("openness", "theta", "kappa", "price", "threat"):
            assert found[name] == [getattr(month, name) for month in world.record], name
        assert found["distance"] == [month.platform_distance for month in world.record]
        assert found["events"] == [event._asdict() for event in world.events]
        assert [one["share"] for one in found["elections"]] == [one.author_share for one in world.results]


def test_a_long_film_is_the_history_of_the_command_line() -> None:
    asked = scenario("protocol=history&cycles=3")
    chunks = list(film(asked))
    design = HistoryDesign((0.0, asked.breadth), (1.0,), 3)
    cycles = run_history(asked.parameters, design, asked.seed, asked.replicate).cycles
    term = asked.parameters.institutions.term_months
    for number, breadth in enumerate((0.0, asked.breadth)):
        openness = joined(chunks, number)["openness"]
        for row in (one for one in cycles if one["breadth"] == breadth):
            own = openness[row["number"] * term : (row["number"] + 1) * term]
            assert sum(own) / term == pytest.approx(row["mean_policy"], abs=1e-12)
            assert own[-1] == row["final_policy"]


def test_votes_drawn_are_the_voters_own_ballots() -> None:
    asked = scenario()
    chunks = list(film(asked))
    world = World(with_dose(asked.parameters, asked.breadth, 1.0), asked.seed, asked.replicate)
    world.advance(23)
    votes = individual_votes(world) * (1 if world.sign > 0 else -1)
    voters = len(votes)
    first = chunks[1]
    piece, data = first.content["worlds"][1], zlib.decompress(first.buffers[1])
    pictures = np.frombuffer(data, np.uint8).reshape(-1, voters)
    shown = np.bitwise_xor.accumulate(pictures, axis=0)[piece["snapshots"].index(23)]
    assert np.array_equal(shown & 3, np.where(votes > 0, 1, np.where(votes < 0, 2, 0)))
    assert np.array_equal((shown >> 2) & 1, (world.electorate.column("units") > 0).astype(np.uint8))


@pytest.mark.parametrize("name", list(scenes()))
def test_a_film_of_ten_thousand_voters_is_at_most_half_a_megabyte(name: str) -> None:
    total = sum(
        len(json.dumps(one.content, allow_nan=False)) + sum(map(len, one.buffers)) for one in film(of_scene(name))
    )
    assert total <= 500_000


def test_watching_changes_nothing() -> None:
    asked = scenario()
    design = StressDesign((0.0, asked.breadth), (1.0,), layers=(), returning=True)
    before = run_replicate(asked.parameters, design, asked.seed, asked.replicate).runs
    rows = list(film(asked))[-1].content["outcomes"]
    after = run_replicate(asked.parameters, design, asked.seed, asked.replicate).runs
    assert before == after
    assert [row["mean_policy"] for row in rows] == [row["mean_policy"] for row in after]


def test_the_price_is_the_same_in_both_worlds_where_nothing_moves_it_and_only_then() -> None:
    quiet = scenario("channels.price_impact=false&channels.depth=false&channels.news=false")
    chunks = list(film(quiet))
    assert chunks[0].content["prices_equal"]
    assert joined(chunks, 0)["price"] == joined(chunks, 1)["price"]
    loud = list(film(scenario()))
    assert not loud[0].content["prices_equal"]
    assert joined(loud, 0)["price"] != joined(loud, 1)["price"]


def test_holding_is_seen_in_world_b_alone_and_by_age() -> None:
    chunks = list(film(scenario()))
    assert set(joined(chunks, 0)["exposure"]) == {0.0}
    assert joined(chunks, 1)["exposure"][0] == pytest.approx(0.45)
    bands = chunks[1].content["worlds"][1]["ages"][0]
    assert len(bands) == 4
    assert all(0.0 <= band <= 1.0 for band in bands)


def test_what_a_government_did_not_dare_needs_an_office_to_lose() -> None:
    """Without a rent of office there is nothing to fear: what is wanted is what is chosen."""
    for replicate in (2, 3, 16):
        chunks = list(film(scenario("party.office_rent=0").with_replicate(replicate)))
        made = [one for number in (0, 1) for one in joined(chunks, number)["decisions"]]
        assert made
        assert all(one["chosen"] == one["wanted"] and not one["not_dared"] for one in made)
    with_office = [
        one
        for replicate in range(12)
        for one in joined(list(film(scenario("party.office_rent=4").with_replicate(replicate))), 1)["decisions"]
    ]
    assert any(one["not_dared"] for one in with_office)


def test_decisions_on_film_are_the_decisions_of_the_world() -> None:
    for replicate in (2, 3, 7):
        found = joined(list(film(scenario().with_replicate(replicate))), 0)
        docketed = {event["month"]: event["move"] for event in found["events"] if event["kind"] == "docketed"}
        chosen = {one["month"]: one["chosen"] for one in found["decisions"] if not one["live"]}
        assert {month: move for month, move in chosen.items() if move != "hold"} == {
            month: move for month, move in docketed.items() if month >= 48
        }
        for one in found["decisions"]:
            assert sum(move["probability"] for move in one["moves"]) == pytest.approx(1.0)
