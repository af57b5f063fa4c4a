"""A film has the numbers of the command line, digit for digit, and at most half a megabyte."""

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
from political_moat.experiments.protocols.term_outcomes import term_outcomes
from political_moat.model.data_collection import individual_votes
from political_moat.model.diagnostics import utilities
from political_moat.model.fast_forward import advance
from political_moat.model.world import World
from political_moat.viz.recording.film import MEASURED, Chunk, film
from political_moat.viz.recording.outcome_codes import CODED
from political_moat.viz.scenario import Scenario, from_address, of_scene, scenes

SMALL = "electorate.voters=400"


def scenario(address: str = "") -> Scenario:
    return from_address(f"{SMALL}&preset=article&exposure.breadth=0.45&seed=7&replicate=16&{address}".rstrip("&"))


def joined(chunks: list[Chunk], number: int) -> dict[str, list[Any]]:
    """Return the series, events, elections and decisions of one world, over all chunks."""
    record: dict[str, list[Any]] = {}
    for chunk in chunks:
        if chunk.content["part"] == "months":
            piece = chunk.content["worlds"][number]
            for name, values in piece["series"].items():
                record.setdefault(name, []).extend(values)
            for name in ("events", "elections", "decisions"):
                record.setdefault(name, []).extend(piece[name])
    return record


def film_votes(asked: Scenario, number: int) -> dict[int, Any]:
    """Return the ballots on the film after each election of a world, by month: 1, 2 or 0 for each voter."""
    votes, picture = {}, None
    for chunk in film(asked):
        if chunk.content["part"] != "months":
            continue
        index = sum(1 + piece["moved"] for piece in chunk.content["worlds"][:number])
        piece = chunk.content["worlds"][number]
        pictures = np.frombuffer(zlib.decompress(chunk.buffers[index]), np.uint8)
        for month, change in zip(piece["snapshots"], pictures.reshape(len(piece["snapshots"]), -1), strict=True):
            picture = change if picture is None else picture ^ change
            votes[month - 1] = picture & 3
    return votes


def printed(command: str) -> list[dict[str, Any]]:
    """Return the rows that the command line prints as JSON."""
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


@pytest.mark.parametrize(
    "more", ["", "exposure.visibility=0.1&market.crash_month=64", "events=20:close,60:policy.cap_low=.01"]
)
def test_outcomes_are_those_the_shown_command_prints(more: str) -> None:
    asked = scenario(more)
    end = list(film(asked))[-1].content
    own = (asked.parameters.policy.layer, asked.parameters.polls.foresight)
    rows = [row for row in printed(asked.command()) if (row["layer"], row["foresight"]) == own]
    by_breadth = {row["breadth"]: row for row in rows}
    for number, breadth in enumerate((0.0, asked.breadth)):
        for name in MEASURED:
            assert end["outcomes"][number][name] == by_breadth[breadth][name], (name, breadth)


def test_every_month_is_the_month_of_the_stress_test() -> None:
    asked = scenario()
    chunks = list(film(asked))
    zero = friendly_term(with_dose(asked.parameters, 0.0, 1.0), asked.seed, asked.replicate)
    held = friendly_term(with_dose(asked.parameters, asked.breadth, 1.0), asked.seed, asked.replicate, zero=zero)
    for number, past in enumerate((zero, held)):
        world = takeover(past, "opponent", zero)
        advance(world, asked.parameters.institutions.term_months)
        record = joined(chunks, number)
        assert len(record["price"]) == asked.months == len(world.record)
        for name in ("openness", "theta", "kappa", "price", "threat"):
            assert record[name] == [getattr(month, name) for month in world.record], name
        assert record["distance"] == [month.platform_distance for month in world.record]
        assert record["events"] == [event._asdict() for event in world.events]
        assert [election["share"] for election in record["elections"]] == [
            election.author_share for election in world.results
        ]


def test_a_long_film_is_the_history_of_the_command_line() -> None:
    asked = scenario("protocol=history&cycles=3")
    chunks = list(film(asked))
    design = HistoryDesign((0.0, asked.breadth), (1.0,), 3)
    cycles = run_history(asked.parameters, design, asked.seed, asked.replicate).cycles
    term = asked.parameters.institutions.term_months
    for number, breadth in enumerate((0.0, asked.breadth)):
        openness = joined(chunks, number)["openness"]
        for row in (row for row in cycles if row["breadth"] == breadth):
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
        len(json.dumps(chunk.content, allow_nan=False)) + sum(map(len, chunk.buffers)) for chunk in film(of_scene(name))
    )
    assert total <= 500_000


def test_recording_changes_no_outcome() -> None:
    asked = scenario()
    design = StressDesign((0.0, asked.breadth), (1.0,), layers=(), returning=True)
    before = run_replicate(asked.parameters, design, asked.seed, asked.replicate).runs
    rows = list(film(asked))[-1].content["outcomes"]
    after = run_replicate(asked.parameters, design, asked.seed, asked.replicate).runs
    assert before == after
    assert [row["mean_policy"] for row in rows] == [row["mean_policy"] for row in after]


def test_prices_are_equal_only_without_flow_impact_depth_and_news() -> None:
    quiet = scenario("channels.price_impact=false&channels.depth=false&channels.news=false")
    chunks = list(film(quiet))
    assert chunks[0].content["price_causes"] == []
    assert joined(chunks, 0)["price"] == joined(chunks, 1)["price"]
    loud = list(film(scenario()))
    assert loud[0].content["price_causes"] == ["flows", "depth"]
    assert joined(loud, 0)["price"] != joined(loud, 1)["price"]


def test_only_world_b_has_holders_also_by_age() -> None:
    chunks = list(film(scenario()))
    assert set(joined(chunks, 0)["exposure"]) == {0.0}
    assert joined(chunks, 1)["exposure"][0] == pytest.approx(0.45)
    bands = chunks[1].content["worlds"][1]["ages"][0]
    assert len(bands) == 4
    assert all(0.0 <= band <= 1.0 for band in bands)


def test_no_government_is_deterred_without_office_rent() -> None:
    """At office rent 0 the choice equals the wanted move; at office rent 4 some governments are deterred."""
    for replicate in (2, 3, 16):
        chunks = list(film(scenario("party.office_rent=0").with_replicate(replicate)))
        made = [decision for number in (0, 1) for decision in joined(chunks, number)["decisions"]]
        assert made
        assert all(decision["chosen"] == decision["wanted"] and not decision["deterred"] for decision in made)
    with_office = [
        decision
        for replicate in range(12)
        for decision in joined(list(film(scenario("party.office_rent=4").with_replicate(replicate))), 1)["decisions"]
    ]
    assert any(decision["deterred"] for decision in with_office)


def test_decisions_on_film_are_the_decisions_of_the_world() -> None:
    for replicate in (2, 3, 7):
        record = joined(list(film(scenario().with_replicate(replicate))), 0)
        docketed = {event["month"]: event["move"] for event in record["events"] if event["kind"] == "docketed"}
        chosen = {
            decision["month"]: decision["chosen"] for decision in record["decisions"] if not decision["docket_open"]
        }
        assert {month: move for month, move in chosen.items() if move != "hold"} == {
            month: move for month, move in docketed.items() if month >= 48
        }
        for decision in record["decisions"]:
            assert sum(move["probability"] for move in decision["moves"]) == pytest.approx(1.0)


@pytest.mark.parametrize("replicate", range(8))
def test_the_outcome_code_of_each_month_is_that_of_a_term_that_ends_then(replicate: int) -> None:
    asked = scenario("policy.layer=guidance").with_replicate(replicate)
    chunks = list(film(asked))
    zero = friendly_term(with_dose(asked.parameters, 0.0, 1.0), asked.seed, asked.replicate)
    world = takeover(zero, "opponent", zero)
    advance(world, 48)
    p, months, codes = asked.parameters.policy, world.record[48:], joined(chunks, 0)["outcome"]
    assert codes[:48] == [0] * 48
    for month in range(48, 96):
        events = [event for event in world.events if 48 <= event.month <= month]
        so_far = term_outcomes(
            months[: month - 47], events, world.record[47].openness, p.before_theta, neutral=p.start_theta
        )
        assert codes[month] == sum(getattr(so_far, name) << bit for bit, name in enumerate(CODED)), month
    for number, row in enumerate(chunks[-1].content["outcomes"]):
        assert joined(chunks, number)["outcome"][-1] == row["outcome"]
        assert row["outcome"] == sum(row[name] << bit for bit, name in enumerate(CODED))


def test_chances_are_those_of_the_decision_of_their_quarter() -> None:
    seen = 0
    for replicate in range(4):
        chunks = list(film(scenario().with_replicate(replicate)))
        for number in (0, 1):
            record = joined(chunks, number)
            assert record["reelection"][:48] == record["polled_cost"][:48] == [None] * 48
            for decision in record["decisions"]:
                moves = {move["name"]: move for move in decision["moves"]}
                month = decision["month"]
                assert record["reelection_held"][month] == pytest.approx(moves["hold"]["win"], rel=1e-4)
                if "close" in moves:
                    seen += 1
                    lost = 100.0 * (moves["hold"]["share"] - moves["close"]["share"])
                    assert record["reelection"][month] == pytest.approx(moves["close"]["win"], rel=1e-4)
                    assert record["polled_cost"][month] == pytest.approx(lost, abs=1e-4)
    assert seen > 3


def test_the_holders_vote_shift_is_the_models_utility_less_partisanship() -> None:
    asked = scenario()
    record = joined(list(film(asked)), 1)
    world = World(with_dose(asked.parameters, asked.breadth, 1.0), asked.seed, asked.replicate)
    world.advance(25)
    utility, _ = utilities(world.state, world.electorate, world.state.stand("author"), world.state.stand("opponent"))
    leaning = world.sign * world.electorate.column("partisanship").astype(float)
    holds = world.electorate.column("units") > 0.0
    moved = 1 / (1 + np.exp(-utility[holds])) - 1 / (1 + np.exp(-leaning[holds]))
    assert record["holder_shift"][24] == pytest.approx(100.0 * moved.mean(), rel=1e-4)


def test_a_history_counts_returns_to_extreme_care() -> None:
    asked = from_address("preset=article&protocol=history&cycles=3&exposure.breadth=0.45&electorate.voters=300")
    for replicate in range(3):
        record = joined(list(film(asked.with_replicate(replicate))), 0)
        assert record["returns"] == sorted(record["returns"])
        below = [openness <= asked.parameters.policy.before_theta + 1e-9 for openness in record["openness"]]
        assert (record["returns"][-1] > 0) == any(
            all(below[month : month + 6]) and not all(below[:month]) for month in range(len(below) - 5)
        )
