"""Write the regression baseline again: `python tests/regression/update.py`, in a separate commit.

The baseline holds discrete outcomes, which are promised on every platform; bytes are promised on one platform only.
version-one.csv holds those of version one and is never written again: the preset `version-one` must give them.
"""

from __future__ import annotations

import csv
from pathlib import Path

from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.model.parameters.presets import preset
from political_moat.model.parameters.tree import Parameters

BASELINE = Path(__file__).with_name("baseline.csv")
VERSION_ONE = Path(__file__).with_name("version-one.csv")
COLUMNS = ("preset", "replicate", "arm", "attempted", "restricted", "reversed", "prohibited", "closed", "withdrawn")
COLUMNS += ("pending", "court", "restricted_layer", "months_to_attempt", "months_to_restriction", "months_to_reversal")
DESIGN = StressDesign(breadths=(0.0, 0.3, 0.6))
SEED = 20250807
REPLICATES = 6


def rows(base: Parameters | None = None) -> list[dict[str, str]]:
    """Return the discrete outcomes of the presets `calibrated` and `article` on top of `base`, as text."""
    outcomes = []
    for name in ("calibrated", "article"):
        parameters = preset(name, base).with_values({"electorate.voters": 1000})
        for replicate in range(REPLICATES):
            for run in run_replicate(parameters, DESIGN, SEED, replicate).runs:
                row = {"preset": name, **run}
                outcomes.append({column: str(row[column]) for column in COLUMNS})
    return outcomes


def main() -> None:
    """Replace baseline.csv."""
    with BASELINE.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
    print(f"wrote {BASELINE.name}: {REPLICATES} replicates of two presets")


if __name__ == "__main__":
    main()
