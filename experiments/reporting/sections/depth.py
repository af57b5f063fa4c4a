"""Sections of report.html about depth: how far policy falls, and the closed form beside the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from ....model.parameters.tree import Parameters
from ...errors import UserError
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH, dose_response
from ...storage.provenance import code_hash
from .. import html
from ..report import Report
from .rows import one_setting, runs_of, setting_of

MEASURED = ("foresight", "lasting_openness", "moves_in_force")
"""Columns that runs of version one do not have."""
MOST_POINTS = 6
SHOWN = ("depth", "tau", "visibility", "foresight", "p_zero", "p", "rd", "band_low", "band_high", "rd_mcse", "n")


class PointRows(NamedTuple):
    """Runs of one design point: its place in the design, its label, rows of one setting, and its parameters."""

    number: int
    label: str
    rows: pd.DataFrame
    parameters: Parameters


def points_of(report: Report, frame: pd.DataFrame, free: tuple[str, ...] = ()) -> Iterator[PointRows]:
    """Yield the first MOST_POINTS design points, each in its first layer and exposure setting.

    A label holds the values of the parameters that differ between points. free: columns that may vary in a point.
    """
    factors = [name for name in frame.columns if "." in name and frame[name].nunique() > 1]
    numbers = frame["point"].drop_duplicates().tolist() if "point" in frame.columns else [0]
    for number in numbers[:MOST_POINTS]:
        point = frame[frame["point"] == number] if "point" in frame.columns else frame
        rows, _ = one_setting(point, free=("point", *free))
        values = ", ".join(f"{name} {rows[name].iloc[0]}" for name in factors)
        label = f"Point {number}: {values}. " if len(numbers) > 1 else ""
        yield PointRows(int(number), label, rows, setting_of(report, rows))


def unshown_points(frame: pd.DataFrame) -> list[str]:
    """Return a paragraph that counts the points beyond MOST_POINTS; none if all are shown."""
    count = frame["point"].nunique() if "point" in frame.columns else 1
    if count <= MOST_POINTS:
        return []
    return [html.paragraph(f"Shown for the first {MOST_POINTS} of {count} design points; summary.csv has all.")]


def declared_or_largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows at the declared breadth, or at the largest one where the declared was not run."""
    declared = table[table["breadth"] == PRIMARY_BREADTH]
    return declared if len(declared) else table[table["breadth"] == table["breadth"].max()]


def depth_section(report: Report) -> list[str]:
    """Return depth curve, named depths and moves in force at the term's end, each design point on its own.

    Raises UserError for runs of a version that did not measure depth.
    """
    frame = runs_of(report)
    absent = [name for name in MEASURED if name not in frame.columns]
    if absent:
        raise UserError(f"these runs were made before depth was measured: they have no {', '.join(absent)}")
    parts, named = unshown_points(frame), []
    for point in points_of(report, frame, free=("foresight",)):
        own, table = _depth_of_point(report, point)
        parts += own
        named.append(table.assign(point=point.number))
    report.tables["depth"] = pd.concat(named, ignore_index=True)
    return parts


def _depth_of_point(report: Report, point: PointRows) -> tuple[list[str], pd.DataFrame]:
    """Return the parts of one design point, and its table of named depths."""
    from ...protocols.outcome_names import named_depths
    from ...protocols.stress_test.depth import depth_curve, moves_at_end, taus_of
    from ..figures.depth import depth_figure

    layer, depths = str(point.rows["layer"].iloc[0]), named_depths(point.parameters)
    curve = depth_curve(point.rows, layer, taus_of(point.parameters))
    if curve.empty:
        raise UserError("a depth curve needs a breadth above 0")
    curve = declared_or_largest(curve)
    breadth = float(curve["breadth"].iloc[0])
    name = f"depth-print-{point.number}" if point.label else "depth-print"
    table = named_rows(curve, depths)
    moves = moves_at_end(point.rows, layer)
    moves = moves[moves["breadth"].isin((0.0, breadth))]
    caption = (
        f"{point.label}RD at b = {breadth:g}: probability that openness stays at or below tau for six months of the "
        "opposed term, minus the same at zero exposure. Bands: 95%, simultaneous over depths. Dotted: the margin of "
        "political size, .05."
    )
    drawn = report.drawn(
        depth_figure(curve, report.figures, depths, name),
        caption,
        "Risk difference against depth of the fall, a panel per visibility and a line per foresight",
    )
    of_point = point.label.rstrip(". ")
    caption = f"Named depths at b = {breadth:g}{f', {of_point}' if of_point else ''}"
    return [
        drawn,
        html.table(table, caption, SHOWN),
        html.table(_wide(moves), "Share of runs by move in force in the last month of the opposed term"),
    ], table


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


def formula_of(report: Report, own: pd.DataFrame) -> pd.DataFrame | None:
    """Return the closed form of the first setting's dose-response table; None where other code made the runs."""
    from ..closed_form import closed_form_of_table

    if report.manifest["code_hash"] != code_hash():
        return None
    rows, _ = one_setting(runs_of(report))
    return closed_form_of_table(setting_of(report, rows), own, report.study.study.seed)


def closed_form_section(report: Report) -> list[str]:
    """Return the predicted beside the measured risk difference of each design point.

    The vote effect is not in the folder, so it is computed again. Raises UserError where other code made the runs.
    """
    from ..closed_form import NO_DOSE, FormulaRow, departure_lines, rows_of_table

    if report.manifest["code_hash"] != code_hash():
        raise UserError("made by other code: the vote effect of this code is not that of its runs")
    frame = runs_of(report)
    parts = unshown_points(frame)
    for point in points_of(report, frame):
        own = dose_response(point.rows, str(point.rows["layer"].iloc[0]))
        rows = rows_of_table(point.parameters, own, report.study.study.seed)
        if not rows:
            parts.append(html.paragraph(NO_DOSE))
            continue
        caption = f"{point.label}RD back to extreme care: precision x rent x vote effect alone, beside the model"
        shown = pd.DataFrame(rows, columns=FormulaRow._fields).assign(comparison=[row.word for row in rows])
        parts.append(html.table(shown, caption))
        parts += [html.paragraph(line) for line in departure_lines(point.parameters)]
    return parts
