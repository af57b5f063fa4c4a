"""Speed and memory in one table: a voter's month against a Mesa loop, NumPy and the machine's memory; studies; starts.

    python benchmarks/table.py [--only step,bandwidth] [--out FILE]

needs the package installed and a clone, since the slow sides are the references of the tests (tests/reference), which
make the same decisions as the compiled kernels; that is checked before anything is printed. Medians of interleaved
repeats, lowest and highest beside them; docs/speed.md says how to read it.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bandwidth
import runs
import starts
import steps
import worlds
from measuring import Row, table

SECTIONS = ("bandwidth", "step", "neighbours", "replicates", "inside", "construction", "large", "starts", "help")


def arguments() -> argparse.ArgumentParser:
    """Return the parser of sizes and repeats; the defaults take about a quarter of an hour on two cores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"sections, of {','.join(SECTIONS)}")
    parser.add_argument("--out", type=Path, help="write the table to this file as well")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--voters", default="10000,100000,1000000,10000000", help="sizes of the step")
    parser.add_argument("--months", type=int, default=24, help="months of one repeat of the step")
    parser.add_argument(
        "--loop-up-to", type=int, default=100_000, help="largest world of the Mesa loop, 1.5 kB a voter"
    )
    parser.add_argument("--numpy-up-to", type=int, default=1_000_000, help="largest world of whole-array NumPy")
    parser.add_argument("--neighbours-voters", default="10000,100000", help="sizes of the step with a network")
    parser.add_argument("--stream-mb", type=int, default=400, help="megabytes of each array of copy and triad")
    parser.add_argument("--replicates", type=int, default=12, help="replicates counted by each rate")
    parser.add_argument("--run-voters", type=int, help="voters of a replicate (default: as `moat run`)")
    parser.add_argument(
        "--rate-voters", type=int, default=100_000, help="world whose kernels' rate a replicate is held to"
    )
    parser.add_argument("--workers", default="1,2", help="processes that run replicates")
    parser.add_argument("--cycles", type=int, help="terms of a history (default: as `moat run`)")
    parser.add_argument("--small-voters", type=int, default=worlds.SMALL, help="size of the small world that is built")
    parser.add_argument("--build-voters", default="1000000,10000000", help="sizes of large worlds that are built")
    parser.add_argument("--network-voters", default="10000,1000000", help="sizes of networks that are built")
    parser.add_argument("--large-voters", type=int, default=10_000_000)
    parser.add_argument("--large-months", type=int, default=24)
    parser.add_argument("--threads", default="1,2", help="threads of the large world")
    parser.add_argument("--cold-repeats", type=int, default=1, help="starts that compile everything anew")
    return parser


def sizes(text: str) -> list[int]:
    """Return the whole numbers of a comma-separated list."""
    return [int(one) for one in text.split(",") if one]


def measure(given: Any) -> dict[str, list[Row]]:
    """Measure the requested sections; return their rows in the order of the table."""
    wanted = set(given.only.split(","))
    unknown = wanted - set(SECTIONS)
    if unknown:
        raise SystemExit(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    found: dict[str, list[Row]] = {}
    floor: float | None = None

    def section(name: str, rows: Callable[[], list[Row]]) -> None:
        if name in wanted:
            print(f"{datetime.datetime.now():%H:%M:%S} {name}", file=sys.stderr, flush=True)
            found[name] = rows()

    def bandwidth_rows() -> list[Row]:
        nonlocal floor
        made, floor = bandwidth.rows(given.stream_mb, given.repeats, steps.BREADTH)
        return made

    limits = steps.Limits(given.loop_up_to, given.numpy_up_to)
    section("bandwidth", bandwidth_rows)
    section("step", lambda: steps.rows(sizes(given.voters), given.months, given.repeats, limits, floor))
    section("neighbours", lambda: steps.network_rows(sizes(given.neighbours_voters), given.months, given.repeats))
    section(
        "replicates",
        lambda: runs.rate_rows(given.replicates, given.repeats, given.run_voters, given.cycles, sizes(given.workers)),
    )
    section("inside", lambda: runs.inside_rows(given.repeats, given.run_voters, given.rate_voters))
    section(
        "construction",
        lambda: worlds.construction_rows(
            given.small_voters, sizes(given.build_voters), sizes(given.network_voters), given.repeats
        ),
    )
    section("large", lambda: worlds.large_rows(given.large_voters, given.large_months, sizes(given.threads)))
    section("starts", lambda: starts.run_rows(given.cold_repeats, given.repeats, given.run_voters))
    section("help", lambda: starts.help_rows(given.repeats))
    return found


def machine(given: Any) -> str:
    """Return one line of date, machine, versions and repeats."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("mesa", "numba", "numpy", "scipy"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}, "
        f"Python {platform.python_version()}, {packages}; {given.repeats} repeats, a step is {given.months} months"
    )


def main() -> None:
    """Measure, print, and write if asked to."""
    given = arguments().parse_args()
    text = table(measure(given))
    text = f"{machine(given)}\n\n{text}\n"
    print(text, end="")
    if given.out is not None:
        given.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
