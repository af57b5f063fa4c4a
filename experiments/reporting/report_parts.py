"""What the sections of report.html share: the study, its runs by design point, and the parts gathered so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import UserError
from ..statistics.input_checks import refuse_incomplete, refuse_missing_rows, refuse_mixed_code
from ..storage.tables import read_results
from ..studies.reader import StudyFile
from . import html
from .point_labels import VOTERS, caption_text
from .point_rows import PointRows, points_of

FIGURES, TABLES = "figures", "tables"
MOST_POINTS = 16
"""Design points with a section each; a study of more has tables and figures of all points together."""


@dataclass
class Report:
    """The study of a report, and the parts gathered so far."""

    folder: Path
    study: StudyFile
    manifest: Mapping[str, Any]
    sections: list[str] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    point: PointRows | None = None
    """The design point of the section that is being made."""

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Return export/runs.csv. Raises an error that names missing rows, duplicate rows or rows of two versions."""
        frame = self.read("export/runs.csv")
        refuse_incomplete(frame, ["replicate", "arm"])
        refuse_missing_rows(frame)
        if "code" in frame.columns:
            refuse_mixed_code(frame["code"].astype(str))
        return frame

    @cached_property
    def points(self) -> list[PointRows]:
        """Return every design point, in the order of factor values; one in a study of one setting."""
        return points_of(self.study, self.runs)

    @property
    def figures(self) -> Path:
        """Return the folder of the figures."""
        return self.folder / FIGURES

    def part(self, title: str, make: Callable[[Report], list[str]]) -> None:
        """Add a section, or a line with the reason why these files do not allow it."""
        try:
            parts = make(self)
        except (UserError, ValueError) as error:
            self.left_out.append(f"{title}: {error}")
            return
        self.sections.append(html.section(title, *parts))

    def read(self, name: str) -> pd.DataFrame:
        """Return a csv of the folder; UserError if it has none."""
        path = self.folder / name
        if not path.is_file():
            raise UserError(f"the folder has no {name}")
        return read_results(path)

    def drawn(self, paths: list[Path], caption: str, alternative: str) -> str:
        """Return the svg of a figure as part of the page; the caption names the point and what was fixed."""
        svg = next(path for path in paths if path.suffix == ".svg")
        label = "" if self.point is None else self.point.sentence
        return html.figure(svg, f"{label}{caption.strip()} {self.fixed()}", alternative)

    def at_each(self, points: Sequence[PointRows]) -> Iterator[PointRows]:
        """Yield design points, each as the point of the figures drawn meanwhile."""
        try:
            for self.point in points:
                yield self.point
        finally:
            self.point = None

    def fixed(self) -> str:
        """Return in words what a figure fixes beside its point: preset, set values, voters, replicates and seed."""
        if self.point is None:
            return caption_text(self.study)
        count = int(self.point.rows["replicate"].nunique())
        voters = {name: value for name, value in self.point.values.items() if name == VOTERS}
        return caption_text(self.study, voters, (count, count))

    def gathered(self) -> dict[str, pd.DataFrame]:
        """Return every table for LaTeX; those of several design points as one, with the factor values first."""
        parts: dict[str, list[pd.DataFrame]] = {}
        for point in self.__dict__.get("points", ()):
            for name, table in point.tables.items():
                values = pd.DataFrame({factor: [value] * len(table) for factor, value in point.values.items()})
                parts.setdefault(name, []).append(pd.concat([values, table.reset_index(drop=True)], axis=1))
        return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()} | self.tables


@dataclass(frozen=True)
class EachPoint:
    """A section about one design point, made for every point of a study."""

    make: Callable[[Report, PointRows], list[str]]

    def __call__(self, report: Report) -> list[str]:
        """Return the section of a study of one setting."""
        return self.of(report, report.points[0])

    def of(self, report: Report, point: PointRows) -> list[str]:
        """Return the section of one design point."""
        return [part for at in report.at_each([point]) for part in self.make(report, at)]
