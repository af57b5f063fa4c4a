"""Counts that `moat targets` compares with the record."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ....agents.draws import draws_of
from ....agents.numerics.ordered_sum import ordered_sum
from ....model.build import build_state
from ....model.data_collection import ABSTAINED, individual_votes
from ....model.fast_forward import advance
from ....model.parameters.tree import Parameters
from ....model.state import WorldState
from ..finished_run import keep_world
from ..history.run import begin_term
from ..stress_test.run import with_dose
from .contests import contest_counts
from .design import ARM, FIRST_TERMS, STRESS_TAKEOVERS, own_replicates
from .policy_controls import control_counts
from .polled_and_realised import polled_and_realised
from .takeovers import first_term_counts, stress_takeover_counts, takeover_counts

if TYPE_CHECKING:
    from ....model.elections.national_vote import ElectionResult


Ballots = npt.NDArray[np.int8]


Ages = npt.NDArray[np.float32]


RECORD_MONTHS = 148
"""Length of the bitcoin record, December 2013 to April 2026 (source of btc_drawdown50_rate)."""


DEEP = 0.5
"""A fall of this share of the price or more is counted."""


_SLACK = 1e-12


def drawdown(prices: Sequence[float]) -> float:
    """Return the largest fall below an earlier price, as a share of it; 0 or negative.

    >>> drawdown([1.0, 2.0, 0.5, 3.0, 1.5])
    -0.75
    """
    return min(price / peak - 1.0 for price, peak in zip(prices, itertools.accumulate(prices, max), strict=True))


def deep_falls(prices: Sequence[float]) -> int:
    """Count the falls by half or more from the highest price since the last such fall ended.

    A fall ends when the price has doubled from its low. The next fall is measured from there, also below the old high.

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
    """Count the falls by half or more from the highest price so far; each ends only at a new highest price.

    >>> falls_from_record_high([1.0, 2.0, 1.0, 0.5, 1.0, 1.2, 0.6])
    1
    """
    high = itertools.accumulate(prices, max)
    deep = [(price <= DEEP * top * (1.0 + _SLACK), top) for price, top in zip(prices, high, strict=True)]
    return len({top for fallen, top in deep if fallen})


def price_windows(prices: Sequence[float], months: int = RECORD_MONTHS) -> list[Sequence[float]]:
    """Return stretches of `months` months without overlap; a shorter rest is left out.

    A path that is not longer is returned whole.
    """
    if len(prices) <= months:
        return [prices]
    return [prices[first : first + months + 1] for first in range(0, len(prices) - months, months)]


def history_with_ballots(
    parameters: Parameters, cycles: int, seed: int, replicate: int
) -> tuple[WorldState, list[Ballots], list[Ages]]:
    """Run a free history at zero exposure; return its world, then ballots and ages at each presidential election.

    Ballots and ages: one array of all voters per election, in order. The world is the same as in `free_run`; it only
    stops in the month after each presidential election, since ballots can be drawn from no other state.
    """
    world = build_state(with_dose(parameters, 0.0, 1.0), draws_of(seed, replicate))
    world.released = True
    first = world.electorate.dynamic.copy()
    term, lead = parameters.institutions.term_months, parameters.institutions.election_lead
    votes, ages = [], []
    for number in range(cycles):
        begin_term(world, first, number)
        advance(world, term - lead + 1)
        votes.append(individual_votes(world))
        ages.append(world.electorate.column("age").copy())
        advance(world, lead - 1)
    return world, votes, ages


def target_counts(
    parameters: Parameters, cycles: int, seed: int, replicate: int, leave_out: Collection[str] = ()
) -> dict[str, float]:
    """Return the sums of one replicate from which every target is computed, by name.

    leave_out: parts (PARTS) that are not run; their sums are absent.
    """
    world, votes, ages = history_with_ballots(parameters, cycles, seed, replicate)
    keep_world(ARM, world)
    prices = [1.0, *(month.price for month in world.record)]
    presidency = presidency_counts([result for result in world.results if result.presidential])
    history = presidency | congress_counts(world) | ballot_counts(votes, ages) | price_counts(prices)
    stress = stress_parameters(parameters)

    def installed() -> dict[str, float]:
        own = own_replicates(replicate, STRESS_TAKEOVERS)
        return summed(stress_takeover_counts(stress, seed, number) for number in own)

    def firsts() -> dict[str, float]:
        return summed(first_term_counts(parameters, seed, own) for own in own_replicates(replicate, FIRST_TERMS))

    parts: dict[str, Callable[[], dict[str, float]]] = {
        "first terms": firsts,
        "stress takeovers": installed,
        "controls": lambda: control_counts(stress, seed, replicate),
        "contests": lambda: contest_counts(stress, seed, replicate),
        "costs": lambda: polled_and_realised(stress, seed, replicate),
    }
    counts = history | takeover_counts(world)
    for name, part in parts.items():
        if name not in leave_out:
            counts |= part()
    return counts


def stress_parameters(parameters: Parameters) -> Parameters:
    """Return the tree with the exposure and the fixed people that the stress test has by default."""
    default = Parameters()
    people = parameters.people.model_copy(update={"ageing": default.people.ageing})
    return parameters.model_copy(update={"exposure": default.exposure, "people": people})


def summed(counts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Add up counts by name, in the order given."""
    total: dict[str, float] = {}
    for row in counts:
        for name, count in row.items():
            total[name] = total.get(name, 0.0) + count
    return total


def presidency_counts(elections: Sequence[ElectionResult]) -> dict[str, float]:
    """Count turnover by terms in office, swings, and presidents elected with a minority of the vote.

    The author holds its first term at the start.
    """
    lost, faced = {True: 0, False: 0}, {True: 0, False: 0}
    holder, terms = "author", 1
    for result in elections:
        gone = result.winner != holder
        faced[terms == 1] += 1
        lost[terms == 1] += gone
        holder, terms = result.winner, 1 if gone else terms + 1
    shares = [result.author_share for result in elections]
    return {
        "lost_after_one": float(lost[True]),
        "faced_after_one": float(faced[True]),
        "lost_after_more": float(lost[False]),
        "faced_after_more": float(faced[False]),
        "swing_squares": ordered_sum((b - a) ** 2 for a, b in itertools.pairwise(shares)),
        "swings": float(max(0, len(shares) - 1)),
        "college_reversals": float(
            sum((result.author_share > 0.5) != (result.winner == "author") for result in elections)
        ),
        "elections": float(len(elections)),
    }


def congress_counts(world: WorldState) -> dict[str, float]:
    """Count unified governments, and sum the changes of the president's party's share of House seats at midterms.

    The Congress of January 2025 is set, not elected, so it is left out.
    """
    unified, congresses, change, midterms = 0, 0, 0.0, 0
    lead = world.parameters.institutions.election_lead
    for result in world.results:
        if result.month + lead < len(world.record):
            congresses += 1
            unified += all(result.congress.controls(world.record[result.month + lead].in_office))
    for before, result in itertools.pairwise(world.results):
        if not result.presidential:
            sign = 1.0 if world.record[result.month].in_office == "author" else -1.0
            change += sign * (result.congress.house - before.congress.house)
            midterms += 1
    return {
        "unified": float(unified),
        "congresses": float(congresses),
        "midterm_change": change,
        "midterms": float(midterms),
    }


def ballot_counts(votes: Sequence[Ballots], ages: Sequence[Ages]) -> dict[str, float]:
    """Count the voters of one presidential election who chose the other party at the next, and those who abstained.

    A voter who has died by then does not count: a younger person has taken the place.
    """
    voted, switched, dropped = 0, 0, 0
    for (before, now), (age_before, age_now) in zip(itertools.pairwise(votes), itertools.pairwise(ages), strict=True):
        took_part = (before != ABSTAINED) & (age_now >= age_before)
        voted += int(took_part.sum())
        switched += int((took_part & (now == -before)).sum())
        dropped += int((took_part & (now == ABSTAINED)).sum())
    return {"voted_before": float(voted), "switched": float(switched), "dropped_out": float(dropped)}


def price_counts(prices: Sequence[float]) -> dict[str, float]:
    """Sum drawdowns and deep falls over windows as long as the record: a longer path falls deeper."""
    windows = price_windows(prices)
    return {
        "max_drawdowns": ordered_sum(drawdown(window) for window in windows),
        "price_windows": float(len(windows)),
        "deep_falls": float(sum(deep_falls(window) for window in windows)),
        "falls_from_record_high": float(sum(falls_from_record_high(window) for window in windows)),
        "price_years": sum(len(window) - 1 for window in windows) / 12.0,
    }
