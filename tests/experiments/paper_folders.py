"""Folders for tests of papers: small finished stress tests, and copies with made-up outcomes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
from results_folders import LITTLE, finished

ONE_SETTING = LITTLE.replace('[factors."party.office_rent"]\nlevels = [0.5, 2]\n', "")
"""A study of one setting: breadths 0 and .3 at two visibilities, three replicates."""
SOURCES = ("paper.tex", "ademp.tex", "trace.tex")
"""Files of a paper that come with the package."""


def finished_study(folder: Path, text: str = ONE_SETTING) -> Path:
    """A finished study, without a report."""
    finished(text, folder)
    return folder


def made_up(folder: Path, target: Path, at_zero: float, exposed: float, pairs: int) -> Path:
    """Copy a folder; in every pair the outcomes are those of the two shares, nested as far as they can be."""
    shutil.copytree(folder, target)
    file = target / "export" / "runs.csv"
    frame = pd.read_csv(file, keep_default_na=False)
    parts = []
    for _, rows in frame.groupby("arm", sort=False):
        part = pd.concat([rows.head(1)] * pairs, ignore_index=True)
        share = exposed if part["breadth"].iloc[0] > 0.0 else at_zero
        events = (part.index < round(share * pairs)).astype(int)
        part = part.assign(replicate=range(pairs), reversed=events, restricted=events, attempted=events)
        parts.append(part.assign(severity=0.7 * events, lasting_openness=0.75 - 0.7 * events))
    made = pd.concat(parts).sort_values("replicate", kind="stable")
    made.to_csv(file, index=False, lineterminator="\n")
    return target


def text_of(paper: Path, name: str) -> str:
    """A file of a paper on one line, with a blank for each run of white space."""
    return " ".join((paper / name).read_text(encoding="utf-8").split())
