"""How many worker processes this process may start."""

from __future__ import annotations

import math
import multiprocessing
import sys

import psutil

HANDLES_OF_A_WORKER = 8
"""File handles of the coordinator for each worker; half of them while it starts."""
HANDLES_KEPT = 16
"""File handles for everything else: ledger, exports, modules that are still to be imported."""


def startable_workers(wanted: int) -> tuple[int, str | None]:
    """Return how many of `wanted` worker processes can be started, and if fewer, the reason in one line."""
    if multiprocessing.current_process().daemon:
        return 0, "this process is a worker of another program and may start none: runs follow one another in it"
    limit, free = file_handles()
    workers = wanted if math.isinf(free) else max(0, min(wanted, int(free - HANDLES_KEPT) // HANDLES_OF_A_WORKER))
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
