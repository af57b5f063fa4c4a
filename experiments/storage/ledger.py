"""Ledger of finished runs: once `record` has returned, a run is on disk exactly once, even if a process dies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, TypedDict

from ..errors import NonDeterministic, UserError
from .atomic_files import damaged, disk_errors_in_one_line
from .ledger_opening import BUSY_SECONDS, TABLES, check, read_connection, refuse_other_format
from .provenance import SCHEMA_VERSION, canonical_json, outcome_hash_of_texts
from .series_table import SeriesRecord, all_series, altered_series, keep_series, series_of, unpacked

_RUN_EXISTS = "SELECT 1 FROM runs WHERE key = ?"
_CYCLES = "SELECT number, row FROM cycles WHERE key = ? ORDER BY number"


class RunRecord(TypedDict):
    """One run: `row` holds its outcomes by column, JSON scalars (None for a missing value, never NaN)."""

    key: str
    replicate: int
    arm: str
    row: Mapping[str, Any]


class CycleRecord(TypedDict):
    """One administration of a run; `key` is the run's, `number` counts from 0 or 1, as the protocol chooses."""

    key: str
    number: int
    row: Mapping[str, Any]


class RecordedRun(NamedTuple):
    """One run as the ledger stores it: `row` and the rows of `cycles` (by number) are texts of JSON.

    Nothing is checked: somebody may have edited the file.
    """

    key: str
    task: str
    replicate: int
    arm: str
    outcome_hash: str
    row: str
    cycles: tuple[tuple[int, str], ...]


class FailureRecord(TypedDict):
    """One failed attempt at a task; `detail` is the traceback, if any."""

    task: str
    attempt: int
    reason: str
    detail: NotRequired[str]
    seed: int | None


class Ledger:
    """SQLite file of finished runs. One writer (the coordinator), one transaction per task, flushed to disk.

    Write-ahead log where the file system can, a rollback journal elsewhere (network folders). Raises UserError in one
    line for a full disk, a damaged ledger or another format.
    """

    def __init__(self, path: Path, *, read_only: bool = False, study: str | None = None) -> None:
        """Open or create the ledger at `path`.

        read_only: open an existing ledger beside its writer, checked whole; study: the identity that it must bear.
        """
        self.path = path
        self.read_only = read_only
        self._together = False
        with disk_errors_in_one_line(path):
            self._connection = (
                read_connection(path)
                if read_only
                else sqlite3.connect(path.absolute().as_uri(), uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            )
            try:
                if read_only:
                    check(self._connection, path, study)
                else:
                    self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        journal_mode(self._connection)
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(f"BEGIN IMMEDIATE;{TABLES}COMMIT;")
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
        refuse_other_format(dict(self._connection.execute("SELECT name, value FROM meta")), self.path)

    @property
    def study(self) -> str | None:
        """Return the identity of the study that the ledger belongs to; None if it names none."""
        rows = self._read("SELECT value FROM meta WHERE name = 'study'")
        return str(rows[0][0]) if rows else None

    def bind(self, study: str) -> None:
        """Record which study a new ledger belongs to, so that it is never read as another's."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('study', ?)", (study,))

    def close(self) -> None:
        """Close; the writer merges the write-ahead log into the file, so that one file can be copied."""
        if not self.read_only:
            # While another process reads, the log stays; nothing is lost.
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA busy_timeout=0")
                self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()

    def __enter__(self) -> Ledger:
        """Return the ledger."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Record everything in the block in one transaction: one flush of the disk for many tasks."""
        with self._transaction():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if self._together:
            yield self._connection
            return
        with disk_errors_in_one_line(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except NonDeterministic:  # keeps the flag of the disagreement
                self._connection.execute("COMMIT")
                raise
            except BaseException:
                if self._connection.in_transaction:  # a full disk makes SQLite roll back
                    self._connection.execute("ROLLBACK")
                raise

    def record(
        self,
        task_key: str,
        runs: Sequence[RunRecord],
        cycles: Sequence[CycleRecord] = (),
        series: Sequence[SeriesRecord] = (),
    ) -> bool:
        """Record a finished task, all or nothing; return False if all of it was recorded before, with equal outcomes.

        Raises NonDeterministic (and flags the study) if a run was recorded with another outcome or series, ValueError
        for NaN or for cycles of a run not in `runs`.
        """
        prepared = [_prepared(run, cycles) for run in runs]
        unknown = {cycle["key"] for cycle in cycles} - {run["key"] for run in runs}
        if unknown:
            raise ValueError(f"cycles of runs that are not in the task {task_key}: {sorted(unknown)}")
        with self._transaction() as connection:
            disagreements = [row for run in prepared if (row := self._disagreement(run)) is not None]
            disagreements = disagreements or keep_series(connection, series)
            if disagreements:
                connection.executemany("INSERT INTO disagreements VALUES (?, ?, ?)", disagreements)
                fresh = False
            else:
                fresh = sum(self._insert(task_key, run) for run in prepared) > 0
                connection.execute("INSERT OR IGNORE INTO tasks VALUES (?)", (task_key,))
                connection.execute("DELETE FROM given_up WHERE task = ?", (task_key,))
        if disagreements:
            key, recorded, repeated = disagreements[0]
            raise NonDeterministic(f"run {key} gave outcome {recorded[:16]} before and {repeated[:16]} now")
        return fresh

    def _disagreement(self, run: _Prepared) -> tuple[str, str, str] | None:
        query = "SELECT outcome_hash FROM runs WHERE key = ?"
        known = self._connection.execute(query, (run.key,)).fetchone()
        return None if known is None or known[0] == run.outcome_hash else (run.key, known[0], run.outcome_hash)

    def _insert(self, task_key: str, run: _Prepared) -> bool:
        values = (run.key, task_key, run.replicate, run.arm, run.outcome_hash, run.row)
        cursor = self._connection.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?)", values)
        if cursor.rowcount != 1:
            return False
        self._connection.executemany("INSERT INTO cycles VALUES (?, ?, ?)", run.cycles)
        return True

    def record_failure(
        self, task_key: str, attempt: int, reason: str, seed: int | None, detail: str = "", *, final: bool = False
    ) -> None:
        """Record a failed attempt; the task stays open. `final`: it is given up until `forgive` or a success."""
        values = (task_key, attempt, reason, detail, None if seed is None else str(seed))
        with self._transaction() as connection:
            connection.execute("INSERT INTO failures VALUES (?, ?, ?, ?, ?)", values)
            if final:
                connection.execute("INSERT OR REPLACE INTO given_up VALUES (?, ?)", (task_key, reason))

    def add_time(self, seconds: float, seconds_each: float | None) -> None:
        """Add to the time that the study has taken; seconds_each: between two tasks at present, None if not known."""
        spent, _ = self.time_taken()
        values = [("seconds", repr(spent + seconds))]
        values += [] if seconds_each is None else [("seconds_each", repr(seconds_each))]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values)

    def time_taken(self) -> tuple[float, float | None]:
        """Return the seconds that the study has taken, and those between two tasks at last; 0 and None if not known."""
        known = dict(self._read("SELECT name, value FROM meta WHERE name IN ('seconds', 'seconds_each')"))
        each = known.get("seconds_each")
        return float(known.get("seconds", 0.0)), None if each is None else float(each)

    def given_up(self) -> dict[str, str]:
        """Return the tasks that have no attempt left, with the last reason."""
        return dict(self._read("SELECT task, reason FROM given_up ORDER BY task"))

    def forgive(self) -> None:
        """Reopen the tasks that were given up."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM given_up")

    def recorded(self, keys: Sequence[str], series: str | None = None) -> set[str]:
        """Return those of the run keys that are recorded; series: with their series for this request."""
        known = {key for key in keys if self._connection.execute(_RUN_EXISTS, (key,)).fetchone() is not None}
        return known if series is None else {key for key in known if series_of(self._connection, key, series)}

    def series_rows(self, key: str, request: str) -> list[list[Any]]:
        """Return the series of a run: a list for each month, the month first; empty if it is not recorded."""
        with disk_errors_in_one_line(self.path):
            record = series_of(self._connection, key, request)
        try:
            return [] if record is None else unpacked(record)
        except ValueError as error:
            raise UserError(damaged(self.path, f"run {key[:16]}: {error}")) from error

    def series_digest(self, key: str, request: str) -> str | None:
        """Return the digest of the series of a run; None if it is not recorded."""
        with disk_errors_in_one_line(self.path):
            record = series_of(self._connection, key, request)
        return None if record is None else record.digest

    def run_row(self, key: str) -> tuple[str, dict[str, Any]] | None:
        """Return outcome hash and row of one run; None if it is not recorded."""
        rows = self._read("SELECT outcome_hash, row FROM runs WHERE key = ?", (key,))
        return None if not rows else (rows[0][0], self._row(key, rows[0][1]))

    def cycle_rows(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        """Return number and row of each administration of one run."""
        rows = self._read(_CYCLES, (key,))
        return [(number, self._row(key, row)) for number, row in rows]

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with disk_errors_in_one_line(self.path):
            return self._connection.execute(query, values).fetchall()

    def _row(self, key: str, text: str) -> dict[str, Any]:
        try:
            row = json.loads(text)
        except (TypeError, ValueError):
            row = None
        if not isinstance(row, dict):
            raise UserError(damaged(self.path, f"the row of run {key[:16]} cannot be read"))
        return row

    def altered(self) -> list[str]:
        """Return the keys of runs that are not what their outcome hash says, and of administrations without a run."""
        with disk_errors_in_one_line(self.path):
            wrong = [
                str(key)
                for key, hashed, row in self._connection.execute("SELECT key, outcome_hash, row FROM runs ORDER BY key")
                if outcome_hash_of_texts(row, self._connection.execute(_CYCLES, (key,)).fetchall()) != hashed
            ]
            wrong += altered_series(self._connection)
        return wrong + self.orphans()

    def find(self, prefix: str) -> list[tuple[str, int, str]]:
        """Return key, replicate and arm of runs whose key starts with `prefix` (hexadecimal digits), at most two."""
        query = "SELECT key, replicate, arm FROM runs WHERE key >= ? AND key < ? ORDER BY key LIMIT 2"
        return self._read(query, (prefix, prefix + "g"))

    def copy_from(self, other: Path) -> int:
        """Copy every run of another ledger in one transaction; runs that both hold are compared.

        Return the number of new runs. Raises NonDeterministic (and flags the study) if two disagree.
        """
        source = Ledger(other, read_only=True)
        with source, self._transaction() as connection:
            fresh = 0
            theirs = source._connection
            for key, task, replicate, arm, hashed, row, texts in source.texts():
                run = _Prepared(key, replicate, arm, hashed, row, [(key, number, text) for number, text in texts])
                disagreement = self._disagreement(run)
                if disagreement is not None:
                    connection.execute("INSERT INTO disagreements VALUES (?, ?, ?)", disagreement)
                    _, ours, other_hash = disagreement
                    raise NonDeterministic(
                        f"run {key} gave outcome {ours[:16]} in one folder, {other_hash[:16]} in {other}"
                    )
                fresh += self._insert(task, run)
            for key, ours, other_digest in keep_series(connection, all_series(theirs)):
                connection.execute("INSERT INTO disagreements VALUES (?, ?, ?)", (key, ours, other_digest))
                raise NonDeterministic(f"run {key} gave one series in one folder, another in {other}")
            connection.executemany("INSERT OR IGNORE INTO tasks VALUES (?)", theirs.execute("SELECT key FROM tasks"))
            connection.executemany(
                "INSERT INTO failures VALUES (?, ?, ?, ?, ?)",
                theirs.execute("SELECT task, attempt, reason, detail, seed FROM failures"),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO given_up VALUES (?, ?)",
                theirs.execute("SELECT task, reason FROM given_up WHERE task NOT IN (SELECT key FROM tasks)"),
            )
            return fresh

    def done(self) -> set[str]:
        """Return the keys of the recorded tasks."""
        return {key for (key,) in self._read("SELECT key FROM tasks")}

    def count(self) -> int:
        """Return the number of recorded runs."""
        return int(self._read("SELECT count(*) FROM runs")[0][0])

    def failures(self, *, open_only: bool = True) -> list[FailureRecord]:
        """Return failed attempts in the order they happened; by default only of tasks that never succeeded."""
        query = "SELECT task, attempt, reason, detail, seed FROM failures"
        if open_only:
            query += " WHERE task NOT IN (SELECT key FROM tasks)"
        return [
            {"task": task, "attempt": attempt, "reason": reason, "detail": detail, "seed": seed and int(seed)}
            for task, attempt, reason, detail, seed in self._read(query + " ORDER BY rowid")
        ]

    def disagreements(self) -> list[str]:
        """Return the keys of runs that gave two outcomes; a study with any is non-deterministic."""
        return [key for (key,) in self._read("SELECT DISTINCT key FROM disagreements ORDER BY key")]

    def texts(self) -> Iterator[RecordedRun]:
        """Yield every run as it is stored, by replicate, then key: memory does not grow with the study."""
        query = "SELECT key, task, replicate, arm, outcome_hash, row FROM runs ORDER BY replicate, key"
        for values in self._read(query):
            yield RecordedRun._make((*values, tuple(self._read(_CYCLES, values[:1]))))

    def administrations(self) -> int:
        """Return the number of recorded rows of cycles.csv."""
        return int(self._read("SELECT count(*) FROM cycles")[0][0])

    def orphans(self) -> list[str]:
        """Return the keys of administrations whose run is not recorded."""
        query = "SELECT DISTINCT key FROM cycles WHERE key NOT IN (SELECT key FROM runs) ORDER BY key"
        return [str(key) for (key,) in self._read(query)]


@dataclass(frozen=True, slots=True)
class _Prepared:
    key: str
    replicate: int
    arm: str
    outcome_hash: str
    row: str
    cycles: list[tuple[str, int, str]]


def _prepared(run: RunRecord, cycles: Sequence[CycleRecord]) -> _Prepared:
    own = sorted((cycle for cycle in cycles if cycle["key"] == run["key"]), key=lambda cycle: cycle["number"])
    row = canonical_json(run["row"])
    rows = [(cycle["key"], cycle["number"], canonical_json(cycle["row"])) for cycle in own]
    hashed = outcome_hash_of_texts(row, [(number, text) for _, number, text in rows])
    return _Prepared(run["key"], run["replicate"], run["arm"], hashed, row, rows)


def journal_mode(connection: sqlite3.Connection) -> str:
    """Set the write-ahead log, or the rollback journal without shared memory in the file system; return the mode."""
    with suppress(sqlite3.OperationalError):
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode == "wal":
            return "wal"
    (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    return str(mode)
