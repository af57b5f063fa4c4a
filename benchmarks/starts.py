"""From the command to the first result: `moat run` with an empty folder of compiled kernels and with a filled one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from measuring import Aim, Row
from startup import COMMANDS, cpu_seconds

COLD_AIM, WARM_AIM, HELP_AIM = Aim(most=20), Aim(most=3), Aim(most=0.25)
FIRST = "replicates: "
"""Beginning of the line that reports a finished replicate (experiments/execution/progress.py)."""


class Start(NamedTuple):
    """Seconds to the line that reports compiling (None without it), to the first result, and to the end."""

    compiling: float | None
    first: float
    end: float


def started(cache: Path, voters: int | None, replicates: int) -> Start:
    """Time one `moat run` of a few replicates at its defaults, with its compiled kernels in `cache`."""
    words = [sys.executable, "-m", "political_moat.experiments.cli.main", "run", "--replicates", str(replicates)]
    words += ["--voters", str(voters)] if voters else []
    compiling: float | None = None
    first: float | None = None
    with tempfile.TemporaryDirectory() as out:
        words += ["--out", str(Path(out, "results"))]
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
        start = time.perf_counter()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if compiling is None and "compil" in line:
                compiling = time.perf_counter() - start
            if first is None and line.startswith(FIRST):
                first = time.perf_counter() - start
        if process.wait() != 0 or first is None:
            raise SystemExit("moat run did not come to a first result:\n" + "".join(said))
        end = time.perf_counter() - start
    return Start(compiling, first, end)


def run_rows(cold_repeats: int, repeats: int, voters: int | None, replicates: int = 4) -> list[Row]:
    """Return rows of cold starts, each in a new empty cache, and of warm ones in a filled cache."""
    made: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        cold = [started(Path(place, str(number)), voters, replicates) for number in range(cold_repeats)]
        if cold:
            said = [one.compiling for one in cold if one.compiling is not None]
            made.append(Row("cold `moat run`: first result", 0, [one.first for one in cold], "s", COLD_AIM))
            if len(said) == len(cold):
                made.append(Row("cold `moat run`: says that it compiles once", 0, said, "s"))
        # The warm cache is that of a cold start, or else that of this session.
        cache = Path(place, "0") if cold else _session_cache()
        warm = [started(cache, voters, replicates) for _ in range(repeats + 1)][1:]
    made.append(Row("warm `moat run`: first result", 0, [one.first for one in warm], "s", WARM_AIM))
    made.append(Row(f"warm `moat run --replicates {replicates}`: whole", 0, [one.end for one in warm], "s"))
    return made


def _session_cache() -> Path:
    from political_moat.agents.source_hash import use_code_named_cache

    return use_code_named_cache()


def help_rows(repeats: int) -> list[Row]:
    """Return rows with the processor time of commands that only print."""
    made = []
    for name, words in COMMANDS.items():
        cpu_seconds(words)
        values = [cpu_seconds(words) for _ in range(repeats)]
        made.append(Row(f"`{name}`", 0, values, "CPU seconds", HELP_AIM))
    return made
