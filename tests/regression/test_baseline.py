"""Discrete outcomes of a small study stay the same; update.py makes a change, and CHANGELOG.md names it."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

HERE = Path(__file__).parent


def test_the_outcomes_of_the_baseline_study_are_unchanged() -> None:
    update = runpy.run_path(str(HERE / "update.py"))
    with (HERE / "baseline.csv").open(newline="", encoding="utf-8") as stream:
        assert update["rows"]() == list(csv.DictReader(stream))
