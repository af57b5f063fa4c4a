"""report.html of a results folder: statements with their errors, print figures, LaTeX tables; from its files alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import UserError
from ..storage.atomic_files import replaced_atomically
from ..storage.checksums import refuse_altered, renewed_checksums
from ..storage.results_folder import hold
from ..storage.tables import read_frame
from ..studies.reader import StudyFile
from ..sweeps.folder import study_in
from ..sweeps.statement_codebook import ANALYSES, STATEMENTS, write_codebook
from . import html
from .latex import write_tables

REPORT = "report.html"
FIGURES, TABLES = "figures", "tables"
OWN = (REPORT, f"{FIGURES}/", f"{TABLES}/", STATEMENTS, *ANALYSES)
"""Beginnings of the names that a report writes."""


@dataclass
class Report:
    """The study of a report, and the parts gathered so far."""

    folder: Path
    study: StudyFile
    manifest: Mapping[str, Any]
    sections: list[str] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

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
        """Return the svg of a figure as part of the page."""
        return html.figure(next(path for path in paths if path.suffix == ".svg"), caption, alternative)


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
    for title, make in (study.protocol.report_sections() or {"Summary": _summary}).items():
        report.part(title, make)
    if not report.sections:
        raise UserError(f"{folder} holds nothing to report: " + "; ".join(report.left_out))
    citation = citation_of(manifest)
    paths = write_tables(folder / TABLES, report.tables, citation.splitlines()[1])
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
