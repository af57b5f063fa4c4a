"""A naive regression on endogenous exposure is biased as computed by hand; the assigned one is not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from political_moat.experiments.protocols.history.naive_regression import (
    ASSIGNED,
    ESTIMATORS,
    NAIVE_COLUMNS,
    UNIT,
    bias_interval,
    clustered_slope,
    naive_lines,
    naive_table,
    takeovers,
)
from political_moat.experiments.reporting.figures.naive_regression import figure_data, write_naive

RNG = np.random.default_rng(7)
DOSES = (0.0, 2.0, 6.0)
"""Assigned exposure, in units of .01 year of income."""
EFFECT = -0.05
"""Change in P(reversed) per unit of exposure, the same in every world below."""
MOOD = 0.3
"""Change in P(reversed) in hostile replicates."""


def row(replicate: int, arm: str, number: int, **values: float) -> dict[str, object]:
    shared = {"replicate": replicate, "arm": arm, "evolving": int(arm == "evolving"), "number": number}
    return {**shared, "at_risk": 0, "reversed": 0, "exposure": 0.0, "exposure_mean": 0.0, "exposure_end": 0.0, **values}


def history(replicates: int, adopted: dict[int, float], seed: int = 1) -> pd.DataFrame:
    """Two terms a run: the author's, then a takeover at risk.

    Half of the replicates are hostile: there reversal is MOOD likelier at any exposure, and savers of the evolving arm
    have adopted adopted[1] instead of adopted[0] units by takeover.
    """
    rng, rows = np.random.default_rng(seed), []
    for replicate in range(replicates):
        hostile, luck = replicate % 2, rng.uniform()
        for arm in (*(f"b={dose:g}" for dose in DOSES), "evolving"):
            x = adopted[hostile] if arm == "evolving" else float(arm[2:])
            reversed_ = luck < 0.5 + EFFECT * x + MOOD * hostile
            assigned = 0.0 if arm == "evolving" else x * UNIT
            rows.append(row(replicate, arm, 0, exposure=assigned))
            left = 0.0 if reversed_ else x * UNIT
            after = {"exposure_mean": (x * UNIT + left) / 2.0, "exposure_end": left}
            rows.append(row(replicate, arm, 1, at_risk=1, reversed=int(reversed_), exposure=x * UNIT, **after))
    return pd.DataFrame(rows)


@pytest.mark.parametrize("within", [False, True])
def test_slope_and_clustered_error_are_those_of_statsmodels(within: bool) -> None:
    clusters = np.repeat(np.arange(25), RNG.integers(1, 9, 25))
    shared = RNG.normal(size=25)[clusters]
    x = RNG.normal(size=clusters.size) + shared
    y = 0.4 * x + shared + RNG.normal(size=clusters.size)
    found = clustered_slope(x, y, clusters, within=within)
    frame = pd.DataFrame({"x": x, "y": y, "g": clusters})
    if within:
        frame[["x", "y"]] -= frame.groupby("g")[["x", "y"]].transform("mean")
    design = frame[["x"]] if within else sm.add_constant(frame[["x"]])
    fit = sm.OLS(frame["y"], design).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    assert (found.slope, found.error) == pytest.approx((fit.params["x"], fit.bse["x"]), rel=1e-10)
    assert (found.low, found.high) == pytest.approx(fit.conf_int().loc["x"].tolist(), rel=1e-8)
    assert (found.n, found.clusters) == (clusters.size, 25)


def test_doubling_every_observation_within_its_cluster_adds_no_information() -> None:
    clusters = np.repeat(np.arange(40), 3)
    x, y = RNG.normal(size=120), RNG.normal(size=120)
    once = clustered_slope(x, y, clusters)
    twice = clustered_slope(np.tile(x, 2), np.tile(y, 2), np.tile(clusters, 2))
    assert twice.slope == pytest.approx(once.slope)
    assert twice.error == pytest.approx(once.error, rel=0.01)  # but for (N - 1) / (N - K)
    independent = clustered_slope(np.tile(x, 2), np.tile(y, 2), np.arange(240))
    assert independent.error < 0.8 * once.error


@pytest.mark.parametrize(
    ("x", "y", "clusters", "within"),
    [
        ([], [], [], False),
        ([1.0, 1.0, 1.0], [0, 1, 0], [0, 1, 2], False),
        ([0.0, 1.0, 2.0], [0, 1, 0], [0, 0, 0], False),
        ([0.0, 1.0], [0, 1], [0, 1], False),
        ([0.0, 1.0, 2.0], [0, 1, 0], [0, 1, 2], True),
    ],
)
def test_what_is_not_identified_is_not_a_number(
    x: list[float], y: list[int], clusters: list[int], within: bool
) -> None:
    found = clustered_slope(x, y, clusters, within=within)
    assert math.isnan(found.slope)
    assert math.isnan(found.error)
    with pytest.raises(ValueError, match="of one length"):
        clustered_slope([1.0], [0.0, 1.0], [0, 1])


def test_the_assigned_slope_is_the_effect_and_the_naive_one_is_off_by_the_confounding() -> None:
    adopted = {0: 1.0, 1: 5.0}
    table = naive_table(history(3000, adopted)).set_index("estimator")
    assigned, naive = table.loc[ASSIGNED], table.loc["landmark"]
    assert abs(assigned["slope"] - EFFECT) < 4.0 * assigned["slope_mcse"]
    # Exposure takes two values; hostile replicates have the higher one: slope = effect + MOOD / (5 - 1).
    bias = MOOD / (adopted[1] - adopted[0])
    assert abs(naive["slope"] - (EFFECT + bias)) < 4.0 * naive["slope_mcse"]
    assert naive["slope_mcse"] < 0.1 * bias
    assert naive["bias_low"] < bias < naive["bias_high"]
    assert naive["bias"] == pytest.approx(naive["slope"] - assigned["slope"])
    assert naive["bias_low"] > 0.5 * bias  # and far from none
    # Where adoption does not know the mood there is nothing to confound: half of each mood adopts much.
    fair = history(3000, adopted)
    other = history(3000, {0: 5.0, 1: 1.0}, seed=2)
    other["replicate"] += 3000
    both = naive_table(pd.concat([fair, other], ignore_index=True)).set_index("estimator").loc["landmark"]
    assert abs(both["slope"] - EFFECT) < 4.0 * both["slope_mcse"]
    assert both["bias_low"] < 0.0 < both["bias_high"]


def test_an_early_reversed_run_keeps_its_exposure_at_the_landmark_and_loses_it_at_the_end_of_the_run() -> None:
    frame = history(400, {0: 4.0, 1: 4.0})
    taken = takeovers(frame)
    own = taken[taken["evolving"] == 1]
    assert set(own["reversed"]) == {0, 1}
    assert own["landmark"].tolist() == pytest.approx([4.0] * 400)
    gone = own[own["reversed"] == 1]
    assert gone["run_end"].tolist() == [0.0] * len(gone)
    # Exposure is the same for all at takeover, so it explains nothing; measured afterwards it "explains" all.
    table = naive_table(frame).set_index("estimator")
    assert math.isnan(table.loc["landmark", "slope"])
    assert table.loc["run_end", "slope"] == pytest.approx(-1.0 / 4.0)
    assert table.loc["term_average", "slope"] == pytest.approx(-1.0 / 2.0)
    assert table.loc["run_end", "bias_high"] < 0.0


def test_a_takeover_after_an_earlier_reversal_is_no_case_of_low_exposure() -> None:
    run = [
        row(0, "evolving", 0),
        row(0, "evolving", 1, at_risk=1, reversed=1, exposure=0.03, exposure_end=0.0),
        row(0, "evolving", 2, exposure=0.0, exposure_end=0.0),
        row(0, "evolving", 3, at_risk=0, reversed=0, exposure=0.0, exposure_end=0.02),
    ]
    (found,) = takeovers(pd.DataFrame(run)).to_dict("records")
    assert (found["landmark"], found["run_end"], found["reversed"]) == pytest.approx((3.0, 2.0, 1))


def test_the_interval_of_the_bias_covers_as_often_as_it_says() -> None:
    adopted, bias = {0: 1.0, 1: 5.0}, MOOD / 4.0
    covered = []
    for seed in range(60):
        taken = takeovers(history(100, adopted, seed))
        low, high = bias_interval(taken, ESTIMATORS[1], np.arange(100), draws=400)
        covered.append(low < bias < high)
    # 57 of 60 nominally; 3 standard errors below.
    assert sum(covered) >= 52
    assert bias_interval(taken, ESTIMATORS[1], np.arange(100)) == bias_interval(taken, ESTIMATORS[1], np.arange(100))


def test_replicates_without_a_takeover_at_risk_are_drawn_as_well() -> None:
    frame = history(100, {0: 1.0, 1: 5.0})
    taken = takeovers(frame)
    width = [np.diff(bias_interval(taken, ESTIMATORS[1], np.arange(n)))[0] for n in (100, 400)]
    # Three empty replicates for each full one: the number of cases varies, the slope's spread hardly.
    assert 0.8 < width[1] / width[0] < 1.4


def test_files_and_lines_of_a_history_with_an_evolving_arm(tmp_path: Path) -> None:
    frame = history(60, {0: 1.0, 1: 5.0})
    table = write_naive(frame, tmp_path)
    written = pd.read_csv(tmp_path / "naive_regression.csv")
    assert list(written) == [column.name for column in NAIVE_COLUMNS]
    assert written["estimator"].tolist() == [one.name for one in ESTIMATORS]
    figures = {path.name for path in (tmp_path / "figures").iterdir()}
    assert figures == {f"naive-regression.{ending}" for ending in ("svg", "pdf", "png", "csv")}
    drawn = pd.read_csv(tmp_path / "figures" / "naive-regression.csv")
    shares = drawn[(drawn["panel"] == "share") & (drawn["series"] == ASSIGNED)]
    assert shares["x"].tolist() == pytest.approx([dose * UNIT for dose in DOSES])
    pd.testing.assert_frame_equal(drawn, figure_data(frame, table), check_dtype=False)
    slopes = drawn[drawn["panel"] == "slope"].set_index("series")["value"]
    assert slopes.to_dict() == pytest.approx(table.set_index("estimator")["slope"].to_dict())
    text = "\n".join(naive_lines(table))
    for word in ("landmark", "term average", "run end", "assigned", f"{table['slope'][0]:+.4f}", "180"):
        assert word in text


def test_without_a_takeover_on_one_side_there_is_a_table_and_no_figure(tmp_path: Path) -> None:
    frame = history(10, {0: 1.0, 1: 5.0})
    frame.loc[frame["evolving"] == 1, "at_risk"] = 0
    table = write_naive(frame, tmp_path).set_index("estimator")
    assert table.loc["landmark", "takeovers"] == 0
    assert math.isnan(table.loc["landmark", "bias"])
    assert not (tmp_path / "figures").exists()
    assert "-" in "\n".join(naive_lines(naive_table(frame)))
