"""Checks of an analysis's input: absent columns, missing rows, NaN, duplicate rows, rows of several code versions.

Libraries fail late on missing values, or silently: SALib turns one NaN into indices of 0.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import UserError

_SHOWN = 10
_KEYS = ("point", "replicate", "arm")


def library(name: str) -> Any:
    """Import a library of the extra `analysis`; UserError names the command that installs it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(
            f"this analysis needs {name.partition('.')[0]}: pip install 'political-moat[analysis]'"
        ) from error


def some(items: Sequence[str]) -> str:
    """Return the first items in one line, and the number of further ones."""
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _named(rows: pd.DataFrame) -> str:
    keys = [name for name in _KEYS if name in rows.columns]
    if not keys:
        return some([f"(row {index})" for index in rows.index])
    return some(
        [
            "(" + ", ".join(f"{k} {v}" for k, v in zip(keys, values, strict=True)) + ")"
            for values in zip(*(rows[k] for k in keys), strict=True)
        ]
    )


def refuse_incomplete(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise UserError, naming the rows, for no rows, absent columns, duplicate rows, and NaN or infinite values."""
    wanted = list(dict.fromkeys(columns))
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise UserError(f"the table lacks the columns {some(absent)}")
    if frame.empty:
        raise UserError("the table has no rows")
    for name in wanted:
        values = frame[name]
        numeric = pd.api.types.is_numeric_dtype(values)
        wrong = ~np.isfinite(values.to_numpy(dtype=float)) if numeric else values.isna()
        if wrong.any():
            raise UserError(f"{name} is missing (NaN) or infinite: {_named(frame[np.asarray(wrong)])}")
    keys = [name for name in _KEYS if name in frame.columns]
    if "replicate" in keys and frame.duplicated(keys).any():
        raise UserError(f"duplicate rows: {_named(frame[frame.duplicated(keys)])}")


def refuse_mixed_code(codes: Iterable[str]) -> None:
    """Raise UserError if rows come from more than one version of the model's code."""
    versions = sorted(set(codes))
    if len(versions) > 1:
        raise UserError(f"rows of {len(versions)} code versions do not mix: {some([code[:16] for code in versions])}")


def refuse_missing_rows(frame: pd.DataFrame, points: int | None = None) -> None:
    """Raise UserError, with names, for points without rows and for arms that lack replicates of their point.

    frame: a row per run with `replicate`, and `point` and `arm` where the design has them. points: how many points the
    design has, numbered from 0.
    """
    if points is not None:
        absent = sorted(set(range(points)) - {int(point) for point in frame["point"].unique()})
        if absent:
            raise UserError(f"missing rows: no run of {some([f'point {point}' for point in absent])}")
    if "arm" not in frame.columns:
        return
    missing: list[str] = []
    for point, rows in frame.groupby("point") if "point" in frame.columns else [("", frame)]:
        replicates = set(rows["replicate"])
        where = f"point {point}, " if "point" in frame.columns else ""
        for arm, arm_rows in rows.groupby("arm"):
            absent = sorted(replicates - set(arm_rows["replicate"]))
            missing += [f"({where}replicate {replicate}, arm {arm})" for replicate in absent]
    if missing:
        raise UserError(f"missing rows: {some(missing)}")
