"""`moat targets`: what long histories without exposure give for the emergent targets, beside the record.

Nothing is fitted here. A target that the model does not meet is printed as a MISS.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...agents.calibration import Fact, shipped_facts
from ...model.data_collection import ABSTAINED, individual_votes
from ...model.world import World
from ..errors import Interrupted, UserError
from ..execution.process_pool import Failure, Task, run_tasks
from ..protocols.history.run import begin_term
from ..protocols.stress_test.run import with_dose
from ..protocols.targets.policy_controls import CONTROLLED, control_counts
from ..storage.provenance import code_hash
from ..sweeps.outcome import TASK
from .history_text import ratio
from .stress_test_text import NOTICE

if TYPE_CHECKING:
    from ...model.elections.national_vote import ElectionResult
    from ...model.parameters.tree import Parameters
    from ..execution.progress import Progress
    from ..studies.from_options import Request

Ballots = npt.NDArray[np.int8]
Ages = npt.NDArray[np.float32]

FEWEST_CYCLES = 2
"""Swings, switching and House seats are changes: they need two terms."""
HOUSE_SEATS = 435
RECORD_MONTHS = 148
"""Length of the bitcoin record, December 2013 to April 2026 (source of btc_drawdown50_rate)."""
DEEP = 0.5
"""A fall of this share of the price or more is counted."""
FEW = 10
_WIDTH = 120
IN_RANGE, MISS, NO_CASE = "in range", "MISS", "no case"
_SLACK = 1e-12


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


def drawdown(prices: Sequence[float]) -> float:
    """Largest fall below an earlier price, as a share, at most 0.

    >>> drawdown([1.0, 2.0, 0.5, 3.0, 1.5])
    -0.75
    """
    return min(price / peak - 1.0 for price, peak in zip(prices, itertools.accumulate(prices, max), strict=True))


def deep_falls(prices: Sequence[float]) -> int:
    """Falls of at least half from the highest price since the last such fall ended.

    A fall ends when the price has doubled from its low: the next is counted from there, also below the old high.

    >>> deep_falls([1.0, 2.0, 1.0, 0.5, 1.0, 1.2, 0.6])
    2
    """
    count, falling = 0, False
    high = low = prices[0]
    for price in prices:
        if falling:
            low = min(low, price)
            if price * DEEP >= low - _SLACK * low:
                falling, high = False, price
            continue
        high = max(high, price)
        if price <= DEEP * high * (1.0 + _SLACK):
            count, falling, low = count + 1, True, price
    return count


def falls_from_record_high(prices: Sequence[float]) -> int:
    """Falls of at least half from the highest price so far, each over only at a new highest price.

    >>> falls_from_record_high([1.0, 2.0, 1.0, 0.5, 1.0, 1.2, 0.6])
    1
    """
    high = itertools.accumulate(prices, max)
    deep = [(price <= DEEP * top * (1.0 + _SLACK), top) for price, top in zip(prices, high, strict=True)]
    return len({top for fallen, top in deep if fallen})


def price_windows(prices: Sequence[float], months: int = RECORD_MONTHS) -> list[Sequence[float]]:
    """Stretches of `months` months without overlap, a shorter rest left out; the whole path if it is shorter."""
    if len(prices) <= months:
        return [prices]
    return [prices[first : first + months + 1] for first in range(0, len(prices) - months, months)]


def history_with_ballots(
    parameters: Parameters, cycles: int, seed: int, replicate: int
) -> tuple[World, list[Ballots], list[Ages]]:
    """A free history at zero exposure; every voter's ballot at its presidential elections in order, and age at each.

    The same world as `free_run`; it only stops in the month after each presidential election, since ballots can be
    drawn from no other state.
    """
    world = World(with_dose(parameters, 0.0, 1.0), seed, replicate)
    world.released = True
    first = world.electorate.dynamic.copy()
    term, lead = parameters.institutions.term_months, parameters.institutions.election_lead
    votes, ages = [], []
    for number in range(cycles):
        begin_term(world, first, number)
        world.advance(term - lead + 1)
        votes.append(individual_votes(world))
        ages.append(world.electorate.column("age").copy())
        world.advance(lead - 1)
    return world, votes, ages


class TargetsDesign(NamedTuple):
    """Presidential terms of each history."""

    cycles: int


def target_counts(parameters: Parameters, cycles: int, seed: int, replicate: int) -> dict[str, float]:
    """Sums of one replicate from which every target is computed, by name."""
    world, votes, ages = history_with_ballots(parameters, cycles, seed, replicate)
    prices = [1.0, *(month.price for month in world.record)]
    found = presidency_counts([result for result in world.results if result.presidential])
    history = found | congress_counts(world) | ballot_counts(votes, ages) | price_counts(prices)
    return history | control_counts(parameters, seed, replicate)


def presidency_counts(elections: Sequence[ElectionResult]) -> dict[str, float]:
    """Turnover by terms in office (the author holds its first at the start), swings, and votes against the college."""
    lost, faced = {True: 0, False: 0}, {True: 0, False: 0}
    holder, terms = "author", 1
    for one in elections:
        gone = one.winner != holder
        faced[terms == 1] += 1
        lost[terms == 1] += gone
        holder, terms = one.winner, 1 if gone else terms + 1
    shares = [one.author_share for one in elections]
    return {
        "lost_after_one": float(lost[True]),
        "faced_after_one": float(faced[True]),
        "lost_after_more": float(lost[False]),
        "faced_after_more": float(faced[False]),
        "swing_squares": sum((b - a) ** 2 for a, b in itertools.pairwise(shares)),
        "swings": float(max(0, len(shares) - 1)),
        "college_reversals": float(sum((one.author_share > 0.5) != (one.winner == "author") for one in elections)),
        "elections": float(len(elections)),
    }


def congress_counts(world: World) -> dict[str, float]:
    """Unified governments and seats lost at midterms; the Congress of January 2025 is set, not elected: left out."""
    unified, congresses, change, midterms = 0, 0, 0.0, 0
    lead = world.parameters.institutions.election_lead
    for one in world.results:
        if one.month + lead < len(world.record):
            congresses += 1
            unified += all(one.congress.controls(world.record[one.month + lead].in_office))
    for before, one in itertools.pairwise(world.results):
        if not one.presidential:
            sign = 1.0 if world.record[one.month].in_office == "author" else -1.0
            change += sign * (one.congress.house - before.congress.house)
            midterms += 1
    return {
        "unified": float(unified),
        "congresses": float(congresses),
        "midterm_change": change,
        "midterms": float(midterms),
    }


def ballot_counts(votes: Sequence[Ballots], ages: Sequence[Ages]) -> dict[str, float]:
    """Of those who voted at an election, how many voted for the other party at the next, and how many for nobody.

    Who has died by then is not counted: the place is taken by somebody younger.
    """
    voted, switched, dropped = 0, 0, 0
    for (before, now), (age_before, age_now) in zip(itertools.pairwise(votes), itertools.pairwise(ages), strict=True):
        took_part = (before != ABSTAINED) & (age_now >= age_before)
        voted += int(took_part.sum())
        switched += int((took_part & (now == -before)).sum())
        dropped += int((took_part & (now == ABSTAINED)).sum())
    return {"voted_before": float(voted), "switched": float(switched), "dropped_out": float(dropped)}


def price_counts(prices: Sequence[float]) -> dict[str, float]:
    """Drawdowns and deep falls, in stretches as long as the record: a longer path falls deeper."""
    windows = price_windows(prices)
    return {
        "max_drawdowns": sum(drawdown(one) for one in windows),
        "price_windows": float(len(windows)),
        "deep_falls": float(sum(deep_falls(one) for one in windows)),
        "falls_from_record_high": float(sum(falls_from_record_high(one) for one in windows)),
        "price_years": sum(len(one) - 1 for one in windows) / 12.0,
    }


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
        run_tasks(tasks, TASK, workers, keep, give_up, progress, code=code_hash(), in_process=workers == 1)
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
