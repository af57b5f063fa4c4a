"""A capped pool of worker processes: jobs cached and coalesced by content, streamed, dropped when nobody wants them."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from ...experiments.execution.worker import ERROR, READY, RESULT, UNUSABLE, WorkerProcess
from .jobs import Call, Ended, Job

MOST_WORKERS = 4
MOST_JOBS = 300
CACHE_BYTES = 96_000_000
PIECE_SECONDS = 45.0
"""A worker that needs longer for one piece is stopped, and its jobs with it."""
PRIORITY = {"film": 0, "portrait": 1, "luck": 2}
_TICK = 1.0


class BusyError(RuntimeError):
    """Too many jobs wait already."""


@dataclass
class Listener:
    """Who wants a job: called with each piece, with (place in line) while it waits, and at the end with None or why."""

    on_piece: Callable[[Any], None]
    on_wait: Callable[[int], None]
    on_end: Callable[[str | None], None]
    told: int = -1


@dataclass(eq=False)
class _Work:
    number: int
    job: Job
    listeners: list[Listener]
    pieces: list[Any] = field(default_factory=list)
    worker: WorkerProcess | None = None
    retried: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        # Films take turns: everybody's first years come before anybody's last ones.
        return PRIORITY[self.job.kind], len(self.pieces), self.number


@dataclass(eq=False)
class _Hand:
    process: WorkerProcess
    busy: _Work | None = None
    dropped: list[int] = field(default_factory=list)


def size_of(piece: Any) -> int:
    """Rough size of a piece in bytes: its buffers, and a guess for the rest."""
    return sum(len(one) for one in getattr(piece, "buffers", ())) + 20_000


class Pool:
    """Worker processes and the thread that feeds them. Use `ask`; `close` ends all of it."""

    def __init__(self, workers: int | None = None) -> None:
        """Start the thread; workers are at most MOST_WORKERS, by default one a core."""
        self.count = max(1, min(MOST_WORKERS, workers or os.cpu_count() or 1))
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._live: dict[str, _Work] = {}
        self._hands: list[_Hand] = []
        self._kept: OrderedDict[str, tuple[list[Any], int]] = OrderedDict()
        self._bytes = 0
        self._closing = False
        self._ear, self._bell = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self.computed = 0
        """Jobs finished by a worker so far; what came from the cache or was shared is not counted."""
        self._thread = threading.Thread(target=self._run, name="moat pool", daemon=True)
        self._thread.start()

    def ask(self, job: Job, listener: Listener) -> Callable[[], None]:
        """Send a job's pieces to a listener; returns a function that says it is not wanted any more.

        Pieces that exist already arrive before this returns; the rest on the pool's thread. Raises BusyError.
        """
        key = job.key
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                work = self._live.get(key)
                if work is None:
                    if len(self._live) >= MOST_JOBS:
                        raise BusyError("the server has too many requests at the moment; try again in a minute")
                    work = self._live[key] = _Work(next(self._numbers), job, [])
                for piece in work.pieces:
                    listener.on_piece(piece)
                work.listeners.append(listener)
            else:
                self._kept.move_to_end(key)
        if kept is not None:
            for piece in kept[0]:
                listener.on_piece(piece)
            listener.on_end(None)
            return lambda: None
        self._wake()
        return lambda: self._forget(key, listener)

    def known(self, job: Job) -> bool:
        """Whether a job is finished or on its way: asking for it costs nothing."""
        with self._lock:
            return job.key in self._kept or job.key in self._live

    def finished(self, job: Job) -> list[Any] | None:
        """All pieces of a job that is in the cache, else None."""
        with self._lock:
            kept = self._kept.get(job.key)
        return kept[0] if kept is not None else None

    def waiting(self) -> int:
        """Jobs that are not finished."""
        with self._lock:
            return len(self._live)

    def close(self) -> None:
        """End workers and thread."""
        with self._lock:
            self._closing = True
        self._wake()
        self._thread.join(10.0)

    def _forget(self, key: str, listener: Listener) -> None:
        with self._lock:
            work = self._live.get(key)
            if work is None or listener not in work.listeners:
                return
            work.listeners.remove(listener)
            if not work.listeners:
                self._drop(work)
        self._wake()

    def _drop(self, work: _Work) -> None:
        self._live.pop(work.job.key, None)
        for hand in self._hands:
            if hand.process is work.worker:
                hand.dropped.append(work.number)

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._bell.send_bytes(b"!")

    def _run(self) -> None:
        self._hands = [_Hand(WorkerProcess("political_moat.viz.session.jobs:step")) for _ in range(self.count)]
        while not self._closing:
            by_pipe = {hand.process.connection: hand for hand in self._hands}
            for ready in wait([self._ear, *by_pipe], timeout=_TICK):
                if ready is self._ear:
                    self._ear.recv_bytes()
                else:
                    self._hear(by_pipe[ready])  # type: ignore[index]
            self._stop_the_slow()
            with self._lock:
                for hand in self._hands:
                    self._feed(hand)
            self._tell_places()
        for hand in self._hands:
            hand.process.dismiss()
        for hand in self._hands:
            hand.process.end(2.0)

    def _hear(self, hand: _Hand) -> None:
        message = hand.process.receive()
        if message is None or message[0] == UNUSABLE:
            why = hand.process.why_dead() if message is None else message[1].reason
            self._replace(hand, why)
            return
        kind, value = message
        if kind == READY:
            hand.process.ready = True
            return
        work, hand.busy = hand.busy, None
        if work is None:
            return
        if kind == ERROR:
            self._finish(work, value.reason)
        elif kind == RESULT and isinstance(value, Ended):
            self._finish(work, None)
        else:
            with self._lock:
                work.pieces.append(value)
                listeners = list(work.listeners)
            for listener in listeners:
                with contextlib.suppress(Exception):
                    listener.on_piece(value)

    def _finish(self, work: _Work, why: str | None) -> None:
        with self._lock:
            wanted = self._live.pop(work.job.key, None) is work
            listeners, work.listeners = work.listeners, []
            if why is None and wanted:
                self.computed += 1
                self._keep(work.job.key, work.pieces)
        for listener in listeners:
            with contextlib.suppress(Exception):
                listener.on_end(why)

    def _keep(self, key: str, pieces: list[Any]) -> None:
        size = sum(map(size_of, pieces))
        self._kept[key] = (pieces, size)
        self._bytes += size
        while self._bytes > CACHE_BYTES and len(self._kept) > 1:
            _, (_, freed) = self._kept.popitem(last=False)
            self._bytes -= freed

    def _replace(self, hand: _Hand, why: str) -> None:
        """A dead or stopped worker: its jobs start again once, elsewhere, then fail; a new process takes its place."""
        with self._lock:
            lost = [work for work in self._live.values() if work.worker is hand.process]
            for work in lost:
                work.worker = None
        for work in lost:
            if work.retried or work.pieces:
                self._finish(work, f"the computation was lost ({why}); press Play again")
            work.retried = True
        hand.process.end()
        if not self._closing:
            hand.process, hand.busy, hand.dropped = WorkerProcess("political_moat.viz.session.jobs:step"), None, []

    def _stop_the_slow(self) -> None:
        for hand in self._hands:
            if hand.busy is not None and time.monotonic() - hand.process.since > PIECE_SECONDS:
                work = hand.busy
                work.retried = True
                self._replace(hand, f"longer than {PIECE_SECONDS:.0f} s")

    def _feed(self, hand: _Hand) -> None:
        """Give an idle worker the first job in line: one of its own, or one that nobody has begun."""
        if not hand.process.ready or hand.busy is not None:
            return
        mine = [work for work in self._live.values() if work.worker in (None, hand.process)]
        if not mine:
            return
        work = min(mine, key=lambda one: one.rank)
        begun = work.worker is not None
        call = Call(work.number, None if begun else work.job, tuple(hand.dropped))
        if hand.process.send(work, call):
            hand.busy, hand.dropped, work.worker = work, [], hand.process

    def _tell_places(self) -> None:
        with self._lock:
            idle = sorted((w for w in self._live.values() if w.worker is None), key=lambda one: one.rank)
            news = [(one, place) for place, work in enumerate(idle) for one in work.listeners if one.told != place]
        for listener, place in news:
            listener.told = place
            with contextlib.suppress(Exception):
                listener.on_wait(place)
