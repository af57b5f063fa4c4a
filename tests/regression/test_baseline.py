"""Discrete outcomes of a small study are what they were; a change is named in CHANGELOG.md and made by update.py."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

HERE = Path(__file__).parent


def test_the_outcomes_of_the_baseline_study_have_not_moved() -> None:
    update = runpy.run_path(str(HERE / "update.py"))
    with (HERE / "baseline.csv").open(newline="", encoding="utf-8") as stream:
        assert update["rows"]() == list(csv.DictReader(stream))
