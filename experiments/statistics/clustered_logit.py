"""Logit of an event on design factors with errors clustered on the replicate, through statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import UserError
from ..storage.columns import Column
from .input_checks import library, refuse_incomplete

_ANY = (-np.inf, np.inf)
LOGIT_COLUMNS: tuple[Column, ...] = (
    Column("term", "", *_ANY, "factor, or intercept", "as named in runs.csv"),
    Column("coefficient", "log odds per unit", *_ANY, "logit coefficient", "maximum likelihood"),
    Column("error", "log odds per unit", 0.0, np.inf, "standard error clustered on the replicate", "CR1 sandwich"),
    Column("low", "log odds per unit", *_ANY, "lower 95% limit", "normal"),
    Column("high", "log odds per unit", *_ANY, "upper 95% limit", "normal"),
    Column("p_value", "", 0.0, 1.0, "p-value of a coefficient of 0", "Wald, normal"),
    Column("marginal", "probability per unit", *_ANY, "average marginal effect; empty for the intercept", "mean dP/dx"),
    Column("marginal_error", "probability per unit", 0.0, np.inf, "its clustered standard error", "delta method"),
    Column("n", "runs", 1.0, np.inf, "runs behind the fit", "count"),
    Column("clusters", "replicates", 2.0, np.inf, "replicates behind the fit", "count"),
)


def cluster_logit(
    frame: pd.DataFrame, outcome: str, factors: Sequence[str], cluster: str = "replicate", level: float = 0.95
) -> pd.DataFrame:
    """Fit P(outcome) = inverse logit(intercept + factors), errors clustered; return a row per term, LOGIT_COLUMNS.

    frame: a row per run. Arms and points of one replicate share every draw, so their errors are correlated: the cluster
    is the replicate (Liang & Zeger 1986; small-sample factor G/(G-1) (N-1)/(N-K) as in Cameron & Miller 2015). Raises
    UserError, with names, for absent columns, NaN, a factor that does not vary, fewer than two clusters, collinear
    factors, and factors that separate the outcome (no finite estimate exists).
    """
    sm = library("statsmodels.api")
    refuse_incomplete(frame, [outcome, cluster, *factors])
    y = frame[outcome].to_numpy(dtype=float)
    if not np.isin(y, (0.0, 1.0)).all() or y.min() == y.max():
        raise UserError(f"{outcome} must be 0 or 1, and take both values, to be explained by a logit")
    x = frame[list(factors)].to_numpy(dtype=float)
    constant = [name for name, column in zip(factors, x.T, strict=True) if column.min() == column.max()]
    if constant:
        raise UserError(f"factors that do not vary: {', '.join(constant)}")
    groups = frame[cluster].to_numpy()
    clusters = np.unique(groups).size
    if clusters < 2:
        raise UserError(f"errors clustered on {cluster} need two of them or more")
    design = np.column_stack([np.ones(len(x)), x])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise UserError(f"factors are collinear: {', '.join(factors)}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = sm.Logit(y, design).fit(disp=0, cov_type="cluster", cov_kwds={"groups": groups})
            effects = fit.get_margeff()
        except (Warning, np.linalg.LinAlgError) as error:
            raise UserError(f"the logit of {outcome} has no finite estimate: the factors separate it") from error
    limits = fit.conf_int(alpha=1.0 - level)
    names = ["intercept", *factors]
    table = pd.DataFrame(
        {
            "term": names,
            "coefficient": fit.params,
            "error": fit.bse,
            "low": limits[:, 0],
            "high": limits[:, 1],
            "p_value": fit.pvalues,
            "marginal": [np.nan, *effects.margeff],
            "marginal_error": [np.nan, *effects.margeff_se],
            "n": len(frame),
            "clusters": clusters,
        }
    )
    return table[[column.name for column in LOGIT_COLUMNS]]
