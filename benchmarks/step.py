"""Time of a month, a build, a fork and a draw, beside a per-agent Mesa loop of the same rules; prints one table.

Run `python benchmarks/step.py` with the package installed. The loop is the reference of the tests
(tests/reference/plain_world.py): it makes the same decisions, which is checked before anything is printed.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "reference"
sys.path.insert(0, str(REFERENCE))

from plain_world import PlainWorld  # noqa: E402 - found by path

from political_moat import Parameters, World  # noqa: E402
from political_moat.agents.draws import Draws  # noqa: E402

DRAWS = 1_000_000


def seconds(action: Callable[[], object]) -> float:
    """Wall time of one call; the collector of garbage waits."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        action()
        return time.perf_counter() - start
    finally:
        gc.enable()


def check(fast: World, slow: PlainWorld) -> None:
    """Both sides must have done the same work. SystemExit if they have not."""
    shares = [(one.author_share, other.author_share) for one, other in zip(fast.results, slow.results, strict=True)]
    if fast.events != slow.events or any(abs(one - other) > 1e-5 for one, other in shares):
        raise SystemExit("the kernels and the Mesa loop made different decisions: their times say nothing")


def measure(voters: int, months: int, repeats: int) -> list[tuple[str, list[float], str]]:
    """Rows of the table: what, values of the repeats, unit. Kernels and loop take turns through the same months."""
    p = Parameters().with_values({"electorate.voters": voters, "exposure.breadth": 0.3})
    fast, slow = World(p, seed=1), PlainWorld(p, seed=1)
    for world in (fast, slow):
        world.released = True
    # Compiling, and the first weight of the loss, are paid once a session.
    World(p, seed=2).advance(25)
    Draws(2, 0).uniforms("benchmark", DRAWS)
    kernels, loop, builds, forks, draws = [], [], [], [], []
    for repeat in range(repeats):
        kernels.append(1e6 * seconds(lambda: fast.advance(months)) / months)
        loop.append(1e6 * seconds(lambda: slow.advance(months)) / months)
        builds.append(1e3 * seconds(lambda seed=10 + repeat: World(p, seed=seed)))  # type: ignore[misc]
        forks.append(1e3 * seconds(fast.fork))
        stream = Draws(1, repeat)
        draws.append(DRAWS / 1e6 / seconds(lambda stream=stream: stream.uniforms("benchmark", DRAWS)))  # type: ignore[misc]
    check(fast, slow)
    return [
        ("month, compiled kernels", kernels, "microseconds"),
        ("month, per-agent Mesa loop", loop, "microseconds"),
        ("loop / kernels", [one / other for one, other in zip(loop, kernels, strict=True)], "times"),
        ("building a world after the first", builds, "milliseconds"),
        ("fork", forks, "milliseconds"),
        ("state", [fast.electorate.bytes_per_voter()], "bytes a voter"),
        ("uniform draws", draws, "millions a second"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--voters", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=24, help="months of one repeat")
    parser.add_argument("--repeats", type=int, default=7)
    chosen = parser.parse_args()
    rows = measure(chosen.voters, chosen.months, chosen.repeats)
    packages = ", ".join(f"{name} {version(name)}" for name in ("mesa", "numba", "numpy"))
    print(f"{chosen.voters:,} voters, {chosen.repeats} repeats of {chosen.months} months in turn")
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    print(f"Python {platform.python_version()}, {packages}")
    print()
    print(f"| {'what':<32} | {'median':>11} | {'lowest':>11} | {'highest':>11} | {'unit':<17} |")
    print(f"|{'-' * 34}|{'-' * 12}:|{'-' * 12}:|{'-' * 12}:|{'-' * 19}|")
    for what, values, unit in rows:
        numbers = " | ".join(f"{value:>11,.4g}" if value < 1e3 else f"{value:>11,.0f}" for value in _spread(values))
        print(f"| {what:<32} | {numbers} | {unit:<17} |")


def _spread(values: list[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


if __name__ == "__main__":
    main()
