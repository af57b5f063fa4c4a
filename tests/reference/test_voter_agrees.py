"""A voter's methods agree with the compiled kernels and with the plain reference, in a busy world."""

from __future__ import annotations

from typing import Any

import numpy as np
import plain_adoption
import plain_electorate as plain
import plain_people
import pytest

from political_moat.agents.electorate import columns
from political_moat.agents.electorate.accounts.kernel import accounts_month
from political_moat.agents.electorate.opinion.kernel import opinion_month
from political_moat.agents.electorate.voter import Voter
from political_moat.agents.electorate.voting.kernel import expected_votes, grieve
from political_moat.model.data_collection import vote_probabilities
from political_moat.model.parameters.tree import Parameters
from political_moat.model.phases.employers import adoption_terms
from political_moat.model.phases.payroll import product_table
from political_moat.model.phases.polling import question_row
from political_moat.model.population.demography import people_coefficients
from political_moat.model.world import World

BUSY = Parameters().with_values(
    {
        "electorate.voters": 400,
        "exposure.breadth": 0.4,
        "exposure.evolves": True,
        "exposure.grandfathering": 0.3,
        "people.ageing": True,
        "fund.active": True,
        "party.support_move": True,
        "opinion.opposed_share": 0.3,
        "adoption.annual_reallocation_rate": 0.9,
        "adoption.takeup_given_offer_optin": 0.4,
        "adoption.ira_takeup": 0.3,
        "employer.share_plans_offering_crypto_t0": 0.8,
        "party.agenda_gate": 1.0,
        "party.agenda_cost": -2.0,
    }
)
STORED = {"rtol": 2e-7, "atol": 1e-12}
"""Columns are float32."""
ROUNDING = {"rtol": 1e-12, "atol": 1e-15}


@pytest.fixture(scope="module")
def world() -> World:
    """A world in the month after a presidential election, with holders of several products and some who see nothing."""
    world = World(BUSY, seed=7)
    world.advance(47)
    state, draw = world.electorate.dynamic, np.random.default_rng(1)
    state[columns.VISIBILITY] *= draw.choice([0.0, 0.3, 1.0], len(world.electorate))
    state[columns.GRIEVANCE] = draw.normal(0.0, 0.3, len(world.electorate))
    held = state[columns.PRODUCT, state[columns.UNITS] > 0.0]
    assert len(set(held.tolist())) > 2
    assert world.vote_coefficients.public_usd > 0.0
    return world


@pytest.fixture(scope="module")
def voters(world: World) -> list[Voter]:
    everybody: list[Voter] = world.agents_by_type[Voter].to_list()
    return everybody


@pytest.fixture
def persons(world: World) -> list[Any]:
    """The same voters, as the plain reference reads them."""
    return plain.people(world.electorate.fixed, world.electorate.dynamic)


def now(world: World) -> list[float]:
    """The question of an election held now."""
    question = list(question_row(world, world.stand("author"), world.stand("opponent"), world.openness))
    return [*question[:4], world.threat + 0.3, 0.4, 0.1]


@pytest.mark.parametrize("presidential", [True, False])
def test_probabilities_to_vote_add_up_to_expected_votes(world: World, voters: list[Voter], presidential: bool) -> None:
    question = now(world)
    row = columns.TURNOUT_PRESIDENTIAL if presidential else columns.TURNOUT_MIDTERM
    votes = expected_votes(
        world.electorate.fixed,
        world.electorate.dynamic,
        0,
        len(voters),
        world.product_prices,
        world.incumbent_sign,
        0.2,
        world.threat,
        row,
        world.parameters.channels.turnout,
        np.array([question]),
        world.vote_coefficients,
    )[0]
    for party, total in zip("RD", votes, strict=True):
        added = sum(voter.probability_to_vote_for(party, question, 0.2, presidential) for voter in voters)
        assert added == pytest.approx(float(total), rel=1e-12)


def test_a_voter_votes_as_the_plain_reference(world: World, voters: list[Voter], persons: list[Any]) -> None:
    question = now(world)
    for voter, person in zip(voters, persons, strict=True):
        r, d = plain.ballot(
            person,
            world.product_prices,
            world.incumbent_sign,
            -0.1,
            world.threat,
            columns.TURNOUT_PRESIDENTIAL,
            world.parameters.channels.turnout,
            [question],
            world.vote_coefficients,
        )
        assert voter.probability_to_vote_for("R", question, -0.1) == pytest.approx(r, rel=1e-12)
        assert voter.probability_to_vote_for("D", question, -0.1) == pytest.approx(d, rel=1e-12)
        assert voter.probability_to_turn_out(question, -0.1) == pytest.approx(r + d, rel=1e-12)


def test_utility_and_turnout_are_those_of_the_ballots(world: World, voters: list[Voter]) -> None:
    question = list(question_row(world, world.stand("author"), world.stand("opponent"), world.openness))
    question[4] = world.threat
    result = world.results[-1]
    shift = world.sign * world.electorate.logit_per_point * (result.valence_points + result.incumbency_points)
    utilities, turnouts = vote_probabilities(world)
    assert [voter.utility(question, shift) for voter in voters] == utilities.tolist()
    assert [voter.probability_to_turn_out(question, shift) for voter in voters] == turnouts.tolist()


def test_a_voter_knows_two_parties(voters: list[Voter]) -> None:
    with pytest.raises(ValueError, match="'X'"):
        voters[0].probability_to_vote_for("X", [0.0] * 7)


def test_losses_and_credit_are_those_of_the_plain_reference(
    world: World, voters: list[Voter], persons: list[Any]
) -> None:
    c, prices = world.vote_coefficients, world.product_prices
    feels = 0
    for voter, person in zip(voters, persons, strict=True):
        stake = person.units * float(prices[int(person.product)]) / person.income
        loss = plain.pain(stake, person.visibility, person.belief, c)
        share = c.public_usd / person.income
        loss += c.public_visibility * person.belief * c.loss_aversion * share**c.curvature
        assert voter.stake == pytest.approx(stake, rel=1e-12)
        assert voter.felt_loss() == pytest.approx(loss, rel=1e-12)
        assert voter.feared_loss(0.25) == pytest.approx(0.25 * loss, rel=1e-12)
        assert voter.credit() == pytest.approx(
            plain.retrospection(
                person.units,
                float(prices[int(person.product)]),
                person.reference,
                person.income,
                person.visibility,
                person.partisanship,
                world.incumbent_sign,
                c,
            ),
            rel=1e-12,
        )
        noticed = person.visibility * stake / (stake + world.opinion_coefficients.stake_half)
        assert voter.noticed_stake() == pytest.approx(noticed, rel=1e-12)
        feels += stake > 0.0 and loss > 0.0
    assert feels > 50


def test_the_next_opinion_is_that_of_the_kernel(world: World, voters: list[Voter], persons: list[Any]) -> None:
    openness, threat, media, stand_r, stand_d, fall = 0.7, 0.4, 1.0, 0.8, 0.1, 0.3
    arguments = (world.product_prices, openness, threat, media, stand_r, stand_d, fall, world.opinion_coefficients)
    state = world.electorate.dynamic.copy()
    opinion_month(world.electorate.fixed, state, *arguments)
    plain.opinion_month(persons, *arguments)
    methods = {
        "reference": [voter.next_reference() for voter in voters],
        "blame": [voter.next_blame(openness) for voter in voters],
        "salience": [voter.next_salience(threat, media, openness, fall) for voter in voters],
        "ideal": [voter.next_ideal(openness, stand_r, stand_d) for voter in voters],
        "grievance": [voter.next_grievance() for voter in voters],
    }
    for name, values in methods.items():
        moved = state[columns.DYNAMIC.index(name)]
        assert np.any(moved != world.electorate.column(name)), name
        np.testing.assert_array_equal(np.array(values, dtype=np.float32), moved, err_msg=name)
        np.testing.assert_allclose([getattr(person, name) for person in persons], moved, err_msg=name, **STORED)


def test_a_grievance_is_that_of_the_kernel(world: World, voters: list[Voter]) -> None:
    state = world.electorate.dynamic.copy()
    grieve(world.electorate.fixed, state, world.product_prices, 0.3, -1.0, world.vote_coefficients)
    after = np.array([voter.grievance_after(0.3, -1.0) for voter in voters], dtype=np.float32)
    assert np.any(after != world.electorate.column("grievance"))
    np.testing.assert_array_equal(after, state[columns.GRIEVANCE])


@pytest.mark.parametrize("keep_share", [1.0, 0.6])
def test_the_next_account_is_that_of_the_kernel(world: World, voters: list[Voter], keep_share: float) -> None:
    table = product_table(world)
    table[columns.LIMIT] = 0.02
    state = world.electorate.dynamic.copy()
    accounts_month(world.electorate.fixed, state, table, 0.02, 0.003, 0.05, keep_share, 0.0, 65.0)
    after = np.array([voter.next_account(table, 0.02, 0.003, 0.05, keep_share) for voter in voters], dtype=np.float32)
    for position, row in enumerate((columns.PLAN, columns.IRA, columns.UNITS)):
        assert np.any(state[row] != world.electorate.dynamic[row])
        np.testing.assert_array_equal(after[:, position], state[row], err_msg=columns.DYNAMIC[row])


def test_adoption_and_death_are_those_of_the_plain_reference(
    world: World, voters: list[Voter], persons: list[Any]
) -> None:
    t, c = adoption_terms(world.parameters, 0.3, 1.0), people_coefficients(world.parameters)
    for voter, person in zip(voters, persons, strict=True):
        odds = 0.2 * plain_adoption.factor(person, 0.1, 0.4, t)
        assert voter.holding_odds(0.2, 0.1, 0.4, t) == pytest.approx(odds, rel=1e-12)
        inertia = t.inertia * (1.0 + t.attention_slope * (2.0 * person.attention - 1.0))
        assert voter.acting_chance(t) == pytest.approx(inertia, rel=1e-12)
        assert voter.death_chance(c) == pytest.approx(plain_people.death_chance(person.age, c), rel=1e-9)
