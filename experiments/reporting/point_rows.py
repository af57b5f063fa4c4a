"""Runs by design point: rows that share every factor value but the dose, so that each point is a curve over doses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ...model.parameters.tree import Parameters
from ..studies.reader import BREADTH, VISIBILITY, StudyFile
from .point_labels import point_label, sort_key


@dataclass(frozen=True)
class PointRows:
    """Runs of one design point: its number in the order of factor values (from 1), its values, rows and parameters.

    values: of the factors other than the dose, empty in a study of one setting. suffix: of the names of its files.
    tables: what the sections of a report tabulate, by name.
    """

    number: int
    values: dict[str, Any]
    rows: pd.DataFrame
    parameters: Parameters
    suffix: str = ""
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Return the name of the point by its factor values; "" in a study of one setting."""
        return point_label(self.values)

    def label_at(self, visibility: float) -> str:
        """Return the name of the point at one visibility."""
        return point_label({VISIBILITY: visibility} | self.values)

    @property
    def sentence(self) -> str:
        """Return the label as the beginning of a caption: "Vote effect 2. "; "" in a study of one setting."""
        return f"{self.label[0].upper()}{self.label[1:]}. " if self.label else ""


def point_factors(study: StudyFile, frame: pd.DataFrame) -> list[str]:
    """Return the factors that distinguish points: all but breadth, and but visibility where its levels are arms."""
    doses = {BREADTH, VISIBILITY} if VISIBILITY in study.arm_factors else {BREADTH}
    return [name for name in study.factor_names if name not in doses and name in frame.columns]


def points_of(study: StudyFile, frame: pd.DataFrame, but: tuple[str, ...] = ()) -> list[PointRows]:
    """Return every design point of a frame of runs, in the order of factor values.

    Points that differ in breadth alone are one curve; their common zero-exposure run stands once. but: factors that
    may vary within a point.
    """
    factors = [name for name in point_factors(study, frame) if name not in but]
    groups = list(_groups(frame, factors))
    points = []
    for number, (values, rows) in enumerate(sorted(groups, key=lambda group: sort_key(group[0], factors)), start=1):
        once = rows if but else rows.drop_duplicates(["replicate", "arm"])
        parameters = study.parameters.with_values(_settings(rows))
        points.append(PointRows(number, values, once, parameters, f"-{number}" if len(groups) > 1 else ""))
    return points


def _groups(frame: pd.DataFrame, factors: list[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    if not factors:
        yield {}, frame
        return
    for _, rows in frame.groupby(factors, sort=False):
        yield {name: _plain(rows[name].iloc[0]) for name in factors}, rows


def _settings(rows: pd.DataFrame) -> dict[str, Any]:
    """Return the parameters of the rows that are no dose."""
    names = [name for name in rows.columns if "." in name and name not in (BREADTH, VISIBILITY)]
    return {name: _plain(rows[name].iloc[0]) for name in names}


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
