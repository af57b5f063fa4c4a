"""Statistics that a target may name: what each run of `moat targets` measures, with a Monte Carlo error for few runs.

A wave has few histories for each point. The error of an estimate is therefore the larger of two: the error between
histories, widened by Student's t for their number, and a floor from the number of events, so that 0 of 24 has an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from ..protocols.targets.design import (
    CONTEST_LAYERS,
    CONTESTS,
    CONTROLLED,
    FORESIGHTS,
    MOVES,
    PARTS,
    PHASES,
    realised_cost,
)
from ..protocols.targets.estimates import TARGETS, Counts, Target, costs, estimate, polled_over_realised
from ..statistics.ratios import ratio

HOLDERS = 0.30
"""Share of voters who hold in the exposed arm of the costs (protocols/targets/polled_and_realised.py)."""
LEVEL = 0.95
_SHARE, _RATE, _MEAN = "share", "rate", "mean"
Estimate = tuple[float, float]


class Statistic(NamedTuple):
    """A measured statistic: its name in a targets file, meaning and unit.

    fact: row of calibration/parameters.csv, empty without one. part: the part of a replicate that it needs (PARTS),
    empty for the long history alone. measure: estimate and Monte Carlo error from the counts of a point's histories;
    NaN for what has no case.
    """

    name: str
    meaning: str
    unit: str
    fact: str
    part: str
    measure: Callable[[Counts], Estimate]


_NAMES: dict[str, tuple[str, str, str]] = {
    "turnover_prob_after_1_term": ("turnover_after_one", "probability", _SHARE),
    "turnover_prob_after_2plus_terms": ("turnover_after_more", "probability", _SHARE),
    "national_swing_sd_1952_2024": ("swing_sd", "points", _MEAN),
    "unified_government_share": ("unified", "share of congresses", _SHARE),
    "midterm_seat_change": ("midterm_seats", "House seats", _MEAN),
    "popular_vote_winner_loses": ("popular_vote_loser", "probability", _SHARE),
    "two_party_switch_rate_4y": ("switching", "share of voters", _MEAN),
    "dropout_rate_4y": ("drop_out", "share of voters", _MEAN),
    "btc_max_drawdown": ("max_drawdown", "share of the price", _MEAN),
    "btc_drawdown50_rate": ("deep_falls", "per year", _RATE),
    "reversal_prob_contested_guidance_at_turnover": ("flips_esg_guidance", "probability", _SHARE),
    "reversal_prob_entrenched_default (QDIA 2007)": ("flips_default_rule", "probability", _SHARE),
}
"""Row of parameters.csv -> name in a targets file, unit, and kind of the estimate."""


def jeffreys_error(events: float, cases: float) -> float:
    """Return the standard error of a share by the Jeffreys posterior; above 0 also for 0 of n.

    >>> round(jeffreys_error(0.0, 24.0), 3)
    0.027
    """
    p = (events + 0.5) / (cases + 1.0)
    return math.sqrt(p * (1.0 - p) / (cases + 2.0))


def widened(error: float, replicates: int) -> float:
    """Return an error between replicates, widened so that 1.96 of it covers 95% with so few replicates (Student's t).

    >>> [round(widened(1.0, n), 2) for n in (2, 8, 100)]
    [6.48, 1.21, 1.01]
    """
    from scipy.special import stdtrit

    if replicates < 2:
        return math.nan
    upper = 0.5 + LEVEL / 2.0
    return error * float(stdtrit(replicates - 1, upper)) / float(stdtrit(math.inf, upper))


def _with_error(estimated: Estimate, replicates: int, floor: float = 0.0) -> Estimate:
    """Return an estimate with the larger of its widened error and the floor; NaN without a case or an error."""
    value, error = estimated
    if math.isnan(value):
        return math.nan, math.nan
    spread = widened(error, replicates)
    error = max(0.0 if math.isnan(spread) else spread, floor)
    return (value, error) if error > 0.0 or not math.isnan(spread) else (math.nan, math.nan)


def _of_target(target: Target, kind: str) -> Callable[[Counts], Estimate]:
    def measure(counts: Counts) -> Estimate:
        events, cases = sum(row[target.above] for row in counts), sum(row[target.below] for row in counts)
        floor = 0.0
        if kind == _SHARE and cases > 0.0:
            floor = jeffreys_error(events, cases)
        elif kind == _RATE and cases > 0.0:
            floor = math.sqrt(events + 0.5) / cases
        return _with_error(estimate(counts, target), len(counts), floor)

    return measure


def _of_share(above: str, below: str) -> Callable[[Counts], Estimate]:
    return _of_target(Target("", "", above, below), _SHARE)


def _of_ratio(move: str, phase: str, foresight: int, paired: bool) -> Callable[[Counts], Estimate]:
    def measure(counts: Counts) -> Estimate:
        return _with_error(polled_over_realised(counts, move, phase, foresight, paired), len(counts))

    return measure


def _of_vote_effect(move: str, phase: str) -> Callable[[Counts], Estimate]:
    def measure(counts: Counts) -> Estimate:
        paired = costs(counts, realised_cost(move, phase), paired=True)
        # A move that is not on the menu is recorded as exactly 0.
        lost = [-100.0 * cost / HOLDERS for cost in paired if cost != 0.0]
        return _with_error(ratio(lost, [1.0] * len(lost)), len(lost))

    return measure


def _statistics() -> Iterator[Statistic]:
    controls = {f"{preset} flips" for preset, _ in CONTROLLED.values()}
    for target in TARGETS:
        name, unit, kind = _NAMES[target.fact]
        part = "controls" if target.above in controls else ""
        yield Statistic(name, target.label, unit, target.fact, part, _of_target(target, kind))
    for contest, layer in product(CONTESTS, CONTEST_LAYERS):
        meaning = f"P(restricted | opposed term, no holders), {contest} {layer}"
        measure = _of_share(f"{contest} {layer} restricted", "contest takeovers")
        yield Statistic(f"restricted_{contest}_{layer}", meaning, "probability", "", "contests", measure)
    takeovers = (
        ("unified_at_takeover", "elections that bring the opponent into office in histories", "", "takeovers"),
        ("unified_at_first_takeover", "first elections of histories that do", "first terms", "first_takeovers"),
        ("unified_in_stress_test", "takeovers of the stress test", "stress takeovers", "stress_takeovers"),
    )
    for name, meaning, part, counted in takeovers:
        measure = _of_share(f"{counted}_unified", counted)
        yield Statistic(name, f"opponent has both houses: {meaning}", "share", "", part, measure)
    for move, phase in product(MOVES, PHASES):
        meaning = f"realised loss of votes by {move}, {phase} in the term, for each voter who holds"
        measure = _of_vote_effect(move, phase)
        yield Statistic(f"vote_effect_{move}_{phase}", meaning, "points per holder", "", "costs", measure)
    for paired, move, phase, foresight in product((False, True), MOVES, PHASES, FORESIGHTS):
        name = f"polled_realised_{move}_{phase}_f{foresight}" + "_by_exposure" * paired
        meaning = f"polled / realised cost of {move}, {phase}, foresight {foresight}" + ", part by exposure" * paired
        yield Statistic(name, meaning, "ratio", "", "costs", _of_ratio(move, phase, foresight, paired))


STATISTICS: dict[str, Statistic] = {statistic.name: statistic for statistic in _statistics()}
"""Every measured statistic by its name in a targets file, in the order of `moat targets`."""


def left_out(names: Sequence[str]) -> list[str]:
    """Return the parts of a replicate that none of the named statistics needs."""
    needed = {STATISTICS[name].part for name in names}
    return [part for part in PARTS if part not in needed]


def measure_all(counts: Counts, names: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return estimates and Monte Carlo errors of the named statistics for one point."""
    pairs = [STATISTICS[name].measure(counts) for name in names]
    return [value for value, _ in pairs], [error for _, error in pairs]
