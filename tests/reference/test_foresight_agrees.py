"""The compiled projection agrees with the plain reference, and with a world of plain agents that reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import plain_electorate as plain
import plain_foresight
import pytest
from busy_worlds import BUSY, OPPOSED
from hypothesis import given, settings
from hypothesis import strategies as st
from product_tables import PRODUCT_TABLES, PUBLIC, SHARES, of_every_product
from test_kernels_agree import ELECTORATES, Block, opinion_of, ours, parameters, vote_of
from test_mesa_loop_agrees import both, decisions_agree, voters_agree

from political_moat.agents.electorate.columns import PRODUCTS
from political_moat.agents.electorate.foresight.kernel import projected_votes
from political_moat.model.fast_forward import advance
from political_moat.model.parameters.tree import Parameters
from political_moat.model.schedule import run_month
from political_moat.model.world import World

LENGTHS = st.sampled_from((0.0, 1.0, 12.0)) | st.floats(0.1, 40.0)
STRETCHES = st.lists(
    st.tuples(
        LENGTHS,
        SHARES,
        SHARES,
        st.sampled_from((0.0, 1.0)),
        st.sampled_from((1.0, 0.0)) | SHARES,
        st.sampled_from((0.0, 1.0)),
        st.sampled_from((0.0, -0.4, 0.3)),
    ),
    min_size=3,
    max_size=3,
)
MODERATE = of_every_product(st.sampled_from((0.3, 1.0, 3.0)) | st.floats(0.3, 3.0))
"""At a price of a thousandth of the reference, the last bit of float32 moves a vote by more than the tolerance."""
GROWTH = st.lists(st.sampled_from((1.0, 0.98, 1.03)) | st.floats(0.95, 1.06), min_size=6, max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    blocks=ELECTORATES,
    start=st.integers(0, 23),
    size=st.integers(1, 24),
    prices=MODERATE,
    growth=GROWTH,
    months=st.integers(0, 48),
    incumbent=st.sampled_from((-1.0, 1.0)),
    asked=st.lists(st.tuples(st.tuples(*[SHARES] * 7), STRETCHES), min_size=1, max_size=3),
    tables=st.tuples(PRODUCT_TABLES, PRODUCT_TABLES),
    rebalancing=st.sampled_from((0.0, 0.02, 0.5)),
    fall=SHARES,
    p=parameters(),
    public=PUBLIC,
)
def test_projected_votes_agree(
    blocks: tuple[Block, Block],
    start: int,
    size: int,
    prices: list[float],
    growth: list[float],
    months: int,
    incumbent: float,
    asked: list[tuple[tuple[float, ...], list[tuple[float, ...]]]],
    tables: Any,
    rebalancing: float,
    fall: float,
    p: Parameters,
    public: float,
) -> None:
    fixed, dynamic = blocks
    before, voters = dynamic.copy(), plain.people(fixed, dynamic)
    first, count = start % len(voters), min(size, len(voters))
    questions, stretches = (np.array(part, dtype=np.float64) for part in zip(*asked, strict=True))
    arguments = (first, count, np.array(prices), np.array(growth), months, incumbent, p.channels.turnout)
    rest = (questions, stretches, np.array(tables, dtype=np.float64), rebalancing, fall)
    got = projected_votes(fixed, dynamic, *arguments, *rest, opinion_of(p, public=public), vote_of(p, public=public))
    opinion = ours(plain.opinion_numbers(p) | {"public_usd": public})
    vote = ours(plain.vote_numbers(p, 3.0) | {"public_usd": public})
    expected = plain_foresight.projected_votes(voters, *arguments, *rest, opinion, vote)
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=1e-9)
    assert np.array_equal(dynamic, before)
    assert len(growth) == len(PRODUCTS)


FORESIGHT: dict[str, dict[str, Any]] = {
    "busy": BUSY,
    "busy, half foresight, mirror world": {**BUSY, "polls.foresight": 0.5, "institutions.author": "D"},
    "busy, blind polls, bans with forced sales": {**BUSY, "polls.blind": True, "party.opponent_ideal": 0.0},
    "busy, a fund, late policy": {**BUSY, "fund.active": True, "policy.friendly_month": 8},
    "opposed voters, ballots": {**OPPOSED, "opinion.opposed_salience": 0.5},
}


@pytest.mark.parametrize("setting", FORESIGHT)
def test_a_world_of_plain_agents_makes_the_same_decisions_with_foresight(setting: str) -> None:
    fast, slow = both({"polls.foresight": 1.0, "electorate.voters": 120, **FORESIGHT[setting]}, 2)
    for world in (fast, slow):
        world.released = True
        world.advance(9)
    decisions_agree(fast, slow)
    voters_agree(fast, slow)
    assert fast.events
    assert fast.last_poll is not None


@pytest.mark.parametrize("setting", FORESIGHT)
def test_months_in_one_call_are_those_of_the_schedule_with_foresight(setting: str) -> None:
    values = {"electorate.voters": 120, "exposure.breadth": 0.3, "polls.respondents": 60, "polls.foresight": 1.0}
    p = Parameters().with_values({**values, **FORESIGHT[setting]})
    fast, slow = World(p, 1).state, World(p, 1).state
    for world in (fast, slow):
        world.released = True
    advance(fast, 60)
    for _ in range(60):
        run_month(slow)
    assert fast.events == slow.events
    assert fast.record == slow.record
    assert fast.last_poll == slow.last_poll
    assert np.array_equal(fast.electorate.dynamic, slow.electorate.dynamic)
