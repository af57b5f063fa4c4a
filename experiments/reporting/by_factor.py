"""`moat figure STUDY --by FACTOR`: curves of a sweep over breadth, another factor or depth, with their csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from ...agents.user_input import plain_number, shown
from ..errors import UserError
from ..protocols.messages import nearest
from ..protocols.outcome_names import printed_name
from ..storage.atomic_files import disk_errors_in_one_line
from ..storage.checksums import refuse_altered
from ..storage.folder_files import refuse_output_inside
from ..storage.tables import read_results
from ..studies.factors import known_quantity
from ..studies.reader import BREADTH, VISIBILITY, StudyFile
from ..sweeps.folder import study_in
from .effects import Effects, effects_in
from .figures.effects import DEPTH, Curves, curves_figure, curves_of, problem_of
from .figures.style import NOTE
from .point_labels import caption_text, point_label, short_name, value_text
from .point_rows import points_of

ENDINGS = ("svg", "pdf", "png")
_AXES = {BREADTH: "Share of voters who hold a stake"}
_DEPTH_AXIS = "Depth: openness at or below tau for six months"
_BANDS = "Bands: 95% per point (Newcombe; Student t for means)."
_DEPTH_BANDS = "Bands: 95%, simultaneous over depths."


def draw_by_factor(
    folder: Path, out: Path, by: Sequence[str], x: str = BREADTH, outcome: str = "", where: Sequence[str] = ()
) -> list[Path]:
    """Draw `curves_by_factor` of a results folder of moat sweep; return the paths."""
    curves, name = curves_by_factor(folder, by, x, outcome, where)
    refuse_output_inside(out / f"{name}.csv")
    with disk_errors_in_one_line(out):
        return curves_figure(curves, out, name, ENDINGS)


def curves_by_factor(
    folder: Path, by: Sequence[str], x: str = BREADTH, outcome: str = "", where: Sequence[str] = ()
) -> tuple[Curves, str]:
    """Return curves of the paired difference of an outcome against x in a results folder, and a name for their figure.

    by: factors whose combinations are curves; the other factors are panels. Without any, the first factor besides x.
    outcome: one of the study's, or "depth" for the depth curve, whose x is the level of openness; "" for the first.
    where: NAME=VALUE, factors held at one value. Raises UserError for names and values that the study does not have.
    """
    study, _ = study_in(folder)
    named = (outcome_of(study, outcome),) if outcome not in ("", DEPTH) else ()
    effects = _held(folder_effects(study, folder, named), [_setting(study, words) for words in where])
    outcome = DEPTH if outcome == DEPTH else effects.outcomes[0]
    x = "" if outcome == DEPTH else _factor(effects.factors, x, "--x")
    chosen = [_factor(effects.factors, name, "--by") for name in by]
    if x in chosen:
        raise UserError(f"--by {x} is the x axis; allowed: {', '.join(name for name in effects.factors if name != x)}")
    lines = chosen or [name for name in effects.factors if name not in (x, BREADTH)][:1]
    of_depth = outcome == DEPTH
    table, problem = _depths(study, folder, effects, lines) if of_depth else curves_of(effects, x, lines, outcome)
    if problem:
        raise UserError(f"{folder} cannot be drawn: {problem}")
    name = f"{outcome}-by-{'-'.join(short_name(each).replace(' ', '-') for each in lines) or 'design'}"
    fixed = {each: value for each, value in _constant(effects).items() if each not in (*lines, x)}
    caption = caption_text(study, fixed, effects.replicates)
    note = f"{NOTE} {caption} {_DEPTH_BANDS if of_depth else _BANDS} Dotted: .05, the margin of political size."
    axis = _DEPTH_AXIS if of_depth else _AXES.get(x) or _axis_words(x)
    return Curves(table, axis, note, of_depth), name


def _refuse_without_points(study: StudyFile, folder: Path) -> None:
    protocol = study.protocol
    if study.study.single_setting:
        raise UserError(f"{folder} is of one setting; moat figure without --by draws it")
    if not (protocol.summary_events or protocol.summary_means):
        raise UserError(f"{folder} has no effects by factor: protocol {study.model.protocol} has no summary")


def folder_effects(study: StudyFile, folder: Path, outcomes: tuple[str, ...] = ()) -> Effects:
    """Return the effects in the results folder of a study. UserError if it has none, or a file was changed."""
    _refuse_without_points(study, folder)
    refuse_altered(folder)
    path = folder / "summary.csv"
    if not path.is_file():
        raise UserError(f"{folder} has no summary.csv; let its study finish first")
    summary = read_results(path)
    absent = [name for name in ("pairs", *study.factor_names) if name not in summary.columns]
    if absent:
        raise UserError(f"{path} has no {', '.join(absent)}; moat export {folder} writes it anew")
    return effects_in(summary, study, outcomes)


def _factor(factors: Sequence[str], name: str, option: str) -> str:
    """Return the dotted name of a factor given by it, or by its short name."""
    known = {short_name(factor, factors): factor for factor in factors} | {factor: factor for factor in factors}
    if name.replace("_", " ") in known:
        return known[name.replace("_", " ")]
    if name in known:
        return known[name]
    allowed = f"{', '.join(factors)}{nearest(name, list(factors))}"
    raise UserError(f"{option} {shown(name)} is no factor of this study; allowed: {allowed}")


def outcome_of(study: StudyFile, name: str) -> str:
    """Return the column name of an outcome that is given by it or by its printed name, or raise UserError."""
    every = (*study.protocol.summary_events, *study.protocol.summary_means)
    known = {printed_name(outcome): outcome for outcome in every} | {outcome: outcome for outcome in every}
    if name not in known:
        raise UserError(f"--outcome {shown(name)} is not possible; allowed: {', '.join([*every, DEPTH])}")
    return known[name]


def _setting(study: StudyFile, words: str) -> tuple[str, str]:
    name, sign, value = words.partition("=")
    if not sign:
        raise UserError(f"--where {shown(words)} is not possible; allowed: NAME=VALUE")
    return _factor(study.factor_names, name.strip(), "--where"), value.strip()


def _held(effects: Effects, settings: Sequence[tuple[str, str]]) -> Effects:
    """Return the rows at the values of some factors."""
    rows = effects.rows
    for name, value in settings:
        levels = dict.fromkeys(row.values[name] for row in rows)
        rows = tuple(row for row in rows if _equal(row.values[name], value))
        if not rows:
            allowed = ", ".join(map(value_text, list(levels)[:20]))
            raise UserError(f"--where {name}={value} has no design point; allowed: {allowed}")
    return replace(effects, rows=rows)


def _equal(value: Any, text: str) -> bool:
    number = plain_number(text)
    if number is not None and isinstance(value, int | float) and not isinstance(value, bool):
        return value_text(float(value)) == value_text(float(number))
    return value_text(value) == text or str(value).lower() == text.lower()


def _constant(effects: Effects) -> Mapping[str, Any]:
    """Return the factors that have one value in all rows."""
    values = {name: {row.values[name] for row in effects.rows} for name in effects.factors}
    return {name: next(iter(levels)) for name, levels in values.items() if len(levels) == 1}


def _axis_words(name: str) -> str:
    unit = known_quantity(name).unit
    return f"{short_name(name)}, {unit}" if unit else short_name(name)


def _depths(study: StudyFile, folder: Path, effects: Effects, by: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Return the depth curves of every design point at the declared or largest breadth, as a table of curves."""
    from ..protocols.stress_test.depth import depth_curve, taus_of
    from .sections.depth import declared_or_largest

    runs = read_results(folder / "export" / "runs.csv")
    if "lasting_openness" not in runs.columns:
        raise UserError(f"{folder} has no depth curve: its runs do not measure lasting openness")
    wanted = {tuple(row.values.values()) for row in effects.rows}
    parts = []
    for point in points_of(study, runs):
        layer = str(point.rows["layer"].iloc[0])
        try:
            curve = declared_or_largest(depth_curve(point.rows, layer, taus_of(point.parameters)))
        except ValueError as error:
            raise UserError(f"{folder} has no depth curve: {error}") from None
        values = {**point.values, BREADTH: curve["breadth"], VISIBILITY: curve["visibility"]}
        rows = curve.assign(**{name: values[name] for name in effects.factors})
        several = runs["foresight"].nunique() > 1
        keep = [place in wanted for place in rows[list(effects.factors)].itertuples(index=False, name=None)]
        parts.append(rows[keep].assign(foresights=several))
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values([*effects.factors, "foresight", "tau"], kind="stable", ignore_index=True)
    varying = [name for name in effects.factors if name not in by and table[name].nunique() > 1]
    records = table.to_dict("records")
    table["curve"] = [point_label({name: row[name] for name in by}) for row in records]
    panels = [
        [point_label({name: row[name] for name in varying}), f"foresight {row['foresight']:g}" * row["foresights"]]
        for row in records
    ]
    table["panel"] = [", ".join(part for part in parts if part) for parts in panels]
    table = table.rename(columns={"tau": "x", "rd": "difference", "band_low": "low", "band_high": "high"})
    shown_columns = ["panel", "curve", "x", "difference", "low", "high", "rd_mcse", "n", "p_zero", "p"]
    table = table[[*effects.factors, *shown_columns]].assign(outcome=DEPTH)
    return table, problem_of(table)
