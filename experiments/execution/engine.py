"""Where runs are computed: in this process, in worker processes, or on a Dask cluster. No choice changes a result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ..errors import UserError
from ..studies.schema import EngineSection
from .process_pool import Failure, Summary, Task, run_tasks
from .progress import Progress

KINDS = ("serial", "process", "dask")
MOST_DEFAULT_WORKERS = 8


def default_workers() -> int:
    """One worker per core, at most eight."""
    return max(1, min(MOST_DEFAULT_WORKERS, os.cpu_count() or 1))


@dataclass(frozen=True)
class Engine:
    """A checked choice; `memory_mb` is the resident memory a worker may have before its run is ended and blamed."""

    kind: str = "process"
    workers: int = 1
    timeout_s: float | None = None
    attempts: int = 2
    memory_mb: int | None = None
    address: str | None = None

    @classmethod
    def of(
        cls,
        section: EngineSection,
        *,
        kind: str | None = None,
        workers: int | None = None,
        address: str | None = None,
    ) -> Engine:
        """The engine of a study file, with what the command line says instead. UserError if they do not go together."""
        chosen = kind or section.kind
        if chosen not in KINDS:
            raise UserError(f"engine {chosen} is not possible; allowed: {', '.join(KINDS)}")
        if workers is not None and workers < 1:
            raise UserError(f"workers {workers} is not possible; allowed: 1 or more")
        if address is not None and chosen != "dask":
            raise UserError(f"an address is that of a Dask scheduler; allowed with engine dask, not {chosen}")
        return cls(
            kind=chosen,
            workers=workers or section.workers or default_workers(),
            timeout_s=section.timeout_s,
            attempts=section.attempts,
            memory_mb=section.memory_mb,
            address=(address or section.address) if chosen == "dask" else None,
        )

    def run(
        self,
        tasks: Iterable[Task],
        function: str,
        on_result: Callable[[Task, Any], None],
        on_failure: Callable[[Task, Failure], None],
        progress: Progress | None,
        *,
        timeout_s: float,
        code: str | None,
        together: Callable[[], AbstractContextManager[None]] | None = None,
    ) -> Summary:
        """Run tasks as `runner.run_tasks` describes; `timeout_s` counts if the study names none."""
        limit = self.timeout_s or timeout_s
        if self.kind == "dask":
            from .dask_cluster import run_on_dask

            return run_on_dask(
                tasks, function, self, on_result, on_failure, progress, timeout_s=limit, code=code, together=together
            )
        return run_tasks(
            tasks,
            function,
            self.workers,
            on_result,
            on_failure,
            progress,
            timeout_s=limit,
            attempts=self.attempts,
            memory_mb=self.memory_mb,
            code=code,
            in_process=self.kind == "serial",
            together=together,
        )
