"""Discrete outcomes of a small study stay the same; update.py makes a change, and CHANGELOG.md names it."""

from __future__ import annotations

import csv
import hashlib
import runpy
from pathlib import Path
from typing import Any

from political_moat.model.parameters.presets import preset

HERE = Path(__file__).parent
VERSION_ONE_SHA256 = "61be47f100a7f52b7854198906e9e91d0c7c5fd2a6a243b3d680bbca335005a6"


def update() -> dict[str, Any]:
    return runpy.run_path(str(HERE / "update.py"))


def stored(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_outcomes_of_the_baseline_study_are_unchanged() -> None:
    assert update()["rows"]() == stored("baseline.csv")


def test_the_preset_version_one_gives_the_outcomes_of_version_one() -> None:
    assert update()["rows"](preset("version-one")) == stored("version-one.csv")


def test_the_outcomes_of_version_one_are_never_written_again() -> None:
    assert hashlib.sha256((HERE / "version-one.csv").read_bytes()).hexdigest() == VERSION_ONE_SHA256
