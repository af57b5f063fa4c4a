"""Scores of the model, its ablations and the baselines on the scored cases, with their errors.

Two errors: from the sample of cases (bootstrap over transitions) and from the number of replicates (jackknife).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...record.baselines import baselines
from ...record.cases import Case, transition
from ...statistics.forecast_scores import bootstrap_by_group, case_briers, case_log_scores
from ...statistics.intervals import Floats
from .columns import SCORE_COLUMNS, case_columns
from .covariates import covariates_of
from .design import MODEL, VARIANTS
from .mapping import NO_HOLDERS

REFERENCE = "layer + contest"
"""The baseline beside which every forecast is printed."""
SCORES: dict[str, Callable[[Any, Any], Floats]] = {"log_score": case_log_scores, "brier": case_briers}
_BOOTSTRAP_SEED = 0


class Forecast(NamedTuple):
    """Probabilities of reversal of some cases, by one model, ablation or baseline.

    without: probabilities if one replicate is left out, shape (replicates, cases); None for a baseline.
    """

    name: str
    kind: str
    probabilities: Floats
    without: Floats | None = None


def probability(restricted: Floats) -> Floats:
    """Return (reversals + 1/2) / (replicates + 1) by case, the mean under Jeffreys' prior: never 0 or 1.

    restricted: 0 or 1, shape (replicates, cases).
    """
    return np.asarray((restricted.sum(axis=0) + 0.5) / (restricted.shape[0] + 1.0))


def probability_error(p: Floats, n: int) -> Floats:
    """Return the Monte Carlo standard error of `probability` by case (binomial)."""
    return np.sqrt(p * (1.0 - p) / n)


def simulated(runs: pd.DataFrame, cases: Sequence[Case]) -> list[Forecast]:
    """Return the model and every ablation from the rows of runs.csv of one setting; a column per case."""
    forecasts = []
    for name in VARIANTS:
        rows = runs[runs["variant"] == name]
        wide = rows.pivot(index="replicate", columns="case", values="restricted")
        counts = wide[[case.id for case in cases]].to_numpy(np.float64)
        without = (counts.sum(axis=0) - counts + 0.5) / counts.shape[0]
        kind = "model" if name == MODEL else "ablation"
        forecasts.append(Forecast(name, kind, probability(counts), without))
    return forecasts


def scored(cases: Sequence[Case]) -> list[Case]:
    """Return the cases whose later government was opposed."""
    return [case for case in cases if case.alternation]


def all_forecasts(runs: pd.DataFrame, cases: Sequence[Case]) -> list[Forecast]:
    """Return model, ablations and baselines for the scored cases, in their order."""
    others = [Forecast(name, "baseline", p) for name, p in baselines(cases).items()]
    return [*simulated(runs, scored(cases)), *others]


def score_table(runs: pd.DataFrame, cases: Sequence[Case], point: int = 0) -> pd.DataFrame:
    """Return a row per forecast with the columns of SCORE_COLUMNS; runs: of one setting."""
    forecasts = all_forecasts(runs, cases)
    judged = scored(cases)
    groups = [transition(case) for case in judged]
    outcomes = [case.reversal_48m for case in judged]
    model = forecasts[0]
    reference = next(each for each in forecasts if each.name == REFERENCE)
    rows = []
    for each in forecasts:
        row: dict[str, Any] = {"point": point, "forecast": each.name}
        for name, score in SCORES.items():
            own = score(each.probabilities, outcomes)
            row |= {name: _mean(own), f"{name}_error": bootstrap_by_group(own, groups, _BOOTSTRAP_SEED)}
            row |= {f"{name}_mcse": _jackknife(score, outcomes, each)}
        own = case_log_scores(each.probabilities, outcomes)
        for name, other in (("from_model", model), ("from_reference", reference)):
            paired = own - case_log_scores(other.probabilities, outcomes)
            row |= {name: _mean(paired), f"{name}_error": bootstrap_by_group(paired, groups, _BOOTSTRAP_SEED)}
        row["from_model_mcse"] = 0.0 if each is model else _jackknife(case_log_scores, outcomes, each, model)
        rows.append(row)
    return pd.DataFrame(rows, columns=[column.name for column in SCORE_COLUMNS])


def _mean(values: Floats) -> float:
    return math.fsum(values.tolist()) / values.size


def _jackknife(
    score: Callable[[Any, Any], Floats], outcomes: Sequence[int], forecast: Forecast, base: Forecast | None = None
) -> float:
    """Return the Monte Carlo error of a mean score, or of its difference from `base`; NaN with one replicate."""
    parts = [(each, sign) for each, sign in ((forecast, 1.0), (base, -1.0)) if each is not None]
    n = max((each.without.shape[0] for each, _ in parts if each.without is not None), default=0)
    if n == 0:
        return 0.0
    if n == 1:
        return math.nan
    means = np.zeros(n)
    for each, sign in parts:
        if each.without is not None:
            means += sign * np.array([_mean(score(p, outcomes)) for p in each.without])
    return math.sqrt((n - 1) / n * float(np.square(means - means.mean()).sum()))


def backtest_table(runs: pd.DataFrame, cases: Sequence[Case]) -> pd.DataFrame:
    """Return the scores of every design point, from all rows of runs.csv."""
    if "point" not in runs.columns:
        return score_table(runs, cases)
    tables = [score_table(rows, cases, int(str(point))) for point, rows in runs.groupby("point")]
    return pd.concat(tables, ignore_index=True)


def case_table(runs: pd.DataFrame, cases: Sequence[Case]) -> pd.DataFrame:
    """Return a row per case, scored or not, by transition and id: covariates, outcome and every forecast."""
    forecasts = simulated(runs, cases)
    n = int(runs["replicate"].nunique())
    others = baselines(cases)
    place_of = {case.id: place for place, case in enumerate(scored(cases))}
    rows = []
    for place, case in enumerate(cases):
        covariates = covariates_of(case)
        held = case.exposed_millions > NO_HOLDERS
        row: dict[str, Any] = {"case": case.id, "policy": case.policy, "transition": transition(case)}
        row |= {"legal_layer": case.legal_layer, "contested": int(covariates.contested)}
        row |= {"exposure": covariates.stake * covariates.breadth * covariates.visibility if held else 0.0}
        row |= {"scored": int(case.alternation), "outcome": case.reversal_48m, "n": n}
        for each in forecasts:
            p = each.probabilities[place : place + 1]
            row |= {each.name: float(p[0]), f"{each.name}_mcse": float(probability_error(p, n)[0])}
        for name, probabilities in others.items():
            row[name] = float(probabilities[place_of[case.id]]) if case.alternation else math.nan
        rows.append(row)
    columns = [column.name for column in case_columns((*VARIANTS, *others), len(VARIANTS))]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["transition", "case"], kind="stable", ignore_index=True)
