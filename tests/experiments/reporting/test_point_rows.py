"""Runs by design point: sorted by factor values, a curve over breadth each, and their own parameters."""

from __future__ import annotations

import pandas as pd

from political_moat.experiments.reporting.point_rows import PointRows, points_of
from political_moat.experiments.studies.reader import StudyFile, parse_study
from political_moat.model.parameters.tree import Parameters

HEAD = '[study]\nname = "s"\n[replicates]\nmin = 2\n'
GRID = f"""{HEAD}
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."exposure.visibility"]
levels = [0.1, 1]
[factors."exposure.allocation"]
levels = [0.04, 0.1]
[factors."party.office_rent"]
levels = [2, 0.5]
"""
RANGES = f"""{HEAD}
[design]
kind = "lhs"
samples = 3
[factors."exposure.breadth"]
low = 0.1
high = 0.6
"""


def runs(study: StudyFile, *values: dict[str, float]) -> pd.DataFrame:
    """Two replicates of zero exposure and of one dose at each combination of factor values."""
    rows = [
        {"point": point, "replicate": replicate, "arm": f"b={b:g}" + f" a={at.get('exposure.allocation', 0)}"}
        | {"exposure.breadth": b, "exposure.visibility": 1.0, "breadth": b, "layer": "rule"}
        | at
        for point, at in enumerate(values)
        for replicate in range(2)
        for b in (0.0, at.get("exposure.breadth", 0.3))
    ]
    frame = pd.DataFrame(rows)
    frame["exposure.breadth"] = frame["breadth"]
    return frame[[*(name for name in frame.columns if name in study.factor_names or "." not in name)]]


def points() -> list[PointRows]:
    study = parse_study(GRID)
    places = [{"exposure.allocation": a, "party.office_rent": rent} for rent in (2.0, 0.5) for a in (0.04, 0.1)]
    return points_of(study, runs(study, *places))


def test_every_point_has_its_label_rows_and_parameters_in_the_order_of_factor_values() -> None:
    labels = [point.label for point in points()]
    assert labels == [f"allocation {a:g}, office rent {rent:g}" for a in (0.04, 0.1) for rent in (0.5, 2)]
    assert [point.number for point in points()] == [1, 2, 3, 4]
    assert [point.suffix for point in points()] == ["-1", "-2", "-3", "-4"]
    for point in points():
        assert len(point.rows) == 4
        assert set(point.rows["party.office_rent"]) == {point.values["party.office_rent"]}
        assert point.parameters.party.office_rent == point.values["party.office_rent"]
        assert point.parameters.exposure.allocation == point.values["exposure.allocation"]
    assert points()[0].label_at(1.0) == "visibility 1, allocation 0.04, office rent 0.5"
    assert points()[0].sentence == "Allocation 0.04, office rent 0.5. "


def test_a_study_of_one_setting_needs_no_label() -> None:
    study = parse_study(f'{HEAD}[factors."exposure.breadth"]\nlevels = [0, 0.3]\n')
    (point,) = points_of(study, runs(study, {}))
    assert (point.label, point.suffix, point.sentence) == ("", "", "")
    assert point.label_at(0.1) == "visibility 0.1"
    assert point.parameters == Parameters()


def test_points_that_differ_in_breadth_alone_are_one_curve() -> None:
    study = parse_study(RANGES)
    frame = runs(study, *({"exposure.breadth": b} for b in (0.2, 0.1, 0.4)))
    (point,) = points_of(study, frame)
    assert sorted(point.rows["breadth"].unique()) == [0.0, 0.1, 0.2, 0.4]
    assert not point.rows.duplicated(["replicate", "arm"]).any()


def test_a_factor_that_may_vary_does_not_divide_a_point() -> None:
    study = parse_study(GRID)
    places = [{"exposure.allocation": a, "party.office_rent": rent} for rent in (2.0, 0.5) for a in (0.04, 0.1)]
    together = points_of(study, runs(study, *places), but=("exposure.allocation",))
    assert [point.label for point in together] == ["office rent 0.5", "office rent 2"]
    assert all(set(point.rows["exposure.allocation"]) == {0.04, 0.1} for point in together)
