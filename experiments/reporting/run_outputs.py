"""Exports of `moat run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..protocols.stress_test.design import arm_list
from ..storage.atomic_files import disk_errors_in_one_line, replaced_atomically
from ..storage.provenance import write_checksums
from ..storage.results_folder import ResultsFolder
from ..studies.from_options import Request, study_text

if TYPE_CHECKING:
    import pandas as pd

    from ..storage.codebook import Tables


def export(request: Request, folder: ResultsFolder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write runs.csv, cycles.csv, summary.csv, codebook.md and the figure; returns the frames of runs and summary."""
    import pandas as pd

    from ..protocols.stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS
    from ..protocols.stress_test.summary import summary_table
    from ..storage.codebook import STRESS_TABLES

    if request.history is not None:
        return export_history(request, folder)
    arms = [arm.name for arm in arm_list(request.parameters, request.design)]
    runs, _ = folder.ledger.export_csv(
        folder.export,
        run_columns=[column.name for column in RUN_COLUMNS],
        cycle_columns=[column.name for column in CYCLE_COLUMNS],
        arms=arms,
        replicates=request.replicates,
        parquet=True,
    )
    frame = pd.read_csv(runs, keep_default_na=False)
    table = summary_table(frame, request)
    with replaced_atomically(folder.path / "summary.csv") as stream:
        table.to_csv(stream, index=False, lineterminator="\n")
    _describe(request, folder.path, STRESS_TABLES)
    _draw(request, table, folder.path)
    write_checksums(folder.path)
    return frame, table


def export_history(request: Request, folder: ResultsFolder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write runs.csv, cycles.csv, summary.csv, incidence.csv and codebook.md of a history; returns runs and summary.

    With an arm whose exposure evolves also naive_regression.csv and its figure.
    """
    import pandas as pd

    from ..protocols.history.columns import HISTORY_CYCLE_COLUMNS, HISTORY_RUN_COLUMNS
    from ..protocols.history.design import history_arms
    from ..protocols.history.summary import design_of, history_summary, incidence_table
    from ..reporting.figures.naive_regression import write_naive
    from ..storage.codebook import EVOLVING_TABLES, HISTORY_TABLES

    design = design_of(request)
    runs, cycles = folder.ledger.export_csv(
        folder.export,
        run_columns=[column.name for column in HISTORY_RUN_COLUMNS],
        cycle_columns=[column.name for column in HISTORY_CYCLE_COLUMNS],
        arms=[arm.name for arm in history_arms(request.parameters, design)],
        replicates=request.replicates,
        parquet=True,
    )
    frame = pd.read_csv(runs, keep_default_na=False)
    table = history_summary(frame)
    for name, one in (("summary.csv", table), ("incidence.csv", incidence_table(frame))):
        with replaced_atomically(folder.path / name) as stream:
            one.to_csv(stream, index=False, lineterminator="\n")
    _describe(request, folder.path, EVOLVING_TABLES if design.evolving else HISTORY_TABLES)
    if design.evolving:
        write_naive(pd.read_csv(cycles, keep_default_na=False), folder.path)
    write_checksums(folder.path)
    return frame, table


def _describe(request: Request, path: Path, tables: Tables) -> None:
    """Write the codebook, and the study file that asks for the same runs."""
    from ..storage.codebook import codebook, codebook_json

    contents = {
        "codebook.md": codebook(tables),
        "codebook.json": codebook_json(tables),
        "study.toml": study_text(request),
    }
    for name, text in contents.items():
        with replaced_atomically(path / name) as stream:
            stream.write(text)


def _draw(request: Request, table: pd.DataFrame, path: Path) -> None:
    from ..reporting.figures.dose_response import dose_response_figure

    if table["n"].min() < 2 or len(request.design.breadths) < 2:
        return
    own = table[table["layer"] == request.parameters.policy.layer]
    with disk_errors_in_one_line(path / "figures"):
        dose_response_figure({request.preset: own}, path / "figures", "dose-response")
