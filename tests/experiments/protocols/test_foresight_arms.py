"""Arms of another foresight are whole arms: what a study of that foresight would run, and no change of other arms."""

from __future__ import annotations

from typing import Any

import pytest

from political_moat.experiments.protocols.arms import Arm
from political_moat.experiments.protocols.stress_test.design import StressDesign, arm_list, reduced
from political_moat.experiments.protocols.stress_test.protocol import StressTest
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.studies.plan import Plan
from political_moat.model.parameters.tree import Parameters

P = Parameters().with_values({"electorate.voters": 300})
FARSIGHTED = P.with_values({"polls.foresight": 1.0})
DESIGN = StressDesign(breadths=(0.0, 0.3), layers=("guidance",), foresights=(1.0,))
ALONE = DESIGN._replace(layers=(), foresights=())
BEFORE = "foresight=1 "


def rows(p: Parameters, design: StressDesign) -> dict[str, dict[str, Any]]:
    return {row["arm"]: row for row in run_replicate(p, design, 7, 2).runs}


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    return rows(P, DESIGN)


def test_other_foresights_run_at_zero_and_at_the_declared_breadth_with_every_visibility() -> None:
    arms = arm_list(P, DESIGN)
    assert [arm for arm in arms if arm.foresight is not None] == [
        Arm("foresight=1 b=0", "rule", 0.0, 1.0, 1.0),
        Arm("foresight=1 b=0.3 v=1", "rule", 0.3, 1.0, 1.0),
        Arm("foresight=1 b=0.3 v=0.1", "rule", 0.3, 0.1, 1.0),
    ]
    assert arms[:-3] == arm_list(P, DESIGN._replace(foresights=()))
    assert arm_list(FARSIGHTED, DESIGN) == arms[:-3]  # the own foresight is no other one
    no_dose = DESIGN._replace(breadths=(0.0, 0.6))
    assert [arm.name for arm in arm_list(P, no_dose) if arm.foresight is not None] == ["foresight=1 b=0"]


def test_their_rows_are_those_of_a_study_of_that_foresight(found: dict[str, dict[str, Any]]) -> None:
    alone = rows(FARSIGHTED, ALONE)
    assert {name.removeprefix(BEFORE) for name in found if name.startswith(BEFORE)} == alone.keys()
    for name, row in alone.items():
        assert found[f"{BEFORE}{name}"] == row | {"arm": f"{BEFORE}{name}"}
        assert row["foresight"] == 1.0


def test_they_leave_the_rows_and_keys_of_other_arms_alone(found: dict[str, dict[str, Any]]) -> None:
    alone = rows(P, DESIGN._replace(foresights=()))
    assert {name: row for name, row in found.items() if not name.startswith(BEFORE)} == alone
    protocol = StressTest()
    for arm in arm_list(P, ALONE):
        assert protocol.identity(P, DESIGN, arm) == protocol.identity(P, ALONE, arm)
    identities = [str(protocol.identity(P, DESIGN, arm)) for arm in arm_list(P, DESIGN)]
    assert len(set(identities)) == len(identities)


def test_a_design_is_reduced_to_the_foresights_of_the_wanted_arms() -> None:
    arms = arm_list(P, DESIGN)
    own = [arm for arm in arms if arm.foresight is None]
    assert reduced(P, DESIGN, own).foresights == ()
    assert reduced(P, DESIGN, arms[-1:]).foresights == (1.0,)
    assert set(arms[-1:]) <= set(arm_list(P, reduced(P, DESIGN, arms[-1:])))


@pytest.mark.parametrize(("own", "others"), [(0.0, [1.0]), (1.0, [0.0]), (0.4, [0.0, 1.0])])
def test_moat_run_adds_the_other_ends_of_foresight(own: float, others: list[float]) -> None:
    p = Parameters().with_values({"polls.foresight": own})
    assert StressTest().run_options(p, (0.0, 0.3))["foresights"] == others
    assert StressTest().run_options(p, (0.0, 0.2)) == {}
    study = study_of_run(settings=[f"polls.foresight={own}"], breadths="0,.3", voters=300)
    (arm_set,) = Plan(study).arm_sets(0)
    assert {arm.foresight for arm in arm_set.arms} == {None, *others}
    assert len(set(arm_set.digests)) == len(arm_set.arms)
