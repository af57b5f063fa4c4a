"""The clustered logit against a closed form and a sandwich written out by hand; what it refuses, and how."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.errors import UserError
from political_moat.experiments.statistics.clustered_logit import LOGIT_COLUMNS, cluster_logit
from political_moat.experiments.statistics.input_checks import refuse_incomplete, refuse_missing_rows, refuse_mixed_code


def paired(replicates: int = 300, seed: int = 3) -> pd.DataFrame:
    """Two arms on common draws: the same replicate tends to reverse in both."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(size=replicates)
    rows = [
        {"replicate": r, "arm": f"b={b:g}", "breadth": b, "reversed": int(luck[r] + 0.3 * rng.normal() > 0.4 + b)}
        for r in range(replicates)
        for b in (0.0, 0.3)
    ]
    return pd.DataFrame(rows)


def test_one_binary_factor_gives_the_log_odds_ratio_of_the_two_by_two_table() -> None:
    frame = paired()
    table = cluster_logit(frame, "reversed", ["breadth"]).set_index("term")
    p = frame.groupby("breadth")["reversed"].mean()
    odds = p / (1.0 - p)
    assert table.loc["breadth", "coefficient"] == pytest.approx(math.log(odds[0.3] / odds[0.0]) / 0.3)
    assert table.loc["intercept", "coefficient"] == pytest.approx(math.log(odds[0.0]))
    assert list(table.reset_index().columns) == [column.name for column in LOGIT_COLUMNS]


def test_the_errors_are_the_clustered_sandwich_written_out_by_hand() -> None:
    frame = paired()
    table = cluster_logit(frame, "reversed", ["breadth"])
    x = np.column_stack([np.ones(len(frame)), frame["breadth"]])
    p = 1.0 / (1.0 + np.exp(-x @ table["coefficient"].to_numpy()))
    bread = np.linalg.inv((x * (p * (1.0 - p))[:, None]).T @ x)
    scores = x * (frame["reversed"].to_numpy() - p)[:, None]
    summed = np.array([scores[frame["replicate"] == r].sum(axis=0) for r in frame["replicate"].unique()])
    groups, (n, k) = len(summed), x.shape
    # Cameron & Miller (2015), eq. 11: Stata's factor.
    factor = groups / (groups - 1) * (n - 1) / (n - k)
    expected = np.sqrt(np.diag(factor * bread @ (summed.T @ summed) @ bread))
    assert table["error"].to_numpy() == pytest.approx(expected, rel=1e-6)


def test_common_draws_make_the_contrast_sharper_than_independent_runs_would_be() -> None:
    frame = paired()
    clustered = cluster_logit(frame, "reversed", ["breadth"]).set_index("term").loc["breadth", "error"]
    own = frame.assign(run=range(len(frame)))
    independent = cluster_logit(own, "reversed", ["breadth"], "run").set_index("term").loc["breadth", "error"]
    assert clustered < 0.75 * independent


def test_the_average_marginal_effect_of_a_binary_factor_is_near_the_risk_difference() -> None:
    frame = paired(2000)
    found = cluster_logit(frame, "reversed", ["breadth"]).set_index("term").loc["breadth", "marginal"] * 0.3
    p = frame.groupby("breadth")["reversed"].mean()
    assert found == pytest.approx(p[0.3] - p[0.0], abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="breadth"), "lacks the columns breadth"),
        (lambda f: f.assign(breadth=f["breadth"].where(f.index != 3)), r"\(replicate 1, arm b=0.3\)"),
        (lambda f: pd.concat([f, f.iloc[[5]]]), r"duplicate rows: \(replicate 2, arm b=0.3\)"),
        (lambda f: f.assign(reversed=(f["breadth"] > 0).astype(int)), "separate"),
        (lambda f: f.assign(breadth=0.1), "do not vary: breadth"),
        (lambda f: f.assign(reversed=1), "both values"),
    ],
)
def test_what_cannot_be_fitted_raises_an_error_that_names_it(change: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        cluster_logit(change(paired()), "reversed", ["breadth"])  # type: ignore[operator]


def test_collinear_factors_are_refused() -> None:
    frame = paired()
    with pytest.raises(UserError, match="collinear"):
        cluster_logit(frame.assign(twice=2 * frame["breadth"]), "reversed", ["breadth", "twice"])


def test_missing_rows_and_mixed_code_are_named() -> None:
    frame = paired(5).assign(point=0)
    refuse_missing_rows(frame, points=1)
    with pytest.raises(UserError, match=r"point 0, replicate 4, arm b=0.3"):
        refuse_missing_rows(frame.iloc[:-1])
    with pytest.raises(UserError, match="no run of point 1"):
        refuse_missing_rows(frame, points=2)
    refuse_mixed_code(["a" * 64, "a" * 64])
    with pytest.raises(UserError, match=f"2 code versions do not mix: {'a' * 16}, {'b' * 16}"):
        refuse_mixed_code(["a" * 64, "b" * 64])
    with pytest.raises(UserError, match="no rows"):
        refuse_incomplete(frame.iloc[:0], ["reversed"])
