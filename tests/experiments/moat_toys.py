"""Toy functions for workers, and what a coordinator does with their results. Importable by name in any process."""

from __future__ import annotations

import ctypes
import faulthandler
import hashlib
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

ARMS = ("0.0", "0.3")
RUN_COLUMNS = ("key", "replicate", "arm", "breadth", "restricted", "severity", "months")
CYCLE_COLUMNS = ("key", "number", "openness")


def panel(payload: dict[str, Any]) -> dict[str, Any]:
    """A replicate: two arms, two administrations each, outcomes drawn from the replicate alone."""
    time.sleep(payload.get("seconds", 0.0))
    misbehave(payload.get("fault"), payload.get("marker"))
    replicate = payload["replicate"]
    runs, cycles = [], []
    for arm in reversed(ARMS):
        digest = hashlib.sha256(f"{replicate} {arm}".encode()).digest()
        key = digest.hex()[:20]
        row = {
            "breadth": float(arm),
            "restricted": digest[0] > 127,
            "severity": digest[1] / 255.0,
            "months": None if digest[2] > 127 else digest[2],
        }
        runs.append({"key": key, "replicate": replicate, "arm": arm, "row": row})
        cycles += [{"key": key, "number": n, "row": {"openness": digest[3 + n] / 7.0}} for n in (2, 1)]
    return {"runs": runs, "cycles": cycles, "process": os.getpid()}


def misbehave(fault: str | None, marker: str | None) -> None:
    """Do harm; with a marker file, only the first time."""
    if fault is None or (marker is not None and Path(marker).exists()):
        return
    if marker is not None:
        Path(marker).touch()
    if fault == "raise":
        raise ValueError("two lines\nof trouble")
    if fault == "exit":
        os._exit(7)
    if fault == "system exit":
        sys.exit("no")
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "segfault":
        faulthandler.disable()
        ctypes.string_at(0)
    if fault == "hang":
        time.sleep(3600)


def number(payload: Any) -> Any:
    return payload * 2


def surroundings(payload: Any) -> dict[str, Any]:
    main = sys.modules["__main__"]
    return {
        "threads": [os.environ.get(name) for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS")],
        "deaf": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
        "main": getattr(main, "__file__", None),
        "heavy": sorted({"numpy", "numba", "mesa", "pandas", "typer", "rich", "pytest"} & sys.modules.keys()),
        "process": os.getpid(),
        "alive": [thread.name for thread in threading.enumerate()],
    }


def unpicklable(payload: Any) -> Any:
    return (lambda: 1) if payload == 1 else payload


def unreadable(payload: Any) -> Any:
    return Unreadable() if payload == 1 else payload


class Unreadable:
    def __reduce__(self) -> Any:
        return (int, ("not a number",))


def big(payload: int) -> bytes:
    return bytes(payload)
