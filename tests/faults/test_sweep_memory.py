"""The coordinator's memory does not grow with the number of runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults

COORDINATOR = """
import json, resource, sys
from collections import namedtuple
from pathlib import Path
from political_moat.experiments.execution import engine
from political_moat.experiments.sweeps import run as sweep
from political_moat.experiments.execution.tasks import Summary
from political_moat.experiments.studies.reader import parse_study

Result = namedtuple("Result", "runs cycles records")
COLUMNS = json.loads(Path(sys.argv[2]).read_text())

def instant(self, tasks, function, on_result, on_failure, progress, *, timeout_s, code, together):
    # Made-up rows of full width at once: what grows here is what the coordinator keeps, and nothing else.
    for task in tasks:
        replicate = task.payload[3]
        runs = [dict(COLUMNS, replicate=replicate, arm=arm) for arm in ("b=0", "b=0.3 v=1")]
        cycles = [dict(COLUMNS["cycle"], arm=run["arm"], number=0) for run in runs]
        for run in runs:
            del run["cycle"]
        with together():
            on_result(task, Result(runs, cycles, {}))
        progress.advance()
    return Summary()

engine.Engine.run = instant
text = (
    '[study]\\nname = "flat"\\n[factors."exposure.breadth"]\\nlevels = [0, 0.3]\\n'
    f'[factors."party.office_rent"]\\nlevels = [1, 2, 3, 4]\\n[replicates]\\nmin = {sys.argv[1]}\\n'
)
sweep.run_study(parse_study(text), Path("out"), engine.Engine(), quiet=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def peak_mb(folder: Path, replicates: int) -> float:
    from political_moat.experiments.protocols import PROTOCOLS
    from political_moat.experiments.protocols.stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS

    kept = ("key", "outcome_hash", "replicate", "arm", "number")
    row = {column.name: 0.123456789 for column in RUN_COLUMNS if column.name not in kept}
    row |= dict.fromkeys(PROTOCOLS["stress"].summary_events, 1.0)
    row["cycle"] = {column.name: 0.5 for column in CYCLE_COLUMNS if column.name not in kept}  # type: ignore[assignment]
    folder.mkdir()
    (folder / "columns.json").write_text(json.dumps(row))
    done = subprocess.run(
        [sys.executable, "-c", COORDINATOR, str(replicates), "columns.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout.splitlines()[-1])


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is read through POSIX")
def test_six_times_the_runs_need_no_more_memory(tmp_path: Path) -> None:
    """From 4,000 to 24,000 runs."""
    few, many = peak_mb(tmp_path / "few", 500), peak_mb(tmp_path / "many", 3_000)
    assert many - few < 20.0, (few, many)
