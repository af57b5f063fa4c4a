"""Sections of report.html about depth: how far policy falls, and the closed form beside the model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import UserError
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH, dose_response
from ...storage.provenance import code_hash
from .. import html
from ..point_rows import PointRows
from ..report_parts import Report
from .rows import one_setting

MEASURED = ("foresight", "lasting_openness", "moves_in_force")
"""Columns that runs of version one do not have."""
SHOWN = ("depth", "tau", "visibility", "foresight", "p_zero", "p", "rd", "band_low", "band_high", "rd_mcse", "n")


def declared_or_largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows at the declared breadth, or at the largest one where the declared was not run."""
    declared = table[table["breadth"] == PRIMARY_BREADTH]
    return declared if len(declared) else table[table["breadth"] == table["breadth"].max()]


def refuse_unmeasured(runs: pd.DataFrame) -> None:
    """Raise UserError for runs of a version that did not measure depth."""
    absent = [name for name in MEASURED if name not in runs.columns]
    if absent:
        raise UserError(f"these runs were made before depth was measured: they have no {', '.join(absent)}")


def depth_section(report: Report, point: PointRows) -> list[str]:
    """Return depth curve, named depths and moves in force at the term's end of one design point.

    Raises UserError for runs of a version that did not measure depth.
    """
    refuse_unmeasured(point.rows)
    rows, _ = one_setting(point.rows, free=("foresight",))
    from ...protocols.outcome_names import named_depths
    from ...protocols.stress_test.depth import depth_curve, moves_at_end, taus_of
    from ..figures.depth import depth_figure
    from ..figures.style import DRAWN

    layer, depths = str(rows["layer"].iloc[0]), named_depths(point.parameters)
    curve = depth_curve(rows, layer, taus_of(point.parameters))
    if curve.empty:
        raise UserError("a depth curve needs a breadth above 0")
    curve = declared_or_largest(curve)
    breadth = float(curve["breadth"].iloc[0])
    table = point.tables["depth"] = named_rows(curve, depths)
    moves = moves_at_end(rows, layer)
    moves = moves[moves["breadth"].isin((0.0, breadth))]
    caption = (
        f"RD at b = {breadth:g}: probability that openness stays at or below tau for six months of the "
        "opposed term, minus the same at zero exposure. Bands: 95%, simultaneous over depths. Dotted: the margin of "
        "political size, .05."
    )
    drawn = report.drawn(
        depth_figure(curve, report.figures, depths, f"depth-print{point.suffix}", DRAWN),
        caption,
        "Risk difference against depth of the fall, a panel per visibility and a line per foresight",
    )
    of_point = f", {point.label}" if point.label else ""
    caption = f"Named depths at b = {breadth:g}{of_point}"
    return [
        drawn,
        html.table(table, caption, SHOWN),
        html.table(_wide(moves), f"Share of runs by move in force in the last month of the opposed term{of_point}"),
    ]


def named_rows(curve: pd.DataFrame, depths: tuple[tuple[str, float], ...]) -> pd.DataFrame:
    """Return the rows of a depth curve at the named depths, arm by arm, shallowest first; column depth first."""
    parts = [curve[np.isclose(curve["tau"], tau, atol=1e-9)].assign(depth=name) for name, tau in depths]
    rows = pd.concat(parts)[["depth", *curve.columns]]
    return rows.sort_values(
        ["visibility", "foresight", "tau"], ascending=[False, True, False], kind="stable", ignore_index=True
    )


def _wide(moves: pd.DataFrame) -> pd.DataFrame:
    """Return a row per arm and a column per move."""
    wide = moves.pivot_table(
        index=["foresight", "visibility", "breadth", "n"], columns="move", values="share", sort=False
    )
    return wide.reset_index().rename_axis(columns=None)


def formula_of(report: Report, point: PointRows, own: pd.DataFrame) -> pd.DataFrame | None:
    """Return the closed form of a point's dose-response table; None where other code made the runs."""
    from ..closed_form import closed_form_of_table

    if report.manifest["code_hash"] != code_hash():
        return None
    return closed_form_of_table(point.parameters, own, report.study.study.seed, report.study.inputs)


def closed_form_section(report: Report, point: PointRows) -> list[str]:
    """Return the predicted beside the measured risk difference of one design point.

    The vote effect is not in the folder, so it is computed again. Raises UserError where other code made the runs.
    """
    from ..closed_form import NO_DOSE, FormulaRow, departure_lines, rows_of_table

    if report.manifest["code_hash"] != code_hash():
        raise UserError("made by other code: the vote effect of this code is not that of its runs")
    rows, _ = one_setting(point.rows)
    own = dose_response(rows, str(rows["layer"].iloc[0]))
    formula = rows_of_table(point.parameters, own, report.study.study.seed, report.study.inputs)
    if not formula:
        return [html.paragraph(NO_DOSE)]
    caption = f"{point.sentence}RD back to extreme care: precision x rent x vote effect alone, beside the model"
    shown = pd.DataFrame(formula, columns=FormulaRow._fields).assign(comparison=[row.word for row in formula])
    return [html.table(shown, caption), *(html.paragraph(line) for line in departure_lines(point.parameters))]
