"""Number of processors that this process may use, which can be fewer than the machine has."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def usable_processors() -> int:
    """Return the number of processors that affinity and control groups leave to this process, 1 or more.

    Batch systems and `taskset` set the affinity, containers the CPU quota of a control group (rounded up).
    """
    return max(1, math.ceil(min(_allowed(), cpu_quota())))


def _allowed() -> int:
    if sys.version_info >= (3, 13):  # honours PYTHON_CPU_COUNT too
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # absent on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_quota(membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")) -> float:
    """Return the processors' time that the control groups of a process allow, in processors; infinity for no limit.

    membership: lines "number:controllers:group". mount: where the file systems of control groups are, version 1 or 2.
    The limit of every group above counts too. Sources: cgroups(7); Linux docs "CPU Bandwidth Control", "cgroup v2".
    """
    try:
        lines = membership.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        return math.inf
    quotas = [math.inf]
    for line in lines:
        _, controllers, group = (*line.split(":", 2), "", "")[:3]
        names = controllers.split(",")
        if names == [""]:
            quotas += [_version_2(folder) for folder in _groups(mount, group)]
        elif "cpu" in names:
            quotas += [_version_1(folder) for folder in _groups(mount / "cpu", group)]
    return min(quotas)


def _groups(mount: Path, group: str) -> Iterator[Path]:
    """Yield the folders of a group and of those above it; in a container, only the last may exist."""
    folder = mount / group.strip("/")
    if ".." in folder.parts:  # a group outside the container's own name space
        folder = mount
    yield folder
    while folder != mount:
        folder = folder.parent
        yield folder


def _version_2(folder: Path) -> float:
    with suppress(OSError, ValueError):
        quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        return math.inf if quota == "max" else int(quota) / int(period)
    return math.inf


def _version_1(folder: Path) -> float:
    with suppress(OSError, ValueError):
        quota = int((folder / "cpu.cfs_quota_us").read_text(encoding="ascii"))
        period = int((folder / "cpu.cfs_period_us").read_text(encoding="ascii"))
        return quota / period if quota > 0 else math.inf
    return math.inf
