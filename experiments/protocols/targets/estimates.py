"""Estimates of the targets protocol from the counts of its histories, each with a Monte Carlo standard error.

Replicates are the clusters (delta method). A count of a part that was not run is NaN, and so is its estimate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...statistics.ratios import ratio
from .columns import COUNT_COLUMNS
from .design import ARMS_OF_COSTS, CONTROLLED, polled_cost, realised_cost

if TYPE_CHECKING:
    import pandas as pd

Counts = Sequence[Mapping[str, float]]
"""The counts of every history, by name."""
HOUSE_SEATS = 435
KNOWN = 2.0
"""A realised cost within this number of Monte Carlo errors of 0 divides nothing."""


class Target(NamedTuple):
    """One line: a row of parameters.csv and its estimate.

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
"""Row with use TARGET that concerns more than one policy -> its meaning."""


def counts_in(runs: pd.DataFrame) -> list[dict[str, float]]:
    """Return the counts of every history of runs.csv, in the order of its rows; NaN for parts that were not run."""
    import pandas as pd

    names = [column.name for column in COUNT_COLUMNS]
    return [dict(row) for row in runs[names].apply(pd.to_numeric).astype(float).to_dict("records")]


def estimate(counts: Counts, target: Target) -> tuple[float, float]:
    """Estimate a target and its Monte Carlo standard error, replicates being the clusters (delta method)."""
    value, error = ratio([row[target.above] for row in counts], [row[target.below] for row in counts])
    if target.root:
        value = math.sqrt(value)
        error = error / (2.0 * value) if value > 0.0 else math.nan
    return target.scale * value, target.scale * error


def share(counts: Counts, above: str, below: str) -> tuple[float, float]:
    """Return the ratio of two sums of counts, and its Monte Carlo standard error."""
    return ratio([row[above] for row in counts], [row[below] for row in counts])


def costs(counts: Counts, name: str, paired: bool) -> list[float]:
    """Return a cost of every history in the exposed arm; paired: minus that of the arm without exposure."""
    exposed, zero = ARMS_OF_COSTS
    return [row[name + exposed] - (row[name + zero] if paired else 0.0) for row in counts]


def polled_over_realised(
    counts: Counts, move: str, phase: str, foresight: int, paired: bool = False
) -> tuple[float, float]:
    """Return the polled cost of a move over its realised cost, and the Monte Carlo standard error.

    paired: of the part that exposure causes. NaN where the realised cost is within KNOWN errors of 0.
    """
    realised = costs(counts, realised_cost(move, phase), paired)
    mean, mean_error = ratio(realised, [1.0] * len(realised))
    if not abs(mean) > KNOWN * mean_error:
        return math.nan, math.nan
    return ratio(costs(counts, polled_cost(move, phase, foresight), paired), realised)
