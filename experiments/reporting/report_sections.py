"""Sections of report.html, by protocol. Each takes a report and returns the parts of its section."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from ..errors import UserError
from ..protocols.outcome_names import named, printed_name
from ..protocols.stress_test.dose_response import PRIMARY_BREADTH, dose_response, primary_contrast, smallest_doses
from ..statistics.dose_thresholds import half_dose
from ..storage.provenance import code_hash
from . import html
from .factor_analysis import analyse
from .report import Report
from .sections.depth import closed_form_section, depth_section, formula_of
from .sections.rows import one_setting, runs_of, setting_of

SHOWN = (
    *("visibility", "breadth", "n", "p_restricted", "p_restricted_mcse", "p_reversed", "p_reversed_mcse"),
    *("rd_restricted", "rd_restricted_low", "rd_restricted_high"),
    *("rd_reversed", "rd_reversed_low", "rd_reversed_high", "rd_reversed_mcse"),
    *("severity", "severity_mcse", "gap", "gap_mcse"),
)


Section = Callable[[Report], list[str]]


def _statements(report: Report) -> list[str]:
    rows, note = one_setting(runs_of(report))
    layer = str(rows["layer"].iloc[0])
    parts = [html.paragraph(note)] if note else []
    own = dose_response(rows, layer)
    report.tables["dose-response"] = own
    if (rows["breadth"] == PRIMARY_BREADTH).any():
        parts += [
            html.paragraph(f"At visibility {visibility:g}: {contrast.verdict.sentence}")
            for visibility, contrast in primary_contrast(rows, layer=layer).items()
        ]
    for visibility, contrast in smallest_doses(rows, layer=layer).items():
        parts.append(html.paragraph(f"x10 of back to extreme care at visibility {visibility:g}. {contrast.sentence}"))
        parts.append(
            html.paragraph(f"x50 of back to extreme care at visibility {visibility:g}. {_x50(rows, visibility)}")
        )
    # Without the returning friendly party G was not measured, and its zeros are no estimates.
    shown = SHOWN if (own["gap"] != 0.0).any() else [name for name in SHOWN if not name.startswith("gap")]
    caption = (
        "Outcomes by dose, with Monte Carlo standard errors (mcse) and 95% limits. The columns p_reversed and "
        f"rd_reversed: {printed_name('reversed')}"
    )
    parts.append(html.table(own, caption, shown))
    return parts


def _x50(rows: pd.DataFrame, visibility: float, event: str = "reversed") -> str:
    wide = rows[(rows["breadth"] == 0.0) | (rows["visibility"] == visibility)].pivot_table(
        index="replicate", columns="breadth", values=event
    )
    doses = [float(level) for level in map(str, wide.columns) if float(level) > 0.0]
    return half_dose(doses, wide[doses].to_numpy() - wide[[0.0]].to_numpy()).sentence


def _dose_response(report: Report) -> list[str]:
    from .figures.dose_response import dose_response_figure

    own = report.tables.get("dose-response")
    if own is None or own["breadth"].nunique() < 2 or own["n"].min() < 2:
        raise UserError("a curve needs two doses and two replicates")
    formula = formula_of(report, own)
    dashed = "" if formula is None else " Dashed, without markers: the closed form."
    paths = dose_response_figure({"": own}, report.figures, "dose-response-print", print_size=True, closed_form=formula)
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

    rows, note = one_setting(runs_of(report), free=("allocation",))
    table = phase_table(rows, str(rows["layer"].iloc[0]))
    return [
        report.drawn(
            phase_map_figure(table, report.figures),
            "Each cell: the verdict's letter and the risk difference of back to extreme care. Intervals are widened "
            "over all cells, so that with probability .95 no word is wrong. " + note,
            "Verdict of every combination of breadth and visible stake",
        )
    ]


def _incidence(report: Report) -> list[str]:
    from .figures.curves import incidence_figure, incidence_of_term

    rows, note = one_setting(runs_of(report))
    largest = rows.loc[rows["breadth"] == rows["breadth"].max(), "arm"].unique().tolist()
    declared = rows.loc[rows["breadth"] == PRIMARY_BREADTH, "arm"].unique().tolist()
    arms = [*rows.loc[rows["breadth"] == 0.0, "arm"].unique().tolist(), *(declared or largest)]
    paths = incidence_figure(incidence_of_term(rows, list(dict.fromkeys(arms))), report.figures)
    caption = f"Cumulative incidence since the opposed party took office, 95% per month. {note}".strip()
    return [
        report.drawn(
            paths, caption, "Share of runs with a first attempt, restriction and return to extreme care, by month"
        )
    ]


def _gap(report: Report) -> list[str]:
    from .figures.intervals import gap_figure

    own = report.tables.get("dose-response")
    if own is None or not (own["gap"] != 0.0).any():
        raise UserError("the returning friendly party was not run, so there is no G")
    return [
        report.drawn(
            gap_figure(own, report.figures),
            "Policy gap G against its level, 95% per dose. A moat moves to the lower right (G to 0 with policy open), "
            "a trapdoor to the lower left.",
            "G against mean openness rung under the opposed government, a point per dose",
        )
    ]


def _crash(report: Report) -> list[str]:
    from .figures.curves import crash_figure, crash_table

    rows, _ = one_setting(runs_of(report), free=("point",))
    table = crash_table(rows[(rows["breadth"] == 0.0) | (rows["visibility"] == rows["visibility"].max())])
    caption = "Severity after a scheduled crash and in calm, same draws; bands 95%, simultaneous over doses."
    return [report.drawn(crash_figure(table, report.figures), caption, "Severity against breadth in both states")]


def _mediation(report: Report) -> list[str]:
    from .figures.intervals import mediation_figure

    table, note = one_setting(report.read("mediation.csv"))
    report.tables["mediation"] = table
    caption = f"Shapley values (points) with 95% intervals (lines) and the range over the 24 orders (bars). {note}"
    drawn = report.drawn(
        mediation_figure(table, report.figures), caption.strip(), "Part of each channel in the difference"
    )
    return [drawn, html.table(named(table), "Mediation: channels and other paths add up to the total")]


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


def _one_run(report: Report) -> list[str]:
    from .figures.single_run import run_figure, run_story

    if report.manifest["code_hash"] != code_hash():
        raise UserError("made by other code: a run drawn with this code would not be one of its runs")
    rows, _ = one_setting(runs_of(report))
    dose, visibility = float(rows["breadth"].max()), float(rows["visibility"].iloc[0])
    if (rows["breadth"] == PRIMARY_BREADTH).any():
        dose = PRIMARY_BREADTH
    replicate = _replicate_to_show(rows, dose, visibility)
    paths = run_figure(
        run_story(setting_of(report, rows), report.study.study.seed, replicate, dose, visibility),
        report.figures,
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
    "How far policy falls": depth_section,
    "Closed form": closed_form_section,
    "What was found": _analysed(_statements),
    "Dose and response": _dose_response,
    "Phase map": _phase_map,
    "When it happens": _incidence,
    "Gap and level": _gap,
    "After a crash and in calm": _crash,
    **MEDIATION,
    **PRIOR_MASS,
    "Factors": _factors,
    "Sensitivity": _sensitivity,
    "One run": _one_run,
}
