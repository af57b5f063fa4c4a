"""reproduce.sh remakes every table of an archive byte for byte, in a new environment, from the archive alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from results_folders import command

pytestmark = [pytest.mark.documents, pytest.mark.skipif(sys.platform == "win32", reason="needs sh")]

STUDY = """
[study]
name = "own"
[model]
voters = 200
returning = false
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."party.office_rent"]
levels = [0.5, 2]
[replicates]
min = 2
[engine]
kind = "process"
workers = 2
"""
TABLES = {
    *(f"export/{name}.{ending}" for name in ("runs", "cycles", "points") for ending in ("csv", "parquet")),
    *("export/runs.dta", "summary.csv", "codebook.md", "codebook.json", "datapackage.json", "read.R"),
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive, unpacked in a folder whose name has a blank; the results themselves are gone."""
    place = tmp_path_factory.mktemp("own")
    (place / "study.toml").write_text(STUDY, encoding="utf-8")
    assert command("sweep", place / "study.toml", "--out", place / "out", "--quiet", "--no-report") == 0
    assert command("archive", place / "out") == 0
    elsewhere = tmp_path_factory.mktemp("else where")
    with zipfile.ZipFile(place / "out.zip") as archive:
        archive.extractall(elsewhere)
    shutil.rmtree(place)
    return elsewhere


def reproduce(unpacked: Path, work: Path) -> tuple[int, dict[str, str], str]:
    """Exit code, verdict of each table, and everything that was printed."""
    # Python's own variables would lead the new environment back to this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        ["sh", str(unpacked / "reproduce.sh"), str(work)],
        cwd=unpacked.parent,
        env=environment | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    verdicts = {words[1]: words[0] for words in lines if len(words) == 2 and words[0] in ("same", "DIFFERS")}
    return done.returncode, verdicts, done.stdout + done.stderr


def test_every_table_is_made_again_in_a_new_environment(unpacked: Path, tmp_path: Path) -> None:
    code, verdicts, printed = reproduce(unpacked, tmp_path / "work")
    assert verdicts == dict.fromkeys(TABLES, "same"), printed
    assert code == 0
    used = (tmp_path / "work" / "environment").rglob("political_moat/__init__.py")
    assert len(list(used)) == 1, "the new environment has its own copy of the code"

    # The same work folder is not written over; a table that was changed is found.
    assert reproduce(unpacked, tmp_path / "work")[0] == 2
