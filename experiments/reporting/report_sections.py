"""Sections of report.html, by protocol. Each takes a report and returns the parts of its section."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from ..errors import UserError
from ..protocols.outcome_names import named, printed_name
from ..protocols.stress_test.dose_response import PRIMARY_BREADTH, dose_response, primary_contrast, smallest_doses
from ..statistics.dose_thresholds import half_dose
from ..storage.provenance import code_hash
from . import html
from .factor_analysis import analyse
from .point_labels import point_label
from .point_rows import PointRows, points_of
from .report_parts import MOST_POINTS, EachPoint, Report
from .sections.depth import closed_form_section, depth_section, formula_of
from .sections.printed_tables import printed_tables
from .sections.rows import one_setting

SHOWN = (
    *("visibility", "breadth", "n", "p_restricted", "p_restricted_mcse", "p_reversed", "p_reversed_mcse"),
    *("rd_restricted", "rd_restricted_low", "rd_restricted_high"),
    *("rd_reversed", "rd_reversed_low", "rd_reversed_high", "rd_reversed_mcse"),
    *("severity", "severity_mcse", "gap", "gap_mcse"),
)


Section = Callable[[Report], list[str]]


def _statements(report: Report, point: PointRows) -> list[str]:
    rows, note = one_setting(point.rows)
    layer = str(rows["layer"].iloc[0])
    parts = [html.paragraph(note)] if note else []
    own = point.tables["dose-response"] = dose_response(rows, layer)
    if (rows["breadth"] == PRIMARY_BREADTH).any():
        parts += [
            html.paragraph(f"At {point.label_at(visibility)}: {contrast.verdict.sentence}")
            for visibility, contrast in primary_contrast(rows, layer=layer).items()
        ]
    for visibility, contrast in smallest_doses(rows, layer=layer).items():
        at = f"of back to extreme care at {point.label_at(visibility)}"
        parts.append(html.paragraph(f"x10 {at}. {contrast.sentence}"))
        parts.append(html.paragraph(f"x50 {at}. {_x50(rows, visibility)}"))
    # Without the returning friendly party G was not measured, and its zeros are no estimates.
    shown = SHOWN if (own["gap"] != 0.0).any() else [name for name in SHOWN if not name.startswith("gap")]
    caption = (
        f"{point.sentence}Outcomes by dose, with Monte Carlo standard errors (mcse) and 95% limits. "
        f"The columns p_reversed and rd_reversed: {printed_name('reversed')}"
    )
    parts.append(html.table(own, caption, shown))
    return parts


def _x50(rows: pd.DataFrame, visibility: float, event: str = "reversed") -> str:
    wide = rows[(rows["breadth"] == 0.0) | (rows["visibility"] == visibility)].pivot_table(
        index="replicate", columns="breadth", values=event
    )
    doses = [float(level) for level in map(str, wide.columns) if float(level) > 0.0]
    return half_dose(doses, wide[doses].to_numpy() - wide[[0.0]].to_numpy()).sentence


def _dose_response(report: Report, point: PointRows) -> list[str]:
    from .figures.dose_response import dose_response_figure

    own = point.tables.get("dose-response")
    if own is None or own["breadth"].nunique() < 2 or own["n"].min() < 2:
        raise UserError("a curve needs two doses and two replicates")
    formula = formula_of(report, point, own)
    dashed = "" if formula is None else " Dashed, without markers: the closed form."
    name = f"dose-response-print{point.suffix}"
    paths = dose_response_figure({"": own}, report.figures, name, print_size=True, closed_form=formula)
    return [
        report.drawn(
            paths,
            "Paired change against zero exposure. Bands: 95%, simultaneous over doses (maximum of |t|) for back to "
            f"extreme care and restricted, per dose for severity. Dotted: the margin of political size, .05.{dashed}",
            "Change in the probability of back to extreme care and of restricted, and in severity, against breadth",
        )
    ]


def _phase_map(report: Report) -> list[str]:
    from ..statistics.verdicts import phase_table
    from .figures.phase_map import phase_map_figure

    points = points_of(report.study, report.runs, but=("exposure.allocation",))
    _refuse_many(points)
    parts = []
    for point in report.at_each(points):
        rows, note = one_setting(point.rows, free=("allocation",))
        table = phase_table(rows, str(rows["layer"].iloc[0]))
        parts.append(
            report.drawn(
                phase_map_figure(table, report.figures, f"phase-map{point.suffix}"),
                "Each cell: the verdict's letter and the risk difference of back to extreme care. "
                "Intervals are widened over all cells, so that with probability .95 no word of this map is wrong. "
                + note,
                "Verdict of every combination of breadth and visible stake",
            )
        )
    return parts


def _refuse_many(points: Sequence[object]) -> None:
    if len(points) > MOST_POINTS:
        raise UserError(f"{len(points):,} design points; figures are drawn for at most {MOST_POINTS}")


def _incidence(report: Report, point: PointRows) -> list[str]:
    from .figures.curves import incidence_figure, incidence_of_term

    rows, note = one_setting(point.rows)
    largest = rows.loc[rows["breadth"] == rows["breadth"].max(), "arm"].unique().tolist()
    declared = rows.loc[rows["breadth"] == PRIMARY_BREADTH, "arm"].unique().tolist()
    arms = [*rows.loc[rows["breadth"] == 0.0, "arm"].unique().tolist(), *(declared or largest)]
    name = f"incidence{point.suffix}"
    paths = incidence_figure(incidence_of_term(rows, list(dict.fromkeys(arms))), report.figures, name)
    caption = f"Cumulative incidence since the opposed party took office, 95% per month. {note}".strip()
    return [
        report.drawn(
            paths, caption, "Share of runs with a first attempt, restriction and return to extreme care, by month"
        )
    ]


def _gap(report: Report, point: PointRows) -> list[str]:
    from .figures.intervals import gap_figure

    own = point.tables.get("dose-response")
    if own is None or not (own["gap"] != 0.0).any():
        raise UserError("the returning friendly party was not run, so there is no G")
    return [
        report.drawn(
            gap_figure(own, report.figures, f"gap-and-level{point.suffix}"),
            "Policy gap G against its level, 95% per dose. A moat moves to the lower right (G to 0 with policy open), "
            "a trapdoor to the lower left.",
            "G against mean openness rung under the opposed government, a point per dose",
        )
    ]


def _crash(report: Report) -> list[str]:
    from .figures.curves import CRASH, crash_figure, crash_table

    points = points_of(report.study, report.runs, but=(CRASH,))
    _refuse_many(points)
    parts = []
    for point in report.at_each(points):
        rows, _ = one_setting(point.rows)
        table = crash_table(rows[(rows["breadth"] == 0.0) | (rows["visibility"] == rows["visibility"].max())])
        what = "Severity after a scheduled crash and in calm, same draws; bands 95%, simultaneous over doses."
        paths = crash_figure(table, report.figures, f"crash-and-calm{point.suffix}")
        parts.append(report.drawn(paths, what, "Severity against breadth in both states"))
    return parts


def _mediation(report: Report) -> list[str]:
    from .figures.intervals import mediation_figure

    table = report.read("mediation.csv")
    numbers = list(table["point"].unique()) if "point" in table.columns else [0]
    _refuse_many(numbers)
    values = _values_of_points(report, len(numbers) > 1)
    parts, tables = [], []
    for number in numbers:
        own = table[table["point"] == number] if len(numbers) > 1 else table
        rows, note = one_setting(own)
        label, suffix = (point_label(values[number]), f"-{number}") if values else ("", "")
        caption = f"{label}. " * bool(label) + (
            f"Shapley values (points) with 95% intervals (lines) and the range over the 24 orders (bars). {note}"
        )
        paths = mediation_figure(rows, report.figures, f"mediation{suffix}")
        parts.append(report.drawn(paths, caption, "Part of each channel in the difference"))
        total = "Mediation: channels and other paths add up to the total"
        parts.append(html.table(named(rows), f"{total}; {label}" if label else total))
        tables.append(rows.assign(**values[number]) if values else rows)
    report.tables["mediation"] = pd.concat(tables, ignore_index=True)
    return parts


def _values_of_points(report: Report, several: bool) -> dict[int, dict[str, Any]]:
    """Return the factor values of each design point by its number; empty for a study of one."""
    if not several:
        return {}
    points = report.read("export/points.csv")
    names = [name for name in report.study.factor_names if name in points.columns]
    rows = points[["point", *names]].to_dict("records")
    return {int(row["point"]): {name: row[name] for name in names} for row in rows}


def _prior_mass(report: Report) -> list[str]:
    from .figures.intervals import prior_mass_figure

    table = report.tables["prior-mass"] = report.read("prior_mass.csv")
    copied = "prior_mass_draws.csv"  # draws of another folder, copied beside runs of a stress test
    draws = report.read(copied if (report.folder / copied).is_file() else "export/runs.csv")
    paths = prior_mass_figure(draws, report.figures)
    caption = "Risk differences over the prior, one point per draw, with twice its Monte Carlo error; dotted: .05."
    return [
        report.drawn(paths, caption, "Distribution of the risk difference over the prior's draws"),
        html.table(named(table), "Share of the prior"),
    ]


def _sensitivity(report: Report) -> list[str]:
    from .figures.intervals import sensitivity_figure

    table = report.tables["sensitivity"] = report.read("sensitivity.csv")
    first = table[table["outcome"] == table["outcome"].iloc[0]]
    caption = "Sensitivity with 95% bootstrap intervals."
    drawn = report.drawn(sensitivity_figure(first, report.figures), caption, "Sensitivity index of each factor")
    return [drawn, html.table(named(table), "Sensitivity indices")]


def _factors(report: Report) -> list[str]:
    table = report.read("logit.csv")
    return [html.table(named(table), "Logit on the factors that vary, errors clustered on the replicate")]


def _one_run(report: Report, point: PointRows) -> list[str]:
    from .figures.single_run import run_figure, run_story

    if report.manifest["code_hash"] != code_hash():
        raise UserError("made by other code: a run drawn with this code would not be one of its runs")
    rows, _ = one_setting(point.rows)
    dose, visibility = float(rows["breadth"].max()), float(rows["visibility"].iloc[0])
    if (rows["breadth"] == PRIMARY_BREADTH).any():
        dose = PRIMARY_BREADTH
    replicate = _replicate_to_show(rows, dose, visibility)
    paths = run_figure(
        run_story(point.parameters, report.study.study.seed, replicate, dose, visibility, report.study.inputs),
        report.figures,
        f"one-run{point.suffix}",
    )
    caption = f"Replicate {replicate}: the same people and shocks without and with exposure. One run is no evidence."
    return [report.drawn(paths, caption, "Openness month by month in two arms of one replicate, with events")]


def _replicate_to_show(rows: pd.DataFrame, dose: float, visibility: float) -> int:
    """Return the first replicate in which the two arms end differently; the first of all if none does."""
    wide = rows[
        (rows["breadth"] == 0.0) | ((rows["breadth"] == dose) & (rows["visibility"] == visibility))
    ].pivot_table(index="replicate", columns="breadth", values="reversed")
    different = wide.index[wide[0.0] != wide[dose]]
    return int(different[0] if len(different) else wide.index[0])


def _analysed(make: Section) -> Section:
    """Return a section that first writes the analysis of factors of a study of several settings."""

    def section(report: Report) -> list[str]:
        if (report.folder / "export" / "points.csv").is_file():
            try:
                report.left_out += analyse(report.folder)[1]
            except UserError as error:
                report.left_out.append(f"Analysis of factors: {error}")
        return make(report)

    return section


MEDIATION: Mapping[str, Section] = {"Mediation": _mediation}
PRIOR_MASS: Mapping[str, Section] = {"Prior mass": _prior_mass}
STRESS_TEST: Mapping[str, Section] = {
    "How far policy falls": EachPoint(depth_section),
    "Closed form": EachPoint(closed_form_section),
    "What was found": EachPoint(_statements),
    "Dose and response": EachPoint(_dose_response),
    "Phase map": _phase_map,
    "When it happens": EachPoint(_incidence),
    "Gap and level": EachPoint(_gap),
    "After a crash and in calm": _crash,
    **MEDIATION,
    **PRIOR_MASS,
    "Factors": _analysed(_factors),
    "Sensitivity": _sensitivity,
    "One run": EachPoint(_one_run),
    "Printed tables": printed_tables,
}
