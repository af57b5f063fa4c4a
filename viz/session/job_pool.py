"""A capped pool of worker processes. Equal jobs share one computation; results are streamed and cached."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from ...agents.numerics.processors import usable_processors
from ...experiments.execution.worker import ERROR, READY, RESULT, UNUSABLE, WorkerProcess
from .jobs import Call, Ended, Job

MOST_WORKERS = 4
MOST_JOBS = 300
CACHE_BYTES = 96_000_000
PIECE_SECONDS = 45.0
"""A worker that takes longer for one piece is stopped, and its jobs end."""
PRIORITY = {"film": 0, "portrait": 1, "moved": 1, "costs": 1, "replicates": 2, "fans": 3, "map": 4}
"""Jobs with a lower number go first."""
_TICK_SECONDS = 1.0
_STEP = "political_moat.viz.session.jobs:step"


class BusyError(RuntimeError):
    """The queue is full."""


@dataclass
class Listener:
    """Callbacks of one request: each piece, the place in the queue while it waits, and at the end None or an error."""

    on_piece: Callable[[Any], None]
    on_wait: Callable[[int], None]
    on_end: Callable[[str | None], None]
    last_place: int = -1


@dataclass(eq=False)
class _QueuedJob:
    number: int
    job: Job
    listeners: list[Listener]
    pieces: list[Any] = field(default_factory=list)
    process: WorkerProcess | None = None
    retried: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        # Films take turns: the first years of every film come before the last years of any.
        return PRIORITY[self.job.kind], len(self.pieces), self.number


@dataclass(eq=False)
class _Worker:
    process: WorkerProcess
    current: _QueuedJob | None = None
    cancelled: list[int] = field(default_factory=list)


def size_of(piece: Any) -> int:
    """Return the approximate size of a piece in bytes: its buffers, and 20,000 for the rest."""
    return sum(map(len, getattr(piece, "buffers", ()))) + 20_000


class Pool:
    """Worker processes and the thread that gives them jobs. `request` adds a job; `close` ends everything."""

    def __init__(self, workers: int | None = None) -> None:
        """Start the thread. workers: at most MOST_WORKERS; default one for each usable processor."""
        self.count = max(1, min(MOST_WORKERS, workers or usable_processors()))
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._queue: dict[str, _QueuedJob] = {}
        self._workers: list[_Worker] = []
        self._cache: OrderedDict[str, tuple[list[Any], int]] = OrderedDict()
        self._cache_bytes = 0
        self._closing = False
        self._wake_receiver, self._wake_sender = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self.computed = 0
        """Number of jobs that workers have finished, without shared and cached requests."""
        self._thread = threading.Thread(target=self._run, name="moat pool", daemon=True)
        self._thread.start()

    def request(self, job: Job, listener: Listener) -> Callable[[], None]:
        """Send the pieces of a job to a listener, and return a function that cancels the request.

        Existing pieces arrive before this returns, the others on the thread of the pool. Raises BusyError.
        """
        key = job.key
        with self._lock:
            cached = self._cache.get(key)
            if cached is None:
                queued = self._queue.get(key)
                if queued is None:
                    if len(self._queue) >= MOST_JOBS:
                        raise BusyError("the server has too many requests at the moment; try again in a minute")
                    queued = self._queue[key] = _QueuedJob(next(self._numbers), job, [])
                for piece in queued.pieces:
                    listener.on_piece(piece)
                queued.listeners.append(listener)
            else:
                self._cache.move_to_end(key)
        if cached is not None:
            for piece in cached[0]:
                listener.on_piece(piece)
            listener.on_end(None)
            return lambda: None
        self._wake()
        return lambda: self._cancel(key, listener)

    def known(self, job: Job) -> bool:
        """Return whether a job is finished or running, so that a request for it needs no computation."""
        with self._lock:
            return job.key in self._cache or job.key in self._queue

    def finished(self, job: Job) -> list[Any] | None:
        """Return all pieces of a job that is in the cache, else None."""
        with self._lock:
            cached = self._cache.get(job.key)
        return cached[0] if cached is not None else None

    def waiting(self) -> int:
        """Return the number of unfinished jobs."""
        with self._lock:
            return len(self._queue)

    def close(self) -> None:
        """End the workers and the thread."""
        with self._lock:
            self._closing = True
        self._wake()
        self._thread.join(10.0)

    def _cancel(self, key: str, listener: Listener) -> None:
        with self._lock:
            queued = self._queue.get(key)
            if queued is None or listener not in queued.listeners:
                return
            queued.listeners.remove(listener)
            if not queued.listeners:
                self._remove(queued)
        self._wake()

    def _remove(self, queued: _QueuedJob) -> None:
        self._queue.pop(queued.job.key, None)
        for worker in self._workers:
            if worker.process is queued.process:
                worker.cancelled.append(queued.number)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_sender.send_bytes(b"!")

    def _run(self) -> None:
        self._workers = [_Worker(WorkerProcess(_STEP)) for _ in range(self.count)]
        while not self._closing:
            by_pipe = {worker.process.connection: worker for worker in self._workers}
            for ready in wait([self._wake_receiver, *by_pipe], timeout=_TICK_SECONDS):
                if ready is self._wake_receiver:
                    self._wake_receiver.recv_bytes()
                else:
                    self._receive(by_pipe[ready])  # type: ignore[index]
            self._stop_slow_workers()
            with self._lock:
                for worker in self._workers:
                    self._assign(worker)
            self._send_places()
        for worker in self._workers:
            worker.process.dismiss()
        for worker in self._workers:
            worker.process.end(2.0)

    def _receive(self, worker: _Worker) -> None:
        message = worker.process.receive()
        if message is None or message[0] == UNUSABLE:
            reason = worker.process.why_dead() if message is None else message[1].reason
            self._replace(worker, reason)
            return
        kind, value = message
        if kind == READY:
            worker.process.ready = True
            return
        queued, worker.current = worker.current, None
        if queued is None:
            return
        if kind == ERROR:
            self._finish(queued, value.reason)
        elif kind == RESULT and isinstance(value, Ended):
            self._finish(queued, None)
        else:
            with self._lock:
                queued.pieces.append(value)
                listeners = list(queued.listeners)
            for listener in listeners:
                with contextlib.suppress(Exception):
                    listener.on_piece(value)

    def _finish(self, queued: _QueuedJob, reason: str | None) -> None:
        with self._lock:
            wanted = self._queue.pop(queued.job.key, None) is queued
            listeners, queued.listeners = queued.listeners, []
            if reason is None and wanted:
                self.computed += 1
                self._store(queued.job.key, queued.pieces)
        for listener in listeners:
            with contextlib.suppress(Exception):
                listener.on_end(reason)

    def _store(self, key: str, pieces: list[Any]) -> None:
        size = sum(map(size_of, pieces))
        self._cache[key] = (pieces, size)
        self._cache_bytes += size
        while self._cache_bytes > CACHE_BYTES and len(self._cache) > 1:
            _, (_, freed) = self._cache.popitem(last=False)
            self._cache_bytes -= freed

    def _replace(self, worker: _Worker, reason: str) -> None:
        """Start a new process for a worker that has died. Its jobs without pieces are retried once; the others fail."""
        with self._lock:
            lost = [queued for queued in self._queue.values() if queued.process is worker.process]
            for queued in lost:
                queued.process = None
        for queued in lost:
            if queued.retried or queued.pieces:
                self._finish(queued, f"the computation was interrupted ({reason}); try again")
            queued.retried = True
        worker.process.end()
        if not self._closing:
            worker.process, worker.current, worker.cancelled = WorkerProcess(_STEP), None, []

    def _stop_slow_workers(self) -> None:
        for worker in self._workers:
            if worker.current is not None and time.monotonic() - worker.process.since > PIECE_SECONDS:
                queued = worker.current
                queued.retried = True
                self._replace(worker, f"longer than {PIECE_SECONDS:.0f} s")

    def _assign(self, worker: _Worker) -> None:
        """Give an idle worker the first job of the queue that it has begun itself or that no worker has begun."""
        if not worker.process.ready or worker.current is not None:
            return
        candidates = [queued for queued in self._queue.values() if queued.process in (None, worker.process)]
        if not candidates:
            return
        queued = min(candidates, key=lambda candidate: candidate.rank)
        begun = queued.process is not None
        call = Call(queued.number, None if begun else queued.job, tuple(worker.cancelled))
        if worker.process.send(queued, call):
            worker.current, worker.cancelled, queued.process = queued, [], worker.process

    def _send_places(self) -> None:
        with self._lock:
            waiting = sorted(
                (queued for queued in self._queue.values() if queued.process is None), key=lambda queued: queued.rank
            )
            changed = [
                (listener, place)
                for place, queued in enumerate(waiting)
                for listener in queued.listeners
                if listener.last_place != place
            ]
        for listener, place in changed:
            listener.last_place = place
            with contextlib.suppress(Exception):
                listener.on_wait(place)
