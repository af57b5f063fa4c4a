"""The compiled month of people's lives agrees with the plain reference, which was written from docs/odd/people.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plain_electorate as plain
import plain_people
from hypothesis import given, settings
from hypothesis import strategies as st
from product_tables import ALL_PRICES, SHARES, of_every_product
from test_kernels_agree import ARITHMETIC, ELECTORATES, agree

from political_moat.agents.draws import Draws, month_key
from political_moat.agents.electorate import columns as at
from political_moat.agents.electorate.demography.coefficients import AGE_ROWS, PeopleCoefficients
from political_moat.agents.electorate.demography.equations import stake_to_hold
from political_moat.agents.electorate.demography.kernel import people_month, uniforms_at

Block = npt.NDArray[np.float32]

COEFFICIENTS = st.builds(
    PeopleCoefficients,
    growth=st.floats(-0.1, 0.2),
    retirement_age=st.sampled_from((18.0, 62.5, 65.0, 120.0)),
    job_change=SHARES,
    cash_out=SHARES,
    roll_over=SHARES,
    active_share=SHARES,
    death_rate_65=st.sampled_from((0.0, 0.0125, 1.0)),
    death_growth=st.floats(0.05, 0.15),
    oldest_age=st.sampled_from((91.0, 110.0)),
    lean_with_age=SHARES,
    largest_balance_to_income=st.sampled_from((0.5, 25.0)),
)


@settings(max_examples=150, deadline=None)
@given(
    blocks=ELECTORATES,
    prices=st.tuples(ALL_PRICES, ALL_PRICES),
    coins=of_every_product(SHARES),
    shares=of_every_product(SHARES),
    birthdays=st.booleans(),
    level=st.floats(0.5, 8.0),
    seed=st.integers(0, 2**32 - 1),
    c=COEFFICIENTS,
)
def test_a_month_of_lives_agrees(
    blocks: tuple[Block, Block],
    prices: Any,
    coins: list[float],
    shares: list[float],
    birthdays: bool,
    level: float,
    seed: int,
    c: PeopleCoefficients,
) -> None:
    fixed, dynamic = (block.copy() for block in blocks)
    draw = np.random.default_rng(seed)
    n = fixed.shape[1]
    if birthdays:
        # The month before a birthday, for everybody.
        fixed[at.AGE] = np.floor(fixed[at.AGE]) + np.float32(11.0 / 12.0)
    products = np.ones((len(at.PRODUCT_ROWS), len(at.PRODUCTS)))
    products[at.PRICE], products[at.PRICE_BEFORE], products[at.COIN_SHARE] = prices[0], prices[1], coins
    by_age = draw.random((len(AGE_ROWS), 113)) * np.array([[0.2], [1.0], [2.0], [2.0], [3.0], [1e5]])
    lots = [draw.random(n) for _ in range(3)]
    places = draw.random(n) < 0.5
    voters = plain.people(fixed, dynamic)
    died, expected_died = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    moved = (products, np.array(shares), by_age, *lots, places, level, c)
    books = people_month(fixed, dynamic, *moved, died)
    expected = plain_people.people_month(voters, *moved, expected_died)
    np.testing.assert_array_equal(died, expected_died)
    np.testing.assert_allclose(books, expected, rtol=1e-9, atol=ARITHMETIC)
    for names, block in ((at.FIXED, fixed), (at.DYNAMIC, dynamic)):
        for row, name in enumerate(names):
            agree(block[row], [getattr(voter, name) for voter in voters], name)
    if birthdays:
        assert np.all(died | (fixed[at.AGE] % 1.0 == 0.0))


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), month=st.integers(0, 2000), rows=st.lists(st.integers(0, 5000), max_size=9))
def test_draws_of_some_agents_are_those_of_all(seed: int, month: int, rows: list[int]) -> None:
    draws = Draws(seed, 3)
    some = uniforms_at(np.uint64(month_key(draws.key("entrant income"), month)), np.array(rows, dtype=np.int64))
    assert some.tolist() == [draws.uniform("entrant income", row, month) for row in rows]


@settings(deadline=None)
@given(st.floats(0.0, 1e7), st.floats(1e3, 1e6), st.floats(0.0, 1.0), st.floats(0.1, 50.0))
def test_a_holder_never_aims_at_more_than_her_share_of_the_account(
    balance: float, income: float, allocation: float, largest: float
) -> None:
    stake = stake_to_hold(balance, income, allocation, largest)
    assert 0.0 <= stake <= allocation * largest
    assert stake * income <= balance * (1.0 + 1e-12)
