"""Mediation: Shapley values add up exactly, the factorial ends at the two arms, each channel has a positive control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.experiments.errors import UserError
from political_moat.experiments.protocols.mediation.design import ARMS, CELLS, MediationDesign
from political_moat.experiments.protocols.mediation.run import OUTCOMES, run_mediation_replicate
from political_moat.experiments.protocols.mediation.shapley import (
    CHANNELS,
    MEDIATION_COLUMNS,
    mediation_table,
    shapley,
    worths_by_replicate,
)
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.model.parameters import channels
from political_moat.model.parameters.tree import Parameters

LIVELY = {
    "electorate.voters": 600,
    "voting.asset_vote_effect": 6.0,
    "exposure.allocation": 0.2,
    "party.donors_per_stake": 1.0,
    "regulator.reliance_weight": 3.0,
}
DOSE = MediationDesign(breadth=0.6, visibility=1.0)
REPLICATES = range(12)


def factorial(values: Mapping[str, Any], design: MediationDesign = DOSE) -> pd.DataFrame:
    p = Parameters().with_values({**LIVELY, **values})
    return pd.DataFrame([row for r in REPLICATES for row in run_mediation_replicate(p, design, 11, r).runs])


@pytest.fixture(scope="module")
def lively() -> pd.DataFrame:
    return factorial({})


def test_shapley_reproduces_the_textbook_glove_game() -> None:
    # Osborne & Rubinstein (1994), ch. 14: player 0 has a left glove, 1 and 2 a right glove each; a pair is worth 1.
    worths = [float(a and (b or c)) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    assert shapley(np.array(worths)).values == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@given(st.lists(st.floats(-1.0, 1.0), min_size=16, max_size=16))
def test_shapley_values_add_up_and_lie_within_the_range_over_orders(worths: list[float]) -> None:
    found = shapley(np.array(worths))
    assert found.values.sum() == pytest.approx(worths[-1] - worths[0], abs=1e-12)
    assert (found.smallest - 1e-12 <= found.values).all()
    assert (found.values <= found.largest + 1e-12).all()


def test_a_game_without_interaction_gives_every_order_the_same() -> None:
    parts = np.array([0.3, -0.1, 0.05, 0.0])
    worths = np.array([np.dot(cell, parts) for cell in CELLS])
    found = shapley(worths)
    for one in found:
        assert one == pytest.approx(parts)


def test_the_ends_of_the_factorial_are_the_arms_of_the_stress_test(lively: pd.DataFrame) -> None:
    p = Parameters().with_values(LIVELY)
    for replicate in REPLICATES:
        zero, exposed = run_replicate(p, StressDesign((0.0, 0.6), (1.0,), (), 0.3, False), 11, replicate).runs
        own = lively[lively["replicate"] == replicate].set_index("arm")
        for outcome in OUTCOMES:
            assert own.loc["zero", outcome] == own.loc["none", outcome] == zero[outcome]
            assert own.loc["+".join(CHANNELS), outcome] == exposed[outcome]


def test_the_parts_add_up_to_the_risk_difference_within_every_replicate(lively: pd.DataFrame) -> None:
    for outcome in OUTCOMES:
        worths, zero = worths_by_replicate(lively, outcome)
        exposed = lively[lively["arm"] == ARMS[-1]].sort_values("replicate")[outcome].to_numpy(dtype=float)
        for replicate in range(zero.size):
            assert shapley(worths[:, replicate]).values.sum() == pytest.approx(
                exposed[replicate] - zero[replicate], abs=1e-12
            )
    table = mediation_table(lively)
    assert list(table.columns) == [column.name for column in MEDIATION_COLUMNS]
    for _, rows in table.groupby("outcome"):
        parts = rows.set_index("channel")["shapley"]
        assert parts.drop("total").sum() == pytest.approx(parts["total"], abs=1e-12)
        assert parts["other"] == 0.0


def test_with_every_channel_off_every_part_is_zero() -> None:
    table = mediation_table(factorial({f"channels.{name}": False for name in channels.CHANNELS}))
    assert (table["shapley"] == 0.0).all()
    # Replicates that all agree leave an error: that of their interval, which holds 0.
    assert (table["low"] < 0.0).all()
    assert (table["high"] == -table["low"]).all()
    assert (table["mcse"] > 0.0).all()
    assert (table[table["channel"].isin(CHANNELS)][["smallest", "largest", "alone", "last"]].to_numpy() == 0.0).all()


def test_positive_control_what_polls_see_deters(lively: pd.DataFrame) -> None:
    table = mediation_table(lively).set_index(["outcome", "channel"])
    found = table.loc[("restricted", "deterrence")]
    assert found["shapley"] < -0.10
    assert found["shapley"] + 3.0 * found["mcse"] < 0.0


def test_positive_control_votes_cast_change_what_the_congress_of_the_midterm_lets_through() -> None:
    # A hostile chamber makes every move dearer, and a statute impossible.
    frame = factorial({"party.divided_cost": 0.2, "voting.asset_vote_effect": 30.0}, MediationDesign(0.9, 1.0))
    by_arm = frame.set_index(["replicate", "arm"])
    differs = [
        any(by_arm.loc[(r, "replacement"), o] != by_arm.loc[(r, "none"), o] for o in ("severity", "mean_policy"))
        for r in REPLICATES
    ]
    assert any(differs)


def test_positive_control_platforms_that_adapt_change_the_distance_between_them(lively: pd.DataFrame) -> None:
    by_arm = lively.set_index(["replicate", "arm"])["platform_distance"]
    assert any(by_arm[r, "convergence"] != by_arm[r, "none"] for r in REPLICATES)


def test_positive_control_courts_that_see_stakes_strike_down_restrictions() -> None:
    values = {
        **{"regulator.suit_probability": 1.0, "regulator.court_months": 6.0, "regulator.reliance_weight": 100.0},
        **{"regulator.rule_months": 12.0, "party.guidance_cost": 0.5, "party.agenda_cost": -0.5},
    }
    frame = factorial(values, MediationDesign(0.9, 1.0)).set_index(["replicate", "arm"])["mean_policy"]
    gain = [frame[r, "inertia"] - frame[r, "none"] for r in REPLICATES]
    assert max(gain) > 0.0
    assert np.mean(gain) > 0.0


def test_over_two_terms_the_ends_meet_as_well() -> None:
    frame = factorial({}, MediationDesign(0.6, 1.0, terms=2)).set_index(["replicate", "arm"])
    for outcome in OUTCOMES:
        assert all(frame.loc[(r, "zero"), outcome] == frame.loc[(r, "none"), outcome] for r in REPLICATES)


def test_a_missing_cell_is_named(lively: pd.DataFrame) -> None:
    with pytest.raises(UserError, match=r"\(replicate 3, arm convergence\)"):
        mediation_table(lively[~((lively["replicate"] == 3) & (lively["arm"] == "convergence"))])
