"""Runs a request: replicates in worker processes, rows in the ledger, exports, summary, codebook and figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ahead import HISTORY_REPORT, REPORT, Ahead
from ..errors import UserError
from ..execution.process_pool import Failure, Task, run_tasks
from ..execution.progress import Progress
from ..execution.startup import left_alone
from ..protocols.arms import arm_list
from ..run_as_study import study_text
from ..storage.atomic_files import disk_errors_in_one_line, replaced_atomically
from ..storage.provenance import code_hash, manifest, run_key, write_checksums
from ..storage.results_folder import ResultsFolder, open_results_folder
from ..studies.from_options import Request
from ..studies.plan import Cell

if TYPE_CHECKING:
    import pandas as pd

    from ...model.parameters.tree import Parameters
    from ..storage.codebook import Tables

TASK = "political_moat.experiments.protocols.task:run_task"
"""What a worker calls for one piece of work, whatever the protocol."""


class NothingFinished(UserError):  # noqa: N818 - says what happened
    """Every replicate failed; the message says why the first did. No mistake of the user's."""

    exit_code = 1


class Outcome:
    """A finished study: its folder, request, frame of runs and how many replicates failed."""

    def __init__(
        self, request: Request, path: Path, frame: pd.DataFrame, table: pd.DataFrame, failed: int, reasons: list[str]
    ) -> None:
        """frame: runs.csv as pandas; table: summary.csv. failed: replicates given up; reasons: one line each."""
        self.request = request
        self.path = path
        self.frame = frame
        self.table = table
        self.failed = failed
        self.reasons = reasons


def hung_after_seconds(parameters: Parameters, arms: int, cycles: int | None) -> float:
    """When a replicate counts as hung: a hundred times what it takes, and never below ten minutes."""
    terms = 1.0 if cycles is None else max(1.0, cycles / 3)
    return max(600.0, 0.01 * parameters.electorate.voters * arms * terms)


def cell_of(request: Request) -> Cell:
    """The one design point of a request: its arms, and how their runs are named."""
    return Cell.of(request.parameters, request.design, request.cycles, request.seed)


def task_key(request: Request, replicate: int) -> str:
    """Name of a replicate by its content; the number of replicates is left out, so that adding some reuses the rest."""
    content = request.canonical()
    content.pop("replicates")
    return run_key(content, replicate, request.seed)


def manifest_of(request: Request) -> dict[str, Any]:
    """The manifest; more replicates of the same request resume it, so their number is not part of what matters."""
    content = request.canonical()
    content.pop("replicates")
    return manifest(seed=request.seed, request=content)


def run_study(request: Request, out: Path, workers: int, *, quiet: bool = False) -> Outcome:
    """Run or resume a request into a results folder; the same request again only reads it.

    Raises UserError (nothing half-written) and Interrupted (everything finished is kept, the same command resumes).
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file, not a folder; choose another --out")
    with open_results_folder(out, manifest_of(request)) as folder:
        reasons = _run_missing(request, folder, workers, quiet)
        wanted = {task_key(request, replicate) for replicate in range(request.replicates)}
        missing = len(wanted - folder.ledger.done())
        if folder.ledger.count() == 0:
            raise NothingFinished("no replicate finished; " + (reasons[0] if reasons else "nothing was run"))
        frame, table = export(request, folder)
        return Outcome(request, out, frame, table, missing, reasons)


def _run_missing(request: Request, folder: ResultsFolder, workers: int, quiet: bool) -> list[str]:
    keys = {replicate: task_key(request, replicate) for replicate in range(request.replicates)}
    done = folder.ledger.done()
    tasks = [
        Task(key, (request.parameters, request.history or request.design, request.seed, replicate))
        for replicate, key in keys.items()
        if key not in done
    ]
    reasons: list[str] = []
    if not tasks:
        return reasons

    cell = cell_of(request)

    ahead = Ahead(HISTORY_REPORT if request.history is not None else REPORT)

    def keep(task: Task, result: Any) -> None:
        if workers > 1:
            ahead.begin()  # not before the first result: until then workers start, and want every core
        runs, cycles = cell.records(task.payload[3], result.runs, result.cycles)
        folder.ledger.record(task.key, runs, cycles)

    def give_up(task: Task, failure: Failure) -> None:
        replicate = task.payload[3]
        reason = f"replicate {replicate}: {failure.reason}"
        folder.ledger.record_failure(task.key, failure.attempt, reason, request.seed, failure.detail)
        if failure.final:
            reasons.append(reason)

    before = request.replicates - len(tasks)
    with Progress(request.replicates, "replicates", done=before, quiet=quiet) as progress:
        run_tasks(
            tasks,
            TASK,
            workers,
            keep,
            give_up,
            progress,
            timeout_s=hung_after_seconds(request.parameters, len(cell.arms), request.cycles),
            code=code_hash(),
            in_process=workers == 1,
            together=folder.ledger.together,
        )
    ahead.wait()
    return reasons


def export(request: Request, folder: ResultsFolder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write runs.csv, cycles.csv, summary.csv, codebook.md and the figure; returns the frames of runs and summary."""
    import pandas as pd

    from ..protocols.stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS
    from ..reporting.stress_test_text import summary_table
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

    from ..protocols.arms import history_arms
    from ..protocols.history.columns import HISTORY_CYCLE_COLUMNS, HISTORY_RUN_COLUMNS
    from ..reporting.figures.naive_regression import write_naive
    from ..reporting.history_text import design_of, history_summary, incidence_table
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
    with disk_errors_in_one_line(path / "figures"), left_alone():
        dose_response_figure({request.preset: own}, path / "figures", "dose-response")
