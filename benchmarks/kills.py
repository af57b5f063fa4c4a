"""Kills coordinators and workers of short studies at random moments and counts rows lost or doubled.

    python benchmarks/kills.py --kills 1000

Kills hit the coordinator (the same command then resumes) or a worker; a coordinator's moment is counted from its start
or from its first worker. A study that has had its share of kills finishes. After each study: every row once, no row
missing that was recorded before a kill, and the export's bytes equal to those of a study without kills.
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

from political_moat.experiments.storage.ledger import Ledger

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
COMMAND = [sys.executable, "-m", "political_moat.experiments.cli.main"]


class Count(NamedTuple):
    """Counts: studies, kills of coordinators and of workers, rows lost, rows doubled, exports that differ."""

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
    """Return the keys of the recorded runs."""
    path = folder / "out" / "ledger.sqlite"
    if not path.exists():
        return []
    with closing(Ledger(path)) as ledger:
        return [run.key for run in ledger.texts()]


def digest(folder: Path) -> str:
    tables = ("runs.csv", "cycles.csv")
    return hashlib.sha256(b"".join((folder / "out" / "export" / table).read_bytes() for table in tables)).hexdigest()


def disturbed(folder: Path, draw: random.Random, most: int) -> tuple[int, int, int]:
    """Run one study with at most `most` kills to its end; return kills of coordinators, of workers, and rows lost."""
    coordinators = workers = lost = 0
    known: set[str] = set()
    while True:
        process = start(folder)
        # Half of the kills are timed from the first worker: on a busy machine the others mostly hit the start.
        working, wait = draw.random() < 0.5, draw.uniform(0.3, 4.0)
        end = time.monotonic() + (60.0 if working else wait)
        while process.poll() is None:
            time.sleep(draw.uniform(0.02, 0.3))
            if working and children(process):
                working, end = False, time.monotonic() + wait
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


def run(kills: int, replicates: int, seed: int, share: int) -> Count:
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
            c, w, gone = disturbed(folder, draw, min(draw.randint(1, share), kills - coordinators - workers))
            coordinators, workers, lost = coordinators + c, workers + w, lost + gone
            found = keys(folder)
            lost += 2 * replicates - len(set(found))
            doubled += len(found) - len(set(found))
            different += digest(folder) != expected
            print(
                f"kills {coordinators + workers} ({coordinators} of coordinators), studies {studies}, "
                f"lost {lost}, doubled {doubled}, different {different}",
                file=sys.stderr,
                flush=True,
            )
    return Count(studies, coordinators, workers, lost, doubled, different)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=int, default=30, help="most kills of one study, drawn from 1 to this")
    given = parser.parse_args()
    count = run(given.kills, given.replicates, given.seed, given.share)
    print(f"studies {count.studies}, kill -9 of coordinators {count.coordinators}, of workers {count.workers}")
    print(f"rows lost {count.lost}, rows doubled {count.doubled}, exports that differ {count.different}")
    if count.lost or count.doubled or count.different:
        sys.exit(1)


if __name__ == "__main__":
    main()
