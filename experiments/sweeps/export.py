"""What a study leaves for a paper: runs, cycles and points as csv and Parquet, summary, codebook and checksums.

The bytes depend on the study and its rows only: not on the engine, the number of workers, the order in which runs
finished, or what was killed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..protocols.contract import CYCLES, RUNS
from ..storage.atomic_files import replaced_atomically
from ..storage.codebook import Tables, codebook, codebook_json
from ..storage.columns import Column
from ..storage.ledger import Ledger
from ..storage.results_folder import ResultsFolder
from ..storage.tables import write_csv, write_parquet
from ..studies.factors import known_quantity
from ..studies.plan import Cell, Plan
from .stopping_rule import Looks
from .summary import SummaryRows, summary_columns

_INFINITE = float("inf")
_POINT = Column("point", "number", 0.0, _INFINITE, "design point; points.csv has its values", "order of the design")
_AFTER = "arm"
"""The factors follow this column."""


def factor_columns(plan: Plan) -> list[Column]:
    """A column for each factor, named by the parameter."""
    found = []
    for name in plan.factors:
        known = known_quantity(name)
        found.append(Column(name, known.unit, known.minimum, known.maximum, f"factor: {known.source}", "design"))
    return found


def _with_factors(columns: tuple[Column, ...], plan: Plan) -> tuple[Column, ...]:
    names = [column.name for column in columns]
    first, last = names.index("replicate"), names.index(_AFTER) + 1
    return (*columns[:first], _POINT, *columns[first:last], *factor_columns(plan), *columns[last:])


def run_columns(plan: Plan) -> tuple[Column, ...]:
    """Columns of runs.csv of a study."""
    return _with_factors(RUNS[plan.study.model.protocol], plan)


def cycle_columns(plan: Plan) -> tuple[Column, ...]:
    """Columns of cycles.csv of a study; none where its protocol keeps no administrations."""
    own = CYCLES.get(plan.study.model.protocol)
    return () if own is None else _with_factors(own, plan)


def point_columns(plan: Plan) -> tuple[Column, ...]:
    """Columns of points.csv: a row per design point."""
    known = {column.name: column for column in factor_columns(plan)}
    unit = tuple(
        Column(f"unit {name}", "", 0.0, 1.0, f"place of {name} in the unit cube of the sampled design", "design")
        for name in (plan.points.names if plan.points.unit else ())
    )
    count = Column("replicates", "number", 0.0, _INFINITE, "paired replicates of the point", "count, or stopping rule")
    return (_POINT, count, *(known[name] for name in plan.points.names), *unit)


def ordered_runs(plan: Plan, looks: Looks) -> Iterator[tuple[Cell, int, int, str]]:
    """Cell, replicate, place of the arm and key of every run of the study, by point, replicate, then arm."""
    for point, state in enumerate(looks.points):
        cells = plan.cells(point)
        for replicate in range(state.replicates):
            for cell in cells:
                for place in range(len(cell.arms)):
                    yield cell, replicate, place, cell.key(place, replicate)


def _base(cell: Cell, replicate: int, place: int, key: str, factors: list[str]) -> dict[str, Any]:
    arm = cell.arms[place]
    named = {"key": key, "point": cell.point, "replicate": replicate, "arm": f"{arm.name}{cell.variant}"}
    return named | cell.factor_values(arm, factors)


def run_rows(
    plan: Plan, looks: Looks, ledger: Ledger, seen: Callable[[dict[str, Any]], None] | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of runs.csv; runs that were given up are left out. `seen` is told of each."""
    for cell, replicate, place, key in ordered_runs(plan, looks):
        found = ledger.run_row(key)
        if found is not None:
            row = _base(cell, replicate, place, key, plan.factors) | found[1] | {"outcome_hash": found[0]}
            if seen is not None:
                seen(row)
            yield row


def cycle_rows(plan: Plan, looks: Looks, ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Rows of cycles.csv."""
    for cell, replicate, place, key in ordered_runs(plan, looks):
        for number, row in ledger.cycle_rows(key):
            yield _base(cell, replicate, place, key, plan.factors) | {"number": number} | row


def _point_rows(plan: Plan, looks: Looks) -> Iterator[dict[str, Any]]:
    for point, state in enumerate(looks.points):
        row: dict[str, Any] = {"point": point, "replicates": state.replicates * plan.study.pairs} | plan.points.of(
            point
        )
        if plan.points.unit:
            row |= {f"unit {name}": u for name, u in zip(plan.points.names, plan.points.unit[point], strict=True)}
        yield row


def _tables(plan: Plan) -> Tables:
    found = (
        ("export/runs.csv: a row per run", run_columns(plan)),
        ("export/cycles.csv: a row per administration", cycle_columns(plan)),
        ("export/points.csv: a row per design point", point_columns(plan)),
        ("summary.csv: a row per design point and arm", summary_columns(plan.study.model.protocol, plan.factors)),
    )
    return tuple((title, columns) for title, columns in found if columns)


def export_sweep(plan: Plan, looks: Looks, folder: ResultsFolder) -> list[dict[str, Any]]:
    """Write everything, each file replaced in one step; returns the rows of summary.csv."""
    export, summary = folder.export, SummaryRows(plan)
    names = [column.name for column in summary_columns(plan.study.model.protocol, plan.factors)]
    written = (
        ("runs", run_columns(plan), run_rows(plan, looks, folder.ledger, summary.see if names else None)),
        ("cycles", cycle_columns(plan), cycle_rows(plan, looks, folder.ledger)),
        ("points", point_columns(plan), _point_rows(plan, looks)),
    )
    for name, columns, rows in written:
        if not columns:
            continue
        table = export / f"{name}.csv"
        kinds = write_csv(table, [column.name for column in columns], set(), rows)
        write_parquet(export / f"{name}.parquet", table, kinds)
    told = list(summary.rows()) if names else []
    if names:
        write_csv(folder.path / "summary.csv", names, set(), told)
    tables = _tables(plan)
    with replaced_atomically(folder.path / "codebook.md") as stream:
        stream.write(codebook(tables))
    with replaced_atomically(folder.path / "codebook.json") as stream:
        stream.write(codebook_json(tables))
    return told


def read_looks(plan: Plan, ledger: Ledger) -> Looks:
    """The state of a study's points from its ledger."""
    looks = Looks(plan, ledger)
    looks.update(ledger.given_up())
    return looks
