"""Histories in which exposure evolves and people age: an arm of its own, exposure over time, what is printed."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from political_moat.agents.electorate import columns
from political_moat.experiments.cli.main import main
from political_moat.experiments.protocols.history.design import EVOLVING, HistoryDesign, history_arms
from political_moat.experiments.protocols.history.run import (
    arm_parameters,
    begin_term,
    free_run,
    hold_accounts,
    run_history,
)
from political_moat.experiments.reporting.text.history import HistoryAnswer
from political_moat.experiments.storage.checksums import verify_checksums
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.sweeps.folder import manifest_of
from political_moat.model import schedule
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

SMALL = Parameters().with_values({"electorate.voters": 300})
DESIGN = HistoryDesign((0.0, 0.3), (1.0,), 5)


def adopt(world: World) -> None:
    """A phase 5 that moves a few voters: three a month put a fifth of their balance into crypto, if policy is open."""
    if not world.parameters.exposure.evolves or world.openness < 0.5:
        return
    block, n = world.electorate.dynamic, len(world.electorate)
    who = (3 * world.month + np.arange(3)) % n
    moved = 0.2 * (block[columns.PLAN, who] + block[columns.IRA, who])
    block[columns.UNITS, who] += moved / world.product_prices[columns.SINGLE_ASSET]
    block[columns.PRODUCT, who] = columns.SINGLE_ASSET
    block[np.ix_([columns.PLAN, columns.IRA], who)] *= 0.8
    block[columns.ASSIGNED_STAKE, who] = moved / world.electorate.column("income")[who]
    block[columns.VISIBILITY, who] = 1.0


@pytest.fixture
def adopting(monkeypatch: pytest.MonkeyPatch) -> None:
    phases = tuple(one._replace(run=adopt) if one.number == 5 else one for one in schedule.PHASES)
    monkeypatch.setattr(schedule, "PHASES", phases)


@pytest.mark.usefixtures("adopting")
def test_an_evolving_arm_beside_the_assigned_ones_which_do_not_know_it() -> None:
    evolving = SMALL.with_values({"exposure.evolves": True, "exposure.breadth": 0.2})
    design = DESIGN._replace(evolving=True)
    assert [arm.name for arm in history_arms(evolving, design)] == ["b=0", "b=0.3 v=1", EVOLVING]
    for arm in history_arms(evolving, design):
        p = arm_parameters(evolving, arm)
        assert (p.exposure.evolves, p.exposure.breadth) == (arm.name == EVOLVING, arm.breadth)
    found, plain = run_history(evolving, design, 3, 1), run_history(SMALL, DESIGN, 3, 1)
    assert [row for row in found.runs if not row["evolving"]] == plain.runs
    assert [row for row in found.cycles if not row["evolving"]] == plain.cycles
    own = [row for row in found.cycles if row["evolving"]]
    assert (own[0]["exposure"], own[0]["share_holding"]) == (0.0, 0.0)
    for before, row in itertools.pairwise(own):
        assert row["share_holding"] == before["share_holding_end"]
    assert own[1]["share_holding"] > 0.2
    for row in own:
        low, high = sorted((row["share_holding"], row["share_holding_end"]))
        assert low - 1e-9 <= row["share_holding_mean"] <= high + 1e-9
    run = found.runs[-1]
    assert run["share_holding_mean"] == pytest.approx(np.mean([row["share_holding_mean"] for row in own]))
    assert run["exposure_mean"] == pytest.approx(np.mean([row["exposure_mean"] for row in own]))


def test_adoption_by_employers_and_savers_reaches_the_evolving_arm_alone() -> None:
    evolving = SMALL.with_values({"exposure.evolves": True})
    design = DESIGN._replace(evolving=True, cycles=3)
    found, plain = run_history(evolving, design, 3, 1), run_history(SMALL, design._replace(evolving=False), 3, 1)
    assert [row for row in found.cycles if not row["evolving"]] == plain.cycles
    own = [row for row in found.cycles if row["evolving"]]
    assert own[0]["share_holding"] == 0.0
    assert own[-1]["share_holding_end"] > 0.0
    # The evolving arm changes nothing in the arms with assigned exposure.
    assert {row["share_holding_end"] for row in found.cycles if row["arm"] == "b=0"} == {0.0}


def test_exposure_of_an_assigned_arm_is_read_at_inauguration_each_quarter_and_at_the_end() -> None:
    world = World(SMALL.with_values({"exposure.breadth": 0.3, "people.ageing": True}), 2, 0)
    (row,), _ = free_run(world, 1)
    twin, seen = World(world.parameters, 2, 0), []
    twin.released = True
    for _ in range(16):
        stakes = twin.electorate.stakes(twin.product_prices) * twin.electorate.dynamic[columns.VISIBILITY]
        seen.append(float(stakes.mean()))
        twin.advance(3)
    assert (row["exposure"], row["exposure_mean"]) == pytest.approx((seen[0], sum(seen) / 16))
    assert row["share_holding"] == pytest.approx(0.3)
    assert row["exposure_end"] != row["exposure_mean"]


@pytest.mark.usefixtures("adopting")
def test_where_nobody_ages_what_was_taken_up_comes_out_of_the_balance_of_month_0() -> None:
    world = World(SMALL.with_values({"exposure.evolves": True, "exposure.breadth": 0.0}), 1, 0)
    first = world.electorate.dynamic.copy()
    world.advance(48)
    taken_up = world.electorate.dynamic[columns.ASSIGNED_STAKE].copy()
    assert 0.1 < np.mean(taken_up > 0.0) < 0.6
    hold_accounts(world, first)
    stakes = world.electorate.stakes(world.product_prices)
    income = world.electorate.column("income").astype(np.float64)
    rest = world.electorate.dynamic[[columns.PLAN, columns.IRA]].sum(axis=0, dtype=np.float64)
    before = first[[columns.PLAN, columns.IRA]].sum(axis=0, dtype=np.float64)
    assert rest + stakes * income == pytest.approx(before, rel=1e-5)
    assert (stakes <= taken_up * (1.0 + 1e-5)).all()
    assert (rest >= 0.0).all()


@pytest.mark.parametrize("ageing", [False, True])
def test_accounts_are_brought_back_only_where_nobody_ages(ageing: bool) -> None:
    world = World(SMALL.with_values({"exposure.breadth": 0.3, "people.ageing": ageing}), 1, 0)
    first = world.electorate.dynamic.copy()
    world.advance(48)
    before = world.electorate.dynamic.copy()
    begin_term(world, first, 0)
    assert np.array_equal(world.electorate.dynamic, before)
    begin_term(world, first, 1)
    assert np.array_equal(world.electorate.dynamic, before) is ageing


@pytest.mark.parametrize(
    ("given", "ageing"),
    [
        ({"protocol": "history"}, True),
        ({"protocol": "history", "settings": ["people.ageing=false"]}, False),
        ({}, False),
        ({"settings": ["people.ageing=true"]}, True),
    ],
)
def test_people_age_in_a_history_unless_the_user_says_otherwise(given: dict[str, object], ageing: bool) -> None:
    study = study_of_run(**given)  # type: ignore[arg-type]
    assert study.parameters.people.ageing is ageing
    assert manifest_of(study)["request"]["parameters"]["people"]["ageing"] is ageing


def test_evolving_exposure_is_asked_for_by_its_parameter() -> None:
    (plain,) = Plan(study_of_run(protocol="history")).arm_sets(0)
    (evolving,) = Plan(study_of_run(protocol="history", settings=["exposure.evolves=true"])).arm_sets(0)
    assert (plain.design.evolving, evolving.design.evolving) == (False, True)
    assert plain.task_key(0) != evolving.task_key(0)


@pytest.mark.usefixtures("adopting")
def test_the_command_prints_the_evolving_arm_and_the_naive_regression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["moat", "run", "--protocol", "history", "--cycles", "5", "--voters", "300", "--breadth", "0,.3"]
    words += [
        "--replicates",
        "4",
        "--set",
        "exposure.evolves=true",
        "--set",
        "people.ageing=false",
        "--workers",
        "1",
        "--verbose",
    ]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [*words, "--out", "e"])
    main()
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines() if line.startswith("evolves")]
    assert len(lines) == 2 + 2 + 2  # shares, rates, competing risks on two clocks, exposure over time in two measures
    rates, path = lines[1], lines[4]
    assert 0.2 < float(rates[1]) < 1.0
    assert max(map(len, printed.splitlines())) <= 100
    assert float(path[1]) == 0.0 < float(path[2])
    assert "landmark" in printed
    out = tmp_path / "e"
    book = (out / "codebook.md").read_text(encoding="utf-8")
    for title, declared in HistoryAnswer().tables(HistoryDesign(evolving=True)):
        name = title.partition(":")[0]
        rows = list(csv.DictReader((out / name).read_text(encoding="utf-8").splitlines()))
        assert list(rows[0]) == [column.name for column in declared]
        assert f"## {title}" in book
    assert verify_checksums(out) == []
    runs = list(csv.DictReader((out / "export" / "runs.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["arm"] for row in runs[:3]] == ["b=0", "b=0.3 v=1", "evolving"]
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", [*words, "--out", "e", "--format", "json"])
    main()
    printed = json.loads(capsys.readouterr().out)
    assert [row["estimator"] for row in printed["naive_regression"]] == [
        "assigned",
        "landmark",
        "term_average",
        "run_end",
    ]
    assert [row["evolving"] for row in printed["table"]] == [0, 0, 1]
