"""One worker process: its life inside, and the coordinator's hold on it. Imports nothing heavy."""

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
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

from .startup import leave_at_once, left_alone

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
        """From the exception being handled."""
        message = " ".join(str(error).split())
        reason = f"{type(error).__name__}: {message}" if message else type(error).__name__
        return cls(reason, "".join(traceback.format_exception(error)))


def resolve(function: str) -> Callable[[Any], Any]:
    """The callable named "package.module:name". Raises ImportError, AttributeError or ValueError."""
    module, separator, name = function.partition(":")
    if not separator:
        raise ValueError(f'{function!r} is not of the form "package.module:name"')
    found = getattr(importlib.import_module(module), name)
    if not callable(found):
        raise ValueError(f"{function!r} cannot be called")
    return found  # type: ignore[no-any-return]


def serve(connection: Connection, function: str, code: str | None) -> None:
    """Life of a worker: resolve the function, then payload in, result out, until the coordinator says so or is gone.

    With `code` given, a worker whose own code hash differs declares itself unusable: the sources were edited meanwhile.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the coordinator decides
    _die_with_parent()
    threading.Thread(target=_leave_with_parent, name="parent watch", daemon=True).start()
    try:
        with left_alone():
            call = resolve(function)
        refuse_other_code(code)
    except BaseException as error:
        connection.send((UNUSABLE, Raised.of(error)))
        return
    connection.send((READY, None))
    with contextlib.suppress(EOFError, OSError):  # the coordinator is gone
        while content := connection.recv_bytes():
            connection.send_bytes(_answer(call, content))
    leave_at_once()


def refuse_other_code(code: str | None) -> None:
    """RuntimeError if this process finds other sources than the coordinator's; None asks nothing."""
    if code is None:
        return
    from ..storage.provenance import code_hash

    if code_hash() != code:
        raise RuntimeError("the model's code was changed while the study ran; start again")


def _answer(call: Callable[[Any], Any], content: bytes) -> bytes:
    try:
        return pickle.dumps((RESULT, call(pickle.loads(content))), protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # SystemExit and MemoryError cost one run as well
        return pickle.dumps((ERROR, Raised.of(error)))


def _die_with_parent() -> None:
    """On Linux let the kernel end this process with the coordinator.

    The thread beside it serves every system, but waits for the interpreter's lock, which a compiler can hold long.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library may not have it
            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:  # it died before the kernel was told
            os._exit(_ORPHAN_EXIT_CODE)


def _leave_with_parent() -> None:
    """Exit with the coordinator, however it ends: nobody else would stop a worker in the middle of a long run."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(_ORPHAN_EXIT_CODE)


class WorkerProcess:
    """The coordinator's hold on one spawned worker. `held` is what it works on, None while idle or starting."""

    def __init__(self, function: str, code: str | None = None) -> None:
        """Start the process; it is usable once it has said READY."""
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, function, code), daemon=True)
        try:
            with _clean_birth():
                self.process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()  # else the death of the worker would not end the pipe
        self.ready = False
        self.held: Any = None
        self.since = time.monotonic()

    def send(self, held: object, payload: object) -> bool:
        """Hand out work; False if the worker is dead and never got it. Raises if the payload cannot be pickled."""
        content = pickle.dumps(payload, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self.connection.send_bytes(content)
        except OSError:
            return False
        self.held, self.since = held, time.monotonic()
        return True

    def receive(self) -> tuple[str, Any] | None:
        """The next message, None if the worker is dead. A result that cannot be unpickled is an ERROR."""
        try:
            if not self.connection.poll():
                return None
            content = self.connection.recv_bytes()
        except (EOFError, OSError):
            return None
        try:
            kind, value = pickle.loads(content)
        except Exception as error:
            return ERROR, Raised.of(error)
        return str(kind), value

    def memory_mb(self) -> int:
        """Resident memory of the process in MB; 0 once it is gone."""
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss) >> 20
        except psutil.Error:
            return 0

    def why_dead(self) -> str:
        """How the process ended, in words."""
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
        """Wait so many seconds for the process to leave, then kill it, and free everything."""
        self.process.join(patience_s)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        self.connection.close()
        self.process.close()


@contextlib.contextmanager
def _clean_birth() -> Iterator[None]:
    """Surroundings of a start: one thread for each library, deaf to Ctrl-C, and without the coordinator's main module.

    Spawn would import the main module again in each worker: the whole command line, or a user's unguarded script.
    """
    environment = {name: os.environ.get(name) for name in ONE_THREAD}
    main = sys.modules["__main__"]
    hears = threading.current_thread() is threading.main_thread()
    # Inherited, so that no Ctrl-C can kill a worker before it has set this itself.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN) if hears else None
    os.environ.update(ONE_THREAD)
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if hears:
            signal.signal(signal.SIGINT, previous if previous is not None else signal.default_int_handler)
