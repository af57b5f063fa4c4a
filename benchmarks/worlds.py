"""Time and memory of worlds: construction, forks, networks, memory, the largest world.

    python benchmarks/worlds.py --voters 10000000 --months 480

runs one large world alone and prints a line of JSON for the parent, so that memory is that of a fresh process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measuring import NO_AIM, Aim, Row, processor_seconds

from political_moat import Parameters, World
from political_moat.agents.draws import Draws
from political_moat.agents.electorate.network.parameters import NetworkParameters
from political_moat.model.population.network import small_world

BUILD_AIM, FORK_AIM, MEMORY_AIM, FLAT_AIM = Aim(most=3), Aim(most=1), Aim(most=2500), Aim(most=1.5)
SMALL = 10_000
DRAWS = 1_000_000
YEAR = 12


def parameters(voters: int) -> Parameters:
    """Return the parameters of a world of so many voters, of whom 30% hold."""
    return Parameters().with_values({"electorate.voters": voters, "exposure.breadth": 0.3})


def construction_rows(small: int, large: Sequence[int], networks: Sequence[int], repeats: int) -> list[Row]:
    """Return rows of builds after the first, forks, small-world networks, large builds, memory and draws."""
    p = parameters(small)
    world = World(p, seed=1)
    world.advance(2)
    Draws(2, 0).uniforms("benchmark", DRAWS)
    builds, forks, draws = [], [], []
    for repeat in range(repeats):
        builds.append(1e3 * processor_seconds(lambda seed=10 + repeat: World(p, seed=seed)))  # type: ignore[misc]
        forks.append(1e3 * processor_seconds(world.fork))
        stream = Draws(1, repeat)
        draws.append(DRAWS / 1e6 / processor_seconds(lambda stream=stream: stream.uniforms("benchmark", DRAWS)))  # type: ignore[misc]
    made = [
        Row("building a world after the first", small, builds, "CPU ms", BUILD_AIM),
        Row("a fork", small, forks, "CPU ms", FORK_AIM),
    ]
    for voters in large:
        count = repeats if voters < 10_000_000 else 1
        made.append(
            Row("building a world", voters, [_build_seconds(voters, seed) for seed in range(count)], "CPU seconds")
        )
    network = p.network
    for voters in networks:
        values = [_network_seconds(voters, seed, network) for seed in range(repeats)]
        made.append(Row(f"a small world of neighbours, degree {network.degree}", voters, values, "CPU seconds"))
    made += [
        Row("state", small, [world.electorate.bytes_per_voter()], "bytes a voter"),
        Row("uniform draws", 0, draws, "millions a second"),
    ]
    return made


def _build_seconds(voters: int, seed: int) -> float:
    p = parameters(voters)
    return processor_seconds(lambda: World(p, seed=seed))


def _network_seconds(voters: int, seed: int, network: NetworkParameters) -> float:
    return processor_seconds(lambda: small_world(Draws(seed, 0), voters, network.degree, network.rewiring))


def large_rows(voters: int, months: int, threads: Sequence[int]) -> list[Row]:
    """Return rows of one large world in a fresh process: build, months, peak memory, first and last year."""
    made: list[Row] = []
    for count in threads:
        found = _in_a_fresh_process(voters, months, count)
        who = "one thread" if count == 1 else f"{count} threads"
        made += [
            Row(f"building, {who}", voters, [found["build"]], "s"),
            Row(f"{months} months, {who}", voters, [found["run"]], "s of wall time"),
            Row(
                f"{months} months, {who}",
                voters,
                [1e9 * found["run"] / (voters * months)],
                "ns of wall time a voter-month",
            ),
            Row(f"first year, {who}", voters, [found["first"]], "ns of CPU a voter-month"),
            Row(f"last year, {who}", voters, [found["last"]], "ns of CPU a voter-month"),
            Row(f"last year / first year, {who}", voters, [found["last"] / found["first"]], "times", FLAT_AIM),
            Row(
                f"peak memory, {who}",
                voters,
                [found["peak"] / 1e6],
                "MB",
                MEMORY_AIM if voters == 10_000_000 else NO_AIM,
            ),
            Row(f"peak memory, {who}", voters, [found["peak"] / voters], "bytes a voter"),
        ]
    return made


def _in_a_fresh_process(voters: int, months: int, threads: int) -> dict[str, float]:
    words = [sys.executable, str(Path(__file__).resolve()), "--voters", str(voters), "--months", str(months)]
    environment = {**os.environ, "NUMBA_NUM_THREADS": str(threads)}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def peak_bytes() -> int:
    """Return the largest resident memory of this process since it began, bytes.

    On Linux it is read from VmHWM, since the value of getrusage may be that of the parent process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text("ascii").splitlines() if one.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    import psutil

    info = psutil.Process().memory_info()
    peak = getattr(info, "peak_wset", None)
    if peak is not None:
        return int(peak)
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def run_alone(voters: int, months: int) -> dict[str, float]:
    """Build a world and run it with policy released; seconds, nanoseconds of the first and last year, peak memory."""
    start = time.perf_counter()
    world = World(parameters(voters), seed=1)
    world.released = True
    built = time.perf_counter()
    spent: list[tuple[int, float]] = []
    left = months
    while left > 0:
        step = min(YEAR, left)
        before = time.process_time()
        world.advance(step)
        spent.append((step, time.process_time() - before))
        left -= step
    ended = time.perf_counter()
    first, last = (1e9 * seconds / (voters * step) for step, seconds in (spent[0], spent[-1]))
    return {"build": built - start, "run": ended - built, "first": first, "last": last, "peak": float(peak_bytes())}


def main() -> None:
    """Run one large world alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--voters", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=24)
    given: Any = parser.parse_args()
    World(parameters(200), seed=2).advance(25)  # compiles before the clock starts
    print(json.dumps(run_alone(given.voters, given.months)))


if __name__ == "__main__":
    main()
