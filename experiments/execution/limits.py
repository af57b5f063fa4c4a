"""How many worker processes this process may start."""

from __future__ import annotations

import math
import multiprocessing
import sys

import psutil

HANDLES_OF_A_WORKER = {"process": 3, "dask": 9}
"""File handles that the coordinator holds for each worker, by engine."""
HANDLES_KEPT = {"process": 24, "dask": 48}
"""File handles for everything else: ledger, exports, modules still to be imported, the scheduler of Dask."""


def startable_workers(kind: str, wanted: int) -> tuple[int, str | None]:
    """Return how many of `wanted` workers of an engine can be started, and if fewer, the reason in one line."""
    if multiprocessing.current_process().daemon:
        return 0, "this process is a worker of another program and may start none: runs follow one another in it"
    limit, free = file_handles()
    room = (free - HANDLES_KEPT[kind]) // HANDLES_OF_A_WORKER[kind]
    workers = int(max(0, min(wanted, room)))
    if workers == wanted:
        return wanted, None
    instead = f"{workers} of {wanted} workers start" if workers else "runs follow one another in this process"
    return workers, f"only {limit:.0f} files may be open (ulimit -n): {instead}"


def file_handles() -> tuple[float, float]:
    """Return how many files this process may have open, and how many more it may open; infinity for no limit."""
    if sys.platform == "win32":
        return math.inf, math.inf
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return math.inf, math.inf
    return limit, limit - psutil.Process().num_fds()
