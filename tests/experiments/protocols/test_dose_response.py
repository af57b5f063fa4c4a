"""The table says what the runs say, against the zero-exposure arm of each replicate; incomplete runs are refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from political_moat.experiments.protocols.stress_test.dose_response import (
    COLUMNS,
    EVENTS,
    PRINTED_COLUMNS,
    dose_response,
    primary_contrast,
    smallest_doses,
)
from political_moat.experiments.statistics.intervals import paired_risk_difference, wilson
from political_moat.experiments.statistics.paired_tests import holm, risk_ratio


def runs(
    replicates: int = 200,
    breadths: tuple[float, ...] = (0.0, 0.1, 0.3, 0.6),
    visibilities: tuple[float, ...] = (1.0, 0.1),
    effect: float = 0.8,
    layer: str = "rule",
    seed: int = 3,
    foresight: float = 0.0,
) -> pd.DataFrame:
    """Return synthetic runs on common draws; exposure prevents reversals in proportion to breadth times visibility."""
    draws = np.random.default_rng(seed).random((replicates, 8))
    arms = [(0.0, 1.0), *((b, v) for v in visibilities for b in breadths if b > 0.0)]
    frames = []
    for breadth, visibility in arms:
        push = effect * breadth * visibility
        frames.append(
            pd.DataFrame(
                {
                    "replicate": np.arange(replicates),
                    "arm": f"{layer}-b{breadth:g}-v{visibility:g}" + f"-f{foresight:g}" * bool(foresight),
                    "layer": layer,
                    "foresight": foresight,
                    "breadth": breadth,
                    "visibility": visibility,
                    "allocation": 0.04,
                    "attempted": (draws[:, 0] < 0.7 - push / 3).astype(int),
                    "restricted": (draws[:, 1] < 0.55 - push / 2).astype(int),
                    "neutral": (draws[:, 1] < 0.5 - push / 2).astype(int),
                    "reversed": (draws[:, 1] < 0.31 - push).astype(int),
                    "prohibited": (draws[:, 1] < 0.1 - push).astype(int),
                    "closed": (draws[:, 2] < 0.05).astype(int),
                    "withdrawn": (draws[:, 3] < 0.1).astype(int),
                    "pending": (draws[:, 4] < 0.03).astype(int),
                    "severity": np.clip(1.4 * draws[:, 5] - 0.4 - push, 0.0, 1.0),
                    "gap": 0.1 * draws[:, 6] - 0.05 * push,
                    "mean_policy": np.clip(0.5 + 0.2 * draws[:, 7] + 0.3 * push, 0.0, 1.0),
                    "mean_theta": np.clip(0.5 + 0.2 * draws[:, 7] + 0.2 * push, 0.0, 1.0),
                    "platform_distance": 0.4 - 0.1 * push + 0.05 * draws[:, 6],
                    "voters": 4000,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return runs()


@pytest.fixture(scope="module")
def table(frame: pd.DataFrame) -> pd.DataFrame:
    return dose_response(frame)


def test_the_table_has_one_row_per_visibility_and_breadth(table: pd.DataFrame) -> None:
    expected = [(v, b) for v in (1.0, 0.1) for b in (0.0, 0.1, 0.3, 0.6)]
    assert list(zip(table["visibility"], table["breadth"], strict=True)) == expected
    assert (table["n"] == 200).all()
    assert (table["voters"] == 4000).all()


def test_the_table_and_its_codebook_come_from_one_declaration(table: pd.DataFrame) -> None:
    names = [column.name for column in COLUMNS]
    assert list(table.columns) == names
    assert len(set(names)) == len(names)
    assert set(PRINTED_COLUMNS) <= set(names)
    assert all(column.meaning and column.formula for column in COLUMNS)


def test_every_number_lies_in_its_declared_range(table: pd.DataFrame) -> None:
    for column in COLUMNS:
        if column.name in ("layer", "arm"):
            continue
        values = table[column.name].to_numpy(dtype=float)
        assert ((values >= column.low) & (values <= column.high)).all(), column.name


def test_every_estimate_carries_its_monte_carlo_error(table: pd.DataFrame) -> None:
    estimates = [name for name in table.columns if f"{name}_low" in table.columns]
    assert {f"p_{event}" for event in EVENTS} | {"rd_reversed", "rd_restricted", "gap_difference"} <= set(estimates)
    for name in estimates:
        assert {f"{name}_high", f"{name}_mcse"} <= set(table.columns)


def test_rows_say_what_the_runs_say(frame: pd.DataFrame, table: pd.DataFrame) -> None:
    arm = frame[frame["arm"] == "rule-b0.3-v1"].set_index("replicate")
    zero = frame[frame["arm"] == "rule-b0-v1"].set_index("replicate")
    row = table[(table["visibility"] == 1.0) & (table["breadth"] == 0.3)].iloc[0]
    found = paired_risk_difference(arm["reversed"], zero["reversed"])
    assert row["p_reversed"] == arm["reversed"].mean()
    assert (row["p_reversed_low"], row["p_reversed_high"]) == tuple(wilson(int(arm["reversed"].sum()), 200))
    assert row["rd_reversed"] == pytest.approx(arm["reversed"].mean() - zero["reversed"].mean())
    assert (row["rd_reversed_low"], row["rd_reversed_high"]) == (found.low, found.high)
    assert row["rd_reversed_p_value"] == found.p_value
    assert row["risk_ratio_reversed"] == risk_ratio(arm["reversed"], zero["reversed"]).estimate
    paired = arm["gap"] - zero["gap"]
    assert row["gap_difference"] == pytest.approx(paired.mean())
    assert row["gap_difference_mcse"] == pytest.approx(paired.sem())
    assert row["severity_mcse"] == pytest.approx(arm["severity"].sem())


def test_the_zero_dose_appears_once_in_every_panel_and_differs_by_nothing(table: pd.DataFrame) -> None:
    zero = table[table["breadth"] == 0.0]
    assert list(zero["visibility"]) == [1.0, 0.1]
    differences = [name for name in table.columns if name.startswith("rd_") and not name.endswith("p_value")]
    differences += [name for name in table.columns if "_difference" in name]
    assert (zero[differences] == 0.0).all().all()
    assert (zero["risk_ratio_reversed"] == 1.0).all()


def test_the_simultaneous_band_is_wider_than_the_interval_of_one_dose(table: pd.DataFrame) -> None:
    exposed = table[(table["breadth"] > 0.0) & (table["visibility"] == 1.0)]
    pointwise = exposed["rd_reversed_high"] - exposed["rd_reversed_low"]
    band = exposed["rd_reversed_band_high"] - exposed["rd_reversed_band_low"]
    assert (band > pointwise).all()
    assert (exposed["rd_reversed_band_low"] < exposed["rd_reversed"]).all()
    assert (exposed["rd_reversed"] < exposed["rd_reversed_band_high"]).all()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    small = runs(replicates=25)
    shuffled = small.sample(frac=1.0, random_state=seed)
    pd.testing.assert_frame_equal(dose_response(small), dose_response(shuffled))


def test_adding_a_visibility_or_a_layer_leaves_the_other_rows_alone(frame: pd.DataFrame, table: pd.DataFrame) -> None:
    alone = dose_response(frame[frame["visibility"] == 1.0])
    pd.testing.assert_frame_equal(alone, table[table["visibility"] == 1.0].reset_index(drop=True))
    layers = pd.concat([frame, runs(layer="guidance", effect=0.0)])
    pd.testing.assert_frame_equal(dose_response(layers), table)
    assert (dose_response(layers, "guidance")["rd_reversed"] == 0.0).all()


def test_one_foresight_is_tabulated_at_a_time_and_the_others_leave_it_alone(
    frame: pd.DataFrame, table: pd.DataFrame
) -> None:
    both = pd.concat([runs(foresight=1.0, effect=0.0), frame], ignore_index=True)
    pd.testing.assert_frame_equal(dose_response(both, foresight=0.0), table)
    assert (dose_response(both, foresight=1.0)["rd_reversed"] == 0.0).all()
    assert primary_contrast(both, foresight=0.0)[1.0] == primary_contrast(frame)[1.0]
    assert smallest_doses(both, foresight=0.0) == smallest_doses(frame)
    with pytest.raises(ValueError, match=r"several values of foresight, tabulate one at a time: \[.*0\.0.*1\.0"):
        dose_response(both)
    with pytest.raises(ValueError, match=r"no runs of foresight 0\.5"):
        dose_response(both, foresight=0.5)


def test_without_exposed_arms_only_the_control_is_tabulated() -> None:
    only = dose_response(runs(breadths=(0.0,)))
    assert list(only["breadth"]) == [0.0]
    assert smallest_doses(runs(breadths=(0.0,))) == {}


def test_one_replicate_gives_a_table_without_a_spread() -> None:
    one = dose_response(runs(replicates=1))
    assert one["severity_mcse"].isna().all()
    assert (one["n"] == 1).all()


def test_a_control_without_reversals_has_no_risk_ratio() -> None:
    never = runs().assign(reversed=0)
    assert dose_response(never)["risk_ratio_reversed"].isna().all()


def test_a_missing_run_is_named(frame: pd.DataFrame) -> None:
    gone = (frame["replicate"] == 17) & (frame["arm"] == "rule-b0.3-v0.1")
    with pytest.raises(ValueError, match=r"missing rows: \(replicate 17, arm rule-b0\.3-v0\.1\)"):
        dose_response(frame[~gone])


@pytest.mark.parametrize("column", ["reversed", "severity", "gap", "breadth", "replicate", "layer"])
def test_a_nan_is_named_and_never_dropped(frame: pd.DataFrame, column: str) -> None:
    broken = frame.astype({column: object}).copy()
    broken.loc[3, column] = None
    with pytest.raises(ValueError, match=rf"{column} is missing .*arm rule-b0-v1\)"):
        dose_response(broken)


def test_doubled_rows_impossible_events_and_infinite_values_are_named(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"doubled rows: \(replicate 0, arm rule-b0-v1\)"):
        dose_response(pd.concat([frame, frame.iloc[:1]]))
    with pytest.raises(ValueError, match=r"pending is neither 0 nor 1: \(replicate 5"):
        dose_response(frame.assign(pending=np.where(frame.index == 5, 2, 0)))
    with pytest.raises(ValueError, match="severity is infinite"):
        dose_response(frame.assign(severity=math.inf))


def test_arms_that_are_not_one_treatment_or_not_one_per_dose_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="not one treatment: allocation"):
        dose_response(frame.assign(allocation=np.linspace(0.01, 0.2, len(frame))))
    again = frame[frame["arm"] == "rule-b0.3-v1"].assign(arm="article", allocation=0.2)
    with pytest.raises(ValueError, match="one allocation at a time"):
        dose_response(pd.concat([frame, again]))
    with pytest.raises(ValueError, match="exactly one arm at breadth 0, found 0"):
        dose_response(frame[frame["breadth"] > 0.0])
    with pytest.raises(ValueError, match="no runs of layer 'statute'"):
        dose_response(frame, "statute")
    with pytest.raises(ValueError, match="lacks the columns gap"):
        dose_response(frame.drop(columns="gap"))
    with pytest.raises(ValueError, match="no rows"):
        dose_response(frame.iloc[:0])


def test_the_primary_contrast_judges_each_visibility_alone(frame: pd.DataFrame) -> None:
    contrasts = primary_contrast(frame)
    assert list(contrasts) == [1.0, 0.1]
    assert contrasts[1.0].verdict.word == "moat"
    assert contrasts[0.1].verdict.word in ("no effect of political size", "inconclusive after 200 replicates")
    assert contrasts[1.0].reversed.estimate < contrasts[0.1].reversed.estimate <= 0.0
    assert contrasts[1.0].reversed.n == 200


def test_severity_is_a_co_primary_outcome_of_version_two_alone(frame: pd.DataFrame) -> None:
    contrast = primary_contrast(frame)[1.0]
    assert list(contrast.verdict.by_outcome) == ["back to extreme care", "restricted"]
    assert list(contrast.with_severity.by_outcome) == ["back to extreme care", "restricted", "severity"]
    assert contrast.verdict.level == pytest.approx(1 - 0.05 / 2)
    assert contrast.with_severity.level == pytest.approx(1 - 0.05 / 3)
    severity = contrast.with_severity.by_outcome["severity"]
    wide = frame[frame["breadth"].isin((0.0, 0.3)) & (frame["visibility"] == 1.0)]
    wide = wide.pivot_table(index="replicate", columns="breadth", values="severity")
    oracle = ttest_rel(wide[0.3], wide[0.0])
    assert severity.difference.estimate == pytest.approx((wide[0.3] - wide[0.0]).mean())
    assert (severity.difference.low, severity.difference.high) == pytest.approx(
        tuple(oracle.confidence_interval(1 - 0.05 / 3))
    )
    assert severity.word == "moat"
    both = [contrast.reversed.p_value, contrast.restricted.p_value, oracle.pvalue]
    assert [outcome.p_holm for outcome in contrast.with_severity.by_outcome.values()] == pytest.approx(holm(both))


def test_the_primary_contrast_needs_its_dose(frame: pd.DataFrame) -> None:
    assert primary_contrast(frame, breadth=0.1 + 1e-12)[1.0].breadth == pytest.approx(0.1)
    with pytest.raises(ValueError, match=r"no arm at breadth 0\.25; tested: \[0\.1, 0\.3, 0\.6\]"):
        primary_contrast(frame, breadth=0.25)


def test_the_smallest_dose_uses_the_band_of_the_table(frame: pd.DataFrame, table: pd.DataFrame) -> None:
    found = smallest_doses(frame)
    panel = table[(table["visibility"] == 1.0) & (table["breadth"] > 0.0)]
    assert found[1.0].dose == panel.loc[panel["rd_reversed"] <= -0.10, "breadth"].min()
    assert found[1.0].low == panel.loc[panel["rd_reversed_band_low"] <= -0.10, "breadth"].min()
    assert found[1.0].high == panel.loc[panel["rd_reversed_band_high"] <= -0.10, "breadth"].min()
    assert found[0.1].dose is None
    assert found[0.1].largest_dose == 0.6
