"""Runs attempts on a Dask cluster: a local one, or one at an address (on SLURM started by dask-jobqueue).

Attempts travel in chunks of about a second, since the scheduler costs about a millisecond each. Dask runs the finished
chunks of a dead worker again; the ledger records a repeated result only once. A run that takes too long ends its
worker process. Dask does not report which run of a chunk killed its workers, so each of them runs again with nothing
else on the cluster, and counts as failed only if its workers die again.
"""

from __future__ import annotations

import faulthandler
import math
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UserError, WorkersUnusable
from .tasks import Attempt, Completed, Failed, Outcome, TaskQueue
from .worker import (
    ONE_THREAD,
    RESULT,
    Raised,
    answer,
    interrupts_later,
    one_thread_per_library,
    packed,
    read_answer,
    refuse_other_code,
    resolve,
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
    """Answer of a Dask worker: packed (kind, value) and seconds of each payload, or the reason why it runs none."""

    answers: list[bytes]
    seconds: list[float]
    unusable: Raised | None = None


def run_chunk(function: str, payloads: list[bytes], timeout_s: float | None, code: str | None) -> ChunkAnswer:
    """Run payloads in a Dask worker; one that takes longer than `timeout_s` ends the worker process."""
    os.environ.update(ONE_THREAD)
    try:
        call = resolve(function)
        refuse_other_code(code)
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
        code: str | None = None,
        timeout_s: float | None = None,
        memory_mb: int | None = None,
    ) -> None:
        """Take the arguments of `ProcessPool`; with an `address`, workers and memory are the cluster's own."""
        self._queue = queue
        self._function = function
        self._workers = workers
        self._address = address
        self._code = code
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._stack = ExitStack()
        self._chunks: dict[Future, list[Attempt]] = {}
        self._seconds = math.inf

    @property
    def busy(self) -> bool:
        """Return whether any chunk is in flight."""
        return bool(self._chunks)

    def __enter__(self) -> DaskCluster:
        """Connect to the cluster, or start a local one. UserError if that fails."""
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise UserError(
                "engine kind dask needs distributed; install it with: pip install 'political-moat[dask]'"
            ) from error
        client = _local_client(self._workers, self._memory_mb) if self._address is None else _client_at(self._address)
        self._client = self._stack.enter_context(client)
        return self

    def __exit__(self, *exception: object) -> None:
        """Disconnect; end a local cluster."""
        self._stack.close()

    def fill(self) -> None:
        """Submit chunks until every thread of the cluster has one that waits."""
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
        """Wait for a chunk or the clock; return the outcomes of the finished chunks."""
        from distributed import wait

        with suppress(TimeoutError):
            wait(list(self._chunks), timeout=_WAIT_S, return_when="FIRST_COMPLETED")
        outcomes: list[Outcome] = []
        for future in [future for future in self._chunks if future.done()]:
            chunk = self._chunks.pop(future)
            if future.status == "finished":
                outcomes += self._outcomes(chunk, future.result())
            elif chunk[0].alone:
                outcomes.append(self._death(chunk[0], future))
            else:
                self._queue.put_back(*[replace(attempt, alone=True) for attempt in chunk])
        return outcomes

    def _outcomes(self, chunk: list[Attempt], result: ChunkAnswer) -> list[Outcome]:
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
def _client_at(address: str) -> Iterator[Client]:
    """Connect to the cluster at an address, whose workers may still wait in a batch system's queue."""
    from distributed import Client

    try:
        client = Client(address, timeout=_CONNECT_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise UserError(f"no Dask scheduler answers at {address}; check engine.address") from error
    with client:
        yield client


@contextmanager
def _local_client(workers: int, memory_mb: int | None) -> Iterator[Client]:
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
    with one_thread_per_library(), without_main_script(), dask.config.set(settings):
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
                    silence_logs=50,
                )
        except RuntimeError as error:
            raise WorkersUnusable(f"no local Dask cluster can be started: {error.__cause__ or error}") from error
        with cluster, Client(cluster) as client:
            client.wait_for_workers(1, timeout=_START_S)
            yield client
