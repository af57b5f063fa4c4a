"""The container file: what it copies exists and is enough to build the package, in the tested versions, offline."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = [
    line for line in (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines() if line and line[0] not in "# "
]


def arguments(instruction: str) -> list[str]:
    """Arguments of each line with this instruction."""
    return [line.partition(" ")[2] for line in LINES if line.split()[0] == instruction]


def copied() -> list[str]:
    """Sources of every COPY, from the root of the repository."""
    return [source for text in arguments("COPY") for source in text.split()[:-1]]


def test_it_has_the_known_instructions_alone() -> None:
    allowed = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"}
    assert {line.split()[0] for line in LINES} == allowed
    assert arguments("FROM") == ["python:3.11-slim"]
    assert LINES[0].startswith("FROM")


def test_every_source_exists_and_the_package_is_whole() -> None:
    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert {"agents", "model", "experiments", "viz", "pyproject.toml", "constraints.txt"} <= set(copied())
    assert {"README.md", "LICENSE"} <= set(copied())  # files that pyproject.toml names


def test_it_installs_the_tested_versions_and_starts_the_command_as_a_user() -> None:
    (install,) = [text for text in arguments("RUN") if "pip" in text]
    assert shlex.split(install) == ["pip", "install", "--no-cache-dir", "-c", "constraints.txt", "."]
    assert json.loads(arguments("ENTRYPOINT")[0]) == ["moat"]
    assert arguments("USER") == ["moat"]


def test_it_names_no_address() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    assert re.findall(r"\w+://|\b\d+\.\d+\.\d+\.\d+\b|\b[\w-]+\.(?:io|org|com|net)\b", text) == []
