"""The headline of the package, which the page shows: RD(tau) at the named depths, closed form, moves in force.

`python -m political_moat.experiments.reporting.shipped.headline` measures it again, on the replicates of a plain
`moat run`, and writes headline.csv and headline_moves.csv, which the package ships.
"""

from __future__ import annotations

import itertools
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...storage.provenance import short_source_hash
from .tables import measuring_pool, read_rows, write_rows

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).with_name("headline.csv")
MOVES_FILE = Path(__file__).with_name("headline_moves.csv")
BREADTH = 0.3
VISIBILITIES = (1.0, 0.1)
FORESIGHTS = (0.0, 1.0)
REPLICATES = 625
VOTERS = 4000
SEED = 20250807
WORKERS = 2


class DepthRow(NamedTuple):
    """RD(tau) of one arm at one named depth, with its simultaneous band; closed_form: NaN but at extreme care."""

    foresight: float
    visibility: float
    depth: str
    tau: float
    replicates: int
    p_zero: float
    rd: float
    rd_mcse: float
    band_low: float
    band_high: float
    closed_form: float
    code: str


class MoveRow(NamedTuple):
    """Share of runs with a move in force in the last month of the opposed term; breadth 0: without exposure."""

    foresight: float
    visibility: float
    breadth: float
    move: str
    share: float
    code: str


class Headline(NamedTuple):
    """Rows of the two files."""

    depths: list[DepthRow]
    moves: list[MoveRow]


def measure_headline(
    workers: int = WORKERS, replicates: int = REPLICATES, voters: int = VOTERS, seed: int = SEED
) -> Headline:
    """Run the declared dose at both visibilities and foresights, with paired arms."""
    import pandas as pd

    from ....model.parameters.tree import Parameters
    from ...protocols.outcome_names import named_depths
    from ...protocols.stress_test.depth import depth_curve, moves_at_end, taus_of
    from ...protocols.stress_test.design import StressDesign
    from ...protocols.stress_test.run import run_replicate
    from ..closed_form import closed_form_curve

    p = Parameters().with_values({"electorate.voters": voters})
    breadths, own, others = (0.0, BREADTH), FORESIGHTS[0], FORESIGHTS[1:]
    design = StressDesign(breadths, VISIBILITIES, layers=(), returning=False, foresights=others)
    with measuring_pool(workers) as pool:
        results = list(pool.map(partial(run_replicate, p, design, seed), range(replicates), chunksize=5))
    frame = pd.DataFrame([row for result in results for row in result.runs])
    curve, code = depth_curve(frame, p.policy.layer, taus_of(p)), short_source_hash()
    at = {(row["foresight"], row["visibility"], row["tau"]): row for row in _records(curve)}
    depths = []
    for foresight, visibility, depth in itertools.product(FORESIGHTS, VISIBILITIES, named_depths(p)):
        row, formula = at[foresight, visibility, depth.tau], math.nan
        if foresight == own and depth.tau == p.policy.before_theta:
            formula = float(closed_form_curve(p, [BREADTH], visibility, row["p_zero"], seed)["rd"].iloc[0])
        depths.append(
            DepthRow(
                foresight=foresight,
                visibility=visibility,
                depth=depth.name,
                tau=depth.tau,
                replicates=len(results),
                p_zero=row["p_zero"],
                rd=row["rd"],
                rd_mcse=row["rd_mcse"],
                band_low=row["band_low"],
                band_high=row["band_high"],
                closed_form=formula,
                code=code,
            )
        )
    names = [name for name in MoveRow._fields if name != "code"]
    moves = [MoveRow(**share, code=code) for share in _records(moves_at_end(frame, p.policy.layer)[names])]
    return Headline(depths, moves)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def shipped_headline() -> Headline:
    """Return the shipped headline; without rows if the package has none."""
    return Headline(read_rows(FILE, DepthRow), read_rows(MOVES_FILE, MoveRow))


def main() -> None:
    """Measure the headline and write it."""
    measured = measure_headline()
    write_rows(FILE, measured.depths)
    write_rows(MOVES_FILE, measured.moves)
    print(f"wrote {FILE.name} and {MOVES_FILE.name}: {measured.depths[0].replicates} replicates")


if __name__ == "__main__":
    main()
