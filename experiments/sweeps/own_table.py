"""A protocol's own table, written next to its runs: Shapley values of a mediation, shares of a prior."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from ..storage.atomic_files import remove_file, replaced_atomically
from ..storage.tables import read_results
from ..studies.reader import StudyFile
from .statement_codebook import write_codebook

if TYPE_CHECKING:
    import pandas as pd


def write_own_table(study: StudyFile, folder: Path, whole: bool) -> tuple[pd.DataFrame | None, str]:
    """Write a protocol's table from export/runs.csv, with its codebook; return it, or None and the reason.

    Both are empty for a protocol without such a table. A study with missing replicates gets none, and loses an old one:
    replicates that fail may differ from the others.
    """
    own = study.protocol.own_table()
    if own is None:
        return None, ""

    path = folder / f"{own.name}.csv"
    table, reason = None, "replicates are missing"
    if whole:
        try:
            runs = read_results(folder / "export" / "runs.csv")
            table = own.make(runs, study.options)
        except UserError as error:
            reason = str(error)
    if table is None:
        remove_file(path)
        return None, f"No {path.name}: {reason}"
    with replaced_atomically(path) as stream:
        table.to_csv(stream, index=False, lineterminator="\n")
    write_codebook(folder)
    return table, ""
