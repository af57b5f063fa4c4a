"""The primary contrast under every party rule; printed with every headline, so that no rule becomes inert unnoticed.

`python -m political_moat.experiments.reporting.shipped.rules_comparison` measures it again and writes
party_rules.csv, which the package ships and `moat run` reads.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...protocols.outcome_names import printed_name
from ...storage.provenance import short_source_hash
from .tables import measuring_pool, other_code_lines, paired_numbers, read_rows, write_rows

FILE = Path(__file__).with_name("party_rules.csv")
EVENTS = ("attempted", "restricted", "reversed")
BREADTH = 0.3
VISIBILITY = 1.0
REPLICATES = 400
VOTERS = 2000
SEED = 8026
WORKERS = 2
INERT, SATURATED = 0.05, 0.95
"""A baseline outside these leaves exposure nothing to lower, or nothing to raise."""


class RuleRow(NamedTuple):
    """One rule: P at zero exposure, risk difference and its Monte Carlo error, for each of EVENTS."""

    rule: str
    replicates: int
    p_attempted: float
    rd_attempted: float
    rd_attempted_mcse: float
    p_restricted: float
    rd_restricted: float
    rd_restricted_mcse: float
    p_reversed: float
    rd_reversed: float
    rd_reversed_mcse: float
    code: str


def measure_rules(
    workers: int = WORKERS, replicates: int = REPLICATES, voters: int = VOTERS, seed: int = SEED
) -> list[RuleRow]:
    """Run the contrast under every registered rule with paired arms; all rules share their draws."""
    from ....agents.party.rules import RULES
    from ....model.parameters.tree import Parameters
    from ...protocols.stress_test.design import StressDesign
    from ...protocols.stress_test.run import run_replicate

    design = StressDesign(breadths=(0.0, BREADTH), visibilities=(VISIBILITY,), layers=(), returning=False)
    rows = []
    with measuring_pool(workers) as pool:
        for rule in sorted(RULES):
            parameters = Parameters().with_values({"party.rule": rule, "electorate.voters": voters})
            run = partial(run_replicate, parameters, design, seed)
            results = list(pool.map(run, range(replicates), chunksize=20))
            numbers = paired_numbers(results, 1, EVENTS)
            rows.append(RuleRow(rule=rule, replicates=replicates, code=short_source_hash(), **numbers))
    return rows


def shipped_rules(file: Path = FILE) -> list[RuleRow]:
    """Return the shipped comparison; empty if the package has none."""
    return read_rows(file, RuleRow)


def rules_lines(rows: list[RuleRow]) -> list[str]:
    """Return the comparison as text, with a warning for each rule whose baseline is near 0 or 1."""
    if not rows:
        return []
    lines = [
        f"Party rules (calibrated, b = {BREADTH:g} against 0, v = {VISIBILITY:g}, {rows[0].replicates} replicates; "
        "P: without exposure; in brackets: MC error).",
        f"  {'rule':<14}{'P(att)':>8}{'P(restr)':>10}{'P(care)':>9}{'RD restricted':>18}{'RD extreme care':>18}",
    ]
    for row in rows:
        restricted = f"{row.rd_restricted:+.3f} ({row.rd_restricted_mcse:.3f})"
        care = f"{row.rd_reversed:+.3f} ({row.rd_reversed_mcse:.3f})"
        lines.append(
            f"  {row.rule:<14}{row.p_attempted:>8.3f}{row.p_restricted:>10.3f}{row.p_reversed:>9.3f}"
            f"{restricted:>18}{care:>18}"
        )
    lines.append(f"  P(care), RD extreme care: {printed_name('reversed')}.")
    for row in rows:
        if not INERT <= row.p_restricted <= SATURATED:
            state = "inert" if row.p_restricted < INERT else "saturated"
            lines.append(
                f"  WARNING: rule {row.rule} is {state}: P(restricted) without exposure is {row.p_restricted:.3f}, "
                f"outside {INERT:g} to {SATURATED:g}, so its differences say little about exposure."
            )
    return lines + other_code_lines(rows, "That comparison")


def main() -> None:
    """Measure the comparison and write it."""
    rows = measure_rules()
    write_rows(FILE, rows)
    print("\n".join(rules_lines(rows)))


if __name__ == "__main__":
    main()
