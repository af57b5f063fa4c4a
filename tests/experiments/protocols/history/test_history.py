"""The history protocol: free terms on common draws, assigned exposure held, files that resume and explain."""

from __future__ import annotations

import csv
import itertools
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from political_moat.agents.electorate import columns
from political_moat.experiments.cli.main import main
from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.protocols.arms import ReplicateResult
from political_moat.experiments.protocols.history.columns import HISTORY_CYCLE_COLUMNS, HISTORY_RUN_COLUMNS
from political_moat.experiments.protocols.history.design import HistoryDesign, history_arms
from political_moat.experiments.protocols.history.outcomes import CAUSES
from political_moat.experiments.protocols.history.run import free_run, hold_accounts, run_history
from political_moat.experiments.reporting.text.history import HistoryAnswer
from political_moat.experiments.statistics.ratios import ratio
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.storage.columns import Column
from political_moat.experiments.studies.from_options import run_folder, study_of_run
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.sweeps.folder import manifest_of
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

SMALL = Parameters().with_values({"electorate.voters": 300})
DESIGN = HistoryDesign((0.0, 0.3), (1.0,), 5)
WORDS = ("run", "--protocol", "history", "--cycles", "5", "--voters", "300", "--breadth", "0,.3", "--replicates", "4")


@pytest.fixture(scope="module")
def result() -> ReplicateResult:
    return run_history(SMALL, DESIGN, 3, 1)


def test_a_row_per_arm_and_per_term_with_the_declared_columns(result: ReplicateResult) -> None:
    assert [row["arm"] for row in result.runs] == ["b=0", "b=0.3 v=1"]
    assert [(row["arm"], row["number"]) for row in result.cycles] == [
        (arm.name, number) for arm in history_arms(SMALL, DESIGN) for number in range(5)
    ]
    added = {"key", "outcome_hash"}
    for rows, declared in ((result.runs, HISTORY_RUN_COLUMNS), (result.cycles, HISTORY_CYCLE_COLUMNS)):
        for row in rows:
            assert row.keys() == {one.name for one in declared} - added
            for one in declared:
                value = row.get(one.name)
                if isinstance(value, int | float):
                    assert one.low <= value <= one.high, (one.name, value)


def test_terms_follow_from_elections_and_add_up(result: ReplicateResult) -> None:
    for run in result.runs:
        own = [row for row in result.cycles if row["arm"] == run["arm"]]
        assert (own[0]["role"], own[0]["party"], own[0]["inherited_policy"]) == ("author", "R", 0.5)
        for before, row in itertools.pairwise(own):
            assert row["alternated"] == (row["role"] != before["role"])
            assert row["inherited_policy"] == before["final_policy"]
            assert row["terms_in_office"] == (1 if row["alternated"] else before["terms_in_office"] + 1)
        assert run["opposed_months"] == 48 * sum(row["role"] == "opponent" for row in own)
        assert run["takeovers_at_risk"] == sum(row["at_risk"] for row in own)
        assert run["reversed_at_risk"] == sum(row["reversed"] for row in own if row["at_risk"])
        assert own[-1]["net_reversed"] is None
        assert all(row["net_reversed"] in (0, 1) for row in own[:-1])
        assert run["cause"] in (*CAUSES, "none")
        assert run["opportunity_months"] <= run["calendar_months"] <= run["months"] == 240


def test_the_same_replicate_gives_the_same_rows_and_an_arm_does_not_know_the_others(result: ReplicateResult) -> None:
    assert run_history(SMALL, DESIGN, 3, 1) == result
    more = run_history(SMALL, DESIGN._replace(breadths=(0.0, 0.1, 0.3)), 3, 1)
    for mine, theirs in ((result.runs, more.runs), (result.cycles, more.cycles)):
        assert mine == [row for row in theirs if row["arm"] != "b=0.1 v=1"]


def test_a_shorter_history_is_the_beginning_of_a_longer_one(result: ReplicateResult) -> None:
    short = run_history(SMALL, DESIGN._replace(cycles=3), 3, 1)
    open_ended = ("net_restricted", "net_reversed")  # the last term has no next one
    for mine in short.cycles:
        (longer,) = (r for r in result.cycles if (r["arm"], r["number"]) == (mine["arm"], mine["number"]))
        skipped = open_ended if mine["number"] == 2 else ()
        assert {k: v for k, v in mine.items() if k not in skipped} == {
            k: v for k, v in longer.items() if k not in skipped
        }


def test_with_every_channel_off_the_political_path_is_the_same_at_every_exposure() -> None:
    off = SMALL.with_values({f"channels.{name}": False for name in CHANNELS})
    cycles = run_history(off, DESIGN._replace(breadths=(0.0, 0.6)), 5, 0).cycles
    money = {"arm", "breadth", *(f"{x}{when}" for x in ("exposure", "share_holding") for when in ("", "_mean", "_end"))}
    arms = [[{k: v for k, v in r.items() if k not in money} for r in cycles if r["breadth"] == b] for b in (0.0, 0.6)]
    assert arms[0] == arms[1]
    # Positive control: with the channels on, exposure reaches politics.
    cycles = run_history(SMALL, DESIGN._replace(breadths=(0.0, 0.6)), 5, 0).cycles
    arms = [[{k: v for k, v in r.items() if k not in money} for r in cycles if r["breadth"] == b] for b in (0.0, 0.6)]
    assert arms[0] != arms[1]


def test_a_history_starts_neutral_with_policy_released_and_the_friendly_policy_comes_in_its_month() -> None:
    world = World(SMALL, 11, 0)
    terms, _ = free_run(world, 1)
    assert world.released
    assert terms[0]["inherited_policy"] == world.record[0].theta == 0.5
    assert world.law.rule is not None
    assert any(one.theta == SMALL.policy.friendly_theta for one in world.record[SMALL.policy.friendly_month :])


@pytest.mark.parametrize("open_", [True, False])
def test_accounts_are_held_at_month_0_and_a_stake_is_raised_only_while_new_money_is_let_in(open_: bool) -> None:
    world = World(SMALL.with_values({"exposure.breadth": 0.6}), 1, 0)
    first = world.electorate.dynamic.copy()
    world.advance(36)
    if not open_:
        world.in_force = world.law.base.__class__(0.0, 0.0, 0.0, 1.0, False, "opponent", 36)
    price, income = world.market.price, world.electorate.column("income").astype(np.float64)
    units = world.electorate.dynamic[columns.UNITS]
    units[::2] = 0.0
    before = units.astype(np.float64) * price / income
    market = world.market
    hold_accounts(world, first)
    stakes, assigned = world.electorate.stakes(world.product_prices), first[columns.ASSIGNED_STAKE].astype(np.float64)
    expected = assigned if open_ else np.minimum(assigned, before)
    assert stakes == pytest.approx(expected, rel=1e-5, abs=1e-9)

    def total(block: np.ndarray, at: float) -> np.ndarray:
        return np.asarray(block[columns.PLAN] + block[columns.IRA] + block[columns.UNITS] * at)

    assert total(world.electorate.dynamic, price) == pytest.approx(total(first, 1.0), rel=1e-5)
    assert world.market is market


def test_exposure_stays_near_the_assigned_one_over_many_terms() -> None:
    world = World(SMALL.with_values({"exposure.breadth": 0.3}), 2, 0)
    terms, _ = free_run(world, 14)
    assigned = terms[0]["exposure"]
    assert all(row["exposure"] <= assigned * (1.0 + 1e-4) for row in terms)
    assert np.isfinite(world.electorate.dynamic).all()
    assert len(world.record) == 14 * 48
    assert len(world.suits) < 20


def test_the_request_names_protocol_and_cycles() -> None:
    history, stress = study_of_run(protocol="history", cycles=3), study_of_run()
    assert (history.model.protocol, history.canonical()["model"]["cycles"]) == ("history", 3)
    assert run_folder(history) == Path("results/calibrated-history-20250807")
    assert manifest_of(study_of_run(protocol="history"))["request"]["design"]["cycles"] == 12
    assert (study_of_run(protocol="history").replicates.min, stress.replicates.min) == (120, 625)
    assert (stress.model.protocol, "cycles" in stress.canonical()["model"]) == ("stress", False)
    studies = (history, stress, study_of_run(protocol="history", cycles=4))
    assert len({Plan(study).arm_sets(0)[0].task_key(0) for study in studies}) == 3
    assert manifest_of(history)["request"]["design"]["cycles"] == 3


@pytest.mark.parametrize(
    ("protocol", "cycles", "line"),
    [
        ("past", None, f"protocol 'past' is not possible; allowed: {', '.join(PROTOCOLS)}"),
        ("stress", 3, "--cycles is the length of a history; give --protocol history or targets with it"),
        ("history", 0, "--cycles 0 is not possible; allowed: 1 to 100 presidential terms"),
    ],
)
def test_mistakes_are_reported(protocol: str, cycles: int | None, line: str) -> None:
    with pytest.raises(UserError) as raised:
        study_of_run(protocol=protocol, cycles=cycles)
    assert str(raised.value) == line


def test_a_ratio_over_replicates_has_the_clustered_error() -> None:
    assert ratio([1, 0, 2, 1], [1, 1, 2, 1]) == pytest.approx((0.8, math.sqrt(4 / 3 * (0.04 + 0.64 + 0.16 + 0.04)) / 5))
    # One case per cluster: a proportion.
    share, error = ratio([1, 0, 1, 1], [1, 1, 1, 1])
    assert (share, error) == pytest.approx((0.75, math.sqrt(0.75 * 0.25 / 3)))
    assert all(math.isnan(one) for one in ratio([0, 0], [0, 0]))


def moat(folder: Path, *words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["moat", *words])
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
    return 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("histories")
    assert moat(place, *WORDS, "--workers", "1") == 0
    assert moat(place, *WORDS, "--workers", "2", "--out", "two") == 0
    return place


def contents(out: Path) -> dict[str, bytes]:
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in (".lock", "ledger.sqlite")}


def test_files_are_the_same_from_one_worker_and_two_and_every_column_is_in_the_codebook(folder: Path) -> None:
    out = folder / "results" / "calibrated-history-20250807"
    one = contents(out)
    assert one == contents(folder / "two")
    assert verify_checksums(out) == []
    book = one["codebook.md"].decode()
    declared: dict[str, tuple[Column, ...]] = {
        "export/runs.csv": HISTORY_RUN_COLUMNS,
        "export/cycles.csv": HISTORY_CYCLE_COLUMNS,
        **{title.partition(":")[0]: columns for title, columns in HistoryAnswer().tables(HistoryDesign())},
    }
    assert declared.keys() == {"export/runs.csv", "export/cycles.csv", "summary.csv", "incidence.csv"}
    for name, wanted in declared.items():
        rows = list(csv.DictReader(one[name].decode().splitlines()))
        assert rows
        assert list(rows[0]) == [column.name for column in wanted]
        assert all(f"\n| {column.name} | " in book for column in wanted)
    curves = list(csv.DictReader(one["incidence.csv"].decode().splitlines()))
    for row in curves:
        assert float(row["survival"]) + sum(float(row[f"incidence_{cause}"]) for cause in CAUSES) == pytest.approx(1.0)


def test_more_replicates_extend_and_another_length_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(folder / "two")
    capsys.readouterr()
    assert moat(folder, *WORDS, "--out", "two") == 0
    printed = capsys.readouterr()
    assert printed.err == ""  # nothing was run
    screen = printed.out.splitlines()
    assert screen[0].startswith("In 5 presidential terms without exposure the opponent takes office ")
    assert len(screen) <= 22
    assert max(map(len, screen)) <= 80
    assert moat(folder, *WORDS, "--verbose", "--out", "two") == 0
    whole = capsys.readouterr().out
    assert whole.startswith("\n".join(screen[:-1]))
    for word in ("at risk", "calendar time", "opportunity time", "descriptive", "holding", "Price at the end"):
        assert word in whole
    assert max(map(len, whole.splitlines())) <= 100
    assert contents(folder / "two") == before
    assert moat(folder, *WORDS[:-1], "5", "--workers", "1", "--out", "two") == 0
    assert contents(folder / "two")["export/runs.csv"].startswith(before["export/runs.csv"])
    capsys.readouterr()
    assert moat(folder, *WORDS, "--cycles", "6", "--out", "two") == 2
    assert "cycles 5 there, 6 here" in capsys.readouterr().err


def test_json_and_one_replicate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert moat(folder, *WORDS, "--format", "json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["protocol"], printed["cycles"], len(printed["table"])) == ("history", 5, 2)
    assert moat(folder, *WORDS, "--replicate", "2", "--format", "json") == 0
    close = json.loads(capsys.readouterr().out)
    assert [row["replicate"] for row in close["runs"]] == [2, 2]
    assert moat(folder, *WORDS, "--replicate", "2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("b=0 ") for line in lines) == 5 + 1
