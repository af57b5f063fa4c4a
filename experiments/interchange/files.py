"""The files of this package in a results folder: runs.dta, read.R and datapackage.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..storage.atomic_files import replaced_atomically
from ..storage.codebook import Tables
from ..storage.columns import Column
from ..storage.folder_files import EXPORT
from ..storage.tables import table_kinds
from .data_package import write_data_package
from .r_script import R_SCRIPT, r_script
from .stata import write_stata


class RunsTable(NamedTuple):
    """Description of export/runs.csv for other programs.

    study: its name. title: a line of study, preset and seed. outcomes: the one shown first in front. factors: their
    columns. within: factors of the arms besides the dose.
    """

    study: str
    title: str
    columns: Sequence[Column]
    outcomes: Sequence[str]
    factors: Sequence[str]
    within: Sequence[str]


def write_interchange(folder: Path, runs: RunsTable, tables: Tables) -> list[str]:
    """Write the files from the tables of a results folder, each atomically; return a line for each left out."""
    table = folder / EXPORT / "runs.csv"
    note = write_stata(table.with_suffix(".dta"), table.with_suffix(".parquet"), runs.columns, runs.title)
    kinds = table_kinds(table)
    with replaced_atomically(folder / R_SCRIPT) as stream:
        stream.write(r_script(runs.title, runs.columns, kinds, runs.outcomes, runs.factors, runs.within))
    write_data_package(folder, runs.study, tables)
    return [note] if note else []
