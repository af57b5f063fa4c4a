"""CPU time of commands that run nothing: `moat --help` and `moat validate`; prints one table.

Run `python benchmarks/startup.py` with the package installed. Medians of repeats, children's CPU time.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

STUDY = Path(__file__).resolve().parent.parent / "experiments" / "studies" / "exposure.toml"
COMMANDS = {"moat --help": ["--help"], "moat validate exposure.toml": ["validate", str(STUDY)]}
REPEATS = 7


def cpu_seconds(words: list[str]) -> float:
    """Return the CPU seconds of one call, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *words], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    print(f"{'command':<32}{'median s':>10}{'lowest':>10}{'highest':>10}")
    for name, words in COMMANDS.items():
        spent = [cpu_seconds(words) for _ in range(REPEATS)]
        print(f"{name:<32}{statistics.median(spent):>10.3f}{min(spent):>10.3f}{max(spent):>10.3f}")


if __name__ == "__main__":
    main()
