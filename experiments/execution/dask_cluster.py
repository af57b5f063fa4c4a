"""Runs attempts on a Dask cluster: a local one, or one at an address (on SLURM started by dask-jobqueue).

Attempts travel in chunks of about a second, since the scheduler costs about a millisecond each. Dask runs the finished
chunks of a dead worker again; the ledger records a repeated result only once. A worker with other code runs nothing. A
run that takes too long ends its worker process. Dask does not report which run of a chunk killed its workers, so each
of them runs again with nothing else on the cluster, and counts as failed only if its workers die again.
"""

from __future__ import annotations

import faulthandler
import logging
import math
import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import UserError, WorkersUnusable
from ..storage.provenance import code_hash, code_parts
from .tasks import Attempt, Completed, Failed, Outcome, TaskQueue
from .tls import ENCRYPTED, Certificates, security
from .worker import (
    RESULT,
    Raised,
    answer,
    interrupts_later,
    packed,
    read_answer,
    resolve,
    use_one_thread,
    without_main_script,
)

if TYPE_CHECKING:
    from distributed import Client, Future

CHUNK_SECONDS = 1.0
MOST_IN_A_CHUNK = 1_000
AHEAD = 2
"""Chunks in flight for each thread of the cluster: one runs, one waits."""
_WAIT_S = 0.25
_CONNECT_S = 10.0
_START_S = 300.0
_LOCAL_DEATHS = 1


class ChunkAnswer(NamedTuple):
    """Answer of a Dask worker: packed (kind, value) and seconds of each payload, or the reason why it runs none.

    differs: as `code_difference` returns it.
    """

    answers: list[bytes]
    seconds: list[float]
    unusable: Raised | None = None
    differs: str | None = None


class Code(NamedTuple):
    """The coordinator's code hash, and what it is made of."""

    hash: str
    parts: dict[str, str]


def code_difference(code: Code) -> str | None:
    """Return in words how this process, a Dask worker, differs from the coordinator; None if it has the same code."""
    if code_hash() == code.hash:
        return None
    mine = code_parts()
    names = [name for name in mine | code.parts if mine.get(name) != code.parts.get(name)]
    # Equal parts under another hash: the sources were edited after the coordinator had read them.
    differences = [f"{name} {mine.get(name)} instead of {code.parts.get(name)}" for name in names]
    return ", ".join(differences) or "sources that changed while the study ran"


def run_chunk(function: str, payloads: list[bytes], timeout_s: float | None, code: Code | None) -> ChunkAnswer:
    """Run payloads in a Dask worker; one that takes longer than `timeout_s` ends the worker process."""
    use_one_thread()
    try:
        if code is not None and (differs := code_difference(code)):
            return ChunkAnswer([], [], differs=differs)
        call = resolve(function)
    except BaseException as error:
        return ChunkAnswer([], [], Raised.of(error))
    answers, seconds = [], []
    for payload in payloads:
        started = time.perf_counter()
        with _ends_process_after(timeout_s):
            answers.append(answer(call, payload))
        seconds.append(time.perf_counter() - started)
    return ChunkAnswer(answers, seconds)


@contextmanager
def _ends_process_after(seconds: float | None) -> Iterator[None]:
    """End this process if the block takes longer, even if it never releases the interpreter's lock."""
    if seconds is None:
        yield
        return
    with open(os.devnull, "w", encoding="utf-8") as discarded:  # noqa: PTH123 - os.devnull is no file path
        faulthandler.dump_traceback_later(seconds, exit=True, file=discarded)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


class DaskCluster:
    """An executor on Dask; at most AHEAD chunks for each thread of the cluster are in flight."""

    def __init__(
        self,
        queue: TaskQueue,
        function: str,
        workers: int,
        *,
        address: str | None = None,
        tls: Certificates | None = None,
        code: str | None = None,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
    ) -> None:
        """Take the arguments of `ProcessPool`; with an `address`, workers and memory are the cluster's own."""
        self._queue = queue
        self._function = function
        self._workers = workers
        self._address = address
        self._tls = tls
        self._code = None if code is None else Code(code, code_parts())
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._stack = ExitStack()
        self._chunks: dict[Future, list[Attempt]] = {}
        self._seconds = math.inf
        self._stop: UserError | WorkersUnusable | None = None

    @property
    def busy(self) -> bool:
        """Return whether any chunk is in flight, or the reason to stop must still be raised."""
        return bool(self._chunks) or self._stop is not None

    def __enter__(self) -> DaskCluster:
        """Connect to the cluster, or start a local one. UserError if that fails or if a worker has other code."""
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise UserError(
                "engine kind dask needs distributed; install it with: pip install 'political-moat[dask]'"
            ) from error
        if self._address is None:
            client = _local_client(self._workers, self._memory_mb, self._tls)
        else:
            client = _client_at(self._address, self._tls)
        with ExitStack() as stack:
            self._client = stack.enter_context(client)
            self._refuse_other_code()
            self._stack = stack.pop_all()
        return self

    def _refuse_other_code(self) -> None:
        """Raise UserError if any worker has other code; those that join later answer their first chunk with it."""
        if self._code is None:
            return
        with self._lost_scheduler_in_one_line():
            replies: dict[str, Any] = self._client.run(code_difference, self._code, on_error="return")
        for worker, differs in sorted(replies.items()):
            if isinstance(differs, BaseException):
                raise UserError(f"the Dask worker at {worker} cannot run this package: {Raised.of(differs).reason}")
            if differs is not None:
                raise self._other_code(f"the Dask worker at {worker}", differs)

    def _other_code(self, worker: str, differs: str) -> UserError:
        return UserError(f"{worker} has {differs}; its outcomes could differ; install the same there as here")

    @contextmanager
    def _lost_scheduler_in_one_line(self) -> Iterator[None]:
        """Turn what Dask raises when its scheduler ends or cannot be reached any more into a UserError.

        Without its connection, Dask's client also raises errors of other types, such as ClosedClientError and
        AttributeError.
        """
        try:
            yield
        except (UserError, WorkersUnusable):
            raise
        except Exception as error:
            if isinstance(error, (CancelledError, OSError)) or self._client.status != "running":
                raise self._lost_scheduler() from error
            raise

    def _lost_scheduler(self) -> UserError:
        place = "of this machine" if self._address is None else f"at {self._address}"
        return UserError(
            f"the Dask scheduler {place} ended, was restarted, or cannot be reached any more; "
            "everything finished is kept; the same command resumes"
        )

    def __exit__(self, *exception: object) -> None:
        """Disconnect; end a local cluster."""
        connected = self._client.status == "running"
        try:
            self._stack.close()
        except Exception:
            if connected:
                raise

    def fill(self) -> None:
        """Submit chunks until every thread of the cluster has one that waits; nothing once the session must stop."""
        if self._stop is not None:
            return
        try:
            with self._lost_scheduler_in_one_line():
                self._submit_chunks()
        except UserError as stop:
            self._stop = stop

    def _submit_chunks(self) -> None:
        threads: dict[str, int] = self._client.nthreads()
        most = AHEAD * max(1, sum(threads.values()))
        while len(self._chunks) < most and (chunk := self._next_chunk()):
            payloads = [packed(attempt.task.payload) for attempt in chunk]
            future = self._client.submit(run_chunk, self._function, payloads, self._timeout_s, self._code, pure=False)
            self._chunks[future] = chunk

    def _next_chunk(self) -> list[Attempt]:
        """Take as many attempts as run in a second at the pace so far; none while one must run alone."""
        first = self._queue.peek()
        if first is None or (self._chunks and (first.alone or self._runs_alone())):
            return []
        if first.alone:
            self._queue.take()
            return [first]
        chunk: list[Attempt] = []
        while len(chunk) < self._chunk_size() and (attempt := self._queue.peek()) and not attempt.alone:
            chunk.append(attempt)
            self._queue.take()
        return chunk

    def _runs_alone(self) -> bool:
        return any(chunk[0].alone for chunk in self._chunks.values())

    def _chunk_size(self) -> int:
        if math.isinf(self._seconds):
            return 1
        return min(math.ceil(CHUNK_SECONDS / max(self._seconds, 1e-6)), MOST_IN_A_CHUNK)

    def collect(self) -> list[Outcome]:
        """Wait for a chunk or the clock; return the outcomes of the finished chunks.

        What stops the session is raised when no outcome is left that the session could still record.
        """
        from distributed import wait

        if self._stop is not None:
            raise self._stop
        outcomes: list[Outcome] = []
        try:
            with self._lost_scheduler_in_one_line():
                with suppress(TimeoutError):
                    wait(list(self._chunks), timeout=_WAIT_S, return_when="FIRST_COMPLETED")
                for future in [future for future in self._chunks if future.done()]:
                    outcomes += self._outcomes_of(future, self._chunks.pop(future))
        except (UserError, WorkersUnusable) as stop:
            if not outcomes:
                raise
            self._stop = stop
        return outcomes

    def _outcomes_of(self, future: Future, chunk: list[Attempt]) -> list[Outcome]:
        """Return the outcomes of a chunk that is done; none if its runs must be repeated alone."""
        if future.status == "finished":
            return self._outcomes(chunk, future.result())
        if future.status == "cancelled":  # by Dask's client, when it loses its scheduler; no run is to blame
            raise self._lost_scheduler()
        if chunk[0].alone:
            return [self._death(chunk[0], future)]
        self._queue.put_back(*[replace(attempt, alone=True) for attempt in chunk])
        return []

    def _outcomes(self, chunk: list[Attempt], result: ChunkAnswer) -> list[Outcome]:
        if result.differs is not None:
            raise self._other_code("a Dask worker", result.differs)
        if result.unusable is not None:
            raise WorkersUnusable(f"{self._function} cannot be run: {result.unusable.reason}")
        mean = sum(result.seconds) / len(result.seconds)
        self._seconds = mean if math.isinf(self._seconds) else 0.5 * (self._seconds + mean)
        outcomes: list[Outcome] = []
        for attempt, content in zip(chunk, result.answers, strict=True):
            kind, value = read_answer(content)
            outcomes.append(Completed(attempt, value) if kind == RESULT else Failed(attempt, "exception", value))
        return outcomes

    def _death(self, attempt: Attempt, future: Future) -> Failed:
        error = future.exception()
        if type(error).__name__ != "KilledWorker":
            return Failed(attempt, "died", Raised.of(error or RuntimeError(f"the chunk was {future.status}")))
        limit = "" if self._timeout_s is None else f", or took more than {self._timeout_s:g} s"
        return Failed(attempt, "died", Raised(f"its Dask workers died{limit}", ""))

    def abandon(self) -> None:
        """Cancel the chunks in flight and put their attempts back."""
        for future, chunk in self._chunks.items():
            future.cancel(force=True)
            self._queue.put_back(*chunk)
        self._chunks.clear()


@contextmanager
def _client_at(address: str, tls: Certificates | None) -> Iterator[Client]:
    """Connect to the cluster at an address, whose workers may still wait in a batch system's queue."""
    from distributed import Client
    from distributed.utils import silence_logging_cmgr
    from distributed.versions import VersionMismatchWarning

    with silence_logging_cmgr(logging.CRITICAL):  # what fails is one line of ours
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", VersionMismatchWarning)  # a worker with other code is refused
                client = Client(address, security=security(tls, address), timeout=_CONNECT_S)
        except (OSError, ValueError, TimeoutError) as error:
            raise UserError(_why_unreachable(address, error)) from error
        with client:
            yield client


def _why_unreachable(address: str, error: Exception) -> str:
    """Return the line for a scheduler to which no connection can be made."""
    from distributed.comm import CommClosedError

    if not isinstance(error, CommClosedError):  # nothing is there, or the address is none
        return f"no Dask scheduler answers at {address}; check engine.address"
    if address.startswith(ENCRYPTED):
        return f"the Dask scheduler at {address} and this process refuse each other's certificates; check engine.tls"
    return (
        f"the Dask scheduler at {address} closes the connection; if it requires TLS, give an address with {ENCRYPTED} "
        "and engine.tls"
    )


@contextmanager
def _local_client(workers: int, memory_mb: int | None, tls: Certificates | None) -> Iterator[Client]:
    """Start a cluster on this machine, which ends with the block."""
    import dask
    from distributed import Client, LocalCluster

    settings = {
        "distributed.scheduler.allowed-failures": _LOCAL_DEATHS,
        "distributed.worker.daemon": True,
        # A worker that restarts slowly on a busy machine is not lost for good.
        "distributed.deploy.lost-worker-timeout": "1h",
        "distributed.admin.large-graph-warning-threshold": "1GB",
    }
    # To the end of the block: Dask starts a worker again when one has died.
    with without_main_script(), dask.config.set(settings):
        try:
            with interrupts_later():  # also in the threads that start workers, and so in all workers
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    # Without an address, pages of the scheduler would be served to the network, on port 8787.
                    scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                    memory_limit=f"{memory_mb}MB" if memory_mb else 0,
                    silence_logs=logging.CRITICAL,
                    security=security(tls, None),
                )
        except RuntimeError as error:
            raise WorkersUnusable(f"no local Dask cluster can be started: {error.__cause__ or error}") from error
        with cluster, Client(cluster) as client:
            client.wait_for_workers(1, timeout=_START_S)
            yield client
