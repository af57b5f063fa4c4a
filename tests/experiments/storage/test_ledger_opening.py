"""A ledger that exists: read without a trace, checked before use, and honest about file systems without locks."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.ledger import Ledger
from political_moat.experiments.storage.provenance import SCHEMA_VERSION
from political_moat.experiments.storage.results_folder import check_ledger, open_results_folder, recorded_ledger

MANIFEST = {
    "schema_version": SCHEMA_VERSION,
    "code_hash": "a" * 64,
    "seed": 7,
    "request": {"study": "little"},
    "package": {"name": "political-moat", "version": "0"},
    "versions": {},
    "platform": {},
}
REFUSALS = [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EACCES, errno.EIO]
has_fcntl = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with open_results_folder(tmp_path / "out", MANIFEST) as folder:
        record(folder.ledger, 1)
    return tmp_path / "out"


def record(ledger: Ledger, number: int) -> None:
    key = f"{number:064x}"
    ledger.record(
        f"r{number}",
        [{"key": key, "replicate": number, "arm": "b=0", "row": {"severity": number / 7.0}}],
        [{"key": key, "number": 0, "row": {"openness": 0.5}}],
    )


def contents(out: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in out.iterdir()}


def left_by_a_killed_writer(out: Path, copy: Path) -> None:
    """Copy the files of a folder while its writer is at work."""
    with Ledger(out / "ledger.sqlite") as writer:
        record(writer, 2)
        shutil.copytree(out, copy, ignore=shutil.ignore_patterns("*-shm"))
    assert (copy / "ledger.sqlite-wal").stat().st_size > 0


def test_reading_what_a_killed_writer_left_sees_all_and_leaves_no_trace(out: Path, tmp_path: Path) -> None:
    left_by_a_killed_writer(out, tmp_path / "copy")
    before = contents(tmp_path / "copy")
    with recorded_ledger(tmp_path / "copy") as ledger:
        assert ledger.count() == 2
    check_ledger(tmp_path / "copy")
    assert contents(tmp_path / "copy") == before
    with open_results_folder(tmp_path / "copy", MANIFEST) as folder:
        assert folder.ledger.count() == 2
    assert "ledger.sqlite-wal" not in contents(tmp_path / "copy")


@pytest.mark.parametrize("size", [0, 20, 32, 500, 5000])
def test_a_log_without_a_whole_transaction_is_left_as_it_is(out: Path, tmp_path: Path, size: int) -> None:
    left_by_a_killed_writer(out, tmp_path / "copy")
    log = tmp_path / "copy" / "ledger.sqlite-wal"
    log.write_bytes(log.read_bytes()[:size])
    before = contents(tmp_path / "copy")
    with recorded_ledger(tmp_path / "copy") as ledger:
        assert ledger.count() == 1
    assert contents(tmp_path / "copy") == before
    with open_results_folder(tmp_path / "copy", MANIFEST) as folder:
        record(folder.ledger, 2)
    with recorded_ledger(tmp_path / "copy") as ledger:
        assert ledger.count() == 2


def test_a_half_written_transaction_is_named_to_a_reader_and_undone_by_a_writer(out: Path, tmp_path: Path) -> None:
    """As on network folders, where the ledger has a rollback journal."""
    with sqlite3.connect(out / "ledger.sqlite", isolation_level=None) as writer:
        writer.execute("PRAGMA cache_size=1")
        writer.execute("BEGIN")
        writer.execute("UPDATE runs SET row = hex(zeroblob(9000))")
        writer.execute("INSERT INTO tasks SELECT hex(zeroblob(900)) || key FROM runs")
        shutil.copytree(out, tmp_path / "copy")
        writer.execute("ROLLBACK")
    before = contents(tmp_path / "copy")
    assert before["ledger.sqlite-journal"]
    with pytest.raises(UserError, match="was left in the middle of a write; moat sweep or moat export"):
        recorded_ledger(tmp_path / "copy")
    assert contents(tmp_path / "copy") == before
    with open_results_folder(tmp_path / "copy", MANIFEST) as folder:
        assert (folder.ledger.count(), folder.ledger.altered()) == (1, [])


def test_a_reader_beside_its_writer_uses_the_locks_of_both(out: Path) -> None:
    with open_results_folder(out, MANIFEST) as folder:
        record(folder.ledger, 2)
        with recorded_ledger(out) as reader:
            record(folder.ledger, 3)
            assert reader.count() == 3
        assert (out / "ledger.sqlite-wal").exists()
    assert sorted(contents(out)) == [".lock", "ledger.sqlite", "manifest.json"]


def test_the_ledger_of_another_folder_is_not_taken_for_this_one(out: Path, tmp_path: Path) -> None:
    other = {**MANIFEST, "request": {"study": "other"}}
    open_results_folder(tmp_path / "other", other).close()
    shutil.copyfile(tmp_path / "other" / "ledger.sqlite", out / "ledger.sqlite")
    before = contents(out)
    for opened in (recorded_ledger, lambda out: open_results_folder(out, MANIFEST)):
        with pytest.raises(UserError, match=r"belongs to another study than manifest\.json beside it"):
            opened(out)
    assert contents(out) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE runs SET row = replace(row, '0.1', '0.2')",
        "UPDATE cycles SET row = replace(row, '0.5', '0.6')",
        "UPDATE runs SET outcome_hash = 'f'",
        "DELETE FROM cycles",
        "DELETE FROM runs",
        "INSERT INTO cycles VALUES ('f', 0, '{}')",
        "UPDATE runs SET row = CAST(x'ff' AS TEXT)",
    ],
)
def test_rows_that_were_altered_are_refused_before_anything_is_written(out: Path, change: str) -> None:
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        connection.execute(change)
    before = contents(out)
    with pytest.raises(UserError, match="is damaged"):
        open_results_folder(out, MANIFEST)
    assert contents(out) == before


def test_a_row_that_is_no_row_is_one_line(out: Path) -> None:
    with sqlite3.connect(out / "ledger.sqlite") as connection:
        connection.execute("UPDATE runs SET row = '[1, 2'")
    with recorded_ledger(out) as ledger, pytest.raises(UserError, match="the row of run 0000000000000000 cannot be"):
        ledger.run_row(f"{1:064x}")


@has_fcntl
@pytest.mark.parametrize("call", ["lockf", "flock"])
@pytest.mark.parametrize("number", REFUSALS)
def test_a_file_system_without_locks_is_named_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(f"fcntl.{call}", refuse)
    with pytest.raises(UserError, match=r"^the file system refuses to lock files in .* \(refused\); .* local disk"):
        open_results_folder(tmp_path / "out", MANIFEST)
    assert list(tmp_path.iterdir()) == []


@has_fcntl
def test_results_on_a_file_system_without_locks_can_be_read(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_a_killed_writer(out, tmp_path / "copy")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.lockf", refuse)
    for folder, runs in ((out, 2), (tmp_path / "copy", 2)):
        before = contents(folder)
        with recorded_ledger(folder) as ledger:
            assert ledger.count() == runs
        assert contents(folder) == before
