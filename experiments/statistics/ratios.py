"""Ratios of counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def ratio(above: Any, below: Any) -> tuple[float, float]:
    """Return the ratio of two sums of counts, and its linearised standard error with replicates as clusters."""
    top, bottom = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    total = float(bottom.sum())
    if total == 0.0:
        return math.nan, math.nan
    estimate = float(top.sum()) / total
    n = top.size
    rest = top - estimate * bottom
    return estimate, math.sqrt(n / (n - 1.0) * float((rest**2).sum())) / abs(total) if n > 1 else math.nan
