"""Questions of a poll: what they say of two stands, and that no answer depends on other questions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.agents.electorate.columns import PARTISANSHIP, TURNOUT_PRESIDENTIAL
from political_moat.agents.electorate.voting.ballots import ballots
from political_moat.agents.electorate.voting.kernel import expected_votes
from political_moat.agents.perception import Stand
from political_moat.model.elections.questions import relieved_size, threat_of
from political_moat.model.elections.vote_effect import feared_size
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.polling import ask, question_row, question_rows
from political_moat.model.world import World

SMALL = {"electorate.voters": 1200, "exposure.breadth": 0.5, "exposure.visibility": 1.0}
shares = st.floats(0.0, 1.0)
stands = st.builds(Stand, shares, shares, shares, shares)


def world_of(values: dict[str, Any] | None = None, months: int = 5) -> World:
    world = World(Parameters().with_values(SMALL | (values or {})), seed=6)
    world.advance(months)
    return world


WORLDS = [
    world_of(),
    world_of(
        {"institutions.author": "D", "opinion.curvature": 0.6, "policy.cap": 0.3, "polls.hypothetical_attention": 0.4}
    ),
    world_of({"opinion.believed_price_fall": 0.2, "opinion.believed_sale_loss": 0.9, "accounts.rebalancing": 0.0}),
]


@given(st.sampled_from(WORLDS), stands, stands, shares)
def test_a_row_holds_what_voters_make_of_both_stands(world: World, author: Stand, rival: Stand, now: float) -> None:
    p, r, d = world.parameters, *((author, rival) if world.sign > 0 else (rival, author))
    imagined = world.threat + p.polls.hypothetical_attention * (
        threat_of((author, rival), now, p.opinion) - world.threat
    )
    feared = [feared_size(p, now, one.openness, one.forced, one.protected) for one in (r, d)]
    relieved = [relieved_size(p, one.backstop) for one in (r, d)]
    assert question_row(world, author, rival, now) == (r.openness, d.openness, *feared, imagined, *relieved)


@given(st.sampled_from(WORLDS), st.lists(st.tuples(stands, stands), min_size=1, max_size=8))
def test_an_answer_does_not_depend_on_other_questions(world: World, pairs: list[tuple[Stand, Stand]]) -> None:
    def answers(asked: list[tuple[Stand, Stand]]) -> list[list[float]]:
        found: list[list[float]] = expected_votes(
            world.electorate.fixed, world.electorate.dynamic, 700, 1100, world.product_prices, 1.0, 0.1, world.threat,
            TURNOUT_PRESIDENTIAL, True, np.array(question_rows(world, asked, world.openness)), world.vote_coefficients,
        ).tolist()  # fmt: skip
        return found

    assert answers(pairs) == [answers([pair])[0] for pair in pairs]


@pytest.mark.parametrize("role", ["author", "opponent"])
def test_the_baseline_is_answered_without_hypothetical_bias(role: str) -> None:
    honest, biased = (world_of({"polls.hypothetical_bias": bias}) for bias in (0.0, 0.5))
    pairs = [(Stand(0.5, 0.0, 0.0), Stand(0.5, 0.0, 0.0)), (Stand(0.9, 0.0, 0.0), Stand(0.1, 0.8, 0.0))]
    one, other = ask(honest, role, pairs).shares, ask(biased, role, pairs).shares
    assert other[0] == one[0]
    assert other[1] - other[0] == pytest.approx(1.5 * (one[1] - one[0]))


@pytest.mark.parametrize("leaning", [-2000.0, 2000.0])
def test_one_voter_beyond_all_doubt_leaves_the_others_their_vote(leaning: float) -> None:
    # Odds of exp(2000) are beyond any number: she votes with certainty, and everybody else as ever.
    world = world_of()
    fixed = world.electorate.fixed.copy()
    fixed[PARTISANSHIP, 3] = leaning
    question = np.array([question_row(world, Stand(0.8, 0.0, 0.0), Stand(0.2, 0.5, 0.0), world.openness)])
    rest = (world.product_prices, 1.0, 0.0, world.threat, TURNOUT_PRESIDENTIAL, True)
    votes = expected_votes(fixed, world.electorate.dynamic, 0, 1200, *rest, question, world.vote_coefficients)[0]
    utilities, turnouts = ballots(fixed, world.electorate.dynamic, *rest, question[0], world.vote_coefficients)
    with np.errstate(over="ignore"):
        choices = 1.0 / (1.0 + np.exp(-utilities))
    assert choices[3] == float(leaning > 0.0)
    assert votes == pytest.approx([np.sum(turnouts * choices), np.sum(turnouts * (1.0 - choices))], rel=1e-12)
