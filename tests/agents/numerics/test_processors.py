"""The processors that this process may use: affinity, and the CPU quota of control groups."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from political_moat.agents.numerics import processors
from political_moat.agents.numerics.processors import cpu_quota, usable_processors


def quota(tmp_path: Path, membership: str, files: dict[str, str]) -> float:
    """Quota of a process in a file system of control groups made for the test."""
    (tmp_path / "cgroup").write_text(membership)
    for name, text in files.items():
        file = tmp_path / "mount" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return cpu_quota(tmp_path / "cgroup", tmp_path / "mount")


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/job\n", {"job/cpu.max": "150000 100000\n"}, 1.5),
        ("0::/job\n", {"job/cpu.max": "max 100000\n"}, math.inf),
        ("0::/slice/job\n", {"slice/cpu.max": "200000 100000", "slice/job/cpu.max": "max 100000"}, 2.0),
        ("0::/slice/job\n", {"slice/cpu.max": "max 100000", "slice/job/cpu.max": "50000 100000"}, 0.5),
        ("0::/of/the/host\n", {"cpu.max": "300000 100000"}, 3.0),
        ("0::/../../job\n", {"cpu.max": "300000 100000"}, 3.0),
        ("0::/\n", {"cpu.max": "many 100000"}, math.inf),
        (
            "4:cpu,cpuacct:/job\n3:memory:/other\n",
            {"cpu/job/cpu.cfs_quota_us": "250000", "cpu/job/cpu.cfs_period_us": "100000"},
            2.5,
        ),
        (
            "4:cpuset:/job\n3:cpuacct,cpu:/job\n0::/\n",
            {"cpu/job/cpu.cfs_quota_us": "-1", "cpu/job/cpu.cfs_period_us": "100000"},
            math.inf,
        ),
        ("", {}, math.inf),
        ("nonsense\n\n::\n", {}, math.inf),
    ],
)
def test_the_quota_is_the_least_of_the_groups_above(
    tmp_path: Path, membership: str, files: dict[str, str], expected: float
) -> None:
    assert quota(tmp_path, membership, files) == expected


def test_without_control_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path / "absent", tmp_path) == math.inf


@pytest.mark.parametrize(("allowed", "quotas", "expected"), [(8, 1.5, 2), (8, 0.2, 1), (2, 6.0, 2), (3, math.inf, 3)])
def test_a_part_of_a_processor_counts_as_one(
    monkeypatch: pytest.MonkeyPatch, allowed: int, quotas: float, expected: int
) -> None:
    monkeypatch.setattr(processors, "_allowed", lambda: allowed)
    monkeypatch.setattr(processors, "cpu_quota", lambda: quotas)
    assert usable_processors() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="affinity of Linux")
def test_a_process_that_may_use_one_processor_counts_one() -> None:
    program = (
        "import os\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from political_moat.agents.numerics.processors import usable_processors\n"
        "from political_moat.experiments.execution.engine import default_workers\n"
        "print(usable_processors(), default_workers())\n"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "1 1\n"
