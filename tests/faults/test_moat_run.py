"""`moat run` killed, interrupted and starved of disk: the same command ends with the bytes of an undisturbed run."""

from __future__ import annotations

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

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX"),
]

SCRIPT = Path(sys.executable).with_name("moat")
MOAT = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "political_moat.experiments.cli.main"]
REPLICATES = 40
SMALL = ("run", "--voters", "300", "--breadth", "0,.3", "--replicates", str(REPLICATES), "--out", "out")
KILLS = int(os.environ.get("MOAT_KILLS", "25")) // 2


class Command:
    """One `moat run` started by this test in a process group of its own; nothing but it and its children is ended."""

    def __init__(self, folder: Path, *words: object, limit: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell may have started the tests deaf
            if limit is not None:
                import resource

                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        self.process = subprocess.Popen(
            [*MOAT, *SMALL, *map(str, words)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=prepare,
        )

    def family(self) -> list[psutil.Process]:
        try:
            return list(psutil.Process(self.process.pid).children(recursive=True))
        except psutil.NoSuchProcess:
            return []

    def wait_for_rows(self) -> bool:
        """Until the first line of progress; False if there was nothing left to run."""
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        while line.startswith("compiling"):
            line = self.process.stderr.readline()
        return line.startswith("replicates: ")

    def kill(self) -> None:
        """Without reading to the end of its output: a worker that outlives it would keep that open."""
        self.process.kill()
        self.process.wait(30)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def finish(self, timeout: float = 120.0) -> tuple[int, list[str]]:
        """Exit code and the lines printed beside the progress."""
        _, errors = self.process.communicate(timeout=timeout)
        assert "Traceback" not in errors
        messages = [
            line for line in errors.splitlines() if line and not line.startswith(("replicates: ", "compiling "))
        ]
        return self.process.returncode, messages


def contents(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in (".lock", "ledger.sqlite")}


def assert_gone(processes: list[psutil.Process], seconds: float = 5.0) -> None:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    try:
        assert not alive, f"outlived the command by {seconds} s: {alive}"
    finally:
        for process in alive:
            process.kill()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert Command(folder, "--workers", 2).finish() == (0, [])
    return contents(folder)


def assert_resumes(folder: Path, undisturbed: dict[str, bytes], workers: int = 2) -> None:
    assert Command(folder, "--workers", workers).finish() == (0, [])
    assert contents(folder) == undisturbed


def test_killed_at_random_again_and_again_it_ends_with_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    """In turn with one process and with two workers, until it is finished."""
    draw, kills = random.Random(1), 0
    for number in range(KILLS):
        command = Command(tmp_path, "--workers", 1 + number % 2)
        if kills < 4 and draw.random() < 0.5:
            time.sleep(draw.uniform(0.0, 1.0))  # while it starts
        else:
            command.wait_for_rows()
            # At first among the rows, so that a quick machine does not finish before it was killed at all; later also
            # in the exports and the figures.
            time.sleep(draw.uniform(0.0, 0.1 if kills < 4 else 2.5))
        running = command.process.poll() is None
        family = command.family()
        command.kill()
        assert_gone(family)
        kills += running
        if not running:
            assert command.process.returncode == 0
            break
    assert kills >= 4
    assert_resumes(tmp_path, undisturbed)


def test_no_worker_outlives_a_killed_coordinator(tmp_path: Path) -> None:
    command = Command(tmp_path, "--workers", 2, "--replicates", 10_000)
    assert command.wait_for_rows()
    family = command.family()
    command.kill()
    assert len(family) >= 2
    assert_gone(family)


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_is_one_line_and_the_same_command_resumes(
    tmp_path: Path, undisturbed: dict[str, bytes], workers: int
) -> None:
    command = Command(tmp_path, "--workers", workers)
    assert command.wait_for_rows()
    family = command.family()
    os.killpg(command.process.pid, signal.SIGINT)
    code, messages = command.finish(30)
    assert code == 130
    assert messages[-1].startswith("moat: interrupted after ")
    assert messages[-1].endswith("the same command resumes")
    assert [line for line in messages if line.startswith("moat: ")] == messages[-1:]
    assert_gone(family)
    assert_resumes(tmp_path, undisturbed, workers)


def test_ctrl_c_while_the_results_are_written_is_one_line_too(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    command = Command(tmp_path, "--workers", 2)
    end = time.monotonic() + 60
    while not (tmp_path / "out" / "summary.csv").exists():
        assert time.monotonic() < end
        time.sleep(0.005)
    os.killpg(command.process.pid, signal.SIGINT)
    assert command.finish(30) == (130, ["moat: interrupted; the same command resumes"])
    assert_resumes(tmp_path, undisturbed)


def test_a_second_command_on_the_folder_is_refused_in_one_line(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    first = Command(tmp_path, "--workers", 1)
    assert first.wait_for_rows()
    first.process.send_signal(signal.SIGSTOP)  # so that it cannot be done before the second has asked
    try:
        code, messages = Command(tmp_path, "--workers", 1).finish(60)
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert (code, messages) == (2, ["moat: out is in use by another moat; wait for it, or choose another --out"])
    assert first.finish() == (0, [])
    assert contents(tmp_path) == undisturbed


@pytest.mark.parametrize(
    ("limit", "replicates", "place"),
    [(0, REPLICATES, "out"), (60_000, REPLICATES, "out/ledger.sqlite"), (60_000, 2, "out/figures")],
)
def test_a_file_that_may_not_grow_is_one_line_and_the_folder_resumes(
    tmp_path: Path, undisturbed: dict[str, bytes], limit: int, replicates: int, place: str
) -> None:
    """As a quota does it: every write past the limit fails, in the ledger or in a figure."""
    if "figures" in place:
        assert Command(tmp_path, "--replicates", replicates).finish() == (0, [])  # then only the figures are too large
    code, messages = Command(tmp_path, "--workers", 2, "--replicates", replicates, limit=limit).finish()
    assert code == 2
    (line,) = messages
    assert line.startswith("moat: the disk is full ")
    assert place in line
    if limit == 0:
        assert not (tmp_path / "out").exists()
    assert_resumes(tmp_path, undisturbed)


def test_a_full_disk_is_one_line_and_the_folder_resumes_when_there_is_room(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    """A disk of 200 kB in a mount namespace of this test's own, made larger for the second try."""
    disk = tmp_path / "disk"
    disk.mkdir()
    unshare = ("unshare", "--mount", "--map-root-user", "sh", "-c")
    mount = f"mount -t tmpfs -o size=200k tmpfs {disk}"
    may = shutil.which("unshare") and subprocess.run([*unshare, mount], capture_output=True).returncode == 0
    if not may:
        pytest.skip("mounting needs a right this machine does not give")
    script = (
        f'{mount} && cd {disk} && {{ "$@"; echo "first $?" >&2; mount -o remount,size=50m {disk}; "$@"; '
        f'echo "second $?" >&2; cp -r out {tmp_path}/; }}'
    )
    done = subprocess.run(
        [*unshare, script, "sh", *MOAT, *SMALL, "--workers", "2"], capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr
    messages = [line for line in done.stderr.splitlines() if not line.startswith(("replicates: ", "compiling "))]
    assert messages[0].startswith("moat: the disk is full ")
    assert messages[1:] == ["first 2", "second 0"]
    assert contents(tmp_path) == undisturbed
