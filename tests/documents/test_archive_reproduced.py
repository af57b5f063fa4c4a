"""reproduce.sh remakes every table of an archive byte for byte, in a new environment, from the archive alone.

The study has people, ties, a rule and an outcome of its own, which the archive must carry.
"""

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
population = "voters.csv"
network = "ties.csv"
returning = false
set = { "party.rule" = "midway" }
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."party.office_rent"]
levels = [0.5, 2]
[replicates]
min = 2
[series]
columns = ["openness"]
every = 12
[engine]
kind = "process"
workers = 2
[plugins]
files = ["own_code.py"]
[[outcomes]]
name = "months_below"
unit = "months"
formula = "months after the takeover with openness < .5"
function = "own_code.py:months_below"
"""
OWN_CODE = '''
import numpy as np

from political_moat import Rule


class Midway(Rule):
    """Aims at the middle between its ideal and the rival's platform."""

    name = "midway"

    def target(self, ideal, poll, policy, parameters, memory):
        return float(np.mean([ideal, policy.rival_platform]))


def months_below(run):
    """Months after the takeover with openness below .5."""
    return sum(month.openness < 0.5 for month in run.record[48:])
'''
PERSONS = 120
TABLES = {
    *(f"export/{name}.{ending}" for name in ("runs", "cycles", "series", "points") for ending in ("csv", "parquet")),
    *("export/runs.dta", "summary.csv", "codebook.md", "codebook.json", "datapackage.json", "read.R"),
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive, unpacked in a folder whose name has a blank; the results themselves are gone."""
    place = tmp_path_factory.mktemp("own")
    people = [f"p{i},{18 + i % 70},{20_000 + 500 * i},{(i % 9 + 1) / 10},{100 * i},0" for i in range(PERSONS)]
    ties = [f"p{i},p{(i + step) % PERSONS}" for i in range(PERSONS) for step in (1, 7)]
    files = {
        "study.toml": STUDY,
        "own_code.py": OWN_CODE,
        "voters.csv": "\n".join(["id,age,income,vote_r,plan,ira", *people, ""]),
        "ties.csv": "\n".join(["source,target", *ties, ""]),
    }
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    assert command("sweep", place / "study.toml", "--out", place / "out", "--quiet", "--no-report") == 0
    assert command("archive", place / "out") == 0
    elsewhere = tmp_path_factory.mktemp("else where")
    with zipfile.ZipFile(place / "out.zip") as archive:
        archive.extractall(elsewhere)
    shutil.rmtree(place)
    return elsewhere


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work") / "again"


def reproduce(unpacked: Path, work: Path, python: str = sys.executable) -> tuple[int, dict[str, str], str]:
    """Exit code, verdict of each table, and everything that was printed."""
    # Python's own variables would lead the new environment back to this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        ["sh", str(unpacked / "reproduce.sh"), str(work)],
        cwd=unpacked.parent,
        env=environment | {"PYTHON": python},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    verdicts = {words[1]: words[0] for words in lines if len(words) == 2 and words[0] in ("same", "DIFFERS")}
    return done.returncode, verdicts, done.stdout + done.stderr


def test_every_table_is_made_again_in_a_new_environment(unpacked: Path, work: Path) -> None:
    code, verdicts, printed = reproduce(unpacked, work)
    assert verdicts == dict.fromkeys(TABLES, "same"), printed
    assert code == 0
    assert len(list((work / "environment").rglob("political_moat/__init__.py"))) == 1, "its own copy of the code"


def test_a_table_that_was_changed_is_named(unpacked: Path, work: Path, tmp_path: Path) -> None:
    again = tmp_path / "unpacked"
    shutil.copytree(unpacked, again)
    with (again / "results" / "summary.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    # In place of an interpreter: the environment of the test before, which takes a minute to install.
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nln -s "{work / "environment"}" "$3"\n', encoding="utf-8")
    python.chmod(0o755)
    code, verdicts, printed = reproduce(again, tmp_path / "work", str(python))
    assert verdicts == dict.fromkeys(TABLES, "same") | {"summary.csv": "DIFFERS"}, printed
    assert code == 1


def test_a_folder_that_exists_is_not_written_over(unpacked: Path, tmp_path: Path) -> None:
    code, verdicts, printed = reproduce(unpacked, tmp_path)
    assert (code, verdicts) == (2, {})
    assert "exists; name a new folder" in printed
    assert list(tmp_path.iterdir()) == []
