"""Columns of runs.csv and summary.csv of the targets protocol."""

from __future__ import annotations

import itertools
import math

from ...storage.columns import Column
from ..stress_test.columns import RUN_COLUMNS
from .design import (
    ARMS_OF_COSTS,
    CONTEST_LAYERS,
    CONTESTS,
    CONTROLLED,
    FORESIGHTS,
    MOVES,
    PHASES,
    polled_cost,
    realised_cost,
)

_ANY = (-math.inf, math.inf)
_COUNT = (0.0, math.inf)
_BY_NAME = {column.name: column for column in RUN_COLUMNS}

_COUNTS: dict[str, tuple[str, str]] = {
    "lost_after_one": ("elections", "presidential elections lost by the party in office after one term"),
    "faced_after_one": ("elections", "presidential elections faced by the party in office after one term"),
    "lost_after_more": ("elections", "presidential elections lost by the party in office after two terms or more"),
    "faced_after_more": ("elections", "presidential elections faced by the party in office after two terms or more"),
    "swing_squares": (
        "share squared",
        "squared changes of the national two-party share between presidential elections",
    ),
    "swings": ("number", "pairs of consecutive presidential elections"),
    "college_reversals": ("elections", "presidential elections won with less than half of the national vote"),
    "elections": ("elections", "presidential elections"),
    "unified": ("congresses", "elected congresses whose two houses the president's party controls"),
    "congresses": ("congresses", "elected congresses"),
    "midterm_change": ("share of seats", "changes of the president's party's share of House seats at midterms"),
    "midterms": ("elections", "midterm elections"),
    "voted_before": ("model voters", "voters at one presidential election who are alive at the next"),
    "switched": ("model voters", "of these, voters of the other party at the next election"),
    "dropped_out": ("model voters", "of these, abstainers at the next election"),
    "max_drawdowns": ("share", "largest fall of the crypto price below an earlier price, over windows"),
    "price_windows": ("number", "windows as long as the bitcoin record"),
    "deep_falls": ("number", "falls by half or more; a fall ends when the price has doubled from its low"),
    "falls_from_record_high": ("number", "falls by half or more; a fall ends at a new record price"),
    "price_years": ("years", "length of all windows"),
    "takeovers": ("elections", "presidential elections that brought the opponent into office"),
    "takeovers_unified": ("elections", "of these, won together with both houses of Congress"),
    "first_takeovers": (
        "elections",
        "first elections, of one-term histories, that brought the opponent into office",
    ),
    "first_takeovers_unified": ("elections", "of these, won together with both houses of Congress"),
    "stress_takeovers": ("takeovers", "takeovers of the stress test at zero exposure"),
    "stress_takeovers_unified": ("takeovers", "of these, with both houses of Congress"),
}
_CONTROLS = {
    f"{name} {counted}": ("takeovers", f"{counted} of the policy control {name}")
    for name, _ in CONTROLLED.values()
    for counted in ("flips", "takeovers")
}
_CONTESTS = {
    f"{contest} {layer} restricted": ("takeovers", f"opposed terms that restricted a {contest} {layer} without holders")
    for contest in CONTESTS
    for layer in CONTEST_LAYERS
} | {"contest takeovers": ("takeovers", "opposed terms of each contest and layer")}
_COSTS: dict[str, tuple[str, str]] = {}
for _arm, _where in zip(ARMS_OF_COSTS, ("at b = .3, v = 1", "without exposure"), strict=True):
    for _move, _phase in itertools.product(MOVES, PHASES):
        _cost = f"of {_move} {_phase} in the opposed term {_where}"
        for _f in FORESIGHTS:
            _COSTS[polled_cost(_move, _phase, _f, _arm)] = ("share of the vote", f"polled cost {_cost}, foresight {_f}")
        _COSTS[realised_cost(_move, _phase, _arm)] = ("share of the vote", f"cost {_cost} at the next election")
_MAY_BE_NEGATIVE = ("midterm_change", "max_drawdowns", *_COSTS)

COUNT_COLUMNS: tuple[Column, ...] = tuple(
    Column(name, unit, *(_ANY if name in _MAY_BE_NEGATIVE else _COUNT), f"sum over the history: {meaning}", "sum")
    for name, (unit, meaning) in (_COUNTS | _CONTROLS | _CONTESTS | _COSTS).items()
)
TARGETS_RUN_COLUMNS: tuple[Column, ...] = (
    *(_BY_NAME[name] for name in ("key", "replicate", "seed")),
    Column("arm", "", *_ANY, "zero: a history at zero exposure", "constant"),
    *COUNT_COLUMNS,
    _BY_NAME["outcome_hash"],
)
TARGETS_SUMMARY_COLUMNS: tuple[Column, ...] = (
    Column("fact", "", *_ANY, "row of calibration/parameters.csv; empty: no row, see status", "name"),
    Column("target", "", *_ANY, "what is compared", "label"),
    Column("model", "unit of the record", *_ANY, "estimate over all histories; empty without a case", "ratio of sums"),
    Column("model_mcse", "unit of the record", *_COUNT, "Monte Carlo standard error of the estimate", "delta method"),
    Column("record", "unit of the record", *_ANY, "value in the record; empty: none", "source"),
    Column("low", "unit of the record", *_ANY, "lower limit of the record's range or the aim", "source"),
    Column("high", "unit of the record", *_ANY, "upper limit of the record's range or the aim", "source"),
    Column("status", "", *_ANY, "how the record is known; aim, none: see docs/running.md", "source"),
    Column("use", "", *_ANY, "how the record was used", "source"),
    Column("verdict", "", *_ANY, "in range, MISS, no case, or no aim", "estimate against low and high"),
)
