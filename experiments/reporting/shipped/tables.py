"""Tables that the package ships: measured in pairs by a command of their own, read by `moat run`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from ....agents.source_hash import use_code_named_cache
from ...protocols.arms import ReplicateResult
from ...statistics.intervals import monte_carlo_error_of_paired_difference
from ...storage.atomic_files import replaced_atomically
from ...storage.provenance import short_source_hash


def measuring_pool(workers: int) -> ProcessPoolExecutor:
    """Return processes that run replicates with the compiled code of this version."""
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=use_code_named_cache)


def paired_numbers(results: Sequence[ReplicateResult], place: int, events: Sequence[str]) -> dict[str, float]:
    """Return P at zero exposure, risk difference and its Monte Carlo error of each event.

    results: replicates whose first row has no exposure. place: the row of the exposed arm.
    """
    numbers: dict[str, float] = {}
    for event in events:
        zero = np.array([result.runs[0][event] for result in results], dtype=float)
        dose = np.array([result.runs[place][event] for result in results], dtype=float)
        numbers |= {
            f"p_{event}": float(zero.mean()),
            f"rd_{event}": float((dose - zero).mean()),
            f"rd_{event}_mcse": float(monte_carlo_error_of_paired_difference(dose, zero)),
        }
    return numbers


def write_rows(file: Path, rows: Sequence[Any]) -> None:
    """Write named tuples of one type as CSV, a column per field."""
    with replaced_atomically(file) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(rows[0]._fields)
        writer.writerows(rows)


def read_rows(file: Path, kind: Any) -> list[Any]:
    """Return the rows of a file that `write_rows` wrote, as named tuples of a type; empty if there is no file."""
    if not file.is_file():
        return []
    types = get_type_hints(kind)
    with file.open(newline="", encoding="utf-8") as stream:
        return [kind(**{name: types[name](row[name]) for name in kind._fields}) for row in csv.DictReader(stream)]


def other_code_lines(rows: Sequence[Any], what: str) -> list[str]:
    """Return a warning if rows were measured with other code than this."""
    if not rows or rows[0].code == short_source_hash():
        return []
    return [f"  {what} was measured with other code ({rows[0].code}); measure it again before citing."]
