"""report.html of a results folder: statements with their errors, print figures, LaTeX tables; from its files alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..storage.atomic_files import replaced_atomically
from ..storage.checksums import refuse_altered, renewed_checksums
from ..storage.results_folder import hold
from ..studies.reader import StudyFile
from ..sweeps.folder import study_in
from ..sweeps.statement_codebook import ANALYSES, STATEMENTS, write_codebook
from . import html
from .latex import LINES_OF_A_ROW, MOST_ROWS, write_tables
from .point_labels import caption_text
from .report_parts import FIGURES, MOST_POINTS, TABLES, EachPoint, Report
from .sections.all_points import all_points

REPORT = "report.html"
OWN = (REPORT, f"{FIGURES}/", f"{TABLES}/", STATEMENTS, *ANALYSES)
"""Beginnings of the names that a report writes."""
OPEN_POINTS = 4
"""Sections of more points are folded."""


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
    points = _points(report)
    if points and (protocol.summary_events or protocol.summary_means):
        report.part("All design points", all_points)
    several = points > 1
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
        count = len(tables.pop(name)) * LINES_OF_A_ROW.get(name, 1)
        report.left_out.append(f"tables/{name}.tex: it would have {count:,} lines, and at most {MOST_ROWS} are printed")
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
    table = report.read("summary.csv").drop(columns="point", errors="ignore")
    return [html.table(table, "summary.csv: estimates with Monte Carlo standard errors (mcse)")]


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
