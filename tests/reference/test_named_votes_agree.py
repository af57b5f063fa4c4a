"""Ballots of a poll agree with the plain reference, which draws them from probabilities; panels wrap around."""

from __future__ import annotations

import numpy as np
import plain_ballots
import plain_electorate as plain
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from product_tables import ALL_PRICES, PUBLIC, SHARES, everywhere
from scipy.special import logit
from test_kernels_agree import ARITHMETIC, ELECTORATES, QUICK, Block, electorate, ours, parameters, vote_of

from political_moat.agents.electorate import columns as at
from political_moat.agents.electorate.voting.kernel import expected_votes
from political_moat.model.parameters.tree import Parameters

CLOSE_CALL = 1e-9
"""A uniform this near to a probability may fall on either side of it, by rounding."""


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
    seed=st.integers(0, 2**32 - 1),
)
def test_named_votes_agree(
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
    seed: int,
) -> None:
    fixed, dynamic = blocks
    voters = plain.people(fixed, dynamic)
    first, count = start % len(voters), min(size, len(voters))
    uniforms = np.random.default_rng(seed).random((count, 2))
    arguments = (np.array(prices), incumbent, shift, threat, row, p.channels.turnout)
    numbers = ours(plain.vote_numbers(p, 3.0) | {"public_usd": public})
    for voter, two in zip(plain.panel(voters, first, count), uniforms, strict=True):
        for r, d in np.reshape(plain.ballot(voter, *arguments, questions, numbers), (-1, 2)):
            assume(abs(two[0] - (r + d)) > CLOSE_CALL)
            assume(r + d == 0.0 or abs(two[1] - r / (r + d)) > CLOSE_CALL)
    got = expected_votes(
        fixed, dynamic, first, count, *arguments, np.array(questions), vote_of(p, public=public), logit(uniforms.T)
    )
    expected = plain_ballots.named_votes(
        voters, first, count, *arguments, questions, numbers, uniforms=[(u, v) for u, v in uniforms.tolist()]
    )
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("voters", [511, 513, 1300])
def test_a_panel_wraps_around_through_several_blocks(voters: int) -> None:
    p = Parameters()
    fixed, dynamic = electorate(6, voters, 0.5)
    questions = [(0.9, 0.1, 0.0, 0.4, 0.8, 0.2, 0.0), (0.3, 0.1, 0.2, 0.4, 0.1, 0.0, 0.0)]
    arguments = (voters - 200, voters, np.array(everywhere(1.3)), 1.0, 0.1, 0.2, at.TURNOUT_MIDTERM, True)
    everybody, numbers = plain.people(fixed, dynamic), ours(plain.vote_numbers(p, 3.0))
    got = expected_votes(fixed, dynamic, *arguments, np.array(questions), vote_of(p))
    expected = plain.expected_votes(everybody, *arguments, questions, numbers)
    np.testing.assert_allclose(got, expected, rtol=ARITHMETIC)
    uniforms = np.random.default_rng(voters).random((voters, 2))
    got = expected_votes(fixed, dynamic, *arguments, np.array(questions), vote_of(p), logit(uniforms.T))
    named = plain_ballots.named_votes(
        everybody, *arguments, questions, numbers, uniforms=[(u, v) for u, v in uniforms.tolist()]
    )
    np.testing.assert_array_equal(got, named)
