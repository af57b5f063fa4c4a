"""datapackage.json describes the tables of a folder by the rules of the Data Package standard, version 1."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from results_folders import LITTLE, finished

from political_moat.experiments.storage.checksums import file_digest

TYPES = {"string", "number", "integer", "any"}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("little") / "out"
    finished(LITTLE, place)
    return place


@pytest.fixture
def package(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    return content


def test_every_table_is_a_resource_with_its_hash(out: Path, package: dict[str, Any]) -> None:
    assert package["profile"] == "tabular-data-package"
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    paths = [resource["path"] for resource in package["resources"]]
    assert paths == ["export/runs.csv", "export/cycles.csv", "export/points.csv", "summary.csv"]
    for resource in package["resources"]:
        file = out / resource["path"]
        assert resource["profile"] == "tabular-data-resource"
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert resource["hash"] == f"sha256:{file_digest(file)}"
        assert resource["bytes"] == file.stat().st_size
        assert (resource["format"], resource["mediatype"], resource["encoding"]) == ("csv", "text/csv", "utf-8")
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)


def test_fields_are_the_columns_with_types_that_the_cells_have(out: Path, package: dict[str, Any]) -> None:
    readers = {"integer": int, "number": float, "string": str, "any": str}
    for resource in package["resources"]:
        fields = resource["schema"]["fields"]
        assert resource["schema"]["missingValues"] == [""]
        with (out / resource["path"]).open(newline="", encoding="utf-8") as stream:
            table = list(csv.DictReader(stream))
        assert [field["name"] for field in fields] == list(table[0])
        for field in fields:
            assert field["description"]
            limits = field.get("constraints", {})
            for row in table:
                if row[field["name"]] != "":
                    value = readers[field["type"]](row[field["name"]])
                    assert "minimum" not in limits or value >= limits["minimum"]
                    assert "maximum" not in limits or value <= limits["maximum"]


def test_units_and_meanings_are_those_of_the_codebook(out: Path, package: dict[str, Any]) -> None:
    codebook = json.loads((out / "codebook.json").read_text(encoding="utf-8"))["files"]
    for resource in package["resources"]:
        columns = {column["name"]: column for column in codebook[resource["path"]]}
        for field in resource["schema"]["fields"]:
            column = columns[field["name"]]
            assert (field["description"], field.get("unit", "")) == (column["meaning"], column["unit"])
            if field["type"] in ("integer", "number"):
                limits = field.get("constraints", {})
                assert (limits.get("minimum"), limits.get("maximum")) == (column["low"], column["high"])
