"""Section of report.html about all design points: one table and one figure by factor values, and curves over doses."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ...protocols.outcome_names import printed_name
from ...storage.atomic_files import replaced_atomically
from ...studies.reader import BREADTH
from ...sweeps.summary import difference_names, mean_name
from .. import html
from ..effects import Effect, Effects, PointEffect, effects_in, has_doses
from ..point_labels import caption_text, value_text
from ..report_parts import MOST_POINTS, TABLES, Report

MOST_SHOWN = 200
"""Rows of the table on the page; the file beside it has all."""
MOST_DRAWN = 60
"""Rows of the figure."""
FILE = "all-points.csv"


def all_points(report: Report) -> list[str]:
    """Return table and figures of every design point by factor values, and write TABLES/all-points.csv."""
    effects = effects_in(report.read("summary.csv"), report.study)
    frame = effect_frame(effects, report.study.protocol.summary_events)
    with replaced_atomically(report.folder / TABLES / FILE) as stream:
        frame.to_csv(stream, index=False, lineterminator="\n")
    report.tables["effects"] = frame
    shown = effects.rows[:MOST_SHOWN]
    rows = [_cells(effects, row) for row in shown]
    explained = (
        "Probabilities and means without (b = 0) and with exposure; RD: their paired difference with its 95% interval; "
        "MC: Monte Carlo standard error of the difference. Sorted by factor values. "
    )
    fixed = caption_text(report.study, replicates=effects.replicates)
    parts = [
        html.grouped_table(_heads(effects), rows, "Effect of exposure at every design point"),
        html.paragraph(explained + fixed),
    ]
    if len(effects.rows) > len(shown):
        words = "; ".join(words for name in effects.outcomes if (words := effects.spread(name)))
        rest = f"The first {len(shown)} of {len(effects.rows):,} rows; {TABLES}/{FILE} has all. Over all rows: {words}."
        parts.append(html.paragraph(rest))
    parts.append(html.paragraph(f"All numbers: {TABLES}/{FILE}, with the column names of summary.csv."))
    if 1 < len(report.points) <= MOST_POINTS and report.study.protocol.report_sections():
        links = (html.linked(point.label, f"point{point.suffix}") for point in report.points)
        parts.append(f"<nav>Details: {'; '.join(links)}</nav>")
    return [*parts, *_drawn(report, effects, frame)]


def effect_frame(effects: Effects, events: tuple[str, ...]) -> pd.DataFrame:
    """Return the effects as a frame: factor values by dotted name, arm, pairs, and for each outcome the columns of
    summary.csv that its tables show.
    """
    records = []
    for row in effects.rows:
        record: dict[str, Any] = dict(row.values) | {"arm": row.arm, "pairs": row.pairs}
        for name, effect in row.effects.items():
            mean = mean_name(name, name in events)
            difference, error, low, high = difference_names(name, name in events)
            names = (f"{mean}_zero", mean, difference, low, high, error)
            record |= dict(zip(names, effect, strict=True))
        records.append(record)
    return pd.DataFrame(records)


def _heads(effects: Effects) -> list[tuple[str, list[str]]]:
    names = [effects.names[name] for name in effects.factors] + ["arm"] * effects.arms_differ
    heads = [("", [*names, "pairs"])]
    for outcome in effects.outcomes:
        word = printed_name(outcome).replace("_", " ")
        heads.append((word[0].upper() + word[1:], ["b = 0", "exposed", "RD [95%]", "MC"]))
    return heads


def _cells(effects: Effects, row: PointEffect) -> list[str]:
    cells = [html.text(value_text(value)) for value in row.values.values()] + [html.text(row.arm)] * effects.arms_differ
    cells.append(f"{row.pairs:,}")
    for outcome in effects.outcomes:
        cells += _numbers(row.effects[outcome])
    return cells


def _numbers(effect: Effect) -> list[str]:
    change = "-"
    if math.isfinite(effect.difference):
        limits = "-" if math.isnan(effect.low) else f"{effect.low:+.3f}, {effect.high:+.3f}"
        change = f"{effect.difference:+.3f} [{limits}]"
    zero, exposed, error = (
        f"{x:.3f}" if math.isfinite(x) else "-" for x in (effect.zero, effect.exposed, effect.error)
    )
    return [text.replace("-", "\N{MINUS SIGN}") for text in (zero, exposed, change, error)]


def _drawn(report: Report, effects: Effects, frame: pd.DataFrame) -> list[str]:
    from ..figures.effects import Curves, curves_figure, curves_of, effects_figure

    parts = []
    outcome = effects.outcomes[0]
    word = printed_name(outcome).replace("_", " ")
    if not frame[difference_names(outcome, outcome in report.study.protocol.summary_events)[0]].notna().any():
        return []
    if len(effects.rows) <= MOST_DRAWN:
        caption = "Paired differences from zero exposure at every design point, with 95% intervals."
        paths = effects_figure(effects, report.figures)
        parts.append(report.drawn(paths, caption, "Differences by factor values, a row per design point"))
    if has_doses(effects):
        by = [name for name in effects.factors if name != BREADTH]
        table, problem = curves_of(effects, BREADTH, by, outcome)
        if not problem:
            caption = f"Paired difference in {word} from zero exposure against breadth, a curve per design point; 95%."
            paths = curves_figure(Curves(table), report.figures, "curves")
            parts.append(report.drawn(paths, caption, f"Difference in {word} against breadth, by factor values"))
    return parts
