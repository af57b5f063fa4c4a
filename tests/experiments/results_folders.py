"""What tests of studies share: the command in this process, rows and contents of a results folder."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from political_moat.experiments.cli import main


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
