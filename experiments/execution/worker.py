"""One worker process: the code inside it, and the coordinator's handle on it. Imports no heavy library."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

from ..storage.provenance import code_hash
from .process_exit import exit_without_cleanup

READY, UNUSABLE, RESULT, ERROR = "ready", "unusable", "result", "error"
ONE_THREAD = {
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_ORPHAN_EXIT_CODE = 3
_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception of the function, as text: type and message in one line, and the traceback."""

    reason: str
    detail: str

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        """Return the text of an exception that is being handled."""
        message = " ".join(str(error).split())
        reason = f"{type(error).__name__}: {message}" if message else type(error).__name__
        return cls(reason, "".join(traceback.format_exception(error)))


def resolve(function: str) -> Callable[[Any], Any]:
    """Return the callable named "package.module:name". Raises ImportError, AttributeError or ValueError."""
    module, separator, name = function.partition(":")
    if not separator:
        raise ValueError(f'{function!r} is not of the form "package.module:name"')
    call = getattr(importlib.import_module(module), name)
    if not callable(call):
        raise ValueError(f"{function!r} cannot be called")
    return call  # type: ignore[no-any-return]


def use_one_thread() -> None:
    """Let the libraries that this worker loads use one thread each.

    Where Numba is loaded nothing changes: it fails at the next compilation when the variable differs from its threads.
    """
    if "numba" not in sys.modules:
        os.environ.update(ONE_THREAD)


def serve(connection: Connection, function: str, code: str | None) -> None:
    """Run payloads from the pipe and send their results, until the coordinator sends nothing or ends.

    With `code`, a worker whose own code hash differs declares itself unusable: the sources were edited meanwhile.
    """
    use_one_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the coordinator decides
    _end_with_parent()
    threading.Thread(target=_exit_after_parent, name="parent watch", daemon=True).start()
    try:
        call = resolve(function)
        refuse_other_code(code)
    except BaseException as error:
        connection.send((UNUSABLE, Raised.of(error)))
        return
    connection.send((READY, None))
    with contextlib.suppress(EOFError, OSError):  # the coordinator has ended
        while content := connection.recv_bytes():
            connection.send_bytes(answer(call, content))
    exit_without_cleanup()


def refuse_other_code(code: str | None) -> None:
    """Raise RuntimeError if this process finds other sources than the coordinator; None checks nothing."""
    if code is None:
        return
    if code_hash() != code:
        raise RuntimeError("the model's code was changed while the study ran; start again")


def packed(value: object) -> bytes:
    """Return the pickle of a value, the form sent to and from workers."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def answer(call: Callable[[Any], Any], content: bytes) -> bytes:
    """Call a function on a packed payload; return packed (RESULT, value) or (ERROR, Raised)."""
    try:
        return packed((RESULT, call(pickle.loads(content))))
    except BaseException as error:  # SystemExit and MemoryError fail this run alone
        return packed((ERROR, Raised.of(error)))


def read_answer(content: bytes) -> tuple[str, Any]:
    """Return kind and value of a packed answer; a value that cannot be unpickled is an ERROR."""
    try:
        kind, value = pickle.loads(content)
    except Exception as error:
        return ERROR, Raised.of(error)
    return str(kind), value


def _end_with_parent() -> None:
    """Let Linux kill this process when the coordinator ends.

    `_exit_after_parent` serves every system, but needs the interpreter's lock, which a compiler can hold for long.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library may lack prctl
            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:  # the parent ended before prctl was called
            os._exit(_ORPHAN_EXIT_CODE)


def _exit_after_parent() -> None:
    """Exit when the coordinator ends in any way; otherwise a worker in a long run would go on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(_ORPHAN_EXIT_CODE)


class WorkerProcess:
    """The coordinator's handle on one spawned worker. `held` is its current attempt, None while idle or starting."""

    def __init__(self, function: str, code: str | None = None) -> None:
        """Start the process; it is usable after its READY message."""
        context = multiprocessing.get_context("spawn")
        self.connection, workers_end = context.Pipe()
        self.process = context.Process(target=serve, args=(workers_end, function, code), daemon=True)
        try:
            with _spawn_conditions():
                self.process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            workers_end.close()  # else the death of the worker would not end the pipe
        self.ready = False
        self.held: Any = None
        self.since = time.monotonic()

    def send(self, held: object, payload: object) -> bool:
        """Send a payload; return False if the worker is dead and never got it. Raises if it cannot be pickled."""
        content = packed(payload)
        try:
            self.connection.send_bytes(content)
        except OSError:
            return False
        self.held, self.since = held, time.monotonic()
        return True

    def receive(self) -> tuple[str, Any] | None:
        """Return kind and value of the next message, None if the worker is dead."""
        try:
            if not self.connection.poll():
                return None
            content = self.connection.recv_bytes()
        except (EOFError, OSError):
            return None
        return read_answer(content)

    def memory_mb(self) -> int:
        """Return the resident memory of the process in MB; 0 once it has ended."""
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss) >> 20
        except psutil.Error:
            return 0

    def why_dead(self) -> str:
        """Return how the process ended, in words."""
        self.process.join(1.0)
        code = self.process.exitcode
        if code is None:
            return "the worker closed its pipe"
        if code >= 0:
            return f"the worker exited with code {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        hint = " (out of memory?)" if name == "SIGKILL" else ""
        return f"the worker was killed by {name}{hint}"

    def dismiss(self) -> None:
        """Ask an idle worker to leave; does not wait."""
        with contextlib.suppress(OSError):
            self.connection.send_bytes(b"")

    def end(self, patience_s: float = 0.0) -> None:
        """Wait `patience_s` seconds for the process to leave, then kill it, and close the pipe."""
        self.process.join(patience_s)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        self.connection.close()
        self.process.close()


@contextlib.contextmanager
def without_main_script() -> Iterator[None]:
    """Let processes that start in the block leave the coordinator's main script alone.

    Spawn would import it again in each of them: the whole command line, or a user's script without a main guard.
    """
    main = sys.modules["__main__"]
    stand_in = types.ModuleType("__main__")
    # Other threads may pickle what the script defines: only the file by which spawn imports it is left out.
    vars(stand_in).update({name: value for name, value in vars(main).items() if name not in ("__file__", "__spec__")})
    sys.modules["__main__"] = stand_in
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _spawn_conditions() -> Iterator[None]:
    """Start processes without SIGINT and without the coordinator's main script."""
    with interrupts_later(), without_main_script():
        yield


@contextlib.contextmanager
def interrupts_later() -> Iterator[None]:
    """Hold SIGINT back until the end of the block; processes that start in it never receive it.

    Inherited, so that no Ctrl-C can kill a worker before it ignores SIGINT itself.
    """
    if sys.platform == "win32":  # Ctrl-C is no signal there
        yield
        return
    resource_tracker.ensure_running()  # the start of the first process would start it, which unblocks SIGINT
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)
