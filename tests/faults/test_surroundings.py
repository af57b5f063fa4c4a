"""Whole runs where the surroundings are poor: no streams, no home, few file handles, other people's programs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="shells and limits of POSIX"),
]

MOAT = f"{sys.executable} -m political_moat"
SMALL = "--replicates 2 --voters 300 --breadth 0,.3"
STUDY = (
    '[study]\nname = "u"\n[model]\nvoters = 300\n[factors."exposure.breadth"]\nlevels = [0, 0.3]\n'
    "[replicates]\nmin = 2\n"
)
SCRIPT = f"""
import sys
from political_moat import Study
print("body", flush=True)
study = Study.from_text({STUDY!r}, out=f"out-{{sys.argv[1]}}").run(workers=2, engine=sys.argv[1], report=False)
print("rows", len(study.frame("runs")))
"""
GUEST = f"""
import asyncio, multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

def work(engine):
    from political_moat import Study
    out = f"out-{{sys.argv[1]}}-{{engine}}"
    return len(Study.from_text({STUDY!r}, out=out).run(workers=2, engine=engine, report=False).frame("runs"))

async def in_a_loop(engine):
    return work(engine)

if __name__ == "__main__":
    host, engines = sys.argv[1], sys.argv[2:]
    spawn = multiprocessing.get_context("spawn")
    if host == "pool":
        with spawn.Pool(1) as pool:
            rows = [pool.apply(work, (engine,)) for engine in engines]
    elif host == "executor":
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            rows = [pool.submit(work, engine).result() for engine in engines]
    elif host == "thread":
        with ThreadPoolExecutor(1) as pool:
            rows = [pool.submit(work, engine).result() for engine in engines]
    elif host == "loop":
        rows = [asyncio.run(in_a_loop(engine)) for engine in engines]
    elif host == "dask worker":
        from distributed import Client
        with Client(n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
            rows = [client.submit(work, engine).result() for engine in engines]
    print(dict(zip(engines, rows)))
"""


def shell(folder: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=300
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def runs(folder: Path) -> bytes:
    return (folder / "export" / "runs.csv").read_bytes()


def messages(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if not line.startswith(("replicates: ", "compiling "))]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert shell(folder, f"{MOAT} run {SMALL} --workers 1 --out out").returncode == 0
    return runs(folder / "out")


@pytest.mark.parametrize("redirected", ["2>&-", "<&- >&- 2>&-", "2>&1 | true"])
def test_results_land_without_streams(tmp_path: Path, undisturbed: bytes, redirected: str) -> None:
    done = shell(tmp_path, f"set -o pipefail; {MOAT} run {SMALL} --workers 2 --out out {redirected}")
    assert (done.returncode, messages(done)) == (0, [])
    assert runs(tmp_path / "out") == undisturbed
    assert (tmp_path / "out" / "SHA256SUMS").is_file()


def test_a_run_in_a_home_that_cannot_be_written_says_nothing_of_it(tmp_path: Path, undisturbed: bytes) -> None:
    (tmp_path / "file").touch()
    home = {"HOME": str(tmp_path / "file"), "TMPDIR": str(tmp_path)}
    done = shell(tmp_path, f"unset XDG_CACHE_HOME XDG_CONFIG_HOME; {MOAT} run {SMALL} --workers 1 --out out", **home)
    assert (done.returncode, messages(done)) == (0, [])
    assert runs(tmp_path / "out") == undisturbed


@pytest.mark.parametrize("handles", [6, 10, 24, 64])
def test_few_file_handles_end_in_results_or_in_one_line_and_the_folder_goes_on(
    tmp_path: Path, undisturbed: bytes, handles: int
) -> None:
    done = shell(tmp_path, f"ulimit -n {handles}; {MOAT} run {SMALL} --workers 12 --out out")
    if done.returncode:
        assert done.returncode == 2
        assert len(messages(done)) == 1 or messages(done)[0].startswith("only "), done.stderr
        assert messages(done)[-1].startswith("moat: ")
    elif handles < 64:
        assert messages(done)[0].startswith(f"only {handles} files may be open (ulimit -n): ")
    assert shell(tmp_path, f"{MOAT} run {SMALL} --workers 1 --out out").returncode == 0
    assert runs(tmp_path / "out") == undisturbed


def test_one_processor_allowed_means_no_worker(tmp_path: Path, undisturbed: bytes) -> None:
    program = (
        "import os, runpy, sys, multiprocessing.process as process\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "def refuse(self): raise AssertionError('a worker was started')\n"
        "process.BaseProcess.start = refuse\n"
        "runpy.run_module('political_moat', run_name='__main__', alter_sys=True)\n"
    )
    (tmp_path / "one.py").write_text(program)
    done = shell(tmp_path, f"{sys.executable} one.py run {SMALL} --out out")
    assert (done.returncode, messages(done)) == (0, [])
    assert runs(tmp_path / "out") == undisturbed


@pytest.mark.parametrize("engine", ["process", "dask"])
@pytest.mark.parametrize("how", ["script.py", "- <script.py"])
def test_the_body_of_an_unguarded_script_runs_once(tmp_path: Path, engine: str, how: str) -> None:
    """From standard input there is no main file, as in a notebook."""
    (tmp_path / "script.py").write_text(SCRIPT)
    command = how.replace("<", f"{engine} <") if "<" in how else f"{how} {engine}"
    done = shell(tmp_path, f"{sys.executable} {command}")
    assert (done.returncode, done.stdout) == (0, "body\nrows 4\n"), done.stderr


@pytest.mark.parametrize("host", ["pool", "executor", "thread", "loop", "dask worker"])
def test_a_study_runs_inside_other_peoples_programs(tmp_path: Path, host: str) -> None:
    """On workers of its own, then on those of Dask, in the same program."""
    (tmp_path / "guest.py").write_text(GUEST)
    done = shell(tmp_path, f"{sys.executable} guest.py '{host}' process dask")
    assert (done.returncode, done.stdout) == (0, "{'process': 4, 'dask': 4}\n")


def test_a_worker_of_dask_that_dies_does_not_run_the_script_again(tmp_path: Path) -> None:
    """Dask starts the worker again, by then long after its cluster."""
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1] / 'experiments')!r})\n"
        "from political_moat.experiments.execution.engine import Engine\n"
        "from political_moat.experiments.execution.tasks import Task\n"
        "print('body', flush=True)\n"
        "payloads = [{'replicate': r, 'fault': 'kill' if r == 1 else None, 'marker': 'once'} for r in range(4)]\n"
        "tasks = [Task(str(r), payload) for r, payload in enumerate(payloads)]\n"
        "print(Engine('dask', 1).run(tasks, 'moat_toys:panel', lambda *_: None, lambda *_: None).done)\n"
    )
    (tmp_path / "script.py").write_text(script)
    toys = str(Path(__file__).parents[1] / "experiments")
    done = shell(tmp_path, f"{sys.executable} script.py", PYTHONPATH=toys)
    assert re.fullmatch(r"body\n4\n", done.stdout), done
