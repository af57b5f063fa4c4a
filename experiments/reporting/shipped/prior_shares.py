"""Range of the headline over every number without data: the whole prior, and what the record does not rule out.

`python -m political_moat.experiments.reporting.shipped.prior_shares` runs the ready studies prior-mass and
matched-prior again and writes prior_shares.csv, which the package ships and `moat run` reads.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...storage.provenance import short_source_hash
from ...storage.tables import read_results
from .tables import other_code_lines, read_rows, write_rows

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).with_name("prior_shares.csv")
STUDIES = {"whole prior": "prior-mass", "not ruled out": "matched-prior"}
"""Name of a set of draws -> the ready study that runs it."""
OUTCOMES = {"reversed": "extreme care", "restricted": "restricted"}
ENDS = (0.025, 0.5, 0.975)
MARGIN = 0.05
WORKERS = 2


class PriorRow(NamedTuple):
    """Risk differences of one outcome over one set of draws, without the Monte Carlo noise of each draw's pairs.

    low, median, high: quantiles .025, .5 and .975. below, above: shares of draws beyond the margin, with their errors.
    """

    draws_from: str
    outcome: str
    draws: int
    left_out: int
    pairs: int
    low: float
    median: float
    high: float
    below: float
    below_error: float
    above: float
    above_error: float
    code: str


def measure_prior(draws_from: str, study: str, workers: int = WORKERS) -> list[PriorRow]:
    """Run one ready study and return a row per outcome."""
    from ...execution.engine import Engine
    from ...studies.reader import read_study
    from ...sweeps.run import run_study

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / study
        file = read_study(Path(__file__).parents[2] / "studies" / f"{study}.toml")
        run_study(file, folder, Engine.of(file.engine, workers=workers), quiet=True)
        return prior_rows(draws_from, read_results(folder / "export" / "runs.csv"))


def prior_rows(draws_from: str, runs: pd.DataFrame) -> list[PriorRow]:
    """Return a row per outcome from runs.csv of a prior-mass study."""
    from ...protocols.prior_mass.summary import counts_of, prior_mass_table
    from ...statistics.deconvolution import smoothed_quantiles

    table = prior_mass_table(runs, tuple(OUTCOMES), MARGIN)
    rows = []
    for outcome in OUTCOMES:
        below, _, above = table[table["outcome"] == outcome].to_dict("records")
        low, median, high = smoothed_quantiles(counts_of(runs, outcome), ENDS)
        rows.append(
            PriorRow(
                draws_from=draws_from,
                outcome=outcome,
                draws=below["draws"],
                left_out=below["left_out"],
                pairs=below["replicates"],
                low=low,
                median=median,
                high=high,
                below=below["share"],
                below_error=below["error"],
                above=above["share"],
                above_error=above["error"],
                code=short_source_hash(),
            )
        )
    return rows


def shipped_prior(file: Path = FILE) -> list[PriorRow]:
    """Return the shipped rows; empty if the package has none."""
    return read_rows(file, PriorRow)


def prior_lines(rows: list[PriorRow]) -> list[str]:
    """Return the ranges as text, a line per set of draws and outcome."""
    if not rows:
        return []
    lines = [
        f"Over all numbers without data at once (b = .3 against 0, v = 1, {rows[0].pairs} pairs a draw): 95% of the "
        "draws, noise removed.",
        "Not ruled out: draws that meet the record (moat calibrate); left out: no baseline could be fitted.",
        f"{'draws':<16}{'n':>5}{'left out':>10}  {'outcome':<14}{'RD from':>9}{'to':>8}{'median':>9}"
        f"{'below -.05':>13}{'above .05':>13}",
    ]
    for row in rows:
        below, above = f"{row.below:.2f} ({row.below_error:.2f})", f"{row.above:.2f} ({row.above_error:.2f})"
        lines.append(
            f"{row.draws_from:<16}{row.draws:>5}{row.left_out:>10}  {OUTCOMES[row.outcome]:<14}{row.low:>+9.3f}"
            f"{row.high:>+8.3f}{row.median:>+9.3f}{below:>13}{above:>13}"
        )
    return lines + other_code_lines(rows, "That range")


def main() -> None:
    """Measure both sets of draws and write them."""
    rows = [row for name, study in STUDIES.items() for row in measure_prior(name, study)]
    write_rows(FILE, rows)
    print("\n".join(prior_lines(rows)))


if __name__ == "__main__":
    main()
