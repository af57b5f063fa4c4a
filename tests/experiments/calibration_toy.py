"""A calibration of a few seconds for tests: four inputs, three targets of the long history alone, two waves."""

from __future__ import annotations

from pathlib import Path

STUDY = """
[study]
name = "toy"
seed = 5
[model]
protocol = "targets"
voters = 300
[design]
kind = "lhs"
samples = 12
prior = false
[factors."elections.midterm_penalty"]
low = 0
high = 4
[factors."voting.turnout_person_sd"]
low = 0.5
high = 3
[factors."party.rival_value"]
low = 0.01
high = 1.0
scale = "log"
[factors."voting.turnout_persistence"]
low = 0.5
high = 0.99
[replicates]
min = 3
[engine]
kind = "serial"
[targets]
cycles = 2
"""
TARGETS = """name,value,error,discrepancy,source
drop_out,0.13,0.005,0.005,toy
switching,0.05,0.01,0.01,toy
swing_sd,7,1.2,1,toy
"""


def write_toy(folder: Path) -> tuple[Path, Path]:
    """Write the toy's study and targets into a folder; return their paths."""
    study, targets = folder / "toy.toml", folder / "toy-targets.csv"
    study.write_text(STUDY, encoding="utf-8")
    targets.write_text(TARGETS, encoding="utf-8")
    return study, targets


def files_of(out: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a calibration by its name, but ledgers and locks."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.endswith((".lock", "ledger.sqlite"))}
