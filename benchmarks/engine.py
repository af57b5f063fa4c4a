"""Overhead of the engines: wall time of runs of .1 s on 2 workers against the sum of run times, pool and Dask.

    python benchmarks/engine.py

A run here waits .1 s instead of computing, so that a busy machine does not count against an engine; its rows go through
the whole path (payload, worker, ledger on disk) like those of a real run. The start of workers is timed separately.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.execution.tasks import Task
from political_moat.experiments.storage.ledger import Ledger

HERE = str(Path(__file__).parent)
FUNCTION = "engine:wait"


def wait(payload: tuple[int, float]) -> dict[str, Any]:
    """Wait as long as a run, and return as many rows as one replicate of the exposure study."""
    number, seconds = payload
    started = time.perf_counter()
    runs = [
        {
            "key": f"{number:08d}{arm:04d}",
            "replicate": number,
            "arm": str(arm),
            "row": {f"outcome_{i}": 0.5 * i + number for i in range(40)},
        }
        for arm in range(17)
    ]
    cycles = [{"key": run["key"], "number": n, "row": run["row"]} for run in runs for n in range(3)]
    time.sleep(max(0.0, seconds - (time.perf_counter() - started)))
    return {"runs": runs, "cycles": cycles, "seconds": time.perf_counter() - started}


class Measured:
    """Wall time between the first result and the last, and the sum of run times in between."""

    def __init__(self, ledger: Ledger, kill_at: int | None) -> None:
        self.ledger = ledger
        self.kill_at = kill_at
        self.results = 0
        self.first = self.last = 0.0
        self.bare = 0.0

    def keep(self, task: Task, value: dict[str, Any]) -> None:
        self.ledger.record(task.key, value["runs"], value["cycles"])
        self.results += 1
        self.last = time.perf_counter()
        if self.results == 1:
            self.first = self.last
        else:
            self.bare += value["seconds"]
        if self.results == self.kill_at:
            found = [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
            found[0].kill()


def measure(kind: str, runs: int, seconds: float, workers: int, kill_at: int | None = None) -> tuple[float, float]:
    """Return the overhead over the sum of bare runs, as a share of it, and the seconds to the first result."""
    tasks: Iterator[Task] = (Task(str(number), (number, seconds)) for number in range(runs))
    fail: Callable[..., None] = lambda *_: None  # noqa: E731 - a killed worker's run is repeated
    with tempfile.TemporaryDirectory() as place, closing(Ledger(Path(place, "ledger.sqlite"))) as ledger:
        measured = Measured(ledger, kill_at)
        started = time.perf_counter()
        engine = Engine(kind=kind, workers=workers)
        engine.run(tasks, FUNCTION, measured.keep, fail, None, timeout_s=60.0, code=None, together=ledger.together)
        assert ledger.count() == 17 * runs
    wall = measured.last - measured.first
    return wall / (measured.bare / workers) - 1.0, measured.first - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    print(f"{given.runs} runs of {given.seconds:g} s on {given.workers} workers, 17 rows each recorded on disk")
    print(f"{'engine':<28}{'overhead':>10}{'to the first result':>22}")
    for name, kind, kill_at in (
        ("process", "process", None),
        ("process, one worker killed", "process", given.runs // 2),
        ("dask", "dask", None),
    ):
        share, first = measure(kind, given.runs, given.seconds, given.workers, kill_at)
        print(f"{name:<28}{share:>10.1%}{first:>20.1f} s", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, HERE)
    import os

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [HERE, os.environ.get("PYTHONPATH")]))
    main()
