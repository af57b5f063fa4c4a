"""Columns of runs.csv, of summary.csv (a row per case) and of backtest.csv (a row per forecast)."""

from __future__ import annotations

import math

from ...storage.columns import Column
from ..stress_test.columns import RUN_COLUMNS

_ANY = (-math.inf, math.inf)
_SHARE = (0.0, 1.0)
_COUNT = (0.0, math.inf)
_BY_NAME = {column.name: column for column in RUN_COLUMNS}
_CASE = Column("case", "", *_ANY, "id of the case", "case file")

BACKTEST_RUN_COLUMNS: tuple[Column, ...] = (
    *(_BY_NAME[name] for name in ("key", "replicate", "seed")),
    Column("arm", "", *_ANY, "case and variant", "constant"),
    _CASE,
    Column("variant", "", *_ANY, "model, or the mechanism that is taken out", "constant"),
    Column(
        "restricted",
        "0 or 1",
        *_SHARE,
        "openness at least .10 lower for six months in a row, the first of them within the horizon",
        "A <= A_takeover - .10, six months",
    ),
    Column("months_to_restriction", "months", -1.0, math.inf, "first of these months; -1: none", "from the takeover"),
    Column("attempted", "0 or 1", *_SHARE, "a docket that would lower openness by .10 or more", "within the horizon"),
    Column("voided", "0 or 1", *_SHARE, "Congress voided the rule under the review act", "within the horizon"),
    Column("vacated", "0 or 1", *_SHARE, "a court vacated a rule", "within the horizon"),
    Column("lapsed", "0 or 1", *_SHARE, "the policy lapsed by its sunset", "within the horizon"),
    Column("lowest_openness", "openness 0-1", *_SHARE, "lowest openness", "within the horizon"),
    _BY_NAME["outcome_hash"],
)

_CASE_COLUMNS: tuple[Column, ...] = (
    _CASE,
    Column("policy", "", *_ANY, "the policy", "case file"),
    Column("transition", "", *_ANY, "change of government: jurisdiction and year", "case file"),
    Column("legal_layer", "", *_ANY, "legal layer", "case file"),
    Column("contested", "0 or 1", *_SHARE, "contested at issue", "case file"),
    Column("exposure", "years of income", *_COUNT, "stake x breadth x visibility; 0 without holders", "case file"),
    Column("scored", "0 or 1", *_SHARE, "the later government was opposed (alternation)", "case file"),
    Column("outcome", "0 or 1", *_SHARE, "reversed within the horizon", "reversal_48m of the case file"),
    Column("n", "replicates", *_COUNT, "replicates of the case", "count"),
)
"""Columns of summary.csv before the probabilities."""

SCORE_COLUMNS: tuple[Column, ...] = (
    Column("point", "number", *_COUNT, "design point", "order of the design"),
    Column("forecast", "", *_ANY, "model, ablation or baseline", "name"),
    *(
        Column(f"{score}{part}", unit, *_COUNT, meaning, how)
        for score, unit in (("log_score", "nats"), ("brier", "squared probability"))
        for part, meaning, how in (
            ("", f"mean {score} over the scored cases; lower is better", "probabilities clipped to .005 to .995"),
            ("_error", "its standard error from the sample of cases", "bootstrap over transitions"),
            ("_mcse", "its Monte Carlo standard error; 0 for a baseline", "jackknife over replicates"),
        )
    ),
    Column("from_model", "nats", *_ANY, "difference of the log score from the model's", "paired by case"),
    Column("from_model_error", "nats", *_COUNT, "its standard error from the sample of cases", "bootstrap"),
    Column("from_model_mcse", "nats", *_COUNT, "its Monte Carlo standard error", "jackknife, common draws"),
    Column("from_reference", "nats", *_ANY, "difference of the log score from layer + contest", "paired by case"),
    Column("from_reference_error", "nats", *_COUNT, "its standard error from the sample of cases", "bootstrap"),
)
"""Columns of backtest.csv."""


def case_columns(forecasts: tuple[str, ...], simulated: int) -> tuple[Column, ...]:
    """Return the columns of summary.csv for forecasts by name; the first `simulated` have Monte Carlo errors."""
    columns = list(_CASE_COLUMNS)
    for place, name in enumerate(forecasts):
        how = "(restricted + 1/2) / (n + 1)" if place < simulated else "cases of the other transitions"
        columns.append(Column(name, "probability", *_SHARE, f"probability of reversal: {name}", how))
        if place < simulated:
            columns.append(Column(f"{name}_mcse", "probability", *_SHARE, "its Monte Carlo standard error", "binomial"))
    return tuple(columns)
