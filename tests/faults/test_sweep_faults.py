"""A study that is killed, starved, hung and shared out: rows come out once, all the same, and the guilty are named."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from political_moat.experiments.storage.ledger import Ledger

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]

TOYS = Path(__file__).parents[1] / "experiments"
REPLICATES = 12
STUDY = """
[study]
name = "faults"
[model]
voters = 300
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."party.office_rent"]
levels = [0.5, 2]
[replicates]
min = {replicates}
[engine]
workers = 2
{engine}
"""
ROWS = 2 * 2 * REPLICATES
KILLS = int(os.environ.get("MOAT_KILLS", "25"))
"""Kills in each of the two random tests: 50 together."""


def write(folder: Path, replicates: int = REPLICATES, engine: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "study.toml"
    file.write_text(STUDY.format(replicates=replicates, engine=engine), encoding="utf-8")
    return file


class Moat:
    """One command started by this test in a session of its own; nothing but it and its children is ever ended."""

    def __init__(self, folder: Path, *words: object, faults: dict[str, str] | None = None, slow: float = 0.0) -> None:
        places = [str(TOYS), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(places),
            "MOAT_FAULTS": json.dumps(faults or {}),
            "MOAT_SLOW": str(slow),
            "MOAT_MARK": str(folder / "begun"),
        }
        (folder / "begun").unlink(missing_ok=True)

        # The report is made from the exports after everything that is tested here.
        ending = ["--no-report"] if words[:1] in (("sweep",), ("retry",), ("merge",)) else []
        self.process = subprocess.Popen(
            [sys.executable, str(TOYS / "moat_faulty.py"), *map(str, words), *ending],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def family(self) -> list[psutil.Process]:
        try:
            return list(psutil.Process(self.process.pid).children(recursive=True))
        except psutil.NoSuchProcess:
            return []

    def workers(self) -> list[psutil.Process]:
        """Worker processes of our own, or of Dask."""
        found = []
        for child in self.family():
            try:
                line = " ".join(child.cmdline())
            except psutil.Error:
                continue
            if "spawn_main" in line:
                found.append(child)
        return found

    def wait_for_progress(self) -> bool:
        """Until the first line of progress: rows have been recorded. False if there was nothing left to run."""
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        while line and not line.startswith(("replicates: ", "draws: ")):
            line = self.process.stderr.readline()
        return bool(line)

    def wait_for_a_run(self, folder: Path) -> None:
        """Until a run has begun in a worker."""
        end = time.monotonic() + 120
        while not (folder / "begun").exists():
            assert time.monotonic() < end, "no run was begun"
            time.sleep(0.02)

    def kill(self) -> None:
        """Without reading to the end of its output: a worker that outlives it would keep that open."""
        self.process.kill()
        self.process.wait(30)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def finish(self, timeout: float = 240.0) -> tuple[int, str, str]:
        out, errors = self.process.communicate(timeout=timeout)
        assert "Traceback" not in errors, errors
        return self.process.returncode, out, errors


def moat(folder: Path, *words: object, **options: Any) -> tuple[int, str, str]:
    return Moat(folder, *words, **options).finish()


def digest(out: Path) -> str:
    names = [f"{table}.{ending}" for table in ("runs", "cycles", "points") for ending in ("csv", "parquet")]
    return hashlib.sha256(b"".join((out / "export" / name).read_bytes() for name in names)).hexdigest()


def assert_gone(processes: list[psutil.Process], seconds: float = 5.0) -> None:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    try:
        assert not alive, f"outlived the coordinator by {seconds} s: {alive}"
    finally:
        for process in alive:
            process.kill()


def assert_whole(out: Path) -> None:
    """Every row of the study is there, once."""
    with Ledger(out / "ledger.sqlite", read_only=True) as ledger:
        assert ledger.count() == ROWS
        assert ledger.disagreements() == []
    keys = [line.split(",")[0] for line in (out / "export" / "runs.csv").read_text().splitlines()[1:]]
    assert len(keys) == len(set(keys)) == ROWS
    assert not list(out.glob("**/*.partial"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("undisturbed")
    write(folder)
    assert moat(folder, "sweep", "study.toml", "--engine", "serial", "--out", "out")[0] == 0
    return digest(folder / "out")


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_export_is_the_same_for_any_number_of_workers(tmp_path: Path, undisturbed: str, workers: int) -> None:
    write(tmp_path)
    assert moat(tmp_path, "sweep", "study.toml", "--workers", workers, "--out", "out")[0] == 0
    assert digest(tmp_path / "out") == undisturbed


def test_two_shards_merged_are_the_study(tmp_path: Path, undisturbed: str) -> None:
    write(tmp_path)
    for part in ("1/2", "2/2"):
        assert moat(tmp_path, "shard", part, "study.toml")[0] == 0
    folders = [f"results/faults-shard-{part}-of-2" for part in (1, 2)]
    code, out, _ = moat(tmp_path, "merge", folders[0], "--out", "early")
    assert code == 1
    assert f"MISSING {REPLICATES} replicates" in out
    assert moat(tmp_path, "merge", *folders)[0] == 0
    assert_whole(tmp_path / "results" / "faults")
    assert digest(tmp_path / "results" / "faults") == undisturbed
    assert moat(tmp_path, "merge", *folders, "--out", "early")[0] == 0
    assert digest(tmp_path / "early") == undisturbed


def test_a_dask_cluster_that_loses_a_worker_gives_the_same_bytes(tmp_path: Path, undisturbed: str) -> None:
    write(tmp_path)
    running = Moat(tmp_path, "sweep", "study.toml", "--engine", "dask", "--out", "out", slow=0.3)
    assert running.wait_for_progress()
    victims = running.workers()
    assert len(victims) == 2
    victims[0].kill()
    assert running.finish()[0] == 0
    assert_whole(tmp_path / "out")
    assert digest(tmp_path / "out") == undisturbed


def test_a_killed_dask_coordinator_leaves_no_worker_and_the_same_command_resumes(
    tmp_path: Path, undisturbed: str
) -> None:
    write(tmp_path)
    running = Moat(tmp_path, "sweep", "study.toml", "--engine", "dask", "--out", "out", slow=0.3)
    assert running.wait_for_progress()
    family = running.family()
    running.kill()
    assert len(family) >= 2
    assert_gone(family)
    assert moat(tmp_path, "sweep", "study.toml", "--engine", "serial", "--out", "out")[0] == 0
    assert digest(tmp_path / "out") == undisturbed


PROTOCOLS = {
    "mediation": 'protocol = "mediation"\nvoters = 300\n[replicates]\nmin = 6',
    "prior-mass": 'protocol = "prior-mass"\nvoters = 200\n[design]\nkind = "lhs"\nsamples = 6\n[replicates]\nmin = 4',
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_mediation_and_prior_mass_killed_and_resumed_give_the_same_bytes(tmp_path: Path, protocol: str) -> None:
    """Two workers; one is killed, then the coordinator, and the rest is run by another engine."""
    for folder in ("calm", "killed"):
        text = f'[study]\nname = "p"\n[model]\n{PROTOCOLS[protocol]}\n[factors."exposure.breadth"]\nlevels = [0, 0.3]\n'
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "study.toml").write_text(text, encoding="utf-8")
    assert moat(tmp_path / "calm", "sweep", "study.toml", "--engine", "serial", "--out", "out")[0] == 0
    running = Moat(tmp_path / "killed", "sweep", "study.toml", "--workers", 2, "--out", "out", slow=0.5)
    assert running.wait_for_progress()
    family = running.family()
    running.workers()[0].kill()
    time.sleep(0.3)
    assert running.process.poll() is None
    running.kill()
    assert_gone(family)
    with Ledger(tmp_path / "killed" / "out" / "ledger.sqlite") as ledger:
        recorded = {run.key: run.outcome_hash for run in ledger.texts()}
    assert recorded
    assert not (tmp_path / "killed" / "out" / "SHA256SUMS").exists()
    assert moat(tmp_path / "killed", "sweep", "study.toml", "--engine", "serial", "--out", "out")[0] == 0
    files = {
        folder: {
            path.name: path.read_bytes()
            for path in (tmp_path / folder / "out").rglob("*")
            if path.is_file() and path.name not in (".lock", "ledger.sqlite")
        }
        for folder in ("calm", "killed")
    }
    assert files["calm"] == files["killed"]
    assert f"{protocol.replace('-', '_')}.csv" in files["killed"]
    with Ledger(tmp_path / "killed" / "out" / "ledger.sqlite", read_only=True) as ledger:
        after = {run.key: run.outcome_hash for run in ledger.texts()}
        assert ledger.disagreements() == []
    assert recorded.items() <= after.items()


def test_a_coordinator_killed_at_random_loses_and_doubles_nothing(tmp_path: Path, undisturbed: str) -> None:
    """Short studies again and again: each killed at a random moment until it has finished."""
    draw, kills, number = random.Random(1), 0, 0
    while kills < KILLS:
        number += 1
        folder = tmp_path / str(number)
        write(folder)
        before = 0
        for _ in range(12):
            running = Moat(folder, "sweep", "study.toml", "--out", "out", slow=draw.choice((0.0, 0.1)))
            if draw.random() < 0.25:
                time.sleep(draw.uniform(0.0, 1.0))  # while it starts
            elif running.wait_for_progress():
                time.sleep(draw.uniform(0.0, 0.6))
            alive = running.process.poll() is None
            family = running.family()
            running.kill()
            assert_gone(family)
            kills += alive
            if (folder / "out" / "ledger.sqlite").exists():
                with Ledger(folder / "out" / "ledger.sqlite") as ledger:
                    assert ledger.count() >= before, "rows were lost"
                    before = ledger.count()
            if not alive or kills >= KILLS:
                break
        assert moat(folder, "sweep", "study.toml", "--out", "out")[0] == 0
        assert_whole(folder / "out")
        assert digest(folder / "out") == undisturbed


def test_workers_killed_at_random_cost_nothing_that_a_retry_does_not_mend(tmp_path: Path, undisturbed: str) -> None:
    draw, kills, number = random.Random(2), 0, 0
    while kills < KILLS:
        number += 1
        folder = tmp_path / str(number)
        write(folder)
        running = Moat(folder, "sweep", "study.toml", "--out", "out", slow=0.15)
        running.wait_for_progress()
        while running.process.poll() is None and kills < KILLS:
            victims = running.workers()
            if victims:
                draw.choice(victims).kill()
                kills += 1
            time.sleep(draw.uniform(0.1, 0.8))
        code, _, errors = running.finish()
        assert code in (0, 1), errors
        assert moat(folder, "retry", "study.toml", "--out", "out")[0] == 0
        assert_whole(folder / "out")
        assert digest(folder / "out") == undisturbed


def test_bad_runs_of_every_kind_cost_themselves_alone_and_are_named(tmp_path: Path, undisturbed: str) -> None:
    engine = "timeout_s = 4\nmemory_mb = 700\nattempts = 1"
    write(tmp_path, engine=engine)
    bad = {"2": "raise", "4": "hang", "6": "segfault", "8": "memory"}
    code, out, _ = moat(tmp_path, "sweep", "study.toml", "--out", "out", faults=bad)
    assert code == 1
    failed = [line for line in out.splitlines() if line.startswith("FAILED ")]
    reasons = {
        "2": "ValueError: two lines of trouble",
        "4": "no result within 4 s",
        "6": "the worker was killed by SIGSEGV",
        "8": "of memory, more than 700 MB",
    }
    assert len(failed) == 2 * len(bad)
    for replicate, reason in reasons.items():
        for point in (0, 1):
            (line,) = (one for one in failed if one.startswith(f"FAILED point {point}, replicate {replicate}: "))
            assert line.endswith(reason)
    with Ledger(tmp_path / "out" / "ledger.sqlite", read_only=True) as ledger:
        assert ledger.count() == ROWS - 4 * len(bad)
        assert {one["seed"] for one in ledger.failures()} == {20250807}
    code, again, errors = moat(tmp_path, "sweep", "study.toml", "--out", "out")
    assert code == 1  # not tried again unasked
    assert "replicates: " not in errors
    assert [line for line in again.splitlines() if line.startswith("FAILED ")] == failed
    code, status_text, _ = moat(tmp_path, "status", "out")
    assert code == 1
    assert "16 of 24 replicates done, 0 missing, 8 failed" in status_text
    assert moat(tmp_path, "retry", "study.toml", "--out", "out")[0] == 0
    assert_whole(tmp_path / "out")
    assert digest(tmp_path / "out") == undisturbed


def test_a_run_that_raises_and_one_that_hangs_are_blamed_on_dask_too(tmp_path: Path, undisturbed: str) -> None:
    write(tmp_path, engine="timeout_s = 4\nattempts = 1")
    bad = {"3": "raise", "5": "hang", "7": "segfault"}
    code, out, _ = moat(tmp_path, "sweep", "study.toml", "--engine", "dask", "--out", "out", faults=bad)
    assert code == 1
    failed = [line for line in out.splitlines() if line.startswith("FAILED ")]
    assert len(failed) == 6
    assert sum("replicate 3: ValueError: two lines of trouble" in line for line in failed) == 2
    assert sum("its Dask workers died, or took more than 4 s" in line for line in failed) == 4
    assert moat(tmp_path, "retry", "study.toml", "--out", "out")[0] == 0
    assert digest(tmp_path / "out") == undisturbed


def test_ctrl_c_is_one_line_and_a_second_one_does_not_wait(tmp_path: Path, undisturbed: str) -> None:
    write(tmp_path)
    for presses in (1, 2):
        running = Moat(tmp_path, "sweep", "study.toml", "--out", "out", slow=0.2 if presses == 1 else 3600.0)
        if presses == 1:
            assert running.wait_for_progress()
        else:
            running.wait_for_a_run(tmp_path)
        family = running.family()
        for _ in range(presses):
            os.kill(running.process.pid, signal.SIGINT)
            time.sleep(0.3)
        code, _, errors = running.finish(60)
        assert code == 130, errors
        assert errors.splitlines()[-1].endswith("the same command resumes")
        assert_gone(family)
    assert moat(tmp_path, "sweep", "study.toml", "--out", "out")[0] == 0
    assert digest(tmp_path / "out") == undisturbed


def test_a_second_coordinator_is_refused_while_status_is_not(tmp_path: Path) -> None:
    write(tmp_path)
    first = Moat(tmp_path, "sweep", "study.toml", "--out", "out", slow=0.3)
    assert first.wait_for_progress()
    first.process.send_signal(signal.SIGSTOP)
    try:
        code, _, errors = moat(tmp_path, "sweep", "study.toml", "--out", "out")
        assert (code, errors) == (2, "moat: out is in use by another moat; wait for it, or choose another --out\n")
        code, out, _ = moat(tmp_path, "status", "out")
        assert code == 0
        assert " of 24 replicates done, " in out
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert first.finish()[0] == 0
