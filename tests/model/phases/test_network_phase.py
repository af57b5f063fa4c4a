"""What neighbours do in a world: opinion spreads less, placebos and the mirror world hold on a network too."""

from __future__ import annotations

import itertools

import moat_arms as arms
import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest

from political_moat import Parameters, World, simulate
from political_moat.model.parameters.tree import ParameterError

Reals = npt.NDArray[np.float64]
OWN = {"electorate.voters": 60, "network.kind": "own"}


def ideals(world: World) -> Reals:
    return world.electorate.column("ideal").astype(np.float64)


@pytest.mark.parametrize("kind", ["small-world", "blocks"])
def test_without_influence_a_network_changes_no_bit(kind: str) -> None:
    silent = {"network.kind": kind, "network.influence": 0.0, "exposure.breadth": 0.3}
    path = [
        arms.opposed_world(values, replicate=1)
        for values in (
            {**silent, "network.kind": "none"},
            silent,
            {**silent, "network.kind": "none", "network.degree": 20},
        )
    ]
    for world in path[1:]:
        assert arms.political_path(world) == arms.political_path(path[0])
        assert np.array_equal(world.electorate.dynamic, path[0].electorate.dynamic)


@pytest.mark.parametrize("kind", ["small-world", "blocks"])
def test_positive_control_with_influence_at_its_upper_range_opinion_spreads_less(kind: str) -> None:
    spread = {}
    for influence in (0.0, 0.3):
        values = {"electorate.voters": 2000, "network.kind": kind, "network.influence": influence}
        spread[influence] = ideals(simulate(Parameters().with_values(values), seed=2, months=24)).var()
    assert spread[0.3] < 0.5 * spread[0.0]


def test_homophily_keeps_the_parties_apart() -> None:
    gaps = {}
    for homophily in (0.5, 0.95):
        values = {"network.kind": "blocks", "network.homophily": homophily, "network.influence": 0.3}
        world = simulate(Parameters().with_values({"electorate.voters": 2000, **values}), seed=2, months=36)
        author = world.electorate.column("partisanship") * world.sign > 0.0
        gaps[homophily] = ideals(world)[author].mean() - ideals(world)[~author].mean()
    assert gaps[0.95] > gaps[0.5] + 0.02


def test_a_neighbour_of_holders_comes_to_favour_the_policy() -> None:
    """Two groups that meet only among themselves, one of them exposed: only voters with holders around them move."""
    base = {**OWN, "electorate.voters": 200, "network.influence": 0.3, "opinion.ownership_shift": 0.3}
    alone = World(Parameters().with_values({**base, "exposure.breadth": 0.25, "network.kind": "none"}), seed=3)
    exposed = alone.electorate.column("units") > 0.0
    others = np.flatnonzero(~exposed)
    around, apart = others[:50], others[50:]
    graph = nx.empty_graph(200)
    graph.add_edges_from((int(i), int(j)) for i, j in zip(np.flatnonzero(exposed), around, strict=True))
    graph.add_edges_from((int(i), int(j)) for i, j in itertools.pairwise(apart))
    moved = []
    for breadth in (0.25, 0.0):
        p = Parameters().with_values({**base, "exposure.breadth": breadth})
        moved.append(ideals(simulate(p, seed=3, months=20, graph=graph)))
    assert np.all(moved[0][around] > moved[1][around])
    assert (moved[0] - moved[1])[around].mean() > 0.02
    assert np.allclose(moved[0][apart], moved[1][apart], atol=0.01)


def test_the_shadow_electorate_of_a_blind_poll_meets_on_its_own_state() -> None:
    values = {"network.kind": "blocks", "network.influence": 0.2, "electorate.voters": 500, "polls.blind": True}
    holders = {**values, "exposure.breadth": 0.5, "opinion.ownership_shift": 0.3}
    world = simulate(Parameters().with_values(holders), seed=4, months=24)
    without = simulate(Parameters().with_values({**holders, "exposure.breadth": 0.0}), seed=4, months=24)
    assert world.blind is not None
    assert np.array_equal(world.blind.column("ideal"), without.electorate.column("ideal"))
    assert not np.array_equal(world.blind.column("ideal"), world.electorate.column("ideal"))


def test_a_fork_may_change_influence_and_nothing_else_of_the_network() -> None:
    p = Parameters().with_values({"electorate.voters": 300, "network.kind": "blocks"})
    world = simulate(p, seed=1, months=3)
    louder = world.fork(p.with_values({"network.influence": 0.3}))
    for one in (world, louder):
        one.advance(6)
    assert ideals(louder).var() < ideals(world).var()
    for values in ({"network.kind": "none"}, {"network.homophily": 0.9}):
        with pytest.raises(ParameterError, match=r"^network\.\w+ cannot change at a fork: fixed when a world is built"):
            world.fork(p.with_values(values))


LIVELY = {"voting.asset_vote_effect": 6.0, "network.influence": 0.3}


@pytest.mark.parametrize("kind", ["small-world", "blocks"])
@pytest.mark.parametrize("replicate", range(2))
def test_the_mirror_world_with_a_network_has_the_same_history(kind: str, replicate: int) -> None:
    values = {**LIVELY, "network.kind": kind, "exposure.breadth": 0.4, "exposure.skew": 0.4}
    world = arms.opposed_world(values, replicate)
    mirror = arms.opposed_world({**values, "institutions.author": "D"}, replicate)
    assert mirror.events == world.events
    assert [r.winner for r in mirror.results] == [r.winner for r in world.results]
    assert [r.author_share for r in mirror.results] == pytest.approx([r.author_share for r in world.results], abs=1e-5)
    np.testing.assert_allclose(ideals(mirror), ideals(world), atol=1e-5)


@pytest.mark.parametrize("kind", ["small-world", "blocks"])
@pytest.mark.parametrize("replicate", range(2))
def test_on_a_network_an_invisible_stake_is_no_stake(kind: str, replicate: int) -> None:
    values = {**LIVELY, "network.kind": kind}
    dose = {"exposure.breadth": 0.6, "exposure.allocation": 0.2}
    without = arms.opposed_world(values, replicate)
    invisible = arms.opposed_world({**values, **dose, "exposure.visibility": 0.0}, replicate)
    visible = arms.opposed_world({**values, **dose}, replicate)
    assert arms.political_path(invisible) == arms.political_path(without)
    assert arms.political_path(visible) != arms.political_path(without)
