"""Runs that misbehave on purpose, and a command line whose workers call them. Importable by name in any process.

MOAT_FAULTS maps a replicate to a fault, as JSON; MOAT_SLOW is seconds that every replicate takes at least; MOAT_MARK is
a file that a replicate makes when it begins.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from political_moat.experiments.protocols.task import run_task


def faulty(payload: Any) -> Any:
    """One replicate, after the harm that its number is declared to do."""
    fault = json.loads(os.environ.get("MOAT_FAULTS", "{}")).get(str(payload[3]))
    if mark := os.environ.get("MOAT_MARK"):
        Path(mark).touch()
    time.sleep(float(os.environ.get("MOAT_SLOW", "0")))
    if fault == "raise":
        raise ValueError("two lines\nof trouble")
    if fault == "hang":
        while True:
            time.sleep(0.01)
    if fault == "segfault":
        faulthandler.disable()
        ctypes.string_at(0)
    if fault == "memory":
        hoard = []
        while True:
            hoard.append(bytearray(os.urandom(1 << 10)) * (1 << 14))
            time.sleep(0.01)
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return run_task(payload)


def main() -> None:
    """The command `moat`, whose stress tests run `faulty`."""
    from political_moat.experiments.cli.main import main as moat
    from political_moat.experiments.sweeps import run as sweep

    sweep.TASK = "moat_faulty:faulty"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us deaf
    moat()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
