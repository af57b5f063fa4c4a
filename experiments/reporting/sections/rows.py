"""Rows that a section of report.html shows: complete runs, of one setting, with their parameters."""

from __future__ import annotations

import pandas as pd

from ....model.parameters.tree import Parameters
from ...statistics.input_checks import refuse_incomplete, refuse_missing_rows, refuse_mixed_code
from ..report import Report


def runs_of(report: Report) -> pd.DataFrame:
    """Return export/runs.csv. Raises an error that names missing rows, duplicate rows or rows of two code versions."""
    frame = report.read("export/runs.csv")
    refuse_incomplete(frame, ["replicate", "arm"])
    refuse_missing_rows(frame)
    if "code" in frame.columns:
        refuse_mixed_code(frame["code"].astype(str))
    return frame


SETTING = ("point", "layer", "foresight", "allocation", "skew", "grandfathering")


def one_setting(frame: pd.DataFrame, free: tuple[str, ...] = ()) -> tuple[pd.DataFrame, str]:
    """Return the rows of the first point, layer and exposure setting, and a sentence that names it if others exist.

    The dose is not part of the setting. free: columns that may vary.
    """
    rows, fixed = frame, []
    for name in SETTING:
        if name not in free and name in rows.columns and rows[name].nunique() > 1:
            first = rows[name].iloc[0]
            fixed.append(f"{name} {first:g}" if isinstance(first, float) else f"{name} {first}")
            rows = rows[rows[name] == first]
    return rows, f"Shown for {', '.join(fixed)}; summary.csv has the others." if fixed else ""


def setting_of(report: Report, rows: pd.DataFrame) -> Parameters:
    """Return the parameters of the one setting of these rows."""
    dosed = ("exposure.breadth", "exposure.visibility")
    values = {name: rows[name].iloc[0] for name in rows.columns if "." in name and name not in dosed}
    return report.study.parameters.with_values(values)
