"""Range of the headline over office rent and choice precision, which have no data; printed with every headline.

`python -m political_moat.experiments.reporting.assumption_range` measures it again and writes
rent_by_precision.csv, which the package ships and `moat run` reads.
"""

from __future__ import annotations

import csv
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from ...agents.source_hash import use_code_named_cache
from ..storage.atomic_files import replaced_atomically
from ..storage.provenance import short_source_hash

FILE = Path(__file__).with_name("rent_by_precision.csv")
RENTS = (0.0, 0.5, 1.0, 2.0, 4.0)
PRECISIONS = (2.0, 8.0, 20.0, 40.0)
VISIBILITIES = (1.0, 0.1)
BREADTH = 0.3
REPLICATES = 200
VOTERS = 2000
SEED = 8025
WORKERS = 2


class GridPoint(NamedTuple):
    """One point of the range: P at zero exposure, risk difference and its Monte Carlo error, for both outcomes."""

    rent: float
    precision: float
    visibility: float
    replicates: int
    p_reversed: float
    rd_reversed: float
    rd_reversed_mcse: float
    p_restricted: float
    rd_restricted: float
    rd_restricted_mcse: float
    code: str


def measure_grid(workers: int = WORKERS) -> list[GridPoint]:
    """Run the grid with paired arms; all cells share their draws."""
    import numpy as np

    from ...model.parameters.tree import Parameters
    from ..protocols.stress_test.design import StressDesign
    from ..protocols.stress_test.run import run_replicate
    from ..statistics.intervals import monte_carlo_error_of_paired_difference

    design = StressDesign(breadths=(0.0, BREADTH), visibilities=VISIBILITIES, layers=(), returning=False)
    cells = []
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=use_code_named_cache) as pool:
        for rent in RENTS:
            for precision in PRECISIONS:
                values = {
                    "party.office_rent": rent,
                    "party.choice_precision": precision,
                    "electorate.voters": VOTERS,
                }
                p = Parameters().with_values(values)
                results = list(pool.map(partial(run_replicate, p, design, SEED), range(REPLICATES), chunksize=20))
                for place, visibility in enumerate(VISIBILITIES, start=1):
                    numbers: dict[str, float] = {}
                    for outcome in ("reversed", "restricted"):
                        zero = np.array([result.runs[0][outcome] for result in results], dtype=float)
                        dose = np.array([result.runs[place][outcome] for result in results], dtype=float)
                        error = monte_carlo_error_of_paired_difference(dose, zero)
                        numbers |= {
                            f"p_{outcome}": float(zero.mean()),
                            f"rd_{outcome}": float((dose - zero).mean()),
                            f"rd_{outcome}_mcse": float(error),
                        }
                    cells.append(
                        GridPoint(
                            rent=rent,
                            precision=precision,
                            visibility=visibility,
                            replicates=REPLICATES,
                            code=short_source_hash(),
                            **numbers,
                        )
                    )
    return cells


def shipped(file: Path = FILE) -> list[GridPoint]:
    """Return the shipped range; empty if the package has none."""
    if not file.is_file():
        return []
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    numbers = [name for name in GridPoint._fields if name not in ("replicates", "code")]
    return [
        GridPoint(replicates=int(row["replicates"]), code=row["code"], **{name: float(row[name]) for name in numbers})
        for row in rows
    ]


def range_lines(cells: list[GridPoint]) -> list[str]:
    """Return a line per visibility with the smallest and the largest risk difference over the grid."""
    lines = []
    for visibility in VISIBILITIES:
        rows = [cell for cell in cells if cell.visibility == visibility]
        if rows:
            low, high = min(rows, key=lambda c: c.rd_reversed), max(rows, key=lambda c: c.rd_reversed)
            lines.append(
                f"Over office rent {RENTS[0]:g} to {RENTS[-1]:g} and choice precision {PRECISIONS[0]:g} to "
                f"{PRECISIONS[-1]:g} (calibrated, b = {BREADTH:g}, v = {visibility:g}, {rows[0].replicates} replicates "
                f"a cell), RD of back to extreme care ranges from {low.rd_reversed:+.3f} (rent {low.rent:g}, precision "
                f"{low.precision:g}) to {high.rd_reversed:+.3f} (rent {high.rent:g}, precision {high.precision:g}), "
                f"Monte Carlo error at most {max(row.rd_reversed_mcse for row in rows):.3f}."
            )
    if cells and cells[0].code != short_source_hash():
        lines.append(f"  (That range was measured with other code, {cells[0].code}; measure it again before citing.)")
    return lines


def main() -> None:
    """Measure the range and write it."""
    cells = measure_grid()
    with replaced_atomically(FILE) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(GridPoint._fields)
        writer.writerows(cells)
    print("\n".join(range_lines(cells)))


if __name__ == "__main__":
    main()
