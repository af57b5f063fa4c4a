"""Runs a request: replicates in worker processes, rows in the ledger, exports, summary, codebook and figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import NothingFinished, UserError
from ..execution.engine import Engine
from ..execution.progress import Progress
from ..execution.tasks import Failure, Task
from ..reporting.run_outputs import export
from ..storage.provenance import code_hash, manifest, run_key
from ..storage.results_folder import ResultsFolder, open_results_folder
from ..studies.from_options import Request
from ..studies.plan import Cell

if TYPE_CHECKING:
    import pandas as pd

    from ...model.parameters.tree import Parameters

TASK = "political_moat.experiments.protocols.task:run_task"
"""What a worker calls for one piece of work, whatever the protocol."""


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

    def keep(task: Task, result: Any) -> None:
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
        Engine.local(workers).run(
            tasks,
            TASK,
            keep,
            give_up,
            progress,
            timeout_s=hung_after_seconds(request.parameters, len(cell.arms), request.cycles),
            code=code_hash(),
            together=folder.ledger.together,
        )
    return reasons
