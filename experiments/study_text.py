"""A study in one line, and in a table for notebooks: what it asks for, and how far its results folder is.

Nothing is run or written, and nothing raises: a folder that cannot be read is described as such.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..agents.notebook_table import one_line
from .errors import UserError
from .reporting.point_labels import short_names
from .storage.folder_files import is_results_folder
from .studies.factors import factor_range, known_quantity
from .studies.reader import StudyFile
from .studies.sampling import design_size

MOST_COUNTED = 20_000
"""Replicates up to which each is looked up in the ledger; of larger studies the recorded runs are counted."""
MOST_LEVELS = 8


class Progress(NamedTuple):
    """How far a results folder is: a word for its state, then numbers in words ("" where there are none)."""

    state: str
    counts: str = ""

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.counts}, {self.state}" if self.counts else self.state


def progress_of(file: StudyFile, path: Path) -> Progress:
    """Return the progress of a study's results folder."""
    try:
        if not is_results_folder(path):
            return Progress("not started")
        return _recorded(file, path)
    except UserError as error:
        return Progress(f"unreadable: {one_line(str(error).splitlines()[0])}")
    except Exception as error:
        # Printing an object must not raise, whatever a damaged folder holds.
        return Progress(f"unreadable: {one_line(f'{type(error).__name__}: {error}')}")


def _recorded(file: StudyFile, path: Path) -> Progress:
    from .storage.provenance import code_hash
    from .storage.results_folder import read_own_manifest, recorded_ledger
    from .studies.plan import Plan
    from .sweeps.outcome import work
    from .sweeps.stopping_rule import InterimAnalyses

    manifest = read_own_manifest(path)
    with recorded_ledger(path) as ledger:
        runs = f"{ledger.count():,} runs recorded"
        if manifest["code_hash"] != code_hash():
            return Progress("made with other code, nothing can be added", runs)
        if design_size(file) * (file.replicates.max or file.replicates.min) > MOST_COUNTED:
            return Progress("moat status counts what is missing", runs)
        plan, given_up = Plan(file), ledger.given_up()
        analyses = InterimAnalyses(plan, ledger)
        analyses.update(given_up)
        done, failed, missing = work(plan, analyses, ledger, given_up)
        unsound = bool(ledger.disagreements())
    counts = f"{done:,} of {done + failed + missing:,} {file.protocol.units} done"
    if unsound:
        return Progress("NON-DETERMINISTIC: some runs gave two outcomes", counts)
    if failed:
        return Progress(f"{failed:,} failed", counts)
    if missing:
        return Progress("not finished", counts)
    return Progress("finished" if (path / "export" / "runs.csv").is_file() else "not exported", counts)


def study_line(file: StudyFile, path: Path) -> str:
    """Return name, folder, design, replicates and progress of a study in one line."""
    points = design_size(file)
    names = list(short_names(file.factor_names).values())
    over = f" over {_listed(names)}" if names else ""
    size = f"{points:,} design point{'s' * (points != 1)}, {_replicates(file)}"
    name, where = one_line(repr(file.study.name)), one_line(path)
    return f"{name} in {where}: {file.design.kind}{over} ({size}); {one_line(progress_of(file, path))}"


def study_rows(file: StudyFile, path: Path, tables: Iterable[str]) -> list[tuple[str, str]]:
    """Return the facts of a study for a table: name and value."""
    progress = progress_of(file, path)
    model = file.model
    changed = ", ".join(f"{name} = {value}" for name, value in model.set.items())
    rows = [
        ("title", file.study.title),
        ("model", f"preset {model.preset}, protocol {model.protocol}, {file.parameters.electorate.voters:,} voters"),
        ("set", changed),
        ("design", _design(file)),
        *((f"factor {name}", _levels(file, name)) for name in file.factor_names),
        ("replicates", _replicates(file)),
        ("seed", str(file.study.seed)),
        ("progress", progress.counts),
        ("state", progress.state),
        ("folder", str(path)),
        ("tables", ", ".join(tables)),
    ]
    return [(name, value) for name, value in rows if value]


def _design(file: StudyFile) -> str:
    points, arms = design_size(file), 1
    for levels in file.arm_factors.values():
        arms *= len(levels)
    several = f", {arms:,} settings of exposure in each" if arms > 1 else ""
    return f"{file.design.kind}, {points:,} design point{'s' * (points != 1)}{several}"


def _replicates(file: StudyFile) -> str:
    least, most = file.replicates.min, file.replicates.max or file.replicates.min
    count = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{count} paired replicate{'s' * (most != 1)}"


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_LEVELS])
    return shown if len(names) <= MOST_LEVELS else f"{shown} and {len(names) - MOST_LEVELS:,} more"


def _levels(file: StudyFile, name: str) -> str:
    factor = file.factors.get(name)
    if factor is None:
        return f"values of {file.design.file}"
    unit = known_quantity(name).unit
    if factor.levels is not None:
        return f"{_listed([str(level) for level in factor.levels])} ({unit})"
    low, high = factor_range(name, factor)
    return f"{low:g} to {high:g} ({unit})"
