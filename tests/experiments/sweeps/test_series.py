"""Series of a study: the months of the worlds, the same bytes however they were computed, and one table to read."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from own_inputs import SERIES, study_text, write_inputs
from results_folders import command, contents, rows

from political_moat import Study
from political_moat.experiments.protocols.stress_test.run import takeover, with_dose
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.studies.reader import read_study
from political_moat.model.dated_events import ParameterChange, PolicyMove
from political_moat.model.interventions import Interventions
from political_moat.model.population.csv_population import population_from_csv
from political_moat.model.schedule import run_month
from political_moat.model.world import World

pytestmark = pytest.mark.usefixtures("drawn_once")

PLAIN = "voters = 200\nreturning = false\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with people, ties, events and series of its own, run in this process."""
    folder = tmp_path_factory.mktemp("series")
    write_inputs(folder / "study")
    assert (
        command(
            "sweep",
            folder / "study" / "study.toml",
            "--out",
            folder / "out",
            "--engine",
            "serial",
            "--quiet",
            "--no-report",
        )
        == 0
    )
    return folder / "out"


def series(out: Path, arm: str, replicate: int) -> list[dict[str, str]]:
    return [row for row in rows(out, "series") if (row["arm"], row["replicate"]) == (arm, str(replicate))]


def test_a_row_for_every_third_month_of_every_run_in_the_order_of_runs(made: Path) -> None:
    table = rows(made, "series")
    runs = [(row["key"], row["point"], row["replicate"], row["arm"]) for row in rows(made)]
    named = [(row["key"], row["point"], row["replicate"], row["arm"]) for row in table]
    assert list(table[0]) == ["key", "point", "replicate", "arm", "month", "openness", "price", "in_office", "closed"]
    assert named == [run for run in runs for _ in range(32)]
    assert [row["month"] for row in table[:32]] == [str(month) for month in range(0, 96, 3)]
    frame = Study.from_toml(made).frame("series")
    assert frame["price"].map(repr).tolist() == [row["price"] for row in table]
    assert verify_checksums(made) == []
    assert "| month | month | 0 to inf | month of the run, 0 is January 2025 |" in (made / "codebook.md").read_text()


def test_the_numbers_are_those_of_worlds_that_are_run_by_hand(made: Path) -> None:
    study = read_study(made)
    p, replicate = study.parameters, 1
    people = population_from_csv(made / "inputs" / "people.csv", p, study.study.seed, replicate)
    with (made / "inputs" / "people.csv").open(newline="", encoding="utf-8") as stream:
        persons = list(csv.DictReader(stream))
    # Incomes are all different: they tell which person is which voter.
    place = {float(income): voter for voter, income in enumerate(people.column("income"))}
    voter_of = {person["id"]: place[float(person["income"])] for person in persons}
    with (made / "inputs" / "edges.csv").open(newline="", encoding="utf-8") as stream:
        ties = [(voter_of[row["source"]], voter_of[row["target"]]) for row in csv.DictReader(stream)]
    changed = ParameterChange(70, (("policy.cap_low", 0.01), ("party.office_rent", 3.0)))
    worlds = {}
    for breadth, events in ((0.0, (changed,)), (0.3, (PolicyMove(60, "cap"), changed))):
        pasts = []
        for dose in (0.0, breadth):
            world = started(with_dose(p, dose, 1.0), study.study.seed, replicate, people, ties)
            world.dated = events
            past = pasts[0] if pasts else None
            month = 48 - p.institutions.election_lead
            won = Interventions(won_by={month: "opponent"})
            drawn = past and Interventions(chances={r.month: r.chance for r in past.results if r.month == month})
            world.interventions = drawn or won
            for _ in range(48):
                run_month(world)
            world.electorate.reset_stakes(world.product_prices)
            pasts.append(world)
        world = takeover(pasts[1], "opponent", pasts[0])
        for _ in range(48):
            run_month(world)
        worlds["b=0" if breadth == 0.0 else "b=0.3 v=1"] = world
    for arm, world in worlds.items():
        assert [
            (row["month"], row["openness"], row["price"], row["in_office"], row["closed"])
            for row in series(made, arm, replicate)
        ] == [
            (str(m.month), repr(m.openness), repr(m.price), m.in_office, str(int(m.closed))) for m in world.record[::3]
        ], arm


def started(p: Any, seed: int, replicate: int, people: Any, ties: list[tuple[int, int]]) -> Any:
    graph = nx.empty_graph(len(people))
    graph.add_edges_from(ties)
    return World(p, seed, replicate, people, graph=graph).state


def test_the_cap_shows_from_its_month_on_in_its_arm_alone(made: Path) -> None:
    for replicate in range(2):
        exposed, zero = (series(made, arm, replicate) for arm in ("b=0.3 v=1", "b=0"))
        before, after = (next(row for row in exposed if row["month"] == month) for month in ("57", "60"))
        p = read_study(made).parameters
        kappa = min(1.0, p.policy.cap_low / p.policy.cap)
        assert float(after["openness"]) <= float(before["openness"]) * kappa + 1e-12
        assert next(row for row in zero if row["month"] == "60")["openness"] != after["openness"]


def test_two_workers_and_shards_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    study = made.parent / "study" / "study.toml"
    words = ("--engine", "process", "--workers", 2, "--quiet", "--no-report")
    assert command("sweep", study, "--out", tmp_path / "two", *words) == 0
    for number in (1, 2):
        assert (
            command(
                "shard", f"{number}/2", study, "--out", tmp_path / f"part-{number}", "--engine", "serial", "--quiet"
            )
            == 0
        )
    assert command("merge", tmp_path / "part-1", tmp_path / "part-2", "--out", tmp_path / "merged", "--no-report") == 0
    expected = contents(made)
    assert expected["export/series.parquet"] == contents(tmp_path / "two")["export/series.parquet"]
    for other in ("two", "merged"):
        assert contents(tmp_path / other) == expected, other


def test_the_folder_alone_verifies_and_repeats_its_runs(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(made)
    assert command("verify", made, "--sample", "100%") == 0
    assert "repeated 4 of 4 runs: the same outcome" in capsys.readouterr().out
    assert command("export", made) == 0
    assert command("sweep", made, "--quiet", "--no-report") == 0
    assert contents(made) == before


def test_series_that_a_folder_does_not_hold_are_run_again_and_the_rows_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    Study.from_text(study_text(PLAIN, "", ""), out).run(engine="serial", report=False)
    before = contents(out)
    assert "series" not in Study.from_toml(out).tables
    study = Study.from_text(study_text(PLAIN, SERIES, ""), out).run(engine="serial", report=False)
    assert contents(out)["export/runs.csv"] == before["export/runs.csv"]
    assert len(study.frame("series")) == 4 * 32
    yearly = Study.from_text(study_text(PLAIN, SERIES.replace("every = 3", "every = 12"), ""), out)
    assert len(yearly.run(engine="serial", report=False).frame("series")) == 4 * 8
    Study.from_text(study_text(PLAIN, "", ""), out).run(engine="serial", report=False)
    assert contents(out) == before
    assert command("verify", out) == 0


def test_an_altered_series_is_refused_and_found(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    shutil.copytree(made, out)
    with sqlite3.connect(out / "ledger.sqlite") as ledger:
        (key, data) = ledger.execute("SELECT key, rows FROM series ORDER BY key").fetchone()
        ledger.execute("UPDATE series SET rows = ? WHERE key = ?", (data[:-1], key))
    ledger.close()
    assert command("sweep", out, "--quiet") == 2
    assert f"not as recorded: {key[:16]}" in capsys.readouterr().err
    assert command("verify", out, "--sample", "0") == 1
