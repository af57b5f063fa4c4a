"""Runs a table's tasks into a results folder: resumable, exactly one row per arm, exported as a plain csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import replaced_atomically
from .ledger import RunRecord
from .progress import Progress
from .provenance import code_hash, manifest, run_key
from .runner import Failure, Task, run_tasks
from .store import ResultsFolder, open_results_folder

if TYPE_CHECKING:
    import pandas as pd

_ADDED = ("replicate", "arm")


def run_rows(
    out: Path,
    request: Mapping[str, Any],
    seed: int,
    payloads: Mapping[int, Any],
    function: str,
    arms: Sequence[str],
    *,
    name: str,
    workers: int = 1,
    timeout_s: float | None = None,
    quiet: bool = False,
) -> tuple[pd.DataFrame, list[str]]:
    """Run what the folder lacks; returns the frame of NAME and a line for each task that failed for good.

    request: everything but the number of tasks that decides the rows. payloads: by the number of the replicate (or
    draw). function: "package.module:name", from a payload to a list of rows with `replicate` and `arm`. arms: allowed
    values of `arm`, in the order of the file. NAME is written to the folder. The same request again only reads; more
    payloads reuse what is there. Raises UserError for a folder with other results.
    """
    keys = {number: run_key(request, number, seed) for number in payloads}
    failed: list[str] = []
    with open_results_folder(out, manifest(seed=seed, request=request)) as folder:
        done = folder.ledger.done()
        tasks = [Task(key, payloads[number]) for number, key in keys.items() if key not in done]
        numbers = {key: number for number, key in keys.items()}

        def keep(task: Task, rows: list[dict[str, Any]]) -> None:
            folder.ledger.record(task.key, [_record(row, request, seed) for row in rows])

        def give_up(task: Task, failure: Failure) -> None:
            reason = f"task {numbers[task.key]}: {failure.reason}"
            folder.ledger.record_failure(task.key, failure.attempt, reason, seed, failure.detail)
            if failure.final:
                failed.append(reason)

        with Progress(len(payloads), "tasks", done=len(payloads) - len(tasks), quiet=quiet) as progress:
            run_tasks(
                tasks,
                function,
                workers,
                keep,
                give_up,
                progress,
                timeout_s=timeout_s,
                code=code_hash(),
                in_process=workers == 1,
            )
        return _exported(folder, arms, set(payloads), name), failed


def _record(row: Mapping[str, Any], request: Mapping[str, Any], seed: int) -> RunRecord:
    key = run_key({"request": request, "arm": row["arm"]}, row["replicate"], seed)
    plain = {name: value for name, value in row.items() if name not in _ADDED}
    return RunRecord(key=key, replicate=row["replicate"], arm=row["arm"], row=plain)


def _exported(folder: ResultsFolder, arms: Sequence[str], wanted: set[int], name: str) -> pd.DataFrame:
    import pandas as pd

    rows = [row for row in folder.ledger.runs(arms) if row["replicate"] in wanted]
    frame = pd.DataFrame(rows).drop(columns=["key", "outcome_hash"], errors="ignore")
    with replaced_atomically(folder.path / name) as stream:
        frame.to_csv(stream, index=False, lineterminator="\n")
    return frame
