"""The compiled kernels agree with the plain reference, which was written from docs/odd.md and not from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import plain_electorate as plain
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from product_tables import ALL_PRICES, PRICES, PRODUCT_TABLES, PUBLIC, SHARES, everywhere, simple_table

from political_moat.agents.electorate import columns as at
from political_moat.agents.electorate.accounts.kernel import accounts_month
from political_moat.agents.electorate.opinion.coefficients import OpinionCoefficients, opinion_coefficients
from political_moat.agents.electorate.opinion.kernel import opinion_month
from political_moat.agents.electorate.voting.coefficients import VoteCoefficients, vote_coefficients
from political_moat.agents.electorate.voting.equations import pain, retrospection
from political_moat.agents.electorate.voting.kernel import expected_votes, grieve
from political_moat.model.elections.vote_effect import touchable_share
from political_moat.model.parameters.channels import CHANNELS
from political_moat.model.parameters.tree import Parameters

TOLERANCE = 1e-5
"""Relative or absolute: the state is float32."""
ARITHMETIC = 1e-12
"""Relative, for totals, which are never stored."""

Block = npt.NDArray[np.float32]


def electorate(seed: int, voters: int, holders: float, awkward: str = "") -> tuple[Block, Block]:
    """Random columns. holders is the share with crypto; `awkward` sets some columns to their edge."""
    draw = np.random.default_rng(seed)
    fixed = np.zeros((len(at.FIXED), voters), dtype=np.float32)
    dynamic = np.zeros((len(at.DYNAMIC), voters), dtype=np.float32)
    fixed[at.AGE] = draw.uniform(18, 90, voters)
    fixed[at.INCOME] = 60000 * np.exp(draw.normal(0, 0.7, voters))
    fixed[at.PARTISANSHIP] = draw.normal(0, 3, voters) * (draw.random(voters) < 0.95)
    fixed[at.ATTENTION] = draw.random(voters)
    fixed[at.BELIEF] = np.exp(draw.normal(0, 0.6, voters))
    fixed[at.IDEAL_BASE] = draw.random(voters)
    fixed[at.POTENTIAL_STAKE] = draw.exponential(1.5, voters)
    fixed[at.ELIGIBLE] = draw.random(voters) < 0.5
    fixed[at.CONTRIBUTION] = fixed[at.ELIGIBLE] * (draw.random(voters) < 0.6) * draw.uniform(50, 2500, voters)
    fixed[at.EQUITY] = draw.random(voters)
    fixed[at.TURNOUT_PRESIDENTIAL : at.TURNOUT_MIDTERM + 1] = draw.normal(0.5, 1.5, (2, voters))
    holds = draw.random(voters) < holders
    balance = fixed[at.POTENTIAL_STAKE] * fixed[at.INCOME]
    dynamic[at.PLAN] = fixed[at.ELIGIBLE] * balance * draw.random(voters)
    dynamic[at.IRA] = balance * draw.random(voters) * (draw.random(voters) < 0.7)
    # Holders who sold out, and people holding without an assigned stake, are both possible.
    dynamic[at.UNITS] = holds * (draw.random(voters) < 0.9) * balance * draw.uniform(0, 0.5, voters)
    dynamic[at.ASSIGNED_STAKE] = holds * (draw.random(voters) < 0.9) * fixed[at.POTENTIAL_STAKE] * draw.random(voters)
    dynamic[at.VISIBILITY] = holds * draw.choice([0.0, 0.1, 1.0], voters)
    dynamic[at.PRODUCT] = draw.integers(0, len(at.PRODUCTS), voters)
    dynamic[at.REFERENCE] = np.exp(draw.normal(0, 0.8, voters))
    dynamic[at.IDEAL] = draw.random(voters)
    dynamic[at.SALIENCE] = draw.exponential(0.1, voters)
    dynamic[at.BLAME] = draw.random(voters) * (draw.random(voters) < 0.5)
    dynamic[at.GRIEVANCE] = draw.normal(0, 0.3, voters) * (draw.random(voters) < 0.5)
    fixed[at.OPPOSED] = draw.random(voters) < draw.choice([0.0, 0.3])
    if awkward == "zero balances":
        dynamic[[at.PLAN, at.IRA]] = 0.0
    elif awkward == "zero contributions":
        fixed[at.CONTRIBUTION] = 0.0
    elif awkward == "unseen":
        dynamic[at.VISIBILITY] = 0.0
    elif awkward == "sold out":
        dynamic[at.UNITS] = 0.0
    elif awkward == "extreme partisans":
        fixed[at.PARTISANSHIP] *= 400.0
    return fixed, dynamic


AWKWARD = ("", "zero balances", "zero contributions", "unseen", "sold out", "extreme partisans")
ELECTORATES = st.builds(
    electorate,
    st.integers(0, 2**32 - 1),
    st.integers(1, 24),
    st.sampled_from((0.0, 0.3, 1.0)),
    st.sampled_from(AWKWARD),
)
QUICK = settings(max_examples=120, deadline=None)


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    """Parameter trees with other treatments, channels and weights of opinion."""
    values: dict[str, Any] = {f"channels.{name}": draw(st.booleans()) for name in CHANNELS}
    values["exposure.grandfathering"] = draw(SHARES)
    values["opinion.threat_from"] = draw(st.sampled_from(("openness", "believed-loss")))
    values["party.support_move"] = draw(st.booleans())
    values["fund.visibility"] = draw(SHARES)
    values["voting.backstop_dislike"] = draw(st.floats(0.0, 1.0))
    for group, leaf, low, high in (
        ("opinion", "blame_threshold", 0.0, 0.9),
        ("opinion", "curvature", 0.1, 1.0),
        ("opinion", "loss_aversion", 0.0, 4.0),
        ("opinion", "reference_up", 0.0, 1.0),
        ("opinion", "ownership_shift", -1.0, 1.0),
        ("opinion", "cue_weight", 0.0, 1.0),
        ("opinion", "grievance_months", 0.1, 60.0),
        ("opinion", "salience_half_life_up", 0.01, 20.0),
        ("opinion", "opposed_shift", 0.0, 1.0),
        ("opinion", "opposed_salience", 0.0, 5.0),
        ("opinion", "opposed_crash_salience", 0.0, 5.0),
        ("opinion", "believed_price_fall", -1.0, 1.0),
        ("opinion", "alarming_loss", 0.1, 1.0),
        ("voting", "ideal_weight", 0.0, 50.0),
        ("voting", "retrospective_weight", 0.0, 20.0),
        ("voting", "retrospective_cap", 0.0, 2.0),
        ("voting", "blame_incumbent_partisan", 0.0, 1.0),
        ("voting", "turnout_gap_weight", 0.0, 2.0),
    ):
        values[f"{group}.{leaf}"] = draw(st.floats(low, high))
    return Parameters().with_values(values)


def opinion_of(p: Parameters, stake_scale: float = 1.0, public: float = 0.0) -> OpinionCoefficients:
    """Coefficients as a world packs them."""
    on = p.channels
    return opinion_coefficients(
        p.opinion,
        p.exposure,
        stake_scale,
        ideal_shift=on.ideal_shift,
        retrospective=on.retrospective,
        salience=on.salience,
        public_visibility=p.fund.visibility,
        touchable=touchable_share(p),
    )._replace(public_usd=public)


def vote_of(p: Parameters, loss_weight: float = 3.0, stake_scale: float = 1.0, public: float = 0.0) -> VoteCoefficients:
    """Coefficients as a world packs them, without solving for the loss weight."""
    on = p.channels
    return vote_coefficients(
        p.voting,
        p.opinion,
        p.exposure,
        loss_weight,
        stake_scale,
        prospective=on.prospective,
        retrospective=on.retrospective,
        salience=on.salience,
        backstop=p.party.support_move,
        public_visibility=p.fund.visibility,
    )._replace(public_usd=public)


def ours(numbers: dict[str, float]) -> SimpleNamespace:
    """Coefficients packed by the reference, so that a mistake in packing shows as well."""
    return SimpleNamespace(**numbers)


def agree(got: Any, expected: Any, what: str) -> None:
    """Within the tolerance, relative or absolute, entry by entry."""
    np.testing.assert_allclose(
        np.asarray(got, dtype=float), np.asarray(expected, dtype=float), rtol=TOLERANCE, atol=TOLERANCE, err_msg=what
    )


def state_agrees(fixed: Block, dynamic: Block, voters: list[plain.Person], before: Block) -> None:
    """Every column agrees; so do the signs of what is held and which rows were left alone."""
    # An account is what is left of a whole balance, so its error is measured against that balance.
    balance = np.maximum(1.0, before[at.PLAN] + before[at.IRA] + before[at.UNITS]).astype(float)
    for row, name in enumerate(at.DYNAMIC):
        expected = np.array([getattr(voter, name) for voter in voters])
        unit = balance if row in (at.PLAN, at.IRA) else 1.0
        agree(dynamic[row] / unit, expected / unit, name)
        np.testing.assert_array_equal(np.sign(dynamic[row]), np.sign(expected), err_msg=f"sign of {name}")
        still = expected == before[row]
        close = np.abs(dynamic[row] - before[row]) <= TOLERANCE * np.maximum(1.0, np.abs(before[row]))
        assert np.all(close[still]), name
    for row, name in enumerate(at.FIXED):
        np.testing.assert_array_equal(fixed[row], [getattr(voter, name) for voter in voters], err_msg=name)


@settings(max_examples=60, deadline=None)
@given(p=parameters(), loss_weight=st.floats(0.0, 50.0), scale=st.floats(0.0, 1.0))
def test_coefficients_are_packed_as_the_tables_say(p: Parameters, loss_weight: float, scale: float) -> None:
    for got, expected in (
        (opinion_of(p, scale)._asdict(), plain.opinion_numbers(p, scale)),
        (vote_of(p, loss_weight, scale)._asdict(), plain.vote_numbers(p, loss_weight, scale)),
    ):
        assert got.keys() == expected.keys()
        for name, value in expected.items():
            assert math.isclose(got[name], value, rel_tol=1e-12, abs_tol=1e-15), name


HOLDING = electorate(1, 30, 1.0)
EMPTY = electorate(1, 30, 1.0, "zero balances")


@QUICK
@given(
    blocks=ELECTORATES,
    products=PRODUCT_TABLES,
    stock=st.floats(-0.9, 0.5),
    bond=st.floats(-0.05, 0.05),
    rebalancing=SHARES,
    keep=SHARES,
    drawdown=SHARES,
    retirement=st.floats(30.0, 90.0),
)
@example(HOLDING, simple_table(1.0, 0.0, 0.0), 0.01, 0.002, 0.02, 0.0, 0.0, 65.0)
@example(HOLDING, simple_table(1.0, 0.0, 0.05), 0.01, 0.002, 0.02, 0.6, 0.0, 65.0)
@example(HOLDING, simple_table(1.0, 0.0, 0.05), 0.01, 0.002, 0.02, 1.0, 0.004, 65.0)
@example(HOLDING, simple_table(0.01, 0.0, 1.0), 0.01, 0.002, 1.0, 1.0, 0.0, 65.0)
@example(HOLDING, simple_table(0.01, 1.0, 1.0), 0.01, 0.002, 1.0, 1.0, 1.0, 65.0)
@example(EMPTY, simple_table(3.0, 1.0, 0.5), 0.01, 0.002, 1.0, 0.5, 0.1, 65.0)
def test_accounts_month_agrees(
    blocks: tuple[Block, Block],
    products: Sequence[Sequence[float]],
    stock: float,
    bond: float,
    rebalancing: float,
    keep: float,
    drawdown: float,
    retirement: float,
) -> None:
    fixed, before = blocks
    dynamic, voters = before.copy(), plain.people(fixed, before)
    arguments = (np.array(products, dtype=float), stock, bond, rebalancing, keep, drawdown, retirement)
    totals = accounts_month(fixed, dynamic, *arguments)
    agree(totals, plain.accounts_month(voters, *arguments), "totals")
    state_agrees(fixed, dynamic, voters, before)


@QUICK
@given(
    blocks=ELECTORATES,
    prices=ALL_PRICES,
    openness=SHARES,
    threat=SHARES,
    media=st.sampled_from((0.0, 1.0)),
    stand_r=SHARES,
    stand_d=SHARES,
    fall=SHARES,
    p=parameters(),
    public=PUBLIC,
)
@example(HOLDING, everywhere(1e-3), 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, Parameters(), 0.0)
@example(HOLDING, everywhere(1e4), 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, Parameters(), 500.0)
def test_opinion_month_agrees(
    blocks: tuple[Block, Block],
    prices: list[float],
    openness: float,
    threat: float,
    media: float,
    stand_r: float,
    stand_d: float,
    fall: float,
    p: Parameters,
    public: float,
) -> None:
    fixed, before = blocks
    dynamic, voters = before.copy(), plain.people(fixed, before)
    arguments = (np.array(prices), openness, threat, media, stand_r, stand_d, fall)
    for _ in range(2):
        opinion_month(fixed, dynamic, *arguments, opinion_of(p, public=public))
        plain.opinion_month(voters, *arguments, ours(plain.opinion_numbers(p) | {"public_usd": public}))
    state_agrees(fixed, dynamic, voters, before)


@pytest.mark.parametrize("beyond", [-0.05, -0.001, 0.001, 0.02, 0.05, 0.1])
def test_a_loss_just_beyond_the_threshold_is_blamed_in_a_group_that_holds_one_product(beyond: float) -> None:
    """Groups in which no reference price exceeds E68 are computed without E16: that may change nothing."""
    p = Parameters()
    fixed, before = electorate(11, 700, 1.0)
    before[at.PRODUCT], before[at.VISIBILITY], price = 0.0, 1.0, 30_000.0
    before[at.REFERENCE] = price / (1.0 - p.opinion.blame_threshold - beyond)
    dynamic, voters = before.copy(), plain.people(fixed, before)
    arguments = (np.full(len(at.PRODUCTS), price), 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    opinion_month(fixed, dynamic, *arguments, opinion_of(p))
    plain.opinion_month(voters, *arguments, ours(plain.opinion_numbers(p)))
    state_agrees(fixed, dynamic, voters, before)
    blamed = dynamic[at.BLAME] > before[at.BLAME]
    assert blamed.any() == (beyond > 0.0)


AMOUNTS = st.sampled_from((0.0, -1.0, 1e-9, 1.0, 1e3)) | st.floats(0.0, 30.0)


@QUICK
@given(stake=AMOUNTS, visibility=SHARES, belief=st.floats(0.01, 20.0), p=parameters())
def test_pain_agrees(stake: float, visibility: float, belief: float, p: Parameters) -> None:
    expected = plain.pain(stake, visibility, belief, ours(plain.vote_numbers(p, 3.0)))
    agree(pain(stake, visibility, belief, vote_of(p)), expected, "pain")


@QUICK
@given(
    units=AMOUNTS,
    price=PRICES,
    reference=PRICES,
    income=st.floats(1e3, 1e6),
    visibility=SHARES,
    partisanship=st.floats(-12.0, 12.0),
    incumbent=st.sampled_from((-1.0, 1.0)),
    p=parameters(),
)
def test_retrospection_agrees(
    units: float,
    price: float,
    reference: float,
    income: float,
    visibility: float,
    partisanship: float,
    incumbent: float,
    p: Parameters,
) -> None:
    arguments = (1e4 * units, price, reference, income, visibility, partisanship, incumbent)
    expected = plain.retrospection(*arguments, ours(plain.vote_numbers(p, 3.0)))
    agree(retrospection(*arguments, vote_of(p)), expected, "retrospection")


@QUICK
@given(
    blocks=ELECTORATES,
    start=st.integers(0, 23),
    size=st.integers(1, 24),
    prices=ALL_PRICES,
    incumbent=st.sampled_from((-1.0, 1.0)),
    shift=st.floats(-2.0, 2.0),
    threat=SHARES,
    row=st.sampled_from((at.TURNOUT_PRESIDENTIAL, at.TURNOUT_MIDTERM)),
    questions=st.lists(st.tuples(*[SHARES] * 7), min_size=1, max_size=4),
    p=parameters(),
    public=PUBLIC,
)
def test_expected_votes_agrees(
    blocks: tuple[Block, Block],
    start: int,
    size: int,
    prices: list[float],
    incumbent: float,
    shift: float,
    threat: float,
    row: int,
    questions: list[tuple[float, ...]],
    p: Parameters,
    public: float,
) -> None:
    fixed, before = blocks
    dynamic, voters = before.copy(), plain.people(fixed, before)
    first, count = start % len(voters), min(size, len(voters))
    arguments = (first, count, np.array(prices), incumbent, shift, threat, row, p.channels.turnout)
    got = expected_votes(fixed, dynamic, *arguments, np.array(questions), vote_of(p, public=public))
    numbers = plain.vote_numbers(p, 3.0) | {"public_usd": public}
    expected = plain.expected_votes(voters, *arguments, questions, ours(numbers))
    agree(got, expected, "votes")
    # Who would win, and by what share, is what the world decides on.
    agree(got[:, 0] / got.sum(axis=1), [r / (r + d) for r, d in expected], "shares")
    state_agrees(fixed, dynamic, voters, before)


@QUICK
@given(
    blocks=ELECTORATES,
    prices=ALL_PRICES,
    size=SHARES | st.just(-0.2),
    sign=st.sampled_from((-1.0, 1.0)),
    p=parameters(),
    public=PUBLIC,
)
def test_grieve_agrees(
    blocks: tuple[Block, Block], prices: list[float], size: float, sign: float, p: Parameters, public: float
) -> None:
    fixed, before = blocks
    dynamic, voters = before.copy(), plain.people(fixed, before)
    grieve(fixed, dynamic, np.array(prices), size, sign, vote_of(p, public=public))
    plain.grieve(voters, prices, size, sign, ours(plain.vote_numbers(p, 3.0) | {"public_usd": public}))
    state_agrees(fixed, dynamic, voters, before)


@pytest.mark.parametrize("voters", [511, 512, 513, 1300])
def test_totals_are_added_up_in_blocks_of_the_document(voters: int) -> None:
    """Contributions are summed as they stand, so their total shows the order of the sum to the last bit."""
    fixed, dynamic = electorate(5, voters, 0.5)
    fixed[at.CONTRIBUTION] = 10.0 ** np.random.default_rng(voters).uniform(-6, 9, voters)
    month = (np.array(simple_table(1.3, 0.5, 0.1)), 0.02, 0.001, 0.1, 0.7, 0.01, 60.0)
    everybody = plain.people(fixed, dynamic)
    expected = plain.accounts_month(everybody, *month)
    got = accounts_month(fixed, dynamic, *month)
    assert got[1] == expected[1]
    np.testing.assert_allclose(got, expected, rtol=ARITHMETIC)
