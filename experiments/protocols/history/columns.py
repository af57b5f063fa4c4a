"""Columns of a history's runs.csv, cycles.csv, summary.csv and incidence.csv, declared for exports and codebook."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...storage.columns import Column
from ..stress_test.columns import CYCLE_COLUMNS, RUN_COLUMNS
from .outcomes import CAUSES

_ANY = (-math.inf, math.inf)
_COUNT = (0.0, math.inf)
_SHARE = (0.0, 1.0)
_STRESS_RUN = {column.name: column for column in RUN_COLUMNS}
_STRESS_CYCLE = {column.name: column for column in CYCLE_COLUMNS}
_STAKE = "mean of v * stake"
_FIRST_OUTCOME = "attempted"
_OUTCOMES = CYCLE_COLUMNS[[column.name for column in CYCLE_COLUMNS].index(_FIRST_OUTCOME) :]

_ENDING = {
    "reversed": "openness at or below policy.before_theta for six months, begun under the opponent",
    "moderated": "openness below .5 for six months, begun under the author",
    "court": "openness below .5, or at or below policy.before_theta, for six months, begun when a court struck a rule",
    "collapse": "price under 10% of its level at inauguration for 12 months within a term",
}
"""The four causes that compete to end the friendly policy."""
ENDING_TEXT = "; ".join(f"{cause}: {meaning}" for cause, meaning in _ENDING.items())

EVOLVING_COLUMN = Column(
    "evolving", "0 or 1", *_SHARE, "employers and savers adopt on their own; else exposure is assigned", "arm"
)
_EXPOSURE = (
    Column("exposure", "years of income", *_COUNT, "visible stake at inauguration, mean over all voters", _STAKE),
    Column(
        "exposure_mean",
        "years of income",
        *_COUNT,
        "visible stake, mean over all voters and over the term",
        f"{_STAKE}, at inauguration and every three months",
    ),
    Column("exposure_end", "years of income", *_COUNT, "visible stake at the end of the term, mean of voters", _STAKE),
    Column("share_holding", "share of voters", *_SHARE, "voters who hold at inauguration", "share with units > 0"),
    Column(
        "share_holding_mean",
        "share of voters",
        *_SHARE,
        "voters who hold, mean over the term",
        "share with units > 0, at inauguration and every three months",
    ),
    Column("share_holding_end", "share of voters", *_SHARE, "voters who hold at the end of the term", "units > 0"),
)
_OF_RUN = {
    name: column._replace(meaning=column.meaning.replace("the term", "the run"))
    for column in _EXPOSURE
    if (name := column.name) in ("share_holding_mean", "exposure_mean")
}

HISTORY_RUN_COLUMNS: tuple[Column, ...] = (
    *(_STRESS_RUN[name] for name in ("key", "replicate", "seed", "arm", "layer", "breadth", "visibility")),
    *(_STRESS_RUN[name] for name in ("allocation", "skew", "grandfathering", "voters", "rule", "mean_stake")),
    *(_STRESS_RUN[name] for name in ("exposed_usd_bn", "beyond_coverage")),
    EVOLVING_COLUMN,
    Column("cycles", "terms", 1.0, math.inf, "presidential terms of the run", "--cycles"),
    *(_OF_RUN[name] for name in ("share_holding_mean", "exposure_mean")),
    Column("turnovers", "number", *_COUNT, "times the presidency changed party", "count"),
    Column("takeovers", "number", *_COUNT, "times the opponent took office from the author", "count"),
    Column(
        "takeovers_at_risk",
        "number",
        *_COUNT,
        "takeovers by the opponent with openness at least .5: the risk set",
        "count of A >= .5 in the month before",
    ),
    Column("attempted_at_risk", "number", *_COUNT, "of these, terms with an attempt", "count of attempted"),
    Column("restricted_at_risk", "number", *_COUNT, "of these, terms with a restriction", "count of restricted"),
    Column("reversed_at_risk", "number", *_COUNT, "of these, terms with a return to extreme care", "count of reversed"),
    Column(
        "net_reversed_at_risk",
        "number",
        *_COUNT,
        "of these, terms with a return to extreme care that the end of the next term has not restored",
        "count of net_reversed",
    ),
    Column("net_observed_at_risk", "number", *_COUNT, "takeovers at risk that have a next term in the run", "count"),
    Column(
        "reversals", "number", *_COUNT, "terms of the opponent with a return to extreme care, first or later", "count"
    ),
    Column("moderations", "number", *_COUNT, "terms of the author with a moderation of its own policy", "count"),
    Column("months", "months", *_COUNT, "length of the run: calendar time", "count"),
    Column("opposed_months", "months", *_COUNT, "months under the opponent: opportunity time", "count"),
    Column("cause", "", *_ANY, "how the friendly policy first ended; none if it did not", ENDING_TEXT),
    Column(
        "calendar_months",
        "months",
        *_COUNT,
        "months from January 2025 to that end, or the length of the run",
        "first month of the end",
    ),
    Column(
        "opportunity_months",
        "months",
        *_COUNT,
        "months under the opponent up to that end, or in the run",
        "count of months",
    ),
    Column("volatility", "theta per decade", *_COUNT, "changes of theta added up, per decade", "120 sum|d theta| / T"),
    Column("mean_theta", "rung 0-1", *_SHARE, "mean theta over the run", "mean of theta"),
    Column(
        "mean_theta_friendly",
        "rung 0-1",
        *_SHARE,
        "mean theta under the author since the friendly policy; empty if there is no such month",
        "mean of theta",
    ),
    Column(
        "mean_theta_opposed",
        "rung 0-1",
        *_SHARE,
        "mean theta under the opponent; empty if it never governed",
        "mean of theta",
    ),
    Column(
        "gap",
        "theta",
        -1.0,
        1.0,
        "G of the history, descriptive: mean theta under the author minus under the opponent; empty without both",
        "difference of means",
    ),
    Column("mean_policy", "openness", *_SHARE, "mean openness over the run", "mean of A"),
    Column(
        "platform_distance",
        "openness",
        *_SHARE,
        "mean distance between the parties' announced positions",
        "mean |stand_R - stand_D|",
    ),
    Column("final_price", "price", *_COUNT, "crypto price at the end; 1 in January 2025", "market"),
    _STRESS_RUN["outcome_hash"],
)

HISTORY_CYCLE_COLUMNS: tuple[Column, ...] = (
    *(_STRESS_CYCLE[name] for name in ("key", "replicate", "arm", "layer", "breadth", "visibility")),
    EVOLVING_COLUMN,
    Column("number", "number", *_COUNT, "presidential term; 0 is the author's from January 2025", "order"),
    _STRESS_CYCLE["role"],
    _STRESS_CYCLE["party"],
    Column("alternated", "0 or 1", *_SHARE, "the other party took office at the start of the term", "election"),
    Column(
        "at_risk",
        "0 or 1",
        *_SHARE,
        "the opponent took office in this term with openness at least .5",
        "alternated, opponent, A >= .5",
    ),
    Column("terms_in_office", "terms", 1.0, math.inf, "the party's terms in a row up to this one", "count"),
    _STRESS_CYCLE["inherited_policy"],
    *_EXPOSURE,
    Column("price_at_inauguration", "price", *_COUNT, "crypto price at inauguration; 1 in January 2025", "market"),
    _STRESS_CYCLE["vote_share"],
    Column(
        "moderated",
        "0 or 1",
        *_SHARE,
        "the author lowered its own policy below .5 for six months, begun and lasting within the term, not by a court",
        "as cause moderated of runs.csv, within the term",
    ),
    *_OUTCOMES,
    Column(
        "net_restricted",
        "0 or 1",
        *_SHARE,
        "restricted, and not restored by the end of the next term; empty in the last term",
        "restricted, and A at the end of the next term <= A_takeover - .10",
    ),
    Column(
        "net_reversed",
        "0 or 1",
        *_SHARE,
        "back to extreme care, and not restored by the end of the next term; empty in the last term",
        "reversed, and A at the end of the next term <= A_takeover - .10",
    ),
)


def _estimate(name: str, unit: str, low: float, high: float, meaning: str, formula: str) -> Iterator[Column]:
    yield Column(name, unit, low, high, f"{meaning}; empty without any", formula)
    error = "over replicates, which are the clusters"
    yield Column(f"{name}_mcse", unit, 0.0, math.inf, f"Monte Carlo standard error of {name}", error)


RATIOS: dict[str, tuple[str, str, str, str]] = {
    "share_at_risk": ("takeovers_at_risk", "takeovers", "share", "takeovers with openness at least .5"),
    "p_attempted": ("attempted_at_risk", "takeovers_at_risk", "share", "takeovers at risk with an attempt"),
    "p_restricted": ("restricted_at_risk", "takeovers_at_risk", "share", "takeovers at risk with a restriction"),
    "p_reversed": ("reversed_at_risk", "takeovers_at_risk", "share", "takeovers at risk with a return to extreme care"),
    "p_net_reversed": (
        "net_reversed_at_risk",
        "net_observed_at_risk",
        "share",
        "takeovers at risk with a return to extreme care not restored by the end of the next term",
    ),
    "reversals_per_decade": (
        "reversals",
        "months",
        "per decade",
        "returns to extreme care per decade of calendar time",
    ),
    "reversals_per_opposed_decade": (
        "reversals",
        "opposed_months",
        "per decade",
        "returns to extreme care per decade under the opponent: opportunity time",
    ),
}
"""Estimate -> (numerator, denominator, unit, meaning): sums over replicates, columns of runs.csv."""
MEANS: dict[str, tuple[str, float, float]] = {
    "share_holding_mean": ("share of voters", 0.0, 1.0),
    "exposure_mean": ("years of income", 0.0, math.inf),
    "turnovers": ("number", 0.0, math.inf),
    "takeovers": ("number", 0.0, math.inf),
    "moderations": ("number", 0.0, math.inf),
    "volatility": ("theta per decade", 0.0, math.inf),
    "gap": ("theta", -1.0, 1.0),
    "mean_theta": ("rung 0-1", 0.0, 1.0),
    "mean_policy": ("openness", 0.0, 1.0),
    "platform_distance": ("openness", 0.0, 1.0),
}
"""Column of runs.csv whose mean over replicates is printed -> (unit, low, high)."""


def _summary() -> Iterator[Column]:
    shared = ("arm", "layer", "visibility", "breadth", "allocation", "voters", "mean_stake", "exposed_usd_bn")
    yield from (_STRESS_RUN[name] for name in (*shared, "beyond_coverage"))
    yield EVOLVING_COLUMN
    yield Column("n", "replicates", 1.0, math.inf, "paired replicates behind the row", "count")
    for name, (above, below, unit, meaning) in RATIOS.items():
        yield from _estimate(name, unit, 0.0, 1.0 if unit == "share" else math.inf, meaning, f"{above} / {below}")
    for name, (unit, low, high) in MEANS.items():
        yield from _estimate(name, unit, low, high, f"mean {name} of the run", f"mean of {name}")


HISTORY_SUMMARY_COLUMNS: tuple[Column, ...] = tuple(_summary())

CLOCKS: dict[str, str] = {"calendar": "calendar_months", "opportunity": "opportunity_months"}
"""Clock -> column of runs.csv with the months on it."""


def _incidence() -> Iterator[Column]:
    yield from (_STRESS_RUN[name] for name in ("arm", "breadth", "visibility"))
    yield Column("clock", "", *_ANY, "calendar (since January 2025) or opportunity (months under the opponent)", "")
    yield Column("months", "months", *_COUNT, "time on that clock", "every 12 months")
    yield Column("at_risk", "runs", *_COUNT, "runs neither ended nor censored before", "count")
    yield Column("survival", "share", *_SHARE, "share of runs in which the policy has not ended", "Kaplan-Meier")
    for cause in CAUSES:
        how = "Aalen-Johansen"
        yield Column(f"incidence_{cause}", "share", *_SHARE, f"share ended by then: {_ENDING[cause]}", how)
        meaning = f"Monte Carlo standard error of incidence_{cause}"
        yield Column(f"incidence_{cause}_mcse", "share", 0.0, math.inf, meaning, "delta method")


INCIDENCE_COLUMNS: tuple[Column, ...] = tuple(_incidence())
