"""Files of a results folder by name: its own, those left aside, and links, which are refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ..errors import UserError
from .atomic_files import PARTIAL, is_partial_name

LEDGER = "ledger.sqlite"
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
FROZEN = "study.toml"
LOCK = ".lock"
EXPORT = "export"
PAPER = "paper"
INPUTS = "inputs"
"""Folder of the files that a study names."""
LEDGER_SIDE_FILES = frozenset({f"{LEDGER}-wal", f"{LEDGER}-shm", f"{LEDGER}-journal"})
_FOLDERS = frozenset({EXPORT, INPUTS, PAPER, "figures", "tables"})
_WRITTEN = frozenset(
    {
        *(LEDGER, MANIFEST, CHECKSUMS, FROZEN, LOCK, "report.html", "summary.csv"),
        *_FOLDERS,
        *("codebook.md", "codebook.json", "codebook-statements.md", "incidence.csv", "naive_regression.csv"),
        *("mediation.csv", "prior_mass.csv", "sensitivity.csv", "logit.csv", "phase-map.csv", "depth.csv", "moves.csv"),
        *("backtest.csv", "datapackage.json", "read.R"),
        *LEDGER_SIDE_FILES,
    }
)
_TYPESET = frozenset({"aux", "bbl", "blg", "fdb_latexmk", "fls", "log", "out", "pdf", "synctex.gz", "toc"})
"""Endings of paper/paper.*, files that LaTeX makes: they are no results."""
_FILE_ENDINGS = frozenset({".csv", ".parquet", ".dta", ".R", ".md", ".json", ".toml", ".html", ".sqlite"})
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def is_litter(name: str) -> bool:
    """Return whether a file browser or a copying program made a file of this name; such files hold no results."""
    return name.casefold() in _LITTER or name.startswith("._")


def is_reserved(name: str) -> bool:
    """Return whether a results folder itself writes a file of this name, in upper or lower case."""
    folded = name.casefold()
    return folded in {written.casefold() for written in _WRITTEN} or folded.endswith(PARTIAL) or is_litter(name)


def is_results_folder(path: Path) -> bool:
    """Return whether a path is a results folder, perhaps a damaged one, and not the folder of a study to be run."""
    return any((path / name).exists() for name in (MANIFEST, LEDGER))


def refuse_input_inside(source: Path, out: Path) -> None:
    """Raise UserError if an input lies in the results folder that is about to be written.

    The folder itself stands for the study file that it keeps.
    """
    place, folder = source.resolve(), out.resolve()
    if place.is_relative_to(folder) and place not in (folder, folder / FROZEN):
        raise UserError(f"{source} lies inside the results folder {out}; move it out, or choose another --out")


def refuse_output_inside(target: Path) -> None:
    """Raise UserError if an output would lie in a results folder, which holds its own files alone."""
    for folder in target.resolve().parents:
        if (folder / MANIFEST).exists() and (folder / LEDGER).exists():
            raise UserError(f"{target} lies inside the results folder {folder}; choose another --out")


def results_files(folder: Path) -> Iterator[Path]:
    """Yield the files that belong to a results folder, in the order of their names.

    Left aside: the lock, side files of the ledger, files that are being written, litter of file browsers, and what
    LaTeX makes of a paper.
    """
    for file in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        working = file.parent == folder and (file.name == LOCK or file.name in LEDGER_SIDE_FILES)
        partial = any(part.endswith(PARTIAL) for part in file.relative_to(folder).parts)
        stem, _, ending = file.name.partition(".")
        typeset = file.parent == folder / PAPER and stem == PAPER and ending in _TYPESET
        aside = working or partial or typeset or is_litter(file.name)
        if not aside and (file.is_file() or file.is_symlink()):
            yield file


def refuse_odd_files(folder: Path, inner: Path | None = None) -> None:
    """Raise UserError for a link, pipe or device inside a results folder, and for a folder in place of a file.

    A linked file could lie, or change, elsewhere.
    """
    place = inner or folder
    with suppress(FileNotFoundError), os.scandir(place) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            file, name = place / entry.name, entry.name
            if entry.is_dir(follow_symlinks=False):
                if name == CHECKSUMS or file.suffix in _FILE_ENDINGS:
                    raise UserError(f"{file} is a folder where a file belongs; move it away")
                refuse_odd_files(folder, file)
            elif not entry.is_file(follow_symlinks=False):
                kind = "a link" if entry.is_symlink() else "neither a file nor a folder"
                raise UserError(f"{file} is {kind}; a results folder holds its files themselves: copy them there")
            elif place == folder and name in _FOLDERS:
                raise UserError(f"{file} is a file where a folder belongs; move it away")


def remove_partial_files(folder: Path) -> None:
    """Remove what a killed process was writing in a locked results folder; other names are left alone."""
    for file in list(folder.rglob(f"*{PARTIAL}")):
        if is_partial_name(file.name) and not file.is_symlink():
            if file.is_dir():
                shutil.rmtree(file, ignore_errors=True)
                continue
            with suppress(OSError):
                file.unlink()
