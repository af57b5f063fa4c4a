"""`moat targets`: emergent targets estimated from long histories without exposure, compared with the record.

Nothing is fitted here. A target that the model does not meet is printed as a MISS.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ....agents.calibration import Fact, shipped_facts
from ...protocols.contract import Answer, Finished
from ...protocols.targets.columns import TARGETS_SUMMARY_COLUMNS
from ...protocols.targets.counts import RECORD_MONTHS
from ...protocols.targets.estimates import NOT_MEASURED, TARGETS, Target, counts_in, estimate
from ...statistics.ratios import ratio
from ...storage.atomic_files import replaced_atomically
from ...storage.codebook import Tables
from .takeover_targets import (
    Row,
    contest_lines,
    contest_rows,
    number,
    polled_lines,
    polled_rows,
    takeover_lines,
    takeover_rows,
)
from .wording import IN_RANGE, MISS, NO_CASE, NOTICE, wrapped

if TYPE_CHECKING:
    import pandas as pd

FEW = 10


class Measured(NamedTuple):
    """A target with its estimate and Monte Carlo standard error (NaN where there is no case, or one replicate)."""

    target: Target
    fact: Fact
    estimate: float
    error: float

    @property
    def verdict(self) -> str:
        """Return whether the estimate lies in the range of the record: in range, MISS or no case."""
        if math.isnan(self.estimate):
            return NO_CASE
        return IN_RANGE if self.fact.low <= self.estimate <= self.fact.high else MISS

    @property
    def close(self) -> bool:
        """Return whether a limit of the range is within two Monte Carlo errors."""
        return min(abs(self.estimate - limit) for limit in (self.fact.low, self.fact.high)) < 2.0 * self.error


def measured(counts: Sequence[Mapping[str, float]]) -> list[Measured]:
    """Return every measured target, in the order of TARGETS."""
    facts = shipped_facts()
    return [Measured(target, facts[target.fact], *estimate(counts, target)) for target in TARGETS]


_HEAD = f"{'target':<29}{'model':>9}{'MC err':>9}{'record':>9}  {'range':<15}{'status':<9}{'use':<8}verdict"


def _line(row: Measured) -> str:
    target, fact = row.target, row.fact
    span = f"{fact.low:g} to {fact.high:g}"
    return (
        f"{target.label:<29}{number(row.estimate, target.decimals):>9}{number(row.error, target.decimals):>9}"
        f"{fact.value:>9g}  {span:<15}{fact.status:<9}{fact.use.split()[0]:<8}{row.verdict}"
    )


def takeover_target_rows(counts: Sequence[Mapping[str, float]]) -> list[Row]:
    """Return the rows about opposed governments, in the order printed."""
    return [*contest_rows(counts), *takeover_rows(counts), *polled_rows(counts)]


def _notes(counts: Sequence[Mapping[str, float]], rows: Sequence[Measured], cycles: int) -> Iterator[str]:
    if len(counts) < FEW:
        yield f"Fewer than {FEW} histories: the Monte Carlo errors are themselves rough."
    near = [row.target.label for row in rows if row.close]
    near += [row.label for row in takeover_target_rows(counts) if row.close]
    if near:
        yield f"A limit of the range is within two Monte Carlo errors, so the verdict may change: {', '.join(near)}."
    yield "Range of turnover: Jeffreys 90% interval of the record (3 of 10, 8 of 10); ten cases are weak evidence."
    yield (
        "use FIT: a parameter was fitted to it, with turnover in view. input: it was known when parameters were set. "
        "Neither is a test."
    )
    yield "Switching and drop-out: share of those who voted at one presidential election, four years later."
    other, _ = ratio([row["falls_from_record_high"] for row in counts], [row["price_years"] for row in counts])
    yield (
        f"Bitcoin: month-end prices, {RECORD_MONTHS} months at a time as in the record (or the run, if shorter). "
        "A fall ends when the price has doubled from its low. If it ends only at a new highest price, the count is "
        f"{other:.3f} a year."
    )
    yield (
        "Flips: the two policy controls (moat presets), measured by the stress test. Voters and parties are the same; "
        "only the legal layer, exposure and the parties' distance on the issue differ. A flip is a restriction of six "
        "months."
    )
    yield (
        "P(restricted): the opposed term of the stress test, without holders, by the declared ideals of the parties "
        "(contested: as set; uncontested: .75 and .4, the near edges of their ranges; equal: both .75). Aims are those "
        "of the second version. The parties' one fitted number was fitted to the contested rule alone. An uncontested "
        "estimate may pass its limit by two Monte Carlo errors."
    )
    yield (
        "Opponent has both houses: of the elections that bring it into office in histories, and of the stress test's "
        "takeovers. First elections: after one term of the author and the set Congress of 2025, as in the stress "
        "test. In range: equal to them within two errors of the difference. Later takeovers meet an older Senate."
    )
    if polled_rows(counts):
        yield (
            "Polled / realised cost: share of the vote that a poll says a restriction costs its government at b = 0.3, "
            "v = 1, over the share that it then costs at the next presidential election (f: polls.foresight; early "
            "and late in the term). By exposure: difference from the arm without exposure. -: realised cost within two "
            "Monte Carlo errors of 0."
        )
    yield "Congress of January 2025 is set, not elected: left out of unified government and seat change."
    if cycles * 48 < RECORD_MONTHS:
        yield "These histories are shorter than the bitcoin record, and a shorter path has smaller falls."


def counts_of(finished: Finished) -> list[dict[str, float]]:
    """Return the counts of every history, in the order of the replicates."""
    return counts_in(finished.runs)


class TargetsAnswer(Answer):
    """The table of targets: a line for each, those not measured, and explanations of the columns."""

    def tables(self, design: Any) -> Tables:
        """Return the columns of summary.csv."""
        return (("summary.csv: the printed table, a row per target", TARGETS_SUMMARY_COLUMNS),)

    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv."""
        import pandas as pd

        rows = _summary_rows(counts_of(finished))
        table = pd.DataFrame(rows, columns=[column.name for column in TARGETS_SUMMARY_COLUMNS])
        with replaced_atomically(finished.path / "summary.csv") as stream:
            table.to_csv(stream, index=False, lineterminator="\n")
        return table

    def text(self, finished: Finished) -> str:
        """Return the printed table and its notes."""
        counts = counts_of(finished)
        rows, cycles = measured(counts), finished.design.cycles
        contests, takeovers, polled = contest_rows(counts), takeover_rows(counts), polled_rows(counts)
        missed = [row.target.label for row in rows if row.verdict == MISS]
        missed += [row.label for row in (*contests, *takeovers) if row.verdict == MISS]
        facts = shipped_facts()
        head = (
            f"political-moat: emergent targets, preset {finished.preset}, zero exposure, {len(counts)} histories of "
            f"{cycles} terms, {finished.parameters.electorate.voters:,} voters, seed {finished.seed}. {NOTICE}"
        )
        absent = [
            f"not measured here: {name}, {what}; record {facts[name].value:g} "
            f"({facts[name].low:g} to {facts[name].high:g}), {facts[name].status}"
            for name, what in NOT_MEASURED.items()
        ]
        verdict = f"Missed: {', '.join(missed) if missed else 'none'}. No parameter is changed to remove a miss."
        table = [_HEAD, *(_line(row) for row in rows)]
        blocks = [_wrapped([head]), table, _wrapped(absent), contest_lines(contests), takeover_lines(takeovers)]
        blocks += [polled_lines(polled)] if polled else []
        blocks += [_wrapped([verdict, *_notes(counts, rows, cycles)])]
        blocks.append([f"Files: {finished.path} (summary.csv, export/runs.csv, codebook.md)"])
        return "\n\n".join("\n".join(block) for block in blocks)

    def json(self, finished: Finished) -> str:
        """Return the same table for programs."""
        content = {
            "preset": finished.preset,
            "cycles": finished.design.cycles,
            "seed": finished.seed,
            "replicates": len(finished.runs),
            "table": [
                {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
                for row in _summary_rows(counts_of(finished))
            ],
            "files": str(finished.path),
            "failed": list(finished.reasons),
            "notice": NOTICE,
        }
        return json.dumps(content, indent=2, allow_nan=False)


def _summary_rows(counts: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    return [*map(_summary_row, measured(counts)), *(row.summary() for row in takeover_target_rows(counts))]


def _summary_row(row: Measured) -> dict[str, Any]:
    fact = row.fact
    return {
        "fact": row.target.fact,
        "target": row.target.label,
        "model": row.estimate,
        "model_mcse": row.error,
        "record": fact.value,
        "low": fact.low,
        "high": fact.high,
        "status": fact.status,
        "use": fact.use,
        "verdict": row.verdict,
    }


def _wrapped(sentences: Sequence[str]) -> list[str]:
    return [piece for sentence in sentences for piece in wrapped(sentence)]
