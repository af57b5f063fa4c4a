"""Endowment and resetting of stakes: the compiled loops against one voter at a time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import plain_electorate as plain
import pytest

from political_moat.agents.electorate import columns as at
from political_moat.agents.electorate.electorate import Electorate

VOTERS = 1300


def an_electorate(seed: int) -> Electorate:
    """People with and without accounts, some of whom hold something of every product."""
    draw = np.random.default_rng(seed)
    fixed = np.zeros((len(at.FIXED), VOTERS), dtype=np.float32)
    dynamic = np.zeros((len(at.DYNAMIC), VOTERS), dtype=np.float32)
    fixed[at.INCOME] = draw.lognormal(10.8, 0.7, VOTERS)
    fixed[at.POTENTIAL_STAKE] = draw.exponential(1.0, VOTERS)
    fixed[at.ELIGIBLE] = draw.random(VOTERS) < 0.6
    dynamic[at.PLAN] = draw.exponential(4e4, VOTERS) * fixed[at.ELIGIBLE]
    dynamic[at.IRA] = draw.exponential(2e4, VOTERS) * (draw.random(VOTERS) < 0.5)
    dynamic[at.UNITS] = draw.exponential(3e4, VOTERS) * (draw.random(VOTERS) < 0.5)
    dynamic[at.ASSIGNED_STAKE] = draw.exponential(0.3, VOTERS) * (draw.random(VOTERS) < 0.5)
    dynamic[at.PRODUCT] = draw.integers(0, len(at.PRODUCTS), VOTERS)
    return Electorate(fixed, dynamic, draw.permutation(VOTERS), 0.05)


def one_by_one(electorate: Electorate) -> list[Any]:
    names = (*at.FIXED, *at.DYNAMIC)
    rows = np.vstack([electorate.fixed, electorate.dynamic]).astype(np.float64).T.tolist()
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]


def column(voters: list[Any], name: str) -> Any:
    return np.array([getattr(voter, name) for voter in voters])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stakes_are_brought_back_alike(seed: int) -> None:
    electorate = an_electorate(seed)
    prices = np.random.default_rng(seed).lognormal(0.0, 0.8, len(at.PRODUCTS))
    voters = one_by_one(electorate)
    for voter in voters:
        plain.reset_stake(voter, prices)
    electorate.reset_stakes(prices)
    for name in at.DYNAMIC:
        np.testing.assert_array_equal(electorate.column(name), column(voters, name), err_msg=name)


@pytest.mark.parametrize("breadth", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("allocation", [0.05, 1.0])
def test_stakes_are_assigned_alike(breadth: float, allocation: float) -> None:
    electorate = an_electorate(4)
    voters = one_by_one(electorate)
    for row in electorate.exposure_order[: round(breadth * VOTERS)].tolist():
        plain.endow(voters[row], allocation, 0.4)
    electorate.assign_exposure(breadth, allocation, 0.4)
    for name in at.DYNAMIC:
        np.testing.assert_array_equal(electorate.column(name), column(voters, name), err_msg=name)


def test_an_endowment_moves_money_and_makes_none() -> None:
    """Where the holder has an account, what is held afterwards is what was there before."""
    electorate = an_electorate(5)
    electorate.dynamic[at.UNITS] = 0.0
    balance = electorate.fixed[at.POTENTIAL_STAKE].astype(float) * electorate.fixed[at.INCOME]
    electorate.dynamic[at.PLAN], electorate.dynamic[at.IRA] = 0.7 * balance, 0.3 * balance
    electorate.assign_exposure(0.5, 0.2, 1.0)
    holds = (electorate.column("visibility") > 0.0) & (electorate.column("eligible") > 0.0)
    assert holds.sum() > 100
    after = sum(electorate.column(name).astype(float) for name in ("plan", "ira", "units"))
    np.testing.assert_allclose(np.asarray(after)[holds], balance[holds], rtol=1e-6)
