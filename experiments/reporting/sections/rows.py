"""Rows that a section of report.html shows: runs of one layer and exposure setting."""

from __future__ import annotations

import pandas as pd

SETTING = ("layer", "foresight", "allocation", "skew", "grandfathering")


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
