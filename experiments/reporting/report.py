"""report.html of a results folder: statements with their errors, print figures, LaTeX tables; from its files alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import UserError
from ..statistics.input_checks import refuse_incomplete, refuse_missing_rows, refuse_mixed_code
from ..storage.atomic_files import replaced_atomically
from ..storage.checksums import refuse_altered, renewed_checksums
from ..storage.results_folder import hold
from ..storage.tables import read_frame
from ..studies.reader import StudyFile
from ..sweeps.folder import study_in
from ..sweeps.statement_codebook import ANALYSES, STATEMENTS, write_codebook
from . import html
from .latex import LINES_OF_A_ROW, MOST_ROWS, write_tables
from .point_labels import VOTERS, caption_text
from .point_rows import PointRows, points_of

REPORT = "report.html"
FIGURES, TABLES = "figures", "tables"
OWN = (REPORT, f"{FIGURES}/", f"{TABLES}/", STATEMENTS, *ANALYSES)
"""Beginnings of the names that a report writes."""
MOST_POINTS = 16
"""Design points with a section each; a study of more has tables and figures of all points together."""
OPEN_POINTS = 4
"""Sections of more points are folded."""


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
        # "none" is a layer, not a missing value.
        return read_frame(path, keep_default_na=False, na_values=[""])

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


def build_report(folder: Path) -> Path:
    """Write report.html, figures/ and tables/ of a results folder and renew their checksums; return the page's path.

    The protocol declares the sections. A section that the folder's files do not allow is named on the page with
    the reason. Raises UserError if the folder holds no results, if a file that the report does not write is not as its
    checksum says, or if no section can be made.
    """
    study_in(folder)
    with hold(folder):
        refuse_altered(folder, but=OWN)
        with renewed_checksums(folder):
            return write_report(folder)


def write_report(folder: Path) -> Path:
    """Write report.html, figures/ and tables/ from the files of a results folder; return the page's path."""
    study, manifest = study_in(folder)
    report = Report(folder, study, manifest)
    sections = study.protocol.report_sections() or {"Summary": _summary}
    each = {title: make for title, make in sections.items() if isinstance(make, EachPoint)}
    protocol = study.protocol
    count = _points(report)
    if count and (protocol.summary_events or protocol.summary_means):
        from .sections.all_points import all_points

        report.part("All design points", all_points)
    several = count > 1
    if several:
        _by_point(report, each)
    for title, make in sections.items():
        if not (several and title in each):
            report.part(title, make)
    if not report.sections:
        raise UserError(f"{folder} holds nothing to report: " + "; ".join(report.left_out))
    citation = citation_of(manifest)
    tables = report.gathered()
    long = [name for name, table in tables.items() if len(table) * LINES_OF_A_ROW.get(name, 1) > MOST_ROWS]
    for name in long:
        lines = len(tables.pop(name)) * LINES_OF_A_ROW.get(name, 1)
        report.left_out.append(f"tables/{name}.tex: it would have {lines:,} lines, and at most {MOST_ROWS} are printed")
    paths = write_tables(folder / TABLES, tables, f"{caption_text(study)} {citation.splitlines()[1]}")
    names = ", ".join(f"{TABLES}/{path.name}" for path in paths)
    files = [html.paragraph(f"LaTeX tables: {names}.")] if paths else []
    files.append(
        html.paragraph(
            "Every column is explained in codebook.md and codebook-statements.md; SHA256SUMS fixes every file."
        )
    )
    report.sections.append(html.section("Files", *files))
    if report.left_out:
        lines = "".join(f"<li>{html.text(line)}</li>" for line in report.left_out)
        report.sections.append(html.section("Not in this report, and why", f"<ul>{lines}</ul>"))
    with replaced_atomically(folder / REPORT) as stream:
        stream.write(html.page(title_of(study), report.sections, citation))
    write_codebook(folder)
    return folder / REPORT


def _points(report: Report) -> int:
    """Return the number of design points of a sweep; 0 for a study of one setting, or runs that cannot be read."""
    if report.study.study.single_setting:
        return 0
    try:
        return len(report.points)
    except (UserError, ValueError):  # every section says why
        return 0


def _by_point(report: Report, sections: Mapping[str, EachPoint]) -> None:
    """Add a section for every design point; name what no point allows once."""
    points = report.points
    if not sections:
        return
    if len(points) > MOST_POINTS:
        most = f"a study of more than {MOST_POINTS} has the tables and figures of all points"
        report.left_out.append(f"A section for each of {len(points):,} design points: {most}")
        return
    reasons: dict[str, list[str]] = {}
    folded = []
    for point in points:
        parts = []
        for title, section in sections.items():
            try:
                parts.append(html.subsection(title, *section.of(report, point)))
            except (UserError, ValueError) as error:
                reasons.setdefault(f"{title}: {error}", []).append(point.label)
        label = point.sentence.removesuffix(". ")
        folded.append(html.folded(label, f"point{point.suffix}", parts, is_open=len(points) <= OPEN_POINTS))
    report.sections.append(html.section("Each design point", *folded))
    report.left_out += [reason + _where(labels, len(points)) for reason, labels in reasons.items()]


def _where(labels: Sequence[str], count: int) -> str:
    return "" if len(labels) == count else f" (at {'; '.join(labels)})"


def _summary(report: Report) -> list[str]:
    return [html.table(report.read("summary.csv"), "summary.csv: estimates with Monte Carlo standard errors (mcse)")]


def title_of(study: StudyFile) -> str:
    """Return the title of the page."""
    return f"political-moat: {study.study.title or study.study.name}, seed {study.study.seed}"


def citation_of(manifest: Mapping[str, Any]) -> str:
    """Return the citation line, and the sentence of versions and seed that made these results (not this machine's)."""
    package, system = manifest["package"], manifest["platform"]
    packages = ", ".join(f"{name} {number}" for name, number in manifest["versions"].items())
    return (
        "political-moat authors (2026). political-moat: a laboratory for the political moat thesis "
        f"(version {package['version']}). Software, MIT licence.\n"
        f"Computed with political-moat {package['version']}, code {str(manifest['code_hash'])[:16]}, seed "
        f"{manifest['seed']}, {packages}, on {system['system']} {system['machine']}."
    )
