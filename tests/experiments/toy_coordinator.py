"""A coordinator to be killed: runs the toy panel into a results folder and exports it.

No `if __name__ == "__main__"` on purpose: spawned workers must never import the coordinator's main module.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import moat_toys

from political_moat.experiments.errors import Interrupted, UserError
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.progress import Progress
from political_moat.experiments.execution.tasks import Failure, Task
from political_moat.experiments.storage.ledger import Ledger
from political_moat.experiments.storage.results_folder import open_results_folder
from political_moat.experiments.storage.tables import write_csv

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us deaf
parser = argparse.ArgumentParser()
parser.add_argument("out", type=Path)
parser.add_argument("--replicates", type=int, default=20)
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--seconds", type=float, default=0.0)
parser.add_argument("--faults", default="{}", help="replicate to fault, as JSON")
parser.add_argument("--timeout", type=float)
parser.add_argument("--grace", type=float, default=30.0)
parser.add_argument("--file-limit", type=int)
parser.add_argument("--acknowledge", type=Path, help="append the key of each task here once it is recorded")
arguments = parser.parse_args()
faults = json.loads(arguments.faults)
manifest = {
    "schema_version": 1,
    "code_hash": "toy",
    "seed": 1,
    "request": {"replicates": arguments.replicates},
}


def tasks(done: set[str]) -> list[Task]:
    wanted = [
        {"replicate": r, "seconds": arguments.seconds, "fault": faults.get(str(r))} for r in range(arguments.replicates)
    ]
    return [Task(f"r{p['replicate']}", p) for p in wanted if f"r{p['replicate']}" not in done]


def export(ledger: Ledger, folder: Path) -> None:
    runs = sorted(ledger.texts(), key=lambda run: (run.replicate, moat_toys.ARMS.index(run.arm)))
    rows = ({"key": run.key, "replicate": run.replicate, "arm": run.arm} | json.loads(run.row) for run in runs)
    write_csv(folder / "runs.csv", moat_toys.RUN_COLUMNS, set(), rows)
    cycles = ({"key": run.key, "number": n} | json.loads(text) for run in runs for n, text in run.cycles)
    write_csv(folder / "cycles.csv", moat_toys.CYCLE_COLUMNS, set(), cycles)


def main() -> int:
    if arguments.file_limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (arguments.file_limit, arguments.file_limit))
    with open_results_folder(arguments.out, manifest) as folder:
        ledger = folder.ledger

        def on_result(task: Task, value: dict[str, list[object]]) -> None:
            ledger.record(task.key, value["runs"], value["cycles"])  # type: ignore[arg-type]
            if arguments.acknowledge is not None:
                with arguments.acknowledge.open("a") as stream:
                    stream.write(task.key + "\n")

        def on_failure(task: Task, failure: Failure) -> None:
            ledger.record_failure(task.key, failure.attempt, f"{failure.kind}: {failure.reason}", 1, failure.detail)

        done = ledger.done()
        with Progress(arguments.replicates, "toy", done=len(done)) as progress:
            engine = replace(Engine.local(arguments.workers), timeout_s=arguments.timeout, grace_s=arguments.grace)
            summary = engine.run(tasks(done), "moat_toys:panel", on_result, on_failure, progress)
        export(ledger, folder.export)
    return 1 if summary.failed else 0


try:
    sys.exit(main())
except UserError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
except Interrupted as error:
    print(error, file=sys.stderr)
    sys.exit(130)
