"""The trait of opposition: its share, its independence of other draws, its persistence, and that of entrants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from political_moat.agents.draws import Draws
from political_moat.agents.electorate import columns
from political_moat.agents.electorate.electorate import Electorate
from political_moat.agents.electorate.voter import Voter
from political_moat.model.parameters.tree import Parameters
from political_moat.model.population.builder import build_population
from political_moat.model.world import World

VOTERS = 20_000


def people(share: float) -> Electorate:
    values = {"electorate.voters": VOTERS, "opinion.opposed_share": share}
    return build_population(Parameters().with_values(values), Draws(3, 0))


def world_of(values: dict[str, Any], months: int) -> World:
    world = World(Parameters().with_values({"electorate.voters": 2000, **values}), seed=5)
    world.advance(months)
    return world


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 1.0])
def test_the_declared_share_is_opposed(share: float) -> None:
    opposed = people(share).column("opposed")
    assert set(opposed.tolist()) <= {0.0, 1.0}
    assert opposed.mean() == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / VOTERS))


def test_the_trait_changes_no_other_column_and_larger_shares_contain_smaller_ones() -> None:
    none, some, more = (people(share) for share in (0.0, 0.1, 0.3))
    for name in columns.FIXED:
        if name != "opposed":
            assert np.array_equal(none.column(name), more.column(name)), name
    assert np.array_equal(none.dynamic, more.dynamic)
    assert np.all(some.column("opposed") <= more.column("opposed"))


def test_the_trait_is_independent_of_the_others() -> None:
    electorate = people(0.3)
    for name in ("age", "partisanship", "ideal_base", "potential_stake", "direct_owner"):
        related = np.corrcoef(electorate.column("opposed"), electorate.column(name))[0, 1]
        assert abs(related) < 4.0 / np.sqrt(VOTERS), name


def test_the_living_keep_the_trait_and_entrants_draw_their_own() -> None:
    ageing = {"people.ageing": True, "people.death_rate_65": 0.3, "opinion.opposed_share": 0.3}
    young, old = world_of(ageing, 1), world_of(ageing, 240)
    before, after = young.electorate.column("opposed"), old.electorate.column("opposed")
    stayed = old.electorate.column("belief") == young.electorate.column("belief")
    assert 200 < np.count_nonzero(~stayed) < 1900
    assert np.array_equal(before[stayed], after[stayed])
    replaced = before[~stayed], after[~stayed]
    error = np.sqrt(0.21 / replaced[0].size)
    assert replaced[1].mean() == pytest.approx(0.3, abs=4.0 * error)
    assert abs(np.corrcoef(*replaced)[0, 1]) < 4.0 / np.sqrt(replaced[0].size)


def test_opinions_of_the_opposed_settle_where_the_equations_say() -> None:
    """Without cue, thermostat and blame: ideal base less the shift, salience base plus attention, in a calm market."""
    calm = {
        "opinion.opposed_share": 0.5,
        "opinion.cue_weight": 0.0,
        "opinion.thermostat": 0.0,
        "opinion.salience_media": 0.0,
        "opinion.opposed_crash_salience": 0.0,
        "opinion.relaxation": 1.0,
        "opinion.salience_half_life_up": 0.01,
        "opinion.salience_half_life_down": 0.01,
    }
    world = world_of(calm, 2)
    o, electorate = world.parameters.opinion, world.electorate
    opposed = electorate.column("opposed").astype(float)
    ideal = np.maximum(0.0, electorate.column("ideal_base") - o.opposed_shift * opposed)
    np.testing.assert_allclose(electorate.column("ideal"), ideal, atol=1e-6)
    salience = o.salience_base + o.opposed_salience * world.openness * opposed
    np.testing.assert_allclose(electorate.column("salience"), salience, atol=1e-6)


def test_a_holding_silences_opposition_as_far_as_it_is_seen() -> None:
    world = world_of({"exposure.breadth": 0.5, "exposure.visibility": 0.4, "opinion.opposed_share": 0.5}, 3)
    voters: list[Voter] = world.agents_by_type[Voter].to_list()
    for voter in voters[:200]:
        expected = voter.opposed * (0.6 if voter.holder else 1.0)
        assert voter.opposition(1.0) == pytest.approx(expected, rel=1e-6)
        assert voter.opposition(0.0) == voter.opposed
