"""Kill the coordinator and its workers at random, hang, crash and fill the disk: rows come out once, all the same."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from political_moat.experiments.storage.ledger import Ledger

pytestmark = pytest.mark.faults

TOYS = Path(__file__).parents[1] / "experiments"
COORDINATOR = TOYS / "toy_coordinator.py"
REPLICATES = 60
KILLS = int(os.environ.get("MOAT_KILLS", "25"))
"""Kills in each of the two random tests; raise it for a night."""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts of Linux")


class Coordinator:
    """One toy coordinator started by this test, and nothing else is ever killed than it and its children."""

    def __init__(self, out: Path, *options: object, prefix: tuple[str, ...] = ()) -> None:
        command = [*prefix, sys.executable, str(COORDINATOR), str(out), *map(str, options)]
        places = [str(TOYS), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)

    def workers(self) -> list[psutil.Process]:
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def wait_for_workers(self, count: int) -> list[psutil.Process]:
        end = time.monotonic() + 20
        while len(found := self.workers()) < count:
            assert time.monotonic() < end, "no workers were started"
            time.sleep(0.01)
        return found

    def family(self) -> list[psutil.Process]:
        try:
            return list(psutil.Process(self.process.pid).children(recursive=True))
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """Without reading to the end of its output: a worker that outlives it would keep that open."""
        self.process.kill()
        self.process.wait(30)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def finish(self, timeout: float = 120.0) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=timeout)
        return self.process.returncode, errors


def finish(out: Path, *options: object) -> tuple[int, str]:
    return Coordinator(out, *options).finish()


def digest(out: Path) -> str:
    return hashlib.sha256(b"".join((out / "export" / f).read_bytes() for f in ("runs.csv", "cycles.csv"))).hexdigest()


def rows(out: Path, name: str = "runs.csv") -> list[dict[str, str]]:
    with (out / "export" / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def assert_gone(processes: list[psutil.Process], seconds: float = 5.0) -> None:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    try:
        assert not alive, f"outlived the coordinator by {seconds} s: {alive}"
    finally:
        for process in alive:
            process.kill()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert finish(out, "--workers", 1, "--replicates", REPLICATES)[0] == 0
    return digest(out)


def test_the_export_is_the_same_for_any_number_of_workers(tmp_path: Path, undisturbed: str) -> None:
    for workers in (2, 4):
        assert finish(tmp_path / str(workers), "--workers", workers, "--replicates", REPLICATES)[0] == 0
        assert digest(tmp_path / str(workers)) == undisturbed


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_coordinator_killed_at_random_loses_and_doubles_nothing(
    tmp_path: Path, undisturbed: str, workers: int
) -> None:
    out, acknowledged = tmp_path / "out", tmp_path / "acknowledged"
    draw = random.Random(workers)
    options = ("--workers", workers, "--replicates", REPLICATES, "--acknowledge", acknowledged)
    kills = finished = 0
    while kills < KILLS and not finished:
        # Sometimes slow runs, so that kills fall into them; sometimes quick ones, so that they fall into the ledger.
        coordinator = Coordinator(out, *options, "--seconds", draw.choice((0.01, 0.1)) * workers)
        time.sleep(draw.uniform(0.05, 0.5))
        running = coordinator.process.poll() is None
        family = coordinator.family() if running else []
        coordinator.kill()
        assert_gone(family)
        kills += running
        finished = coordinator.process.returncode == 0
        if acknowledged.exists():
            with Ledger(out / "ledger.sqlite", read_only=True) as ledger:
                assert set(acknowledged.read_text().split()) <= ledger.done()
    assert kills >= 3
    assert finish(out, *options)[0] == 0
    keys = [row["key"] for row in rows(out)]
    assert len(keys) == len(set(keys)) == 2 * REPLICATES
    assert len(acknowledged.read_text().split()) == len(set(acknowledged.read_text().split()))
    assert digest(out) == undisturbed
    assert not list(out.glob("**/*.partial"))


def test_workers_killed_at_random_cost_nothing_that_a_second_run_does_not_mend(
    tmp_path: Path, undisturbed: str
) -> None:
    out, draw = tmp_path / "out", random.Random(3)
    options = ("--workers", 2, "--replicates", REPLICATES)
    coordinator, kills = Coordinator(out, *options, "--seconds", 0.03), 0
    while coordinator.process.poll() is None and kills < KILLS:
        time.sleep(draw.uniform(0.02, 0.2))
        for worker in coordinator.workers()[:1]:
            worker.kill()
            kills += 1
    assert coordinator.finish()[0] in (0, 1)
    assert kills >= 3
    assert finish(out, *options)[0] == 0
    assert digest(out) == undisturbed


def test_one_killed_worker_is_a_retry(tmp_path: Path, undisturbed: str) -> None:
    out = tmp_path / "out"
    coordinator = Coordinator(out, "--workers", 2, "--replicates", REPLICATES, "--seconds", 0.1)
    victim = coordinator.wait_for_workers(2)[0]
    wait_for_rows(coordinator)  # both have had time to start, however busy the machine
    victim.kill()
    assert coordinator.finish()[0] == 0
    assert digest(out) == undisturbed
    with Ledger(out / "ledger.sqlite") as ledger:
        failures = ledger.failures(open_only=False)
    assert [failure["reason"] for failure in failures] == ["died: the worker was killed by SIGKILL (out of memory?)"]


@pytest.mark.parametrize("how", ["idle", "busy", "hung"])
def test_no_worker_outlives_a_killed_coordinator(tmp_path: Path, how: str) -> None:
    faults = {str(n): "hang" for n in range(REPLICATES)} if how == "hung" else {}
    seconds = 0.0 if how == "idle" else 3600.0
    coordinator = Coordinator(tmp_path / "out", "--seconds", seconds, "--faults", json.dumps(faults))
    coordinator.wait_for_workers(2)
    if how != "idle":
        time.sleep(0.7)
    family = coordinator.family()
    coordinator.kill()
    assert len(family) >= 2
    assert_gone(family)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("raise", "exception: ValueError: two lines of trouble"),
        ("hang", "timeout: no result within 1 s"),
        ("segfault", "died: the worker was killed by SIGSEGV"),
        ("kill", "died: the worker was killed by SIGKILL (out of memory?)"),
        ("exit", "died: the worker exited with code 7"),
    ],
)
def test_a_bad_run_costs_itself_alone_and_is_taken_up_again(
    tmp_path: Path, undisturbed: str, fault: str, reason: str
) -> None:
    out = tmp_path / "out"
    options = ("--workers", 2, "--replicates", REPLICATES, "--timeout", 1)
    assert finish(out, *options, "--faults", json.dumps({"7": fault}))[0] == 1
    with Ledger(out / "ledger.sqlite") as ledger:
        assert ledger.count() == 2 * (REPLICATES - 1)
        failures = [(found["task"], found["attempt"], found["reason"], found["seed"]) for found in ledger.failures()]
    assert failures == [("r7", 1, reason, 1), ("r7", 2, reason, 1)]
    assert finish(out, *options)[0] == 0
    assert digest(out) == undisturbed


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_the_same_command_resumes(tmp_path: Path, undisturbed: str, workers: int) -> None:
    out = tmp_path / "out"
    options = ("--workers", workers, "--replicates", REPLICATES)
    coordinator = Coordinator(out, *options, "--seconds", 0.05)
    wait_for_rows(coordinator)
    family = coordinator.family()
    coordinator.process.send_signal(signal.SIGINT)
    code, errors = coordinator.finish(20)
    assert code == 130
    assert "the same command resumes" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert_gone(family)
    assert finish(out, *options)[0] == 0
    assert digest(out) == undisturbed


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_ctrl_c_does_not_wait(tmp_path: Path, workers: int) -> None:
    faults = json.dumps({"9": "hang", "10": "hang"})
    coordinator = Coordinator(tmp_path / "out", "--workers", workers, "--replicates", REPLICATES, "--faults", faults)
    wait_for_rows(coordinator)
    time.sleep(1.0)
    family = coordinator.family()
    for _ in range(2):
        coordinator.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    code, errors = coordinator.finish(5)
    assert code == 130
    assert "Traceback" not in errors
    assert_gone(family)


def test_ctrl_c_waits_for_a_hang_no_longer_than_the_grace(tmp_path: Path) -> None:
    coordinator = Coordinator(tmp_path / "out", "--faults", '{"9": "hang"}', "--grace", 1)
    wait_for_rows(coordinator)
    time.sleep(0.5)
    coordinator.process.send_signal(signal.SIGINT)
    assert coordinator.finish(10)[0] in (0, 130)


def wait_for_rows(coordinator: Coordinator) -> None:
    """Until the first line of progress: rows have been recorded."""
    assert coordinator.process.stderr is not None
    assert coordinator.process.stderr.readline().startswith("toy: ")


def test_a_second_coordinator_is_refused_and_the_first_goes_on(tmp_path: Path, undisturbed: str) -> None:
    out = tmp_path / "out"
    options = ("--workers", 2, "--replicates", REPLICATES)
    first = Coordinator(out, *options, "--seconds", 0.1)
    wait_for_rows(first)
    code, errors = finish(out, *options)
    assert (code, errors) == (2, f"{out} is in use by another moat; wait for it, or choose another --out\n")
    assert first.finish()[0] == 0
    assert digest(out) == undisturbed


@linux_only
@pytest.mark.parametrize("size", [0, 5_000, 30_000, 60_000, 120_000])
def test_a_file_that_may_not_grow_is_one_line_and_resumable(tmp_path: Path, undisturbed: str, size: int) -> None:
    """As a quota does it: every write past the limit fails."""
    out = tmp_path / "out"
    code, errors = finish(out, "--workers", 2, "--replicates", REPLICATES, "--file-limit", size)
    assert code == 2, errors
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("the disk is full ")
    if size == 0:
        assert not out.exists()
    assert finish(out, "--workers", 2, "--replicates", REPLICATES)[0] == 0
    assert digest(out) == undisturbed


@linux_only
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """A disk of 150 kB in a mount namespace of the coordinator's own; without that right, a limit on files."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=150k tmpfs {disk} && "
    unshare = ("unshare", "--mount", "--map-root-user", "sh", "-c")
    may = shutil.which("unshare") and subprocess.run([*unshare, mount + "true"], capture_output=True).returncode == 0
    prefix = (*unshare, mount + 'exec "$@"', "sh") if may else ()
    limit = () if may else ("--file-limit", "100000")
    code, errors = Coordinator(disk / "out", "--replicates", 400, *limit, prefix=prefix).finish()
    assert code == 2, errors
    assert "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("the disk is full ")
    assert str(disk / "out" / "ledger.sqlite") in errors.splitlines()[-1]
