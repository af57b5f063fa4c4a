"""Exports of a study for a paper: runs, cycles and points as csv and Parquet, summary, codebook and checksums.

The bytes depend on the study and its rows only: not on the engine, the number of workers, the order in which runs
finished, or interruptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...model.record import RECORDED
from ..interchange.files import RunsTable
from ..interchange.stata import YES_NO
from ..protocols.contract import Answer, Finished
from ..storage.atomic_files import remove_file, replaced_atomically
from ..storage.codebook import Tables, codebook, codebook_json
from ..storage.columns import Column
from ..storage.ledger import Ledger
from ..storage.results_folder import EXPORT
from ..storage.tables import read_results, write_csv, write_parquet
from ..studies.factors import known_quantity
from ..studies.plan import ArmSet, Plan
from ..studies.reader import BREADTH, VISIBILITY, StudyFile
from .stopping_rule import InterimAnalyses
from .summary import SummaryRows, summary_columns

SUMMARY = "summary.csv"
_INFINITE = float("inf")
_POINT = Column("point", "number", 0.0, _INFINITE, "design point; points.csv has its values", "order of the design")
_AFTER = "arm"
"""The factors follow this column."""
_FIRST_SHOWN = "reversed"
"""The event that the printed answers show first."""
_ARM_COLUMNS = ("layer", "foresight", "breadth", "visibility")
"""Columns that name an arm in a study of one setting."""


def answer_of(study: StudyFile) -> Answer | None:
    """Return the answer of a study of one setting; None for a study of several, or a protocol without an answer."""
    return study.protocol.answer() if study.study.single_setting else None


def _write_answer(answer: Answer, study: StudyFile, path: Path, reasons: Sequence[str]) -> Finished:
    """Write summary and figures of a study of one setting; return it for its printed answer."""
    import pandas as pd

    runs = read_results(path / EXPORT / "runs.csv")
    p = study.parameters
    design = study.protocol.design(study.declared(p))
    seed, options = study.study.seed, study.options
    finished = Finished(path, study.model.preset, p, design, seed, runs, pd.DataFrame(), reasons, options, study.inputs)
    return replace(finished, table=answer.write(finished))


def factor_columns(plan: Plan) -> list[Column]:
    """Return a column for each factor, named by the parameter."""
    columns = []
    for name in plan.factors:
        known = known_quantity(name)
        columns.append(Column(name, known.unit, known.minimum, known.maximum, f"factor: {known.source}", "design"))
    return columns


def _with_factors(columns: tuple[Column, ...], plan: Plan) -> tuple[Column, ...]:
    """Return columns with point and factors; a study of one setting has neither."""
    if not columns or answer_of(plan.study) is not None:
        return columns
    names = [column.name for column in columns]
    first, last = names.index("replicate"), names.index(_AFTER) + 1
    return (*columns[:first], _POINT, *columns[first:last], *factor_columns(plan), *columns[last:])


def run_columns(plan: Plan) -> tuple[Column, ...]:
    """Return the columns of runs.csv of a study."""
    return _with_factors(plan.study.protocol.columns(), plan)


def cycle_columns(plan: Plan) -> tuple[Column, ...]:
    """Return the columns of cycles.csv of a study; none where its protocol has no administrations."""
    return _with_factors(plan.study.protocol.cycle_columns(), plan)


def series_columns(plan: Plan) -> tuple[Column, ...]:
    """Return the columns of series.csv: the run, the month, and the columns of the record that the study names."""
    request = plan.study.inputs.series
    if request is None:
        return ()
    known = {column.name: column for column in plan.study.protocol.run_columns()}
    names = [known[name] for name in ("key", "replicate", "arm")]
    first = () if answer_of(plan.study) is not None else (_POINT,)
    recorded = (Column(name, *RECORDED[name]) for name in ("month", *request.columns))
    return (names[0], *first, *names[1:], *recorded)


def point_columns(plan: Plan) -> tuple[Column, ...]:
    """Return the columns of points.csv, a row per design point."""
    known = {column.name: column for column in factor_columns(plan)}
    unit = tuple(
        Column(f"unit {name}", "", 0.0, 1.0, f"place of {name} in the unit cube of the sampled design", "design")
        for name in (plan.points.names if plan.points.unit else ())
    )
    count = Column("replicates", "number", 0.0, _INFINITE, "paired replicates of the point", "count, or stopping rule")
    return (_POINT, count, *(known[name] for name in plan.points.names), *unit)


def ordered_runs(plan: Plan, analyses: InterimAnalyses) -> Iterator[tuple[ArmSet, int, int, str]]:
    """Yield arm set, replicate, place of the arm and key of every run, by point, replicate, then arm."""
    for point, state in enumerate(analyses.points):
        arm_sets = plan.arm_sets(point)
        for replicate in range(state.replicates):
            for arm_set in arm_sets:
                for place in range(len(arm_set.arms)):
                    yield arm_set, replicate, place, arm_set.key(place, replicate)


def _base(arm_set: ArmSet, replicate: int, place: int, key: str, factors: list[str]) -> dict[str, Any]:
    arm = arm_set.arms[place]
    named = {"key": key, "point": arm_set.point, "replicate": replicate, "arm": f"{arm.name}{arm_set.variant}"}
    return named | arm_set.factor_values(arm, factors)


def run_rows(
    plan: Plan, analyses: InterimAnalyses, ledger: Ledger, seen: Callable[[dict[str, Any]], None] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the rows of runs.csv, without runs that were given up; call `seen` with each row."""
    for arm_set, replicate, place, key in ordered_runs(plan, analyses):
        recorded = ledger.run_row(key)
        if recorded is not None:
            hashed, outcomes = recorded
            row = _base(arm_set, replicate, place, key, plan.factors) | outcomes | {"outcome_hash": hashed}
            if seen is not None:
                seen(row)
            yield row


def cycle_rows(plan: Plan, analyses: InterimAnalyses, ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield the rows of cycles.csv."""
    for arm_set, replicate, place, key in ordered_runs(plan, analyses):
        for number, row in ledger.cycle_rows(key):
            yield _base(arm_set, replicate, place, key, plan.factors) | {"number": number} | row


def series_rows(plan: Plan, analyses: InterimAnalyses, ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield the rows of series.csv, run after run, so that memory does not grow with the study."""
    request = plan.study.inputs.series
    if request is None or plan.series is None:
        return
    names = ("month", *request.columns)
    for arm_set, replicate, place, key in ordered_runs(plan, analyses):
        run = _base(arm_set, replicate, place, key, [])
        for row in ledger.series_rows(key, plan.series):
            yield run | dict(zip(names, row, strict=True))


def _point_rows(plan: Plan, analyses: InterimAnalyses) -> Iterator[dict[str, Any]]:
    for point, state in enumerate(analyses.points):
        count = state.replicates * plan.study.pairs
        row: dict[str, Any] = {"point": point, "replicates": count} | plan.points.of(point)
        if plan.points.unit:
            row |= {f"unit {name}": u for name, u in zip(plan.points.names, plan.points.unit[point], strict=True)}
        yield row


def described_runs(plan: Plan) -> RunsTable:
    """Return the description of the study's runs for Stata and R."""
    study, columns = plan.study, run_columns(plan)
    protocol, names = study.protocol, {column.name for column in columns}
    yes_no = [column.name for column in columns if column.unit == YES_NO]
    events = sorted(protocol.summary_events, key=_FIRST_SHOWN.__ne__)
    outcomes = [*events, *protocol.summary_means, *study.plugins.names, *protocol.stop_outcomes, *yes_no]
    return RunsTable(
        study.study.name,
        f"political-moat: study {study.study.name}, preset {study.model.preset}, seed {study.study.seed}",
        columns,
        list(dict.fromkeys(outcomes)),
        [name for name in plan.factors if name in names] or [name for name in _ARM_COLUMNS if name in names],
        [name for name in study.arm_factors if name not in (BREADTH, VISIBILITY) and name in names],
    )


def packaged_tables(plan: Plan) -> Tables:
    """Return titles and columns of the tables in datapackage.json: the exports, and the protocol's own table."""
    own = plan.study.protocol.own_table()
    return _tables(plan) if own is None else (*_tables(plan), (f"{own.name}.csv", own.columns))


def _tables(plan: Plan) -> Tables:
    """Return titles and columns of every table of the folder."""
    answer, study = answer_of(plan.study), plan.study
    outputs = [
        ("export/runs.csv: a row per run", run_columns(plan)),
        (f"export/cycles.csv: a row per {study.protocol.cycle_unit}", cycle_columns(plan)),
        ("export/series.csv: a row per recorded month of a run", series_columns(plan)),
    ]
    if answer is not None:
        return (
            *(item for item in outputs if item[1]),
            *answer.tables(study.protocol.design(study.declared(study.parameters))),
        )
    outputs += [
        ("export/points.csv: a row per design point", point_columns(plan)),
        (f"{SUMMARY}: a row per design point and arm", summary_columns(study.protocol, plan.factors)),
    ]
    return tuple(item for item in outputs if item[1])


def export_study(
    plan: Plan, analyses: InterimAnalyses, ledger: Ledger, path: Path, reasons: Sequence[str]
) -> tuple[list[dict[str, Any]], Finished | None]:
    """Write everything into the folder `path`, each file replaced in one step.

    Return the rows of summary.csv and None. A study of one setting has the summary and figures of its protocol's answer
    in place of points.csv: then return no rows, and the input of its printed answer.
    """
    answer = answer_of(plan.study)
    export, summary = path / EXPORT, SummaryRows(plan)
    names = [] if answer else [column.name for column in summary_columns(plan.study.protocol, plan.factors)]
    written = [
        ("runs", run_columns(plan), run_rows(plan, analyses, ledger, summary.see if names else None)),
        ("cycles", cycle_columns(plan), cycle_rows(plan, analyses, ledger)),
        ("series", series_columns(plan), series_rows(plan, analyses, ledger)),
    ]
    if answer is None:
        written.append(("points", point_columns(plan), _point_rows(plan, analyses)))
    not_written = {"point", *plan.factors} if answer else set()
    for name, columns, rows in written:
        if columns:
            table = export / f"{name}.csv"
            kinds = write_csv(table, [column.name for column in columns], not_written, rows)
            write_parquet(export / f"{name}.parquet", table, kinds)
    if plan.series is None:  # an earlier form of the study may have had them
        for ending in ("csv", "parquet"):
            remove_file(export / f"series.{ending}")
    summary_rows = list(summary.rows()) if names else []
    if names:
        write_csv(path / SUMMARY, names, set(), summary_rows)
    for file, text in (("codebook.md", codebook), ("codebook.json", codebook_json)):
        with replaced_atomically(path / file) as stream:
            stream.write(text(_tables(plan)))
    finished = None if answer is None else _write_answer(answer, plan.study, path, reasons)
    return summary_rows, finished
