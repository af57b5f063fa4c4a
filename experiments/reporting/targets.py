"""`moat targets`: what long histories without exposure give for the emergent targets, beside the record.

Nothing is fitted here. A target that the model does not meet is printed as a MISS.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ...agents.calibration import Fact, shipped_facts
from ..errors import Interrupted, UserError
from ..execution.engine import Engine
from ..execution.tasks import Failure, Task
from ..protocols.targets.counts import RECORD_MONTHS, TargetsDesign
from ..protocols.targets.policy_controls import CONTROLLED
from ..statistics.ratios import ratio
from ..storage.provenance import code_hash
from ..sweeps.outcome import TASK
from .wording import NOTICE

if TYPE_CHECKING:
    from ..execution.progress import Progress
    from ..studies.from_options import Request


FEWEST_CYCLES = 2
"""Swings, switching and House seats are changes: they need two terms."""
HOUSE_SEATS = 435
FEW = 10
_WIDTH = 120
IN_RANGE, MISS, NO_CASE = "in range", "MISS", "no case"


class Stopped(UserError):  # noqa: N818 - says what happened, as Interrupted does
    """Ctrl-C: this command writes no folder, so nothing can be resumed."""

    exit_code = 130


class Target(NamedTuple):
    """One line: a row of parameters.csv and how it is measured.

    The estimate is scale * (sum of `above` / sum of `below`) over replicates, or the root of that ratio times scale.
    """

    fact: str
    label: str
    above: str
    below: str
    decimals: int = 3
    scale: float = 1.0
    root: bool = False


TARGETS: tuple[Target, ...] = (
    Target("turnover_prob_after_1_term", "turnover after one term", "lost_after_one", "faced_after_one"),
    Target("turnover_prob_after_2plus_terms", "turnover after two or more", "lost_after_more", "faced_after_more"),
    Target("national_swing_sd_1952_2024", "national swing sd, points", "swing_squares", "swings", 2, 100.0, True),
    Target("unified_government_share", "unified government", "unified", "congresses"),
    Target("midterm_seat_change", "midterm House seat change", "midterm_change", "midterms", 1, HOUSE_SEATS),
    Target("popular_vote_winner_loses", "popular-vote winner loses", "college_reversals", "elections"),
    Target("two_party_switch_rate_4y", "four-year switching", "switched", "voted_before"),
    Target("dropout_rate_4y", "four-year drop-out", "dropped_out", "voted_before"),
    Target("btc_max_drawdown", "bitcoin max drawdown", "max_drawdowns", "price_windows"),
    Target("btc_drawdown50_rate", "bitcoin falls >= 50% a year", "deep_falls", "price_years"),
    *(
        Target(row, f"flips: {label}", f"{name} flips", f"{name} takeovers")
        for row, (name, label) in CONTROLLED.items()
    ),
)

NOT_MEASURED: dict[str, str] = {
    "share_all_EOs_ever_revoked": "revocation of executive orders of every kind and subject",
}
"""Rows with use TARGET that are about more than one policy, and what they are."""


class Measured(NamedTuple):
    """A target with its estimate and Monte Carlo standard error (NaN where there is no case, or one replicate)."""

    target: Target
    fact: Fact
    estimate: float
    error: float

    @property
    def verdict(self) -> str:
        """Whether the estimate lies in the range of the record."""
        if math.isnan(self.estimate):
            return NO_CASE
        return IN_RANGE if self.fact.low <= self.estimate <= self.fact.high else MISS

    @property
    def close(self) -> bool:
        """Whether a limit of the range is within two Monte Carlo errors."""
        return min(abs(self.estimate - limit) for limit in (self.fact.low, self.fact.high)) < 2.0 * self.error


def estimate(counts: Sequence[Mapping[str, float]], target: Target) -> tuple[float, float]:
    """Estimate of a target and its Monte Carlo standard error, replicates being the clusters (delta method)."""
    found, error = ratio([one[target.above] for one in counts], [one[target.below] for one in counts])
    if target.root:
        found = math.sqrt(found)
        error = error / (2.0 * found) if found > 0.0 else math.nan
    return target.scale * found, target.scale * error


def measured(counts: Sequence[Mapping[str, float]]) -> list[Measured]:
    """Every measured target, in the order of TARGETS."""
    facts = shipped_facts()
    return [Measured(one, facts[one.fact], *estimate(counts, one)) for one in TARGETS]


def run_targets(
    request: Request, workers: int, progress: Progress | None = None
) -> tuple[list[dict[str, float]], list[str]]:
    """Counts of every finished replicate in order, and a line for each that failed.

    Raises Stopped on Ctrl-C, WorkersUnusable where no worker starts.
    """
    cycles = request.cycles or FEWEST_CYCLES
    kept: dict[int, dict[str, float]] = {}
    reasons: list[str] = []

    def keep(task: Task, result: Any) -> None:
        (kept[task.payload[3]],) = result.runs

    def give_up(task: Task, failure: Failure) -> None:
        if failure.final:
            reasons.append(f"{task.key}: {failure.reason}")

    tasks = [
        Task(f"replicate {number}", (request.parameters, TargetsDesign(cycles), request.seed, number))
        for number in range(request.replicates)
    ]
    try:
        Engine.local(workers).run(tasks, TASK, keep, give_up, progress, code=code_hash())
    except Interrupted as stop:
        raise Stopped(f"interrupted after {stop.done} replicates; this command keeps nothing") from None
    return [kept[number] for number in sorted(kept)], sorted(reasons)


_HEAD = f"{'target':<29}{'model':>9}{'MC err':>9}{'record':>9}  {'range':<15}{'status':<9}{'use':<8}verdict"


def _number(value: float, decimals: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{decimals}f}"


def _line(one: Measured) -> str:
    target, fact = one.target, one.fact
    span = f"{fact.low:g} to {fact.high:g}"
    return (
        f"{target.label:<29}{_number(one.estimate, target.decimals):>9}{_number(one.error, target.decimals):>9}"
        f"{fact.value:>9g}  {span:<15}{fact.status:<9}{fact.use.split()[0]:<8}{one.verdict}"
    )


def _notes(counts: Sequence[Mapping[str, float]], rows: Sequence[Measured], cycles: int) -> Iterator[str]:
    if len(counts) < FEW:
        yield f"Fewer than {FEW} histories: the Monte Carlo errors are themselves rough."
    near = [one.target.label for one in rows if one.close]
    if near:
        yield f"A limit of the range is within two Monte Carlo errors, so the verdict may turn: {', '.join(near)}."
    yield "Range of turnover: Jeffreys 90% interval of the record (3 of 10, 8 of 10); ten cases decide little."
    yield (
        "use FIT: a parameter was fitted to it, with turnover in view; input: parameters were set knowing it; "
        "neither is a test."
    )
    yield "Switching and drop-out: share of those who voted at one presidential election, four years later."
    other, _ = ratio([one["falls_from_record_high"] for one in counts], [one["price_years"] for one in counts])
    yield (
        f"Bitcoin: month-end prices, {RECORD_MONTHS} months at a time as in the record (or the run, if shorter). "
        f"A fall ends when the price has doubled from its low; if only at a new highest price: {other:.3f} a year."
    )
    yield (
        "Flips: the two policy controls (moat presets) by the stress test: the same voters and parties, only the legal "
        "layer, exposure and the parties' distance on the issue changed. A flip is a restriction of six months."
    )
    yield "Congress of January 2025 is set, not elected: left out of unified government and seat change."
    if cycles * 48 < RECORD_MONTHS:
        yield "These histories are shorter than the bitcoin record: a short path falls less deep."


def targets_text(request: Request, counts: Sequence[Mapping[str, float]]) -> str:
    """The printed table: a line for each target, those not measured, and what the columns mean."""
    rows = measured(counts)
    cycles = request.cycles or FEWEST_CYCLES
    missed = [one.target.label for one in rows if one.verdict == MISS]
    facts = shipped_facts()
    head = (
        f"political-moat: emergent targets, preset {request.preset}, zero exposure, {len(counts)} histories of "
        f"{cycles} terms, {request.parameters.electorate.voters:,} voters, seed {request.seed}. {NOTICE}"
    )
    absent = [
        f"not measured here: {name}, {what}; record {facts[name].value:g} "
        f"({facts[name].low:g} to {facts[name].high:g}), {facts[name].status}"
        for name, what in NOT_MEASURED.items()
    ]
    found = f"Missed: {', '.join(missed) if missed else 'none'}. A miss is reported, not tuned away."
    table = [_HEAD, *(_line(one) for one in rows)]
    blocks = [_wrapped([head]), table, _wrapped(absent), _wrapped([found, *_notes(counts, rows, cycles)])]
    return "\n\n".join("\n".join(block) for block in blocks)


def _wrapped(sentences: Sequence[str]) -> list[str]:
    return [line for one in sentences for line in textwrap.wrap(one, _WIDTH, subsequent_indent="  ")]
