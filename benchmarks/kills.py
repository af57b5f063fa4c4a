"""Kills coordinators and workers of short studies at random moments and counts rows lost or doubled.

    python benchmarks/kills.py --kills 1000

Half of the kills hit the coordinator (the same command then resumes), half a worker. After each study: every row once,
no row that was recorded before a kill gone, and the export's bytes those of a study that nobody disturbed.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psutil

from political_moat.experiments.ledger import Ledger

STUDY = """
[study]
name = "kills"
[model]
voters = 300
returning = false
[factors."exposure.breadth"]
levels = [0, 0.3]
[replicates]
min = {replicates}
[engine]
workers = 2
attempts = 50
"""
COMMAND = [sys.executable, "-m", "political_moat.experiments.cli"]


class Count(NamedTuple):
    """What was found: studies, kills of coordinators and of workers, rows lost, doubled, exports that differ."""

    studies: int
    coordinators: int
    workers: int
    lost: int
    doubled: int
    different: int


def start(folder: Path) -> subprocess.Popen[bytes]:
    words = ["sweep", "study.toml", "--out", "out", "--quiet", "--no-report"]
    return subprocess.Popen([*COMMAND, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return [
            p for p in psutil.Process(process.pid).children(recursive=True) if "spawn_main" in " ".join(p.cmdline())
        ]
    except psutil.Error:
        return []


def keys(folder: Path) -> list[str]:
    """Keys of the recorded runs."""
    path = folder / "out" / "ledger.sqlite"
    if not path.exists():
        return []
    with closing(Ledger(path)) as ledger:
        return [row["key"] for row in ledger.runs(["b=0", "b=0.3 v=1"])]


def digest(folder: Path) -> str:
    tables = ("runs.csv", "cycles.csv")
    return hashlib.sha256(b"".join((folder / "out" / "export" / table).read_bytes() for table in tables)).hexdigest()


def disturbed(folder: Path, draw: random.Random, most: int) -> tuple[int, int, int]:
    """Run one study to its end with at most so many kills; kills of coordinators and workers, and rows lost."""
    coordinators = workers = lost = 0
    known: set[str] = set()
    while True:
        process = start(folder)
        end = time.monotonic() + draw.uniform(0.3, 4.0)
        while process.poll() is None:
            time.sleep(draw.uniform(0.02, 0.3))
            if coordinators + workers >= most:
                process.wait()
            elif time.monotonic() > end and draw.random() < 0.5 and process.poll() is None:
                process.kill()
                coordinators += 1
                break
            elif (found := children(process)) and draw.random() < 0.35:
                draw.choice(found).kill()
                workers += 1
        finished = process.wait() == 0
        now = set(keys(folder))
        lost += len(known - now)
        known |= now
        if finished:
            return coordinators, workers, lost


def run(kills: int, replicates: int, seed: int) -> Count:
    """Repeat short studies until there were so many kills."""
    draw = random.Random(seed)
    studies = coordinators = workers = lost = doubled = different = 0
    with tempfile.TemporaryDirectory() as place:
        calm = Path(place, "calm")
        calm.mkdir()
        (calm / "study.toml").write_text(STUDY.format(replicates=replicates))
        assert start(calm).wait() == 0
        expected = digest(calm)
        while coordinators + workers < kills:
            studies += 1
            folder = Path(place, str(studies))
            folder.mkdir()
            (folder / "study.toml").write_text(STUDY.format(replicates=replicates))
            c, w, gone = disturbed(folder, draw, kills - coordinators - workers)
            coordinators, workers, lost = coordinators + c, workers + w, lost + gone
            found = keys(folder)
            lost += 2 * replicates - len(set(found))
            doubled += len(found) - len(set(found))
            different += digest(folder) != expected
            print(f"{coordinators + workers} kills, {studies} studies", file=sys.stderr, flush=True)
    return Count(studies, coordinators, workers, lost, doubled, different)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    count = run(given.kills, given.replicates, given.seed)
    print(f"studies {count.studies}, kill -9 of coordinators {count.coordinators}, of workers {count.workers}")
    print(f"rows lost {count.lost}, rows doubled {count.doubled}, exports that differ {count.different}")
    if count.lost or count.doubled or count.different:
        sys.exit(1)


if __name__ == "__main__":
    main()
