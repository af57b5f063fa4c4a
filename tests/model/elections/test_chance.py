"""The level shock given who wins: the closed form of the truncated normal, and the draw that decides an election."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from political_moat.agents.draws import Draws
from political_moat.model.build import build_state
from political_moat.model.elections.chance import chance_given_winner, decisive_draw, draw_given_winner
from political_moat.model.elections.national_vote import Chance, own_level_sd
from political_moat.model.fast_forward import advance
from political_moat.model.interventions import Interventions
from political_moat.model.parameters.tree import Parameters
from political_moat.model.state import WorldState

ELECTION = 46
NORMALS = st.floats(-6.0, 6.0)
TURN = np.array([[0.6, -0.8], [0.8, 0.6]])
"""A rotation: the distribution of both draws together, not only of each."""
DECISIVE = st.floats(-30.0, 8.0)
ROLES = ("opponent", "author")


def drawn(free: float, decisive: float, winner: str) -> float:
    found = draw_given_winner(free, decisive, winner)
    assert found is not None
    return found


@pytest.mark.parametrize("decisive", [-6.0, -2.0, -0.3, 0.0, 1.0, 5.0])
def test_the_draw_is_the_quantile_of_the_truncated_normal(decisive: float) -> None:
    uniforms = np.linspace(0.001, 0.999, 201)
    for winner, low, high in (("opponent", -np.inf, decisive), ("author", decisive, np.inf)):
        expected = stats.truncnorm.ppf(uniforms, low, high)
        found = [drawn(stats.norm.ppf(u), decisive, winner) for u in uniforms]
        assert found == pytest.approx(expected.tolist(), rel=1e-8, abs=1e-8)


@given(NORMALS, NORMALS, DECISIVE)
def test_the_draw_rises_with_the_free_draw_and_stays_on_the_winners_side(a: float, b: float, decisive: float) -> None:
    low, high = sorted((a, b))
    for winner in ROLES:
        assert drawn(low, decisive, winner) <= drawn(high, decisive, winner)
    # Further from the limit than the root found is from the true one.
    assert drawn(6.0, decisive, "opponent") < decisive - 1e-11
    assert drawn(-6.0, decisive, "author") > decisive + 1e-11


@given(NORMALS, DECISIVE)
def test_the_condition_moves_the_free_draw_towards_the_winner(free: float, decisive: float) -> None:
    assert drawn(free, decisive, "opponent") <= free + 1e-9
    assert drawn(free, decisive, "author") >= free - 1e-9


def test_the_free_draw_stays_where_a_role_wins_with_every_draw_and_there_is_none_where_it_never_wins() -> None:
    for free in (-2.0, 0.1, 3.0):
        assert draw_given_winner(free, math.inf, "opponent") == pytest.approx(free, abs=1e-12)
        assert draw_given_winner(free, -math.inf, "author") == pytest.approx(free, abs=1e-12)
        assert draw_given_winner(free, -math.inf, "opponent") is None
        assert draw_given_winner(free, math.inf, "author") is None


@pytest.mark.parametrize("winner", ROLES)
def test_over_replicates_the_two_draws_are_those_of_elections_that_the_role_won(winner: str) -> None:
    """With votes linear in points the conditional distribution is known: rejection gives it, draw for draw."""
    p, sign = Parameters().with_values({"elections.college_bias_sd": 2.0}), 1.0 if winner == "author" else -1.0
    points, level = 1.5, own_level_sd(p)

    def lead(chance: Chance) -> float:
        return points + level * chance.level + 2.0 * chance.college

    free = [Chance(d.normal("valence", 0, ELECTION), d.normal("college", 0, ELECTION)) for d in streams(5)]
    found = [chance_given_winner(one, winner, lead, p) for one in free]
    assert all(sign * lead(one) > 0.0 for one in found)
    others = [Chance(d.normal("valence", 0, ELECTION), d.normal("college", 0, ELECTION)) for d in streams(6)]
    won = np.array([one for one in others if sign * lead(one) > 0.0])
    for both, accepted in ((np.array(found), won), (np.array(found) @ TURN, won @ TURN)):
        for k in (0, 1):
            assert stats.ks_2samp(both[:, k], accepted[:, k]).pvalue > 0.001
    joint = np.array([lead(one) - points for one in found]) / math.hypot(level, 2.0)
    decisive = -points / math.hypot(level, 2.0)
    limits = (-np.inf, decisive) if winner == "opponent" else (decisive, np.inf)
    assert stats.kstest(joint, stats.truncnorm(*limits).cdf).pvalue > 0.001
    assert stats.kstest(joint, stats.norm.cdf).pvalue < 1e-6


def streams(seed: int) -> Iterator[Draws]:
    return (Draws(seed, replicate) for replicate in range(4000))


def test_the_decisive_draw_is_where_the_lead_changes_sign() -> None:
    assert decisive_draw(lambda z: math.tanh(0.2 * z + 0.3)) == pytest.approx(-1.5, abs=1e-10)
    assert decisive_draw(lambda _: 0.01) == -math.inf
    assert decisive_draw(lambda _: -0.01) == decisive_draw(lambda _: 0.0) == math.inf


def at_the_election(values: dict[str, object], replicate: int) -> WorldState:
    p = Parameters().with_values({"electorate.voters": 400, **values})
    world = build_state(p, Draws(8, replicate))
    advance(world, ELECTION)
    return world


def elected(world: WorldState, imposed: Interventions) -> tuple[str, Chance]:
    twin = world.fork()
    twin.interventions = imposed
    advance(twin, 1)
    return twin.results[-1].winner, twin.results[-1].chance


def free_chance(world: WorldState) -> Chance:
    return Chance(world.draws.normal("valence", 0, ELECTION), world.draws.normal("college", 0, ELECTION))


@pytest.mark.parametrize("values", [{}, {"institutions.author": "D"}], ids=["R", "D"])
@pytest.mark.parametrize("replicate", range(3))
def test_elections_under_imposed_draws_change_winner_where_the_truncated_draw_says(
    replicate: int, values: dict[str, object]
) -> None:
    """Bisection over whole elections finds the limit; the drawn levels must be its truncated normal."""
    world = at_the_election({**values, "elections.college_bias_sd": 0.0, "elections.college_bias": -1.0}, replicate)
    low, high = -8.0, 8.0
    while high - low > 1e-9:
        middle = Chance((low + high) / 2.0, 0.0)
        winner, chance = elected(world, Interventions(chances={ELECTION: middle}))
        assert chance == middle
        low, high = (low, middle.level) if winner == "author" else (middle.level, high)
    uniform = world.draws.uniform("valence", 0, ELECTION)
    for role, (a, b) in (("opponent", (-np.inf, low)), ("author", (low, np.inf))):
        winner, chance = elected(world, Interventions(won_by={ELECTION: role}))
        assert winner == role
        assert chance.level == pytest.approx(stats.truncnorm.ppf(uniform, a, b), abs=1e-6)
        assert chance.college == free_chance(world).college
    assert elected(world, Interventions())[1] == free_chance(world)


@pytest.mark.parametrize("replicate", range(3))
def test_the_part_of_the_draws_that_does_not_decide_stays(replicate: int) -> None:
    world = at_the_election({"elections.college_bias_sd": 1.2}, replicate)
    free, level = free_chance(world), own_level_sd(world.parameters)
    for role in ROLES:
        winner, chance = elected(world, Interventions(won_by={ELECTION: role}))
        assert winner == role
        moved = Chance(chance.level - free.level, chance.college - free.college)
        assert abs(moved.level) > 0.01
        assert 1.2 * moved.level == pytest.approx(level * moved.college, abs=1e-9)


def test_where_an_election_has_no_chance_the_draws_stay_free() -> None:
    """Without sd the votes alone decide: the role that cannot win keeps the free draws, and does not win."""
    world = at_the_election({"elections.valence_level_sd": 1.0, "elections.college_bias_sd": 0.0}, 0)
    winner, free = elected(world, Interventions())
    for role in ROLES:
        assert elected(world, Interventions(won_by={ELECTION: role})) == (winner, free)


def test_where_a_role_wins_with_no_draw_the_draws_stay_free() -> None:
    biased = {"elections.college_bias": 20.0, "elections.valence_level_sd": 1.5001, "elections.college_bias_sd": 0.0}
    world = at_the_election(biased, 0)
    assert elected(world, Interventions(won_by={ELECTION: "opponent"})) == ("author", free_chance(world))
