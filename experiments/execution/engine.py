"""Engines that compute runs: this process, worker processes, Dask, or an executor. No choice changes a result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ...agents.numerics.processors import usable_processors
from ..errors import UserError
from .dask_cluster import DaskCluster
from .futures_pool import FuturesPool, Submits, workers_of
from .in_process import InProcess
from .interrupts import Interrupts
from .limits import startable_workers
from .process_pool import ProcessPool
from .progress import Progress
from .session import Session
from .tasks import Executor, Failure, Summary, Task, TaskQueue
from .tls import Certificates, address_problem
from .worker import resolve

KINDS = ("serial", "process", "dask")
MOST_DEFAULT_WORKERS = 8


def default_workers() -> int:
    """Return one worker per processor that this process may use, at most eight."""
    return min(MOST_DEFAULT_WORKERS, usable_processors())


class EngineSettings(Protocol):
    """The engine section of a study file; its fields mean the same as those of `Engine`."""

    @property
    def kind(self) -> str:
        """Return one of KINDS."""
        ...

    @property
    def workers(self) -> int | None:
        """Return the number of workers; None for `default_workers`."""
        ...

    @property
    def timeout_s(self) -> float | None:
        """Return the seconds a run may take; None for the limit that the caller of `run` derives from its size."""
        ...

    @property
    def attempts(self) -> int:
        """Return how often a run may fail."""
        ...

    @property
    def memory_mb(self) -> int | None:
        """Return the limit of a worker's resident memory, MB; None for no limit."""
        ...

    @property
    def address(self) -> str | None:
        """Return the address of a Dask scheduler; None for a local cluster."""
        ...

    @property
    def tls(self) -> Certificates | None:
        """Return the certificates of a Dask cluster; None for those of Dask's configuration, if any."""
        ...


@dataclass(frozen=True)
class Engine:
    """An engine and its limits.

    workers: processes (serial: none). timeout_s, memory_mb: seconds a run may take and resident memory that its worker
    may hold before the run is ended (serial: no effect). attempts: how often a run may fail. address, tls: of a Dask
    scheduler. grace_s: how long Ctrl-C waits for runs in flight. own: the executor of kind "own", without limits
    of time and memory.
    """

    kind: str = "process"
    workers: int = 1
    timeout_s: float | None = None
    attempts: int = 2
    memory_mb: int | None = None
    address: str | None = None
    tls: Certificates | None = None
    grace_s: float = 30.0
    own: Submits | None = None

    @classmethod
    def of(
        cls,
        settings: EngineSettings,
        *,
        kind: str | None = None,
        workers: int | None = None,
        address: str | None = None,
    ) -> Engine:
        """Return the engine of a study file; the keywords take precedence. UserError if they contradict each other."""
        chosen = kind or settings.kind
        if chosen not in KINDS:
            raise UserError(f"engine {chosen} is not possible; allowed: {', '.join(KINDS)}")
        if workers is not None and workers < 1:
            raise UserError(f"workers {workers} is not possible; allowed: 1 or more")
        if address is not None and chosen != "dask":
            raise UserError(f"an address is that of a Dask scheduler; allowed with engine dask, not {chosen}")
        place = (address or settings.address) if chosen == "dask" else None
        tls = settings.tls if chosen == "dask" else None
        if unencrypted := address_problem(place, tls):
            raise UserError(unencrypted)
        return cls(
            kind=chosen,
            workers=workers or settings.workers or default_workers(),
            timeout_s=settings.timeout_s,
            attempts=settings.attempts,
            memory_mb=settings.memory_mb,
            address=place,
            tls=tls,
        )

    @classmethod
    def on(cls, executor: Submits, settings: EngineSettings, workers: int | None = None) -> Engine:
        """Return the engine of an executor of `concurrent.futures`; workers: how many it has (None: as it says).

        Raises UserError for what is no executor.
        """
        if not callable(getattr(executor, "submit", None)):
            name = type(executor).__name__
            raise UserError(f"executor {name} has no submit; allowed: an executor such as those of concurrent.futures")
        if workers is not None and workers < 1:
            raise UserError(f"workers {workers} is not possible; allowed: 1 or more")
        return cls(kind="own", workers=workers or workers_of(executor), attempts=settings.attempts, own=executor)

    @classmethod
    def local(cls, workers: int) -> Engine:
        """Return an engine of this machine; one worker means this process."""
        return cls(kind="serial" if workers == 1 else "process", workers=workers)

    def run(
        self,
        tasks: Iterable[Task],
        function: str,
        on_result: Callable[[Task, Any], None],
        on_failure: Callable[[Task, Failure], None],
        progress: Progress | None = None,
        *,
        timeout_s: float | None = None,
        code: str | None = None,
        together: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> Summary:
        """Call `function` ("package.module:name") on every payload; results arrive in any order.

        `tasks` is read lazily, a few ahead. An attempt that raises, dies, or exceeds a limit is reported to
        `on_failure` and repeated, `attempts` in all; `timeout_s` counts where the engine has no limit of its own.
        Workers whose sources have another hash than `code` refuse. The callbacks run in the calling thread, several in
        one block of `together` (a transaction); an exception in them ends the session.

        Ctrl-C stops handing out tasks, waits for those in flight, and raises Interrupted if anything is left; a second
        one does not wait. Raises WorkersUnusable if no worker can run the function at all, and UserError if Dask is not
        installed, or if its scheduler does not answer, is lost, or has workers with other code.

        Where this process may start fewer workers than the engine has, or none, a line of `progress` says so.
        """
        queue = TaskQueue(tasks)
        if not queue:
            return Summary()
        with Interrupts() as interrupts:
            session = Session(queue, on_result, on_failure, progress, interrupts, self.attempts, self.grace_s, together)
            engine = self._as_allowed_here(progress)
            if progress is not None:
                progress.pace.workers = 1 if engine.kind == "serial" else engine.workers
            with engine._executor(queue, function, interrupts, code, self.timeout_s or timeout_s) as executor:
                session.run(executor)
        return session.summary

    def _as_allowed_here(self, progress: Progress | None) -> Engine:
        """Return this engine with the workers that this process may start; without any, the serial engine."""
        if self.kind in ("serial", "own") or self.address is not None:
            return self
        workers, reason = startable_workers(self.kind, self.workers)
        if reason is not None and progress is not None:
            progress.note(reason)
        return replace(self, workers=workers) if workers else replace(self, kind="serial")

    def _executor(
        self, queue: TaskQueue, function: str, interrupts: Interrupts, code: str | None, timeout_s: float | None
    ) -> Executor:
        if self.kind == "serial":
            return InProcess(queue, resolve(function), interrupts)
        if self.own is not None:
            return FuturesPool(queue, function, self.own, self.workers, interrupts, code=code)
        if self.kind == "dask":
            return DaskCluster(
                queue,
                function,
                self.workers,
                address=self.address,
                tls=self.tls,
                code=code,
                timeout_s=timeout_s,
                memory_mb=self.memory_mb,
            )
        return ProcessPool(queue, function, self.workers, code=code, timeout_s=timeout_s, memory_mb=self.memory_mb)
