"""`moat cite`, CITATION.cff and codemeta.json name the same software."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from results_folders import command

from political_moat.experiments.paper.citation import RELEASED, TITLE, bibtex, codemeta, commit_of
from political_moat.experiments.storage.provenance import code_hash

pytestmark = pytest.mark.usefixtures("drawn_once")

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def fields(entry: str) -> dict[str, str]:
    """Fields of a BibTeX entry, without the outer braces."""
    return dict(re.findall(r"^  (\w+) += \{(.*)\},$", entry, re.MULTILINE))


def test_the_command_prints_line_versions_and_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("cite") == 0
    text = capsys.readouterr().out
    assert text.startswith("political-moat authors (2026). political-moat")
    assert f"(code hash {code_hash()}, outcome schema" in text
    assert text.rstrip().endswith(bibtex())
    assert command("cite", "--format", "bibtex") == 0
    assert capsys.readouterr().out.rstrip() == bibtex()
    assert command("cite", "--format", "word") == 2
    assert "format 'word' is not possible; allowed: text, bibtex" in capsys.readouterr().err


def test_the_entry_is_of_this_version_and_code() -> None:
    own = fields(bibtex())
    assert own["author"] == "{The political-moat authors}"
    assert own["title"] == f"{{{TITLE}}}"
    assert own["version"] == PROJECT["version"]
    assert f"code hash {code_hash()[:16]}" in own["note"]
    assert bibtex().startswith("@misc{political-moat,\n")
    assert "doi" not in own
    assert "url" not in own


def test_the_commit_is_that_of_the_checkout_and_left_out_without_one(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""

    def git(*words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(["git", *identity, *words], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "file").write_text("first")
    git("add", "file")
    git("commit", "-q", "-m", "first")
    commit = git("rev-parse", "HEAD")
    assert commit_of(tmp_path) == commit
    (tmp_path / "file").write_text("second")
    assert commit_of(tmp_path) == f"{commit} with uncommitted changes"


def test_codemeta_is_what_the_package_says() -> None:
    assert json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8")) == codemeta()
    assert codemeta()["name"] == PROJECT["name"]
    assert codemeta()["version"] == PROJECT["version"]
    assert codemeta()["keywords"] == PROJECT["keywords"]
    assert codemeta()["author"] == [{"@type": "Organization", "name": PROJECT["authors"][0]["name"]}]
    assert len(codemeta()["softwareRequirements"]) == len(PROJECT["dependencies"])
    assert not {"identifier", "codeRepository"} & codemeta().keys()  # nothing is invented


def test_the_citation_file_agrees() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    keys = dict(line.split(": ", 1) for line in lines if re.match(r"[\w-]+: ", line))
    assert keys["title"] == f'"{TITLE}"'
    assert (keys["version"], keys["date-released"], keys["license"]) == (
        PROJECT["version"],
        RELEASED,
        PROJECT["license"],
    )
    assert f'  - name: "{PROJECT["authors"][0]["name"]}"' in lines
    assert [line.removeprefix("  - ") for line in lines[lines.index("keywords:") + 1 :]] == PROJECT["keywords"]
