"""Range of the headline over office rent and choice precision, which have no data; printed with every headline.

`python -m political_moat.experiments.reporting.shipped.assumption_range` measures it again and writes
rent_by_precision.csv, which the package ships and `moat run` reads.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...storage.provenance import short_source_hash
from .tables import measuring_pool, other_code_lines, paired_numbers, read_rows, write_rows

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
    from ....model.parameters.tree import Parameters
    from ...protocols.stress_test.design import StressDesign
    from ...protocols.stress_test.run import run_replicate

    design = StressDesign(breadths=(0.0, BREADTH), visibilities=VISIBILITIES, layers=(), returning=False)
    cells = []
    with measuring_pool(workers) as pool:
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
                    numbers = paired_numbers(results, place, ("reversed", "restricted"))
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
    return read_rows(file, GridPoint)


def range_lines(cells: list[GridPoint]) -> list[str]:
    """Return the smallest and the largest risk differences over the grid as text, a line per visibility."""
    if not cells:
        return []
    lines = [
        f"Range over office rent {RENTS[0]:g} to {RENTS[-1]:g} and choice precision {PRECISIONS[0]:g} to "
        f"{PRECISIONS[-1]:g}, which have no data (calibrated, b = {BREADTH:g} against 0, "
        f"{cells[0].replicates} replicates a point; in brackets: largest MC error). This answer is one point of it.",
        f"{'v':>4}  {'smallest RD extreme care':<31}{'largest':<31}{'':<8}RD restricted",
    ]
    for visibility in VISIBILITIES:
        rows = [cell for cell in cells if cell.visibility == visibility]
        if rows:
            low, high = min(rows, key=lambda c: c.rd_reversed), max(rows, key=lambda c: c.rd_reversed)
            restricted = [row.rd_restricted for row in rows]
            lines.append(
                f"{visibility:>4g}  {_at(low):<31}{_at(high):<31}"
                f"{f'({max(row.rd_reversed_mcse for row in rows):.3f})':<8}"
                f"{min(restricted):+.3f} to {max(restricted):+.3f} ({max(row.rd_restricted_mcse for row in rows):.3f})"
            )
    return lines + other_code_lines(cells, "That range")


def _at(cell: GridPoint) -> str:
    """Return a risk difference and its place in the grid."""
    return f"{cell.rd_reversed:+.3f} (rent {cell.rent:g}, precision {cell.precision:g})"


def main() -> None:
    """Measure the range and write it."""
    cells = measure_grid()
    write_rows(FILE, cells)
    print("\n".join(range_lines(cells)))


if __name__ == "__main__":
    main()
