"""Figures and tables of a study by factor value, for Python and notebooks: those of the report and `moat figure`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from .errors import UserError
from .reporting.by_factor import curves_by_factor, folder_effects, outcome_of
from .reporting.figures.style import DOUBLE, painted
from .reporting.sections.all_points import effect_frame
from .studies.reader import StudyFile

DOTS_PER_INCH = 150


class StudyFigure(Figure):
    """A matplotlib figure that a notebook shows, whatever its backend; `savefig` writes it."""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=DOTS_PER_INCH)
        return stream.getvalue()


def plot(
    folder: Path, x: str, by: str | Sequence[str] | None, outcome: str, where: Mapping[str, Any] | None
) -> StudyFigure:
    """Return the figure of `curves_by_factor`; by: one factor or several; where: values of the factors to hold."""
    factors = [by] if isinstance(by, str) else list(by or ())
    held = [f"{name}={value}" for name, value in (where or {}).items()]
    try:
        curves, _ = curves_by_factor(folder, factors, x, outcome, held)
    except UserError as error:
        raise UserError(str(error).replace("--", "")) from None
    figure = painted(curves.table, DOUBLE, curves.height, curves.paint, StudyFigure)
    assert isinstance(figure, StudyFigure)
    return figure


def effect_table(study: StudyFile, folder: Path, outcome: str | None) -> pd.DataFrame:
    """Return the effect of exposure at every design point, a row each; the outcomes of the report if None."""
    try:
        effects = folder_effects(study, folder, () if outcome is None else (outcome_of(study, outcome),))
    except UserError as error:
        raise UserError(str(error).replace("--", "")) from None
    frame = effect_frame(effects, study.protocol.summary_events)
    return frame if effects.arms_differ else frame.drop(columns="arm", errors="ignore")
