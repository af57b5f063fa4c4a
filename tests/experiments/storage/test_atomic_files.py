"""Files appear whole or not at all, under names that nobody can foresee, and never through a link."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.atomic_files import disk_errors_in_one_line, partial_file, replaced_atomically
from political_moat.experiments.storage.folder_files import remove_partial_files

posix = pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")


def write(path: Path, text: str) -> None:
    with replaced_atomically(path) as stream:
        stream.write(text)


def test_two_writers_of_one_file_do_not_share_a_partial_file(tmp_path: Path) -> None:
    target = tmp_path / "summary.csv"
    with replaced_atomically(target) as first:
        first.write("first")
        with replaced_atomically(target) as second:
            second.write("second")
            assert len(list(tmp_path.glob("*.partial"))) == 2
        assert target.read_text() == "second"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("summary.csv", "first")]


@posix
def test_a_link_under_the_partial_name_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a name that was guessed opens nothing: the file must be new."""
    thesis = tmp_path / "thesis.tex"
    thesis.write_text("precious")
    monkeypatch.setattr("secrets.token_hex", lambda _: "0" * 16)
    (tmp_path / f".{'0' * 16}.partial").symlink_to(thesis)
    with pytest.raises(UserError, match=r"^cannot write .*summary\.csv: File exists$"):
        write(tmp_path / "summary.csv", "rows")
    assert thesis.read_text() == "precious"
    assert not (tmp_path / "summary.csv").exists()


@posix
def test_a_link_in_place_of_the_file_is_replaced_itself(tmp_path: Path) -> None:
    thesis, target = tmp_path / "thesis.tex", tmp_path / "summary.csv"
    thesis.write_text("precious")
    target.symlink_to(thesis)
    write(target, "rows")
    assert thesis.read_text() == "precious"
    assert not target.is_symlink()
    assert target.read_text() == "rows"


@posix
def test_new_files_have_the_permissions_that_the_user_wants(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "summary.csv", "rows")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "summary.csv").stat().st_mode) == 0o640


def test_a_process_killed_before_the_rename_leaves_the_old_file(tmp_path: Path) -> None:
    """What it leaves besides is removed by the next command that locks the folder; other files of that ending stay."""
    target = tmp_path / "summary.csv"
    target.write_text("old")
    program = (
        "import os, sys; from pathlib import Path\n"
        "from political_moat.experiments.storage.atomic_files import replaced_atomically\n"
        "with replaced_atomically(Path(sys.argv[1])) as stream:\n"
        "    stream.write('half'); stream.flush(); os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(target)], timeout=60).returncode == 9
    assert target.read_text() == "old"
    (tmp_path / "notes.partial").write_text("the user's")
    assert len(list(tmp_path.glob("*.partial"))) == 2
    remove_partial_files(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.partial", "summary.csv"]


def test_a_stream_of_bytes_is_replaced_atomically_too(tmp_path: Path) -> None:
    target = tmp_path / "new" / "figure.png"
    with partial_file(target) as stream:
        stream.write(b"\x89PNG")
        assert not target.exists()
    assert target.read_bytes() == b"\x89PNG"


@pytest.mark.parametrize(
    "name", ["SQLITE_IOERR_LOCK", "SQLITE_IOERR_RDLOCK", "SQLITE_IOERR_SHMLOCK", "SQLITE_PROTOCOL"]
)
def test_a_lock_that_is_refused_later_is_named_as_one(name: str) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    line = r"^the file system refuses to lock x\.sqlite .* local disk"
    with pytest.raises(UserError, match=line), disk_errors_in_one_line(Path("x.sqlite")):
        raise error
