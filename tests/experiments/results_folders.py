"""What tests of studies share: a little study, the command in this process, rows and contents of a results folder."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from political_moat import Study
from political_moat.experiments.cli.main import main
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.studies.reader import StudyFile
from political_moat.experiments.sweeps.outcome import Outcome
from political_moat.experiments.sweeps.run import run_study

LITTLE = """
[study]
name = "little"
[model]
voters = 200
returning = false
[design]
kind = "grid"
[factors."exposure.breadth"]
levels = [0, 0.3]
unit = "share of voters"
[factors."exposure.visibility"]
levels = [1.0, 0.1]
[factors."party.office_rent"]
levels = [0.5, 2]
[replicates]
min = 3
[engine]
kind = "serial"
"""
"""A study of two design points, three arms and three replicates: 18 runs."""
STOP = """
min = 2
max = 16
stop = { outcome = "severity", contrast = "exposure.breadth", mcse = 0.04 }
"""
"""In place of its `min = 3`."""


def finished(text: str, out: Path) -> Study:
    """A study that has been run, exports alone: the report takes longer than these runs and has tests of its own."""
    return Study.from_text(text, out).run(report=False)


def run_here(study: StudyFile, out: Path) -> Outcome:
    """A study of `moat run` that has been run in this process."""
    return run_study(study, out, Engine("serial"), quiet=True, retry=True)


def command(*words: object) -> int:
    """`moat` in this process; returns the exit code."""
    before = sys.argv
    sys.argv = ["moat", *map(str, words)]
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    finally:
        sys.argv = before
    return 0


def rows(out: Path, table: str = "runs") -> list[dict[str, str]]:
    with (out / "export" / f"{table}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def contents(out: Path) -> dict[str, bytes]:
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in (".lock", "ledger.sqlite")}
