"""The table of series in a ledger: the rows of each run, packed. It exists only in ledgers of studies with series."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .provenance import canonical_json

SERIES_TABLE = """
CREATE TABLE IF NOT EXISTS series (
    key TEXT PRIMARY KEY REFERENCES runs (key), request TEXT NOT NULL, digest TEXT NOT NULL, rows BLOB NOT NULL
    ) WITHOUT ROWID
"""
_LEVEL = 6


class SeriesRecord(NamedTuple):
    """The series of one run. request: the columns and months that were asked for, as canonical text.

    digest: sha256 of the rows' canonical text. rows: that text, compressed.
    """

    key: str
    request: str
    digest: str
    rows: bytes


def packed(key: str, request: str, rows: Sequence[Sequence[Any]]) -> SeriesRecord:
    """Return the record of a run's series: a list for each recorded month, the month first."""
    text = canonical_json([list(row) for row in rows]).encode()
    return SeriesRecord(key, request, hashlib.sha256(text).hexdigest(), zlib.compress(text, _LEVEL))


def unpacked(record: SeriesRecord) -> list[list[Any]]:
    """Return the rows of a record. ValueError if they are not what its digest says."""
    try:
        text = zlib.decompress(record.rows)
        if hashlib.sha256(text).hexdigest() == record.digest:
            rows: list[list[Any]] = json.loads(text)
            return rows
    except (TypeError, zlib.error):
        pass
    raise ValueError("its series is not as recorded")


def has_series(connection: sqlite3.Connection) -> bool:
    """Return whether a ledger has the table."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'series'"
    return connection.execute(query).fetchone() is not None


def series_of(connection: sqlite3.Connection, key: str, request: str) -> SeriesRecord | None:
    """Return the series of a run as it was asked for; None if the ledger has none, or one of another request."""
    if not has_series(connection):
        return None
    query = "SELECT key, request, digest, rows FROM series WHERE key = ? AND request = ?"
    values = connection.execute(query, (key, request)).fetchone()
    return None if values is None else SeriesRecord._make(values)


def keep_series(connection: sqlite3.Connection, records: Iterable[SeriesRecord]) -> list[tuple[str, str, str]]:
    """Keep the series of runs, in place of those of an earlier request; return the disagreements with kept ones.

    A disagreement is the run's key, the digest kept and the new one, for equal requests.
    """
    disagreements = []
    for record in records:
        connection.execute(SERIES_TABLE)
        kept = series_of(connection, record.key, record.request)
        if kept is None:
            connection.execute("INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)", record)
        elif kept.digest != record.digest:
            disagreements.append((record.key, kept.digest, record.digest))
    return disagreements


def all_series(connection: sqlite3.Connection) -> Iterable[SeriesRecord]:
    """Return every series of a ledger, by key; nothing without the table."""
    if not has_series(connection):
        return ()
    rows = connection.execute("SELECT key, request, digest, rows FROM series ORDER BY key")
    return (SeriesRecord._make(values) for values in rows)


def altered_series(connection: sqlite3.Connection) -> list[str]:
    """Return the keys of runs whose series is not as recorded, and of series without a run."""
    keys = []
    for record in all_series(connection):
        run = connection.execute("SELECT 1 FROM runs WHERE key = ?", (record.key,)).fetchone()
        try:
            unpacked(record)
        except ValueError:
            run = None
        if run is None:
            keys.append(str(record.key))
    return keys
