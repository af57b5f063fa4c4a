"""The declared contrasts as rows: version one (two outcomes) and version two (severity too), for every foresight."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ...statistics.verdicts import MARGIN
from .dose_response import PRIMARY_BREADTH, primary_contrast


class ContrastRow(NamedTuple):
    """One outcome of one declared contrast, with the interval that decides and Holm's adjusted p-value.

    version: 1 (back to extreme care, restricted) or 2 (severity too). level: of the interval. verdict: the outcome's.
    """

    version: int
    foresight: float
    visibility: float
    outcome: str
    at_zero: float
    exposed: float
    difference: float
    low: float
    high: float
    level: float
    mcse: float
    p_holm: float
    verdict: str
    note: str


def contrast_rows(
    frame: pd.DataFrame, layer: str, foresight: float, breadth: float = PRIMARY_BREADTH
) -> list[ContrastRow]:
    """Return the rows of version one at the study's own foresight, then those of version two at every foresight.

    frame: runs as in `dose_response`. note: that a fall of the primary outcome was impossible, in its row. Raises
    ValueError as `primary_contrast` does.
    """
    own = frame["layer"] == layer
    others = sorted(set(frame.loc[own, "foresight"]) - {foresight})
    of = {each: primary_contrast(frame, breadth, layer, MARGIN, each) for each in (foresight, *others)}
    rows = []
    for version, each in ((1, foresight), *((2, each) for each in of)):
        for visibility, contrast in of[each].items():
            verdict = contrast.verdict if version == 1 else contrast.with_severity
            for place, (name, outcome) in enumerate(verdict.by_outcome.items()):
                change, note = outcome.difference, verdict.note if place == 0 else ""
                interval = (change.low, change.high, change.level)
                estimates = (change.control, change.treated, change.estimate, *interval, change.monte_carlo_error)
                rows.append(
                    ContrastRow(version, each, visibility, name, *estimates, outcome.p_holm, outcome.word, note)
                )
    return rows
