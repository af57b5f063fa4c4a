"""moat archive: an RO-Crate whose every file is described and has a checksum; the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from results_folders import LITTLE, command, contents, finished

from political_moat.agents.source_hash import normalised
from political_moat.experiments.archiving import software
from political_moat.experiments.archiving.archive import archive_folder
from political_moat.experiments.errors import UserError
from political_moat.experiments.storage.provenance import code_hash

pytestmark = pytest.mark.usefixtures("drawn_once")

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("archived") / "out"
    finished(LITTLE, place)
    return place


@pytest.fixture(scope="module")
def packed(out: Path) -> dict[str, bytes]:
    archive_folder(out)
    with zipfile.ZipFile(out.with_name("out.zip")) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel() -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(io.BytesIO(software.wheel())) as archive:
        yield archive


def test_the_archive_is_the_folder_and_what_is_needed_to_run_it_again(out: Path, packed: dict[str, bytes]) -> None:
    folder = contents(out) | {"ledger.sqlite": (out / "ledger.sqlite").read_bytes()}
    assert {name: packed[f"results/{name}"] for name in folder} == folder
    others = {name for name in packed if not name.startswith("results/")}
    assert others == {
        *("CITATION.cff", "LICENSE", "README.md", "SHA256SUMS", "codemeta.json", "reproduce.sh", "requirements.txt"),
        *("ro-crate-metadata.json", software.wheel_name()),
    }


def test_every_file_but_the_list_has_its_checksum(packed: dict[str, bytes]) -> None:
    listed = dict(reversed(line.split("  ")) for line in packed["SHA256SUMS"].decode().splitlines())
    assert listed == {name: hashlib.sha256(b).hexdigest() for name, b in packed.items() if name != "SHA256SUMS"}


def test_a_copy_of_the_folder_under_another_name_gives_the_same_bytes(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    line = archive_folder(copy)
    archive_folder(out, tmp_path / "again.zip")
    content = (tmp_path / "again.zip").read_bytes()
    assert (tmp_path / "copy.zip").read_bytes() == content
    assert line.endswith(f"{len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def test_the_description_names_every_file_and_every_reference_resolves(packed: dict[str, bytes]) -> None:
    crate = json.loads(packed["ro-crate-metadata.json"])
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities: dict[str, dict[str, Any]] = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    files = {name for name, entity in entities.items() if entity["@type"] == "File"}
    assert files == packed.keys() - {"ro-crate-metadata.json"}
    for name in files - {"SHA256SUMS"}:
        assert entities[name]["contentSize"] == str(len(packed[name]))
        assert entities[name]["description"]

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, list):
            for item in value:
                yield from references(item)
        elif isinstance(value, dict):
            yield value["@id"]

    reached = {"./"}
    for _ in range(4):
        reached |= {name for inner in reached for name in references(entities[inner].get("hasPart", []))}
    assert files <= reached
    known = {*entities, "https://w3id.org/ro/crate/1.1"}
    for entity in entities.values():
        assert {name for value in entity.values() for name in references(value)} <= known
    assert entities["#run"]["object"] == {"@id": "results/study.toml"}
    assert {"@id": "results/export/runs.csv"} in entities["#run"]["result"]


def test_nothing_in_it_names_this_machine_and_no_place_is_left_open(packed: dict[str, bytes]) -> None:
    texts = ("README.md", "reproduce.sh", "requirements.txt", "CITATION.cff", "codemeta.json", "ro-crate-metadata.json")
    for name in texts:
        text = packed[name].decode()
        assert re.search("@[A-Z]+@", text) is None
        assert str(Path.home()) not in text
        assert str(ROOT) not in text
    for line in packed["requirements.txt"].decode().splitlines():
        assert re.fullmatch(r"(# )?[\w.-]+==[\w.!+]+(: not from a package index)?", line)
        assert not line.startswith("political")
    assert code_hash() in packed["README.md"].decode()


def test_the_wheel_holds_the_code_that_runs_here(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.replace(".", "/") for name in project["tool"]["setuptools"]["packages"]}
    assert {name.rpartition("/")[0] for name in names if name.endswith(".py")} <= packages
    assert {name.rpartition("/")[0] for name in names} >= packages
    for place in ("agents/draws.py", "experiments/studies/exposure.toml", "viz/static/main.js", "model/schedule.py"):
        assert wheel.read(f"political_moat/{place}") == (ROOT / place).read_bytes()
    assert wheel.read("political_moat/__init__.py").replace(b"\r\n", b"\n") == normalised(
        ROOT / "model/api/__init__.py"
    )
    assert not any("model/api" in name or name.endswith(".pyc") for name in names)


def test_the_wheel_lists_each_file_with_its_digest(wheel: zipfile.ZipFile) -> None:
    (record,) = [name for name in wheel.namelist() if name.endswith("/RECORD")]
    rows = list(csv.reader(io.StringIO(wheel.read(record).decode())))
    assert [row[0] for row in rows] == wheel.namelist()
    assert all(int(size) == len(wheel.read(name)) for name, _, size in rows if name != record)
    info = record.rpartition("/")[0]
    assert wheel.read(f"{info}/METADATA").decode().startswith("Metadata-Version: ")
    assert b"moat = political_moat.experiments.cli.entry:command" in wheel.read(f"{info}/entry_points.txt")
    assert wheel.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert software.wheel() == software.wheel()


def test_packages_of_plugins_are_those_that_they_import() -> None:
    sources = [b"import numpy as np\nfrom political_moat import Rule\nimport json\n", b"from scipy.stats import norm\n"]
    assert software.packages_of_plugins(sources) == ["numpy", "scipy"]
    assert software.packages_of_plugins([b"from . import beside\n"]) == []


def test_a_package_from_a_folder_of_the_user_is_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "packages_from_elsewhere", lambda: {"numpy": "1"})
    lines = software.requirements_text().splitlines()
    (line,) = [line for line in lines if line.startswith("#")]
    assert re.fullmatch(r"# numpy==[\d.]+: not from a package index", line)
    assert software.packages_of_plugins([b"import numpy\n"]) == []


def test_the_citation_agrees_with_that_of_the_repository() -> None:
    def fields(text: str) -> dict[str, str]:
        pairs = re.findall(r"^(\w[\w-]*): *(\S.*)$", text, re.MULTILINE)
        return {name: value.strip('"') for name, value in pairs if name != "message"}

    here = fields(software.citation_file())
    repository = fields((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert here.keys() >= {"version", "title", "license", "type"}
    assert {name: repository[name] for name in here} == here
    assert "doi" not in software.citation_file() + software.codemeta_text()
    assert json.loads(software.codemeta_text())["version"] == here["version"]


def test_the_licence_of_the_data_is_the_users_choice(
    out: Path, packed: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def licence(text: bytes) -> dict[str, Any]:
        entities = {entity["@id"]: entity for entity in json.loads(text)["@graph"]}
        chosen: dict[str, Any] = entities[entities["./"]["license"]["@id"]]
        return chosen

    assert licence(packed["ro-crate-metadata.json"])["name"] == "No licence chosen"
    assert command("archive", out, "--out", tmp_path / "x.zip", "--license", "CC-BY-4.0") == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert licence(archive.read("ro-crate-metadata.json"))["@id"] == "https://spdx.org/licenses/CC-BY-4.0"
        assert "The data has the licence CC-BY-4.0." in archive.read("README.md").decode()
    assert command("archive", out, "--out", tmp_path / "y.zip", "--license", "my own") == 2
    assert "allowed: an SPDX identifier" in capsys.readouterr().err
    assert not (tmp_path / "y.zip").exists()


def test_the_day_of_the_description_can_be_set(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    archive_folder(out, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert '"datePublished": "1970-01-02"' in archive.read("ro-crate-metadata.json").decode()


def test_an_altered_folder_and_one_of_other_code_are_refused(out: Path, tmp_path: Path) -> None:
    altered, other = tmp_path / "altered", tmp_path / "other"
    shutil.copytree(out, altered)
    (altered / "read.R").write_text("# mine\n")
    with pytest.raises(UserError, match=r"read\.R was changed"):
        archive_folder(altered)
    shutil.copytree(out, other)
    text = (other / "manifest.json").read_text()
    (other / "manifest.json").write_text(text.replace(code_hash(), "0" * 64))
    with pytest.raises(UserError, match="was made by other code"):
        archive_folder(other)
    assert not list(tmp_path.glob("*.zip"))
