"""What somebody may do to a results folder who knows how it is made: edit files and ledger, write checksums anew."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from political_moat.experiments.storage.provenance import outcome_hash_of_texts


def rewrite_checksums(folder: Path) -> None:
    """Write SHA256SUMS of the files as they are now."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    covered = sorted(name for name in files if name not in (".lock", "ledger.sqlite", "SHA256SUMS"))
    lines = [f"{hashlib.sha256(files[name].read_bytes()).hexdigest()}  {name}\n" for name in covered]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="")


def edit_lines(file: Path, change: list[int] | None, lines: list[str] | None = None) -> None:
    """Keep the lines of a file at some places (None: all), then add others."""
    text = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = text if change is None else [text[place] for place in change]
    file.write_text("".join([*kept, *(lines or [])]), encoding="utf-8", newline="")


def edit_cell(file: Path, line: int, column: str, text: str) -> None:
    """Write another text into a cell of a csv file; lines count from 1, the header's."""
    rows = [row.split(",") for row in file.read_text(encoding="utf-8").splitlines()]
    rows[line - 1][rows[0].index(column)] = text
    file.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8", newline="")


@contextmanager
def ledger_of(folder: Path) -> Iterator[sqlite3.Connection]:
    """The ledger as a plain database; changes are kept."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection, connection:
        yield connection


def key_in(folder: Path, replicate: int, arm: str) -> str:
    with ledger_of(folder) as ledger:
        query = "SELECT key FROM runs WHERE replicate = ? AND arm = ? ORDER BY rowid"
        return str(ledger.execute(query, (replicate, arm)).fetchone()[0])


def set_value(folder: Path, key: str, column: str, value: object) -> None:
    """Change one outcome of a run in the ledger, keeping its hash."""
    with ledger_of(folder) as ledger:
        (text,) = ledger.execute("SELECT row FROM runs WHERE key = ?", (key,)).fetchone()
        row = json.dumps(json.loads(text) | {column: value}, sort_keys=True, separators=(",", ":"))
        ledger.execute("UPDATE runs SET row = ? WHERE key = ?", (row, key))


def rehash(folder: Path, key: str) -> None:
    """Write the outcome hash that the row and the cycles of a run have now."""
    with ledger_of(folder) as ledger:
        (row,) = ledger.execute("SELECT row FROM runs WHERE key = ?", (key,)).fetchone()
        cycles = ledger.execute("SELECT number, row FROM cycles WHERE key = ? ORDER BY number", (key,)).fetchall()
        ledger.execute("UPDATE runs SET outcome_hash = ? WHERE key = ?", (outcome_hash_of_texts(row, cycles), key))


def copy_run(folder: Path, key: str, source: Path, new_key: str) -> None:
    """Insert a run of another ledger, cycles and hash with it, under a key."""
    with ledger_of(source) as other:
        run = other.execute("SELECT task, replicate, arm, outcome_hash, row FROM runs WHERE key = ?", (key,)).fetchone()
        cycles = other.execute("SELECT number, row FROM cycles WHERE key = ?", (key,)).fetchall()
    with ledger_of(folder) as ledger:
        ledger.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", (new_key, *run))
        ledger.executemany("INSERT INTO cycles VALUES (?, ?, ?)", [(new_key, *cycle) for cycle in cycles])


def drop_cycle(folder: Path, key: str) -> None:
    """Remove the last administration of a run."""
    with ledger_of(folder) as ledger:
        ledger.execute(
            "DELETE FROM cycles WHERE key = ? AND number = (SELECT max(number) FROM cycles WHERE key = ?)", (key, key)
        )
