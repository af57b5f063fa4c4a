"""Summary of a history study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...statistics.intervals import monte_carlo_error_of_mean
from ...statistics.ratios import ratio
from .columns import CLOCKS, HISTORY_SUMMARY_COLUMNS, INCIDENCE_COLUMNS, MEANS, RATIOS
from .outcomes import CAUSES, Incidence, cumulative_incidence

if TYPE_CHECKING:
    import pandas as pd

_DECADE = 120.0


_FIXED = ("layer", "visibility", "breadth", "evolving", "allocation", "voters", "beyond_coverage")


def history_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row per arm, in the order of the frame, with the columns of HISTORY_SUMMARY_COLUMNS."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for arm, runs in frame.groupby("arm", sort=False):
        row: dict[str, Any] = {"arm": arm, "n": len(runs)} | {name: runs[name].iloc[0] for name in _FIXED}
        row |= {name: float(runs[name].mean()) for name in ("mean_stake", "exposed_usd_bn")}
        for name, (above, below, unit, _) in RATIOS.items():
            scale = 1.0 if unit == "share" else _DECADE
            estimate, error = ratio(runs[above], runs[below])
            row |= {name: scale * estimate, f"{name}_mcse": scale * error}
        for name in MEANS:
            # A run in which one side never governs has no gap.
            values = pd.to_numeric(runs[name], errors="coerce").dropna().to_numpy(dtype=np.float64)
            row[name] = float(values.mean()) if values.size else math.nan
            row[f"{name}_mcse"] = monte_carlo_error_of_mean(values) if values.size else math.nan
        rows.append(row)
    return pd.DataFrame(rows, columns=[column.name for column in HISTORY_SUMMARY_COLUMNS])


def incidences(frame: pd.DataFrame) -> dict[tuple[str, str], Incidence]:
    """Return the cumulative incidence by (arm, clock)."""
    return {
        (str(arm), clock): cumulative_incidence(runs[column].to_numpy(dtype=np.float64), runs["cause"].tolist())
        for arm, runs in frame.groupby("arm", sort=False)
        for clock, column in CLOCKS.items()
    }


def incidence_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cumulative incidence every 12 months on both clocks, with the columns of INCIDENCE_COLUMNS."""
    import pandas as pd

    curves = incidences(frame)
    rows: list[dict[str, Any]] = []
    for arm, runs in frame.groupby("arm", sort=False):
        for clock, column in CLOCKS.items():
            curve, times = curves[str(arm), clock], runs[column].to_numpy(dtype=np.float64)
            for months in range(0, int(runs["months"].max()) + 1, 12):
                row: dict[str, Any] = {name: runs[name].iloc[0] for name in ("arm", "breadth", "visibility")}
                row |= {"clock": clock, "months": months, "at_risk": int((times >= months).sum())}
                row["survival"] = curve.survival_at(months)
                for cause in CAUSES:
                    row[f"incidence_{cause}"], row[f"incidence_{cause}_mcse"] = curve.at(cause, months)
                rows.append(row)
    return pd.DataFrame(rows, columns=[column.name for column in INCIDENCE_COLUMNS])
