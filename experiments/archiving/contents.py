"""What each file of an archive is, in a few words."""

from __future__ import annotations

from pathlib import PurePosixPath

_BY_NAME = {
    "CITATION.cff": "How to cite the software",
    "LICENSE": "Licence of the software",
    "README.md": "What the archive holds, and how to run it again",
    "SHA256SUMS": "Checksum of every other file",
    "codemeta.json": "Metadata of the software (CodeMeta)",
    "reproduce.sh": "Script that runs the study again and compares every table",
    "requirements.txt": "Every installed package in its version",
    "ro-crate-metadata.json": "Description of the archive for programs (RO-Crate)",
    "results/SHA256SUMS": "Checksum of every file of the results folder but the ledger",
    "results/codebook.json": "Every column of the exports, for programs",
    "results/codebook.md": "Every column of the exports: unit, range, meaning, formula",
    "results/codebook-statements.md": "Every column of the tables of statements",
    "results/datapackage.json": "The tables as a Frictionless Data Package",
    "results/export/cycles.csv": "A row per administration",
    "results/export/points.csv": "A row per design point",
    "results/export/runs.csv": "A row per run, with every outcome",
    "results/export/runs.dta": "The runs for Stata, with labels",
    "results/export/series.csv": "A row per run and recorded month",
    "results/ledger.sqlite": "Every run as it was recorded",
    "results/manifest.json": "Study, code, versions, platform and seed",
    "results/read.R": "Script that reads, prints and draws the runs in R",
    "results/report.html": "Report, one file without external links",
    "results/study.toml": "The study file",
    "results/summary.csv": "Summary: estimates with Monte Carlo standard errors",
}
_BY_FOLDER = {
    "results/figures": "Figure, or the numbers drawn in it",
    "results/inputs": "File that the study file names",
    "results/paper": "Companion paper: LaTeX source",
    "results/paper/figures": "Figure of the companion paper",
    "results/paper/parts": "Companion paper: what follows from the result",
    "results/paper/tables": "LaTeX table of the companion paper",
    "results/tables": "LaTeX table",
}


def description_of(name: str) -> str:
    """Return one line about a file by its place in the archive."""
    place = PurePosixPath(name)
    if name in _BY_NAME:
        return _BY_NAME[name]
    if place.suffix == ".parquet":
        return f"The same table as {place.stem}.csv, as Parquet"
    if place.suffix == ".whl":
        return "The code that made the results, as a Python wheel"
    return _BY_FOLDER.get(str(place.parent), f"Table {place.stem}" if place.suffix == ".csv" else place.name)
