"""RD(tau) is the paired difference of falls at least that deep; its band covers all depths of an arm at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.protocols.outcome_names import OUTCOME_NAMES, named_depths, printed_name
from political_moat.experiments.protocols.stress_test.columns import RUN_COLUMNS
from political_moat.experiments.protocols.stress_test.contrasts import contrast_rows
from political_moat.experiments.protocols.stress_test.depth import (
    DEPTH_COLUMNS,
    MOVE_COLUMNS,
    TAUS,
    depth_curve,
    moves_at_end,
    taus_below,
    taus_of,
)
from political_moat.experiments.statistics.intervals import paired_risk_difference
from political_moat.model.parameters.tree import Parameters

LEVELS = np.array([0.0, 0.2, 0.25, 0.3, 0.5, 0.75])
MOVES_OF = np.array(["prohibit", "warn+cap", "close", "cap", "warn", "none"])
P = Parameters()


def runs(replicates: int = 300, shift: float = 0.5, seed: int = 2) -> pd.DataFrame:
    """Synthetic runs: exposure moves falls to milder ones; foresight 1 has no effect."""
    draws = np.random.default_rng(seed).random(replicates)
    frames = []
    for foresight in (0.0, 1.0):
        for breadth, visibility in ((0.0, 1.0), (0.3, 1.0), (0.3, 0.1)):
            push = shift * breadth * visibility * (foresight == 0.0)
            place = np.minimum(np.searchsorted([0.1, 0.2, 0.3, 0.4, 0.5], np.clip(draws + push, 0, 0.999)), 5)
            frames.append(
                pd.DataFrame(
                    {
                        "replicate": np.arange(replicates),
                        "arm": f"f{foresight:g} b{breadth:g} v{visibility:g}",
                        "layer": "rule",
                        "foresight": foresight,
                        "breadth": breadth,
                        "visibility": visibility,
                        "allocation": 0.04,
                        "voters": 300,
                        "lasting_openness": LEVELS[place],
                        "moves_in_force": MOVES_OF[place],
                        **dict.fromkeys(("attempted", "closed", "withdrawn", "pending"), 0),
                        **dict.fromkeys(("gap", "mean_policy", "mean_theta", "platform_distance"), 0.1),
                        "severity": 1.0 - LEVELS[place] / 0.75,
                        "restricted": (LEVELS[place] <= 0.65).astype(int),
                        "neutral": (LEVELS[place] <= 0.5).astype(int),
                        "reversed": (LEVELS[place] <= 0.25).astype(int),
                        "prohibited": (LEVELS[place] <= 0.0).astype(int),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return runs()


@pytest.fixture(scope="module")
def curve(frame: pd.DataFrame) -> pd.DataFrame:
    return depth_curve(frame)


def test_levels_go_from_just_below_the_start_to_zero() -> None:
    assert tuple(round(0.05 * step, 2) for step in range(14, -1, -1)) == TAUS
    assert taus_of(P) == TAUS
    assert taus_below(0.2, (0.12,)) == (0.15, 0.12, 0.1, 0.05, 0.0)
    named = [depth.tau for depth in named_depths(P.with_values({"policy.friendly_theta": 1.0}))]
    assert named == [0.9, 0.5, 0.25, 0.0]
    odd = P.with_values({"policy.friendly_theta": 0.72})
    named = [depth.tau for depth in named_depths(odd)]
    assert named == [0.62, 0.5, 0.25, 0.0]
    assert set(named) < set(taus_of(odd))


def test_there_is_a_row_for_every_arm_and_level(curve: pd.DataFrame) -> None:
    expected = [(f, v, 0.3, tau) for f in (0.0, 1.0) for v in (1.0, 0.1) for tau in TAUS]
    assert list(curve[["foresight", "visibility", "breadth", "tau"]].itertuples(index=False, name=None)) == expected
    assert list(curve.columns) == [column.name for column in DEPTH_COLUMNS]
    for column in DEPTH_COLUMNS:
        assert curve[column.name].between(column.low, column.high).all(), column.name


@pytest.mark.parametrize(
    ("tau", "event"), [(0.65, "restricted"), (0.5, "neutral"), (0.25, "reversed"), (0.0, "prohibited")]
)
def test_a_named_level_has_the_risk_difference_of_its_event(
    frame: pd.DataFrame, curve: pd.DataFrame, tau: float, event: str
) -> None:
    arms = {arm: rows.sort_values("replicate")[event].to_numpy() for arm, rows in frame.groupby("arm")}
    for foresight in (0, 1):
        for visibility in (1.0, 0.1):
            wanted = paired_risk_difference(arms[f"f{foresight} b0.3 v{visibility:g}"], arms[f"f{foresight} b0 v1"])
            row = curve.query("foresight == @foresight and visibility == @visibility and tau == @tau").iloc[0]
            assert (row["rd"], row["rd_low"], row["rd_high"]) == (wanted.estimate, wanted.low, wanted.high)
            assert (row["p"], row["p_zero"], row["n"]) == (wanted.treated, wanted.control, wanted.n)
            assert row["band_low"] < row["rd"] < row["band_high"]


def test_p_falls_with_tau_and_the_band_is_wider_than_one_interval(curve: pd.DataFrame) -> None:
    own = curve[(curve["foresight"] == 0.0) & (curve["visibility"] == 1.0)]
    assert (np.diff(own["p"]) <= 0.0).all()
    assert (own["rd"] < 0.0).all()
    assert (own["band_high"] - own["band_low"] > own["rd_high"] - own["rd_low"]).all()
    assert (curve.loc[curve["foresight"] == 1.0, "rd"] == 0.0).all()


def test_the_order_of_rows_and_other_foresights_are_irrelevant(frame: pd.DataFrame, curve: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(depth_curve(frame.sample(frac=1.0, random_state=3)), curve)
    alone = depth_curve(frame[frame["foresight"] == 0.0])
    pd.testing.assert_frame_equal(alone, curve[curve["foresight"] == 0.0].reset_index(drop=True))


def test_the_band_covers_the_whole_curve_as_often_as_it_promises() -> None:
    step = 0.5 * 0.3
    truth = dict.fromkeys(TAUS, 0.0)
    for tau in TAUS:
        edge = [0.1, 0.2, 0.3, 0.4, 0.5, 1.0][int(np.flatnonzero(tau + 1e-9 >= LEVELS)[-1])]
        truth[tau] = -min(edge, step)
    covered = []
    for seed in range(120):
        frame = runs(150, seed=seed)
        found = depth_curve(frame[(frame["foresight"] == 0.0) & (frame["visibility"] == 1.0)])
        inside = [low <= truth[tau] <= high for tau, low, high in found[["tau", "band_low", "band_high"]].to_numpy()]
        covered.append(all(inside))
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 120)


def test_missing_runs_are_named(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"missing rows: \(replicate 0, arm f0 b0 v1\)"):
        depth_curve(frame.iloc[1:])
    assert depth_curve(frame[frame["breadth"] == 0.0]).empty


def test_moves_in_force_are_shares_of_runs_and_a_run_may_have_several(frame: pd.DataFrame) -> None:
    table = moves_at_end(frame)
    assert list(table.columns) == [column.name for column in MOVE_COLUMNS]
    assert list(dict.fromkeys(table["move"])) == ["none", "warn", "cap", "close", "prohibit"]
    doses = list(dict.fromkeys(table[["foresight", "visibility", "breadth"]].itertuples(index=False, name=None)))
    assert doses == [(f, *dose) for f in (0.0, 1.0) for dose in ((1.0, 0.0), (1.0, 0.3), (0.1, 0.3))]
    dose = ["foresight", "breadth", "visibility"]
    for place, rows in table.groupby(dose):
        arm = frame[(frame[dose] == list(place)).all(axis=1)]
        for move, share in rows[["move", "share"]].itertuples(index=False, name=None):
            assert share == np.mean([move in text.split("+") for text in arm["moves_in_force"]])
    zero = table[(table["foresight"] == 0.0) & (table["breadth"] == 0.0)].set_index("move")["share"]
    assert zero.sum() > 1.0  # warn+cap counts for both


def test_the_contrasts_stand_in_the_declared_order(frame: pd.DataFrame) -> None:
    rows = contrast_rows(frame, "rule", 0.0)
    assert [(row.version, row.foresight, row.visibility) for row in rows] == [
        *[(1, 0.0, v) for v in (1.0, 0.1) for _ in range(2)],
        *[(2, f, v) for f in (0.0, 1.0) for v in (1.0, 0.1) for _ in range(3)],
    ]
    deepest = next(row for row in rows if row.version == 2 and row.outcome == "back to extreme care")
    assert (deepest.difference, deepest.verdict) == (pytest.approx(-0.15, abs=0.07), "moat")
    assert {row.foresight for row in contrast_rows(frame, "rule", 1.0) if row.version == 1} == {1.0}


def test_every_name_belongs_to_a_column_and_states_its_level() -> None:
    assert set(OUTCOME_NAMES) <= {column.name for column in RUN_COLUMNS}
    assert printed_name("reversed") == "back to extreme care"
    assert printed_name("withdrawn") == "withdrawn"
    assert f"{P.policy.before_theta:g}".lstrip("0") in OUTCOME_NAMES["reversed"].level
    assert f"{P.policy.start_theta:g}".lstrip("0") in OUTCOME_NAMES["neutral"].level
    assert not any("revers" in text for name in OUTCOME_NAMES.values() for text in name)
