"""The pages on studies and clusters: every key is documented, and the scripts for clusters run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from political_moat import Study
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.studies import limits
from political_moat.experiments.studies.reader import read_study
from political_moat.experiments.studies.schema import MOST_REPLICATES, SECTIONS, FactorSection

ROOT = Path(__file__).parents[2]


def file_of(page: str, name: str) -> str:
    """Text of a block that a page marks as a file."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    block = re.search(rf"<!-- file: {re.escape(name)} -->\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert block is not None
    return block.group(1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn_once: None) -> Path:
    """A folder with the page's study file, and with `moat` of this environment on the path."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    moat = bin_folder / "moat"
    # A part needs no worker process here: a job's rows do not depend on its engine.
    (tmp_path / "moat.py").write_text(
        "from political_moat.experiments.cli.main import command\n"
        "from political_moat.experiments.execution import engine\n"
        "engine.startable_workers = lambda kind, workers: (0, None)\n"
        "command()\n"
    )
    moat.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{tmp_path / "moat.py"}" "$@"\n')
    moat.chmod(0o755)
    (tmp_path / "study.toml").write_text(file_of("sweeps.md", "study.toml"), encoding="utf-8")
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_key_of_a_study_file_is_on_the_page() -> None:
    text = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    table = text.partition("## The study file")[2].partition("**Points and arms.**")[0]
    options = [
        ("model" if protocol.options_in_model else name, protocol.options) for name, protocol in PROTOCOLS.items()
    ]
    for name, model in (*SECTIONS.items(), *options, ('factors."NAME"', FactorSection)):
        assert f"`[{name}]`" in table
        for key in model.model_fields:
            assert f"`{key}`" in table, f"{name}.{key}"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_the_job_array_and_its_merge_give_what_one_machine_gives(place: Path) -> None:
    (place / "array.sh").write_text(file_of("cluster.md", "array.sh"))
    (place / "merge.sh").write_text(file_of("cluster.md", "merge.sh"))
    count = int(re.findall(r"--array=1-(\d+)", (place / "array.sh").read_text())[0])
    for number in range(1, count + 1):
        slurm = {
            "SLURM_ARRAY_TASK_ID": str(number),
            "SLURM_ARRAY_TASK_COUNT": str(count),
            "SLURM_CPUS_PER_TASK": "1",
        }
        subprocess.run(["bash", "-e", "array.sh"], env={**os.environ, **slurm}, check=True, timeout=300)
    subprocess.run(["bash", "-e", "merge.sh"], check=True, timeout=300)
    alone = Study(read_study(place / "study.toml"), place / "alone").run(engine="serial", report=False)
    for table in ("runs.csv", "cycles.csv", "runs.parquet"):
        assert (place / "results" / "rent" / "export" / table).read_bytes() == (
            alone.path / "export" / table
        ).read_bytes()


def test_the_dask_script_runs_on_a_cluster_at_an_address(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A local cluster replaces SLURM's; the script reaches it by the scheduler's address, as on the page."""
    import distributed

    class Stand(distributed.LocalCluster):  # type: ignore[misc]
        def __init__(self, *, cores: int, processes: int, memory: str, walltime: str) -> None:
            assert (cores, processes) == (1, 1)
            super().__init__(n_workers=0, threads_per_worker=1, memory_limit=0, dashboard_address=None)

        def scale(self, n: int = 0, *, jobs: int | None = None) -> Any:
            return super().scale(n if jobs is None else jobs)

    module = types.ModuleType("dask_jobqueue")
    module.SLURMCluster = Stand  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "dask_jobqueue", module)
    exec(compile(file_of("cluster.md", "on_slurm.py"), "on_slurm.py", "exec"), {"__name__": "page"})
    alone = Study(read_study(place / "study.toml"), place / "alone").run(engine="serial", report=False)
    assert (place / "results" / "rent" / "export" / "runs.csv").read_bytes() == (
        alone.path / "export" / "runs.csv"
    ).read_bytes()


def test_the_page_states_the_limits_of_a_study() -> None:
    text = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    table = text.partition("| what | at most |")[2].partition("\n\n")[0]
    for limit in (
        *(limits.MOST_VALUES, limits.MOST_ITEMS, limits.MOST_KEYS, limits.MOST_DEPTH, limits.MOST_POINTS),
        *(limits.MOST_POINT_VALUES, limits.MOST_COMBINATIONS, limits.MOST_RUNS, MOST_REPLICATES),
    ):
        assert f"{limit:,}" in table
