"""Section of report.html about the back-test: scores, the calibration plot, and every case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...protocols.backtest.design import MODEL, VARIANTS
from ...protocols.backtest.options import cases_of
from ...protocols.backtest.scores import REFERENCE, case_table
from .. import html
from ..point_rows import PointRows
from ..report_parts import EachPoint, Report
from .rows import one_setting

Section = Callable[[Report], list[str]]


def backtest_section(report: Report, point: PointRows) -> list[str]:
    """Return scores, calibration plot and cases of one design point."""
    from ..figures.calibration_plot import calibration_figure

    scores = report.read("backtest.csv")
    runs, note = one_setting(point.rows)
    if point.label:
        scores = scores[scores["point"] == runs["point"].iloc[0]].drop(columns="point")
    table = case_table(runs, cases_of(report.study.options))
    shown = ["transition", "case", "legal_layer", "contested", *VARIANTS, REFERENCE, "outcome", "scored"]
    caption = (
        "Calibration: a dot for each scored case at its forecast, above 1 if it was reversed and below 0 if it was "
        f"kept; diamonds: share reversed in bins of equal size, 95% (Wilson). {note}"
    )
    errors = "Scores: lower is better. error: bootstrap over changes of government; mcse: replicates"
    return [
        html.table(scores, f"{point.sentence}{errors}"),
        report.drawn(
            calibration_figure(table, report.figures, (MODEL, REFERENCE), f"calibration-print{point.suffix}"),
            caption,
            "Share of cases that were reversed against the probability that was forecast",
        ),
        html.table(table[shown], f"{point.sentence}Cases: probability of reversal, and the outcome. {note}".strip()),
    ]


BACKTEST: Mapping[str, Section] = {"Back-test": EachPoint(backtest_section)}
