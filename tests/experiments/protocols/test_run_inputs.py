"""Own people, ties and events in every protocol that takes them, and records of the arms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from case_files import FOUR, case_file
from own_inputs import MODEL, PERSONS, TIES, write_inputs

from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.protocols.arms import ReplicateResult
from political_moat.experiments.protocols.run_inputs import ALL_INPUTS, NO_INPUTS, SeriesRequest, StudyEvent
from political_moat.experiments.protocols.task import run_task
from political_moat.experiments.studies.plan import ArmSet, Plan
from political_moat.experiments.studies.reader import parse_study
from political_moat.model import build
from political_moat.model.build import build_state
from political_moat.model.state import WorldState

TAKERS = {
    "stress": ("returning = false\n", "[0, 0.3]", ""),
    "history": ("cycles = 2\n", "[0, 0.3]", ""),
    "mediation": ("", "[0, 0.3]", ""),
    "prior-mass": ("", "[0, 0.3]", '[design]\nkind = "list"\nfile = "points.csv"\n'),
    "backtest": ("", "[0]", '[backtest]\ncases = "cases.csv"\n'),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_inputs(tmp_path_factory.mktemp("inputs")).parent
    (folder / "points.csv").write_text("party.office_rent\n1\n")
    case_file(folder / "cases.csv", FOUR[:1])
    return folder


def arm_set(name: str, folder: Path) -> ArmSet:
    """Return the arms of a study of a protocol with the people and ties of `own_inputs`."""
    keys, breadths, more = TAKERS[name]
    model = MODEL.replace("returning = false\n", keys)
    text = f'[study]\nname = "own"\n[model]\nprotocol = "{name}"\n{model}'
    text += f'[factors."exposure.breadth"]\nlevels = {breadths}\n'
    return Plan(parse_study(f"{text}[replicates]\nmin = 2\n{more}", folder=folder)).arm_sets(0)[0]


def result(arms: ArmSet, **changes: Any) -> ReplicateResult:
    """Run replicate 1 with some inputs changed."""
    changed = replace(arms, inputs=replace(arms.inputs, **changes))
    return run_task(changed.payload(1, range(len(arms.arms))))


def test_the_protocols_that_take_inputs_are_tested_here() -> None:
    assert {name for name, protocol in PROTOCOLS.items() if protocol.takes} == set(TAKERS)
    assert all(protocol.takes in ((), ALL_INPUTS) for protocol in PROTOCOLS.values())
    assert {name for name, protocol in PROTOCOLS.items() if protocol.keeps_series} == set(TAKERS) - {"prior-mass"}


@pytest.mark.parametrize("name", TAKERS)
def test_every_world_of_a_protocol_has_the_people_and_ties_of_the_study(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[WorldState] = []

    def spied(*arguments: Any) -> WorldState:
        world = build_state(*arguments)
        assert sorted(world.electorate.column("income")) == [30_000 + 100 * person for person in range(PERSONS)]
        built.append(world)
        return world

    monkeypatch.setattr(build, "build_state", spied)
    arms = arm_set(name, folder)
    event = StudyEvent(3, (("party.office_rent", 3.0),))
    rows = result(arms, events=(event,)).runs
    assert [row["arm"] for row in rows] == [arm.name for arm in arms.arms]
    assert len(built) >= len({(arm.breadth, arm.visibility) for arm in arms.arms})
    for world in built:
        assert world.network is not None
        assert world.network.ties == TIES
        assert [each.month for each in world.dated] == [3]


@pytest.mark.parametrize("name", [name for name in TAKERS if PROTOCOLS[name].keeps_series])
def test_an_event_changes_nothing_before_its_month_in_any_arm_and_every_arm_from_then_on(
    name: str, folder: Path
) -> None:
    arms, series = arm_set(name, folder), SeriesRequest(("openness", "price"), 1)
    event = StudyEvent(30, (("market.btc_log_sd_monthly", 0.6),))
    plain, dated = result(arms, series=series), result(arms, series=series, events=(event,))
    months = arms.protocol.months(arms.parameters, arms.design)
    assert set(plain.records) == {arm.name for arm in arms.arms}
    for arm, rows in dated.records.items():
        assert [row[0] for row in rows] == list(range(len(rows)))
        assert len(rows) == months
        assert rows[:30] == plain.records[arm][:30]
        assert rows[30][2] != plain.records[arm][30][2]


def test_an_arm_with_an_event_of_its_own_has_the_outcome_as_if_all_arms_had_it(
    folder: Path,
) -> None:
    arms = arm_set("stress", folder)
    event = StudyEvent(20, (), "close")
    everywhere = result(arms, events=(event,)).runs
    exposed = result(arms, events=(event._replace(arms=("b=0.3 v=1",)),)).runs
    zero = result(arms, events=(event._replace(arms=("b=0",)),)).runs
    plain = result(arms).runs
    assert exposed == [plain[0], everywhere[1]]
    assert zero == [everywhere[0], plain[1]]
    assert everywhere[1] != plain[1]


def test_without_series_no_record_leaves_the_worker(folder: Path) -> None:
    assert result(arm_set("stress", folder)).records == {}
    assert NO_INPUTS.identity("b=0") == {}
