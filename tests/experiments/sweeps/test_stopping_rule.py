"""The stopping rule's error, and what it is the error of."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.experiments.storage.ledger import Ledger
from political_moat.experiments.studies.plan import Plan
from political_moat.experiments.studies.reader import parse_study
from political_moat.experiments.sweeps.stopping_rule import InterimAnalyses, _pairs, paired_error

TEXT = """
[study]
name = "looks"
[model]
voters = 200
{layers}
[factors."exposure.breadth"]
levels = [0.3, 0.1]
{factor}
[replicates]
min = 2
max = 9
stop = {{ outcome = "reversed", contrast = "{contrast}", mcse = {mcse} }}
"""


def plan(factor: str = "", contrast: str = "exposure.breadth", layers: str = "", mcse: float = 0.3) -> Plan:
    return Plan(parse_study(TEXT.format(factor=factor, contrast=contrast, layers=layers, mcse=mcse)))


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=30))
def test_the_error_of_a_mean_difference_is_the_standard_error_over_pairs(pairs: list[tuple[float, float]]) -> None:
    treated, control = zip(*pairs, strict=True)
    expected = statistics.stdev(a - b for a, b in pairs) / math.sqrt(len(pairs))
    assert paired_error(treated, control, event=False) == pytest.approx(expected, abs=1e-12)


@given(st.integers(1, 400))
def test_events_that_all_agree_are_not_free_of_error(n: int) -> None:
    """One gained and one lost pair among n + 2: variance 2 / (n + 1) of the differences."""
    error = paired_error([1.0] * n, [1.0] * n, event=True)
    assert error == pytest.approx(math.sqrt(2.0 / (n + 1) / (n + 2)), rel=1e-12)
    assert paired_error([1.0] * n, [0.0] * n, event=True) > 0.0


def test_one_pair_of_numbers_has_no_error_yet() -> None:
    assert math.isinf(paired_error([0.3], [0.2], event=False))
    assert math.isinf(paired_error([], [], event=True))


def named(found: Plan, contrast: str) -> set[tuple[str, str]]:
    cells = found.arm_sets(0)

    def name(place: tuple[int, int]) -> str:
        return cells[place[0]].arms[place[1]].name + cells[place[0]].variant

    return {(name(treated), name(control)) for treated, control in _pairs(cells, contrast)}


def test_every_dose_is_compared_with_zero_exposure() -> None:
    assert named(plan(), "exposure.breadth") == {("b=0.1 v=1", "b=0"), ("b=0.3 v=1", "b=0")}


def test_zero_exposure_is_the_control_of_every_visibility_and_of_its_own_layer() -> None:
    found = plan('[factors."exposure.visibility"]\nlevels = [1.0, 0.1]', layers='layers = ["guidance"]')
    assert named(found, "exposure.breadth") == {
        ("b=0.1 v=1", "b=0"),
        ("b=0.3 v=1", "b=0"),
        ("b=0.1 v=0.1", "b=0"),
        ("b=0.3 v=0.1", "b=0"),
        ("guidance b=0.3 v=1", "guidance b=0"),
    }


def test_a_contrast_of_visibility_or_skew_compares_equal_doses() -> None:
    found = plan('[factors."exposure.visibility"]\nlevels = [1.0, 0.1]', "exposure.visibility")
    assert named(found, "exposure.visibility") == {
        ("b=0.1 v=1", "b=0.1 v=0.1"),
        ("b=0.3 v=1", "b=0.3 v=0.1"),
    }
    found = plan('[factors."exposure.skew"]\nlevels = [0, 0.5]', "exposure.skew")
    assert ("b=0.3 v=1 skew=0.5", "b=0.3 v=1 skew=0") in named(found, "exposure.skew")


def record(found: Plan, ledger: Ledger, replicates: range) -> None:
    """Made-up outcomes: exposure never matters."""
    for arm_set in found:
        for replicate in replicates:
            runs = [{"replicate": replicate, "arm": arm.name, "reversed": replicate % 2} for arm in arm_set.arms]
            ledger.record(arm_set.task_key(replicate), *arm_set.records(replicate, runs, []))


@pytest.mark.parametrize(("mcse", "reached"), [(0.5, 2), (0.3, 4), (0.2, 8), (0.01, 9)])
def test_a_point_goes_on_to_the_first_analysis_that_is_precise_enough(
    tmp_path: Path, mcse: float, reached: int
) -> None:
    """Pairs that agree: an error of .41 at 2 replicates, .26 at 4, .15 at 8."""
    found = plan(mcse=mcse)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        for n in (2, 4, 8, 9):
            analyses = InterimAnalyses(found, ledger)
            assert analyses.update({}) is True, "analysed before its rows were recorded"
            assert analyses.points[0].replicates == n
            record(found, ledger, range(n))
            analyses = InterimAnalyses(found, ledger)
            if not analyses.update({}):
                break
        assert analyses.points[0].replicates == reached
        assert analyses.points[0].finished
        assert analyses.recorded()[-1]["points_going_on"] == 0


def test_a_replicate_that_was_given_up_does_not_hold_up_an_analysis(tmp_path: Path) -> None:
    found = plan(mcse=0.9)
    arm_set = found.arm_sets(0)[0]
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        record(found, ledger, range(1))
        analyses = InterimAnalyses(found, ledger)
        assert analyses.update({}) is True
        assert analyses.update({arm_set.task_key(1): "it failed"}) is False
