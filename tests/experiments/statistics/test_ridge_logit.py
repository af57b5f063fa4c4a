"""The ridge logit against scikit-learn and Newton's step by hand; forecasts of a group never use that group."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from political_moat.experiments.statistics.intervals import Floats
from political_moat.experiments.statistics.ridge_logit import leave_one_group_out, ridge_logit


def data(rows: int = 60, inputs: int = 3, seed: int = 1) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, inputs))
    y = rng.random(rows) < 1.0 / (1.0 + np.exp(0.5 - x @ np.arange(1.0, inputs + 1.0)))
    return x, y.astype(np.float64)


@pytest.mark.parametrize("penalty", [0.1, 1.0, 20.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_fit_is_that_of_scikit_learn(penalty: float, seed: int) -> None:
    x, y = data(seed=seed)
    fit = ridge_logit(x, y, penalty)
    # Its C divides the same penalty, C = 1 / penalty; it leaves the intercept out as well.
    reference = LogisticRegression(C=1.0 / penalty, tol=1e-12, max_iter=10_000).fit(x, y)
    assert fit.weights == pytest.approx(reference.coef_[0], abs=1e-6)
    assert fit.intercept == pytest.approx(reference.intercept_[0], abs=1e-6)
    assert fit.probabilities(x) == pytest.approx(reference.predict_proba(x)[:, 1], abs=1e-6)


def test_newtons_step_by_hand_stays_at_the_fit_and_leads_to_it() -> None:
    x, y = data()
    design, ridge = np.column_stack([np.ones(len(x)), x]), np.diag([0.0, 1.0, 1.0, 1.0])

    def step(b: Floats) -> Floats:
        p = 1.0 / (1.0 + np.exp(-design @ b))
        slope = design.T @ (y - p) - ridge @ b
        curvature = design.T @ np.diag(p * (1.0 - p)) @ design + ridge
        return np.asarray(b + np.linalg.solve(curvature, slope))

    fit = ridge_logit(x, y)
    estimate = np.array([fit.intercept, *fit.weights])
    assert step(estimate) == pytest.approx(estimate, abs=1e-8)
    b = np.zeros(4)
    for _ in range(20):
        b = step(b)
    assert estimate == pytest.approx(b, abs=1e-8)


def test_separated_outcomes_have_finite_weights_and_a_larger_penalty_shrinks_them() -> None:
    x, y = np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    weights = [float(ridge_logit(x, y, penalty).weights[0]) for penalty in (0.01, 1.0, 100.0, 1e6)]
    assert weights == sorted(weights, reverse=True)
    assert 0.0 < weights[-1] < 1e-5
    assert math.isfinite(weights[0])


def test_the_intercept_is_not_penalised() -> None:
    y = np.array([1.0] * 9 + [0.0])
    fit = ridge_logit(np.zeros((10, 1)), y, penalty=1e6)
    assert fit.probabilities(np.zeros((1, 1)))[0] == pytest.approx(0.9)


def test_outcomes_that_all_agree_are_forecast_with_certainty() -> None:
    x = np.array([[1.0], [2.0]])
    assert ridge_logit(x, [1.0, 1.0]).probabilities(x).tolist() == [1.0, 1.0]
    assert ridge_logit(x, [0.0, 0.0]).probabilities(x).tolist() == [0.0, 0.0]


def test_what_cannot_be_fitted_is_refused() -> None:
    for x, y, penalty in (
        (np.zeros((0, 2)), [], 1.0),
        (np.zeros((2, 2)), [1.0], 1.0),
        (np.zeros(2), [1.0, 0.0], 1.0),
        (np.zeros((2, 1)), [1.0, 0.5], 1.0),
        (np.zeros((2, 1)), [1.0, 0.0], 0.0),
        (np.zeros((2, 1)), [1.0, 0.0], math.nan),
    ):
        with pytest.raises(ValueError, match=r"a row of inputs for each outcome|outcomes 0 or 1 and a penalty above 0"):
            ridge_logit(x, y, penalty)
    with pytest.raises(ValueError, match="inputs, outcomes and groups for each row"):
        leave_one_group_out(np.zeros((2, 1)), [0.0, 1.0], ["a"])


def test_a_planted_group_changes_every_forecast_but_its_own() -> None:
    x, y = data(rows=40)
    groups = [f"group {number % 4}" for number in range(40)]
    own = np.array([name == "group 2" for name in groups])
    far = np.array([100.0, 0.0, 0.0])
    before = leave_one_group_out(x, y, groups)
    contrary = leave_one_group_out(x, np.where(own, 1.0 - y, y), groups)
    moved = leave_one_group_out(np.where(own[:, None], x + far, x), y, groups)
    assert (contrary[own] == before[own]).all()
    assert (contrary[~own] != before[~own]).all()
    assert (moved[~own] != before[~own]).all()
    # Its inputs, far outside, meet the same fit in the same units.
    rest = ~own
    centre, spread = x[rest].mean(axis=0), x[rest].std(axis=0)
    fit = ridge_logit((x[rest] - centre) / spread, y[rest])
    assert moved[own] == pytest.approx(fit.probabilities((x[own] + far - centre) / spread))
    assert before[own] == pytest.approx(fit.probabilities((x[own] - centre) / spread))


def test_units_of_the_inputs_do_not_matter() -> None:
    x, y = data(rows=40)
    groups = [f"group {number % 4}" for number in range(40)]
    scaled = leave_one_group_out(1000.0 * x + 5.0, y, groups)
    assert scaled == pytest.approx(leave_one_group_out(x, y, groups), abs=1e-9)


def test_an_input_that_only_one_group_has_teaches_nothing_about_that_group() -> None:
    x, y = data(rows=40, inputs=1)
    groups = [f"group {number % 4}" for number in range(40)]
    rare = np.array([[float(name == "group 1")] for name in groups])
    own = rare[:, 0] == 1.0
    both = leave_one_group_out(np.hstack([x, rare]), y, groups)
    assert both[own] == pytest.approx(leave_one_group_out(x, y, groups)[own], abs=1e-9)


def test_without_another_group_a_forecast_is_one_half() -> None:
    assert leave_one_group_out(np.ones((2, 1)), [1.0, 0.0], ["a", "a"]).tolist() == [0.5, 0.5]
    assert leave_one_group_out(np.ones((0, 1)), [], []).tolist() == []
