"""Opening a ledger that exists: reading leaves no trace, and nothing relies on a ledger before it is checked."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

from ..errors import UserError
from .atomic_files import damaged
from .file_locks import can_be_locked
from .folder_files import MANIFEST
from .provenance import SCHEMA_VERSION
from .series_table import SERIES_TABLE, has_series

BUSY_SECONDS = 30.0
TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tasks (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY, task TEXT NOT NULL, replicate INTEGER NOT NULL, arm TEXT NOT NULL,
    outcome_hash TEXT NOT NULL, row TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS runs_by_replicate ON runs (replicate);
CREATE TABLE IF NOT EXISTS cycles (
    key TEXT NOT NULL REFERENCES runs (key), number INTEGER NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    task TEXT NOT NULL, attempt INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, seed TEXT);
CREATE TABLE IF NOT EXISTS given_up (task TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS disagreements (key TEXT NOT NULL, recorded TEXT NOT NULL, repeated TEXT NOT NULL);
"""
_COLUMNS_OF_TABLES = (
    "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
)
_WRITE_VERSION = 18
"""Byte of an SQLite header: 1 with a rollback journal, 2 with a write-ahead log."""
_WITHOUT_LOCKS = "win32-none" if sys.platform == "win32" else "unix-none"


def refuse_unreadable(path: Path) -> None:
    """Raise UserError if there is no ledger at `path`, or no file that could be one."""
    if not path.exists():
        raise UserError(f"{path} is missing; restore it from a backup, or run the study in a new folder")
    if not path.is_file():
        raise UserError(damaged(path, "it is not a file"))
    if path.stat().st_size == 0:
        raise UserError(damaged(path, "it is empty"))


def read_connection(path: Path) -> sqlite3.Connection:
    """Open an existing ledger for reading; writes neither to it nor beside it.

    Beside a running writer SQLite's locks keep both apart. A log that a killed writer left is read in this process's
    own memory, without the shared-memory file that SQLite would create and leave behind; so is a ledger on a file
    system that refuses locks, where no writer can run. Raises UserError and sqlite3.Error.
    """
    refuse_unreadable(path)
    with path.open("rb") as stream:
        logs_ahead = stream.read(_WRITE_VERSION + 1)[_WRITE_VERSION:] == b"\x02"
    log, shared = path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")
    if not logs_ahead and log.exists() and log.stat().st_size > 0:
        raise UserError(damaged(path, f"{log.name} is not its log"))
    alone = (logs_ahead and not shared.exists()) or not can_be_locked(path.with_name(MANIFEST))
    mode = f"&vfs={_WITHOUT_LOCKS}" if alone else ""
    if alone and logs_ahead and not _holds_a_transaction(log):
        mode = "&immutable=1"  # else SQLite would remove such a log
    address = f"{path.absolute().as_uri()}?mode=ro{mode}"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if alone:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # the index of the log then stays in memory
    except BaseException:
        connection.close()
        raise
    return connection


def _holds_a_transaction(log: Path) -> bool:
    """Return whether a write-ahead log has a frame that ends a transaction (format: sqlite.org/fileformat2.html)."""
    if not log.exists():
        return False
    size = log.stat().st_size
    with log.open("rb") as stream:
        header = stream.read(32)
        page, salts = int.from_bytes(header[8:12], "big"), header[16:24]
        while stream.tell() + 24 + page <= size:
            frame = stream.read(24)
            if frame[8:16] != salts:
                return False
            if any(frame[4:8]):
                return True
            stream.seek(page, os.SEEK_CUR)
    return False


def complete_rollback(path: Path) -> None:
    """Undo the transaction that a killed writer left half-written, if its rollback journal is there."""
    if path.with_name(f"{path.name}-journal").exists():
        refuse_unreadable(path)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
        finally:
            connection.close()


def check(connection: sqlite3.Connection, path: Path, study: str | None = None) -> None:
    """Raise UserError unless a ledger is whole, has this version's tables and format, and belongs to `study`."""
    (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise UserError(damaged(path, " ".join(str(state).split())))
    if sorted(connection.execute(_COLUMNS_OF_TABLES)) != _columns_of_a_ledger(series=has_series(connection)):
        raise UserError(damaged(path, "its tables are not those of a ledger"))
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    refuse_other_format(meta, path)
    if study is not None and meta.get("study") != study:
        raise UserError(f"{path} belongs to another study than {MANIFEST} beside it; put back the ledger of this study")


def refuse_other_format(meta: dict[str, str], path: Path) -> None:
    """Raise UserError unless the ledger names the format of this version."""
    if "schema" not in meta:
        raise UserError(damaged(path, "it does not name its format"))
    if meta["schema"] != str(SCHEMA_VERSION):
        raise UserError(f"{path} has outcome schema {meta['schema']}, this version writes {SCHEMA_VERSION}")


def _columns_of_a_ledger(*, series: bool) -> list[tuple[str, str]]:
    memory = sqlite3.connect(":memory:")
    try:
        memory.executescript(f"{TABLES}{SERIES_TABLE};" if series else TABLES)
        return sorted(memory.execute(_COLUMNS_OF_TABLES))
    finally:
        memory.close()
