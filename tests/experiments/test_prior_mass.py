"""Prior mass: what is drawn and from where, the baseline inside its band, shares that add up and recover the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.deconvolution import grid, mixing_weights, raw_shares, smoothed_shares
from political_moat.experiments.errors import UserError
from political_moat.experiments.prior_mass import (
    ASIDE,
    PRIOR_MASS_COLUMNS,
    prior_draws,
    prior_mass_table,
    prior_ranges,
    run_prior_mass,
)
from political_moat.experiments.prior_mass_protocol import PriorMassDesign, calibrate, run_prior_draw, share_restricted
from political_moat.experiments.protocols import friendly_term, with_dose
from political_moat.model.parameters import Parameters, describe

SMALL = Parameters().with_values({"electorate.voters": 300})


def test_every_swept_and_every_assumed_input_with_a_range_is_drawn_and_nothing_else() -> None:
    drawn = {one.name for one in prior_ranges(SMALL)}
    for one in describe(SMALL):
        if one.known.role == "swept":
            assert one.name in drawn
        if one.known.role in ("lever", "fitted", "target") or one.name in ASIDE:
            assert one.name not in drawn
    assert {"party.office_rent", "party.choice_precision", "opinion.salience_stake", "attitude.ideal_sd"} <= drawn


def test_draws_fill_every_stratum_of_every_range_and_are_possible_parameters() -> None:
    ranges = prior_ranges(SMALL)
    draws = prior_draws(ranges, 40, seed=3)
    for one in ranges:
        values = np.array([draw[one.name] for draw in draws], dtype=float)
        if one.whole or one.name.endswith(("_soonest", "_latest")):
            continue
        assert one.low <= values.min()
        assert values.max() <= one.high
        shares = np.log(values / one.low) / np.log(one.high / one.low) if one.scale == "log" else (values - one.low)
        shares = shares if one.scale == "log" else shares / (one.high - one.low)
        assert sorted(np.floor(shares * 40).clip(0, 39).astype(int)) == list(range(40))
    for draw in draws:
        SMALL.with_values(draw)
    assert prior_draws(ranges, 40, seed=3) == draws


def test_no_effect_at_all_lies_inside_the_prior() -> None:
    by_name = {one.name: one for one in prior_ranges(SMALL)}
    for name in ("voting.asset_vote_effect", "party.office_rent", "opinion.salience_stake"):
        assert by_name[name].low == 0.0
        assert by_name[name].scale == "linear"


def test_the_agenda_cost_alone_brings_the_baseline_into_its_band() -> None:
    design = PriorMassDesign(replicates=20, calibration_replicates=20)
    dear = SMALL.with_values({"party.rule_cost": 0.1, "party.guidance_cost": 0.05})
    base = with_dose(dear, 0.0, 1.0)
    pasts = [friendly_term(base, 3, replicate) for replicate in range(20)]
    found = calibrate(base, pasts, design)
    assert found.inside
    assert 0.4 <= found.share <= 0.7
    at = base.with_values({"party.agenda_cost": found.cost})
    assert share_restricted(at, pasts) == found.share
    low, high = (share_restricted(base.with_values({"party.agenda_cost": cost}), pasts) for cost in (-1.0, 1.0))
    assert low >= found.share > high


def test_a_baseline_that_no_cost_reaches_is_marked_not_forced() -> None:
    never = SMALL.with_values({"party.agenda_gate": 0.0})
    row = run_prior_draw(never, PriorMassDesign(replicates=3, calibration_replicates=3), 3, 0)[0]
    assert (row["calibrated"], row["calibration_share"]) == (0, 0.0)
    with pytest.raises(UserError, match="no draw could be calibrated"):
        prior_mass_table(pd.DataFrame([row]))


def counts(truth: np.ndarray, n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([[*rng.multinomial(n, [0.04, 0.04 - t, 0.92 + t])[:2], n] for t in truth], dtype=float)


def test_taking_the_noise_out_recovers_the_shares_that_estimates_overstate() -> None:
    truth = np.where(np.arange(400) < 120, -0.15, 0.0)
    found = np.array([smoothed_shares(counts(truth, 60, seed), 0.05) for seed in range(6)])
    raw = np.array([raw_shares(counts(truth, 60, seed), 0.05) for seed in range(6)])
    assert found.mean(axis=0) == pytest.approx([0.3, 0.7, 0.0], abs=0.06)
    assert np.abs(found.mean(axis=0) - [0.3, 0.7, 0.0]).sum() < np.abs(raw.mean(axis=0) - [0.3, 0.7, 0.0]).sum()


def test_with_many_replicates_both_shares_agree() -> None:
    one = counts(np.where(np.arange(300) < 90, -0.2, 0.01), 4000, 1)
    assert smoothed_shares(one, 0.05) == pytest.approx(raw_shares(one, 0.05), abs=0.01)


def test_more_iterations_never_lower_the_likelihood() -> None:
    one = counts(np.linspace(-0.3, 0.02, 60), 50, 2)
    gained, lost = grid()

    def likelihood(weights: np.ndarray) -> float:
        chances = np.array(
            [gained**g * lost**f * np.maximum(1.0 - gained - lost, 0.0) ** (n - g - f) for g, f, n in one]
        )
        return float(np.log(chances @ weights).sum())

    values = [likelihood(mixing_weights(one, steps)) for steps in (1, 5, 50, 300)]
    assert values == sorted(values)


def frame(n_draws: int = 80, seed: int = 4) -> pd.DataFrame:
    one = counts(np.where(np.arange(n_draws) < n_draws // 4, -0.2, 0.0), 60, seed)
    rows = pd.DataFrame({"replicate": range(n_draws), "n": 60, "calibrated": 1})
    for event in ("reversed", "restricted"):
        rows[f"{event}_gained"], rows[f"{event}_lost"] = one[:, 0], one[:, 1]
    return rows


def test_the_three_shares_add_up_and_carry_both_errors() -> None:
    table = prior_mass_table(frame())
    assert list(table.columns) == [column.name for column in PRIOR_MASS_COLUMNS]
    for _, rows in table.groupby("outcome"):
        assert rows["share"].sum() == pytest.approx(1.0)
        assert rows["raw_share"].sum() == pytest.approx(1.0)
    below = table.iloc[0]
    # A quarter of 80 draws: the binomial error of sampling them, to which noise adds.
    assert below["error"] >= 0.8 * np.sqrt(0.25 * 0.75 / 80)
    assert 0.0 < below["noise_error"] < below["raw_error"]


def test_the_error_is_that_of_repeating_the_whole_study() -> None:
    rng = np.random.default_rng(5)
    repeated = []
    for _ in range(50):
        truth = np.where(rng.random(80) < 0.25, -0.2, 0.0)
        repeated.append(smoothed_shares(counts(truth, 60, int(rng.integers(1 << 30))), 0.05)[0])
    stated = prior_mass_table(frame())["error"].iloc[0]
    assert stated == pytest.approx(float(np.std(repeated, ddof=1)), rel=0.4)


def test_a_draw_that_is_nan_is_named() -> None:
    one = frame()
    one["reversed_lost"] = one["reversed_lost"].where(one["replicate"] != 7)
    with pytest.raises(UserError, match=r"reversed_lost is missing .*\(replicate 7\)"):
        prior_mass_table(one)


def test_a_study_ends_with_its_table_and_reads_again_without_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = PriorMassDesign(replicates=4, calibration_replicates=4)
    table = run_prior_mass(SMALL, tmp_path / "p", design=design, draws=3, quiet=True)
    draws = pd.read_csv(tmp_path / "p" / "prior_mass_draws.csv")
    assert len(draws) == 3
    assert {"party.office_rent", "agenda_cost", "reversed_lost"} <= set(draws.columns)
    monkeypatch.setattr("political_moat.experiments.prior_mass_protocol.run_prior_draw", None)
    again = run_prior_mass(SMALL, tmp_path / "p", design=design, draws=3, quiet=True)
    pd.testing.assert_frame_equal(table, again)
    with pytest.raises(UserError, match="holds other results"):
        run_prior_mass(SMALL, tmp_path / "p", design=design, draws=4, quiet=True)
