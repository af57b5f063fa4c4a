"""A defined-contribution account at a fixed return, and the prospect value of a gain and a loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.electorate import columns
from political_moat.agents.electorate.accounts.kernel import accounts_month
from political_moat.agents.electorate.voting.coefficients import VoteCoefficients
from political_moat.agents.electorate.voting.equations import pain, retrospection
from political_moat.model.elections.vote_effect import feared_size
from political_moat.model.parameters.tree import Parameters
from political_moat.model.world import World

Block = npt.NDArray[np.float32]

ROUNDING = 2.0**-24
"""Relative error of one rounding to float32."""
SHUT = np.repeat([[1.0], [1.0], [0.0], [0.0], [1.0], [1.0]], len(columns.PRODUCTS), axis=1)
"""Products at a price of 1, closed to purchases."""


def savers(balance: float, contribution: float) -> tuple[Block, Block]:
    """Make three people: one pays into a plan, one has an IRA without payments, one has no account."""
    fixed = np.zeros((len(columns.FIXED), 3), dtype=np.float32)
    dynamic = np.zeros((len(columns.DYNAMIC), 3), dtype=np.float32)
    fixed[columns.INCOME] = 60_000.0
    fixed[columns.EQUITY] = [0.5, 1.0, 0.0]
    fixed[columns.ELIGIBLE] = [1.0, 0.0, 0.0]
    fixed[columns.CONTRIBUTION] = [contribution, 0.0, 0.0]
    dynamic[columns.PLAN] = [balance, 0.0, 0.0]
    dynamic[columns.IRA] = [0.0, balance, 0.0]
    return fixed, dynamic


@pytest.mark.parametrize("rate", [0.0, 0.005, -0.004])
@pytest.mark.parametrize("balance", [0.0, 80_000.0])
@pytest.mark.parametrize("months", [1, 12, 360])
def test_a_plan_grows_to_the_future_value_of_an_ordinary_annuity(rate: float, balance: float, months: int) -> None:
    """The contribution comes after the month's return and earns nothing in that month: payments at the period's end.

    B (1 + r)^n + C ((1 + r)^n - 1) / r. (Payments at the beginning, an annuity-due, would give (1 + r) times the second
    part.) Contributions plus gains, with no withdrawals, are the change of the balance. The state is float32: every
    month rounds once.
    """
    contribution = 512.0
    fixed, dynamic = savers(balance, contribution)
    start = float(dynamic[columns.PLAN, 0])
    paid = gained = 0.0
    for _ in range(months):
        flow, contributions, gains, held, _ = accounts_month(fixed, dynamic, SHUT, rate, rate, 0.0, 1.0, 0.0, 0.0)
        assert flow == held == 0.0
        paid += contributions
        gained += gains
    grown = (1.0 + rate) ** months
    annuity = contribution * months if rate == 0.0 else contribution * (grown - 1.0) / rate
    largest = max(start, start * grown + annuity)
    error = months * ROUNDING * largest
    assert float(dynamic[columns.PLAN, 0]) == pytest.approx(start * grown + annuity, abs=error)
    assert float(dynamic[columns.IRA, 1]) == pytest.approx(start * grown, abs=error)
    assert paid == contribution * months
    change = float(dynamic[[columns.PLAN, columns.IRA]].sum(dtype=np.float64)) - 2.0 * start
    assert paid + gained == pytest.approx(change, abs=2.0 * error)
    if rate > 0.0 and balance == 0.0 and months > 1:
        assert abs(annuity * rate) > 100.0 * error  # the test distinguishes the two kinds of annuity


def test_stocks_and_bonds_share_the_return_by_the_equity_share() -> None:
    fixed, dynamic = savers(10_000.0, 0.0)
    accounts_month(fixed, dynamic, SHUT, 0.03, 0.01, 0.0, 1.0, 0.0, 0.0)
    assert dynamic[columns.PLAN, 0] == pytest.approx(10_200.0, rel=ROUNDING)
    assert dynamic[columns.IRA, 1] == pytest.approx(10_300.0, rel=ROUNDING)


def coefficients(values: dict[str, Any]) -> VoteCoefficients:
    world = World(
        Parameters().with_values(
            {
                "electorate.voters": 200,
                "voting.retrospective_weight": 1.0,
                "voting.retrospective_cap": 5.0,
                "voting.blame_incumbent": 1.0,
                "voting.blame_incumbent_partisan": 0.0,
                **values,
            }
        )
    )
    return world.vote_coefficients


PLAIN = coefficients({})


def value(gain: float, c: VoteCoefficients = PLAIN, income: float = 1.0) -> float:
    """Return the credit of a voter to R in office for a gain in years of income; one unit bought at 10."""
    return retrospection(income, 10.0 + gain, 10.0, income, 1.0, 0.0, 1.0, c)


GAINS = st.floats(1e-3, 1.5)


@given(GAINS)
def test_a_loss_weighs_two_and_a_quarter_times_a_gain_of_its_size(gain: float) -> None:
    assert value(-gain) == pytest.approx(-2.25 * value(gain), rel=1e-10)


@given(GAINS)
def test_the_value_of_a_gain_is_its_power(gain: float) -> None:
    assert value(gain) == pytest.approx(gain**0.88, rel=1e-10)
    assert value(gain, income=40_000.0) == pytest.approx(gain**0.88, rel=1e-7)


@given(GAINS)
def test_a_threatened_loss_has_the_value_of_an_actual_loss(stake: float) -> None:
    assert pain(stake, 1.0, 1.0, PLAIN) == pytest.approx(-value(-stake), rel=1e-10)


@given(GAINS, st.floats(0.05, 1.0), st.floats(0.05, 1.0))
def test_pain_is_proportional_to_visibility_and_belief(stake: float, visibility: float, belief: float) -> None:
    whole = pain(stake, 1.0, 1.0, PLAIN)
    assert pain(stake, visibility, belief, PLAIN) == pytest.approx(visibility * belief * whole, rel=1e-12)


@given(st.floats(0.05, 0.9), st.floats(0.01, 2.0))
def test_a_feared_share_of_a_stake_has_the_value_of_that_loss(fall: float, stake: float) -> None:
    """pain(stake) * feared_size(share) = -v(-share * stake): one factor is the voter's and one the stand's."""
    tree = Parameters().with_values({"opinion.believed_price_fall": fall, "opinion.believed_sale_loss": 0.0})
    size = feared_size(tree, openness_now=1.0, openness=0.0, forced=1.0, protected=0.0)
    assert pain(stake, 1.0, 1.0, PLAIN) * size == pytest.approx(-value(-fall * stake), rel=1e-9)


@given(st.floats(0.05, 0.9))
def test_a_believed_gain_weighs_less_than_a_loss_of_its_size(fall: float) -> None:
    sizes = []
    for believed in (fall, -fall):
        tree = Parameters().with_values({"opinion.believed_price_fall": believed, "opinion.believed_sale_loss": 0.0})
        sizes.append(feared_size(tree, openness_now=1.0, openness=0.0, forced=0.0, protected=0.0))
    assert sizes[0] == pytest.approx(-2.25 * sizes[1], rel=1e-12)


def test_credit_goes_to_the_party_in_office_and_not_beyond_the_cap() -> None:
    capped = PLAIN._replace(retrospective_cap=0.1)
    for gain in (0.5, -0.5):
        credit = retrospection(1.0, 10.0 + gain, 10.0, 1.0, 1.0, 0.0, 1.0, capped)
        assert credit == pytest.approx(0.1 if gain > 0.0 else -0.1)
        assert retrospection(1.0, 10.0 + gain, 10.0, 1.0, 1.0, 0.0, -1.0, capped) == -credit
