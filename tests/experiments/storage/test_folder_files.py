"""Which names belong to a results folder, which are left aside, and which are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.storage.atomic_files import replaced_atomically
from political_moat.experiments.storage.checksums import renewed_checksums, verify_checksums
from political_moat.experiments.storage.folder_files import is_litter, is_reserved, refuse_odd_files, results_files
from political_moat.experiments.sweeps.statement_codebook import STATEMENTS, statement_files

LITTER = (".DS_Store", "Thumbs.db", "thumbs.db", "desktop.ini", "Desktop.ini", "._runs.csv", "._.DS_Store")


def test_files_of_file_browsers_are_litter_and_no_others_are() -> None:
    assert all(map(is_litter, LITTER))
    assert not any(map(is_litter, ("runs.csv", ".lock", "DS_Store", "thumbs.csv", "notes.ini", ".gitignore", "_runs")))


def test_litter_is_neither_digested_nor_noticed_and_a_foreign_table_is(tmp_path: Path) -> None:
    with renewed_checksums(tmp_path), replaced_atomically(tmp_path / "export" / "runs.csv") as stream:
        stream.write("key\n")
    for name in LITTER:
        (tmp_path / name).write_text("")
        (tmp_path / "export" / name).write_text("")
    assert verify_checksums(tmp_path) == []
    assert [file.name for file in results_files(tmp_path)] == ["SHA256SUMS", "runs.csv"]
    (tmp_path / "export" / "extra.csv").write_text("key\n")
    assert verify_checksums(tmp_path) == ["export/extra.csv"]


def test_every_name_that_a_command_writes_is_reserved() -> None:
    names = {STATEMENTS, *statement_files()}
    for kind in PROTOCOLS.values():
        answer = kind().answer()
        for evolving in (False, True):
            design = type("Design", (), {"evolving": evolving})()
            names |= {title.partition(":")[0] for title, _ in (answer.tables(design) if answer is not None else ())}
    assert {"summary.csv", "incidence.csv", "naive_regression.csv", "mediation.csv"} <= names
    assert not {name for name in names if not is_reserved(name)}
    assert is_reserved("Manifest.JSON")
    assert is_reserved("LEDGER.sqlite-wal")
    assert not is_reserved("points.csv")


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("name", ["ledger.sqlite", ".lock", "export/runs.csv", "figures", "tables/old"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "link to a folder", "pipe"])
def test_links_and_pipes_are_refused(tmp_path: Path, name: str, kind: str) -> None:
    folder, other = tmp_path / "out", tmp_path / "other"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    other.mkdir()
    (other / "file").write_text("precious")
    if kind == "pipe":
        os.mkfifo(folder / name)
    else:
        (folder / name).symlink_to({"link": other / "file", "dangling link": other / "none"}.get(kind, other))
    with pytest.raises(UserError, match="is a link" if kind != "pipe" else "is neither a file nor a folder") as caught:
        refuse_odd_files(folder)
    assert str(folder / name) in str(caught.value)


@pytest.mark.parametrize("name", ["summary.csv", "SHA256SUMS", "export/runs.parquet", "manifest.json"])
def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(UserError, match="is a folder where a file belongs"):
        refuse_odd_files(tmp_path)


def test_a_file_in_place_of_a_folder_is_refused_and_a_folder_of_the_user_is_not(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    refuse_odd_files(tmp_path)
    (tmp_path / "export").write_text("")
    with pytest.raises(UserError, match="is a file where a folder belongs"):
        refuse_odd_files(tmp_path)
