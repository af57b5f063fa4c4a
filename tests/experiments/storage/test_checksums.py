"""SHA256SUMS: what changed, what is missing, what is foreign; only files that a command wrote get new lines."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.atomic_files import partial_file, remove_file, replaced_atomically
from political_moat.experiments.storage.checksums import (
    Differences,
    differences,
    refuse_altered,
    renewed_checksums,
    verify_checksums,
)


def write(file: Path, text: str) -> None:
    with replaced_atomically(file) as stream:
        stream.write(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with renewed_checksums(tmp_path):
        write(tmp_path / "export" / "runs.csv", "replicate\n1\n")
        write(tmp_path / "summary.csv", "")
        write(tmp_path / "report.html", "page")
    return tmp_path


def test_the_list_leaves_ledger_and_lock_out_and_is_that_of_sha256sum(folder: Path) -> None:
    for name in (".lock", "ledger.sqlite", "ledger.sqlite-wal", "summary.csv.partial"):
        (folder / name).write_bytes(b"working state")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "export/._runs.csv"):
        (folder / name).write_bytes(b"of a file browser")
    assert (folder / "SHA256SUMS").read_bytes().decode().splitlines()[0] == (
        "b3dbdc35245fe9bb3ebb913c1c9c19c9841f3dadb1e2005f1cbeca38a95c7dc7  export/runs.csv"
    )
    assert verify_checksums(folder) == []
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


def test_changed_missing_foreign_and_linked_files_are_named(folder: Path) -> None:
    (folder / "export" / "runs.csv").write_bytes(b"replicate\n2\n")
    (folder / "summary.csv").unlink()
    (folder / "new.csv").touch()
    assert differences(folder) == Differences(["export/runs.csv"], ["summary.csv"], ["new.csv"])
    assert verify_checksums(folder) == ["export/runs.csv", "new.csv", "summary.csv"]
    shutil.copy(folder / "report.html", folder.parent / "elsewhere.html")
    (folder / "report.html").unlink()
    (folder / "report.html").symlink_to(folder.parent / "elsewhere.html")
    assert "report.html" in differences(folder).changed


def test_only_files_that_the_block_writes_get_a_new_line(folder: Path) -> None:
    (folder / "summary.csv").write_text("edited")
    (folder / "notes.txt").write_text("foreign")
    with renewed_checksums(folder):
        write(folder / "report.html", "another page")
        write(folder / "figures" / "a.svg", "drawing")
        write(folder.parent / "outside.csv", "not of the folder")
    assert differences(folder) == Differences(["summary.csv"], [], ["notes.txt"])
    with renewed_checksums(folder):
        remove_file(folder / "figures" / "a.svg")
    assert differences(folder) == Differences(["summary.csv"], [], ["notes.txt"])


def test_what_a_block_wrote_before_it_failed_is_renewed_too(folder: Path) -> None:
    with pytest.raises(KeyError), renewed_checksums(folder):  # noqa: PT012
        write(folder / "summary.csv", "new")
        with partial_file(folder / "report.html") as partial:
            partial.write(b"half")
            raise KeyError
    assert verify_checksums(folder) == []
    assert (folder / "report.html").read_text() == "page"
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(KeyError), renewed_checksums(folder):  # noqa: PT012
        write(folder / "summary.csv", "newer")
        raise KeyError
    assert not (folder / "SHA256SUMS").exists()


def test_an_altered_folder_is_refused_in_one_line_with_a_way_out(folder: Path) -> None:
    refuse_altered(folder)
    (folder / "report.html").write_text("edited")
    refuse_altered(folder, but=["report.html"])
    refuse_altered(folder, only=["summary.csv"])
    with pytest.raises(UserError, match=r"is not as SHA256SUMS says: report.html was changed; moat export --replace"):
        refuse_altered(folder)
    (folder / "report.html").write_text("page")
    (folder / "notes.txt").touch()
    with pytest.raises(UserError, match=r"notes.txt is not listed; keep files of your own outside the folder$"):
        refuse_altered(folder)
    (folder / "notes.txt").unlink()
    (folder / "summary.csv").unlink()
    refuse_altered(folder, lost=True)
    with pytest.raises(UserError, match=r"summary\.csv is missing"):
        refuse_altered(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "has no SHA256SUMS; let its study finish, or export it first"),
        (b"\xff\xfe\x00", "SHA256SUMS cannot be read"),
        (b"\x00" * 100, "SHA256SUMS is damaged in line 1"),
        (b"a" * 64 + b"  summary.csv\nzz  report.html\n", "SHA256SUMS is damaged in line 2"),
    ],
)
def test_a_list_that_is_not_there_or_damaged_is_one_line(folder: Path, content: bytes | None, message: str) -> None:
    (folder / "SHA256SUMS").unlink()
    if content is not None:
        (folder / "SHA256SUMS").write_bytes(content)
    with pytest.raises(UserError, match=re.escape(message)) as error:
        refuse_altered(folder)
    assert "\n" not in str(error.value)
    if content is not None:
        with pytest.raises(UserError, match=re.escape(message)), renewed_checksums(folder):
            raise AssertionError("nothing may be written before the list is read")
        assert (folder / "SHA256SUMS").read_bytes() == content
