"""Opinion moved by neighbours alone on a fixed network: DeGroot (1974), with closed forms from numpy and networkx.

With every voter counting herself once, the matrix of weights is (A + I) with rows divided by their sums d. It is in
detailed balance with d, so opinions converge to sum d x / sum d, and the distance to it, measured with
weights d, shrinks every month to at most the second largest eigenvalue (in size) times itself. With an influence w
below 1 a voter also keeps 1 - w of her own opinion.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest

from political_moat import Parameters, World, simulate

Reals = npt.NDArray[np.float64]
GRAPHS = {
    "karate club": nx.karate_club_graph(),
    "preferential attachment": nx.barabasi_albert_graph(80, 3, seed=1),
    "small world": nx.connected_watts_strogatz_graph(60, 4, 0.2, seed=2),
    "star": nx.star_graph(12),
    "path": nx.path_graph(6),
    "two cliques": nx.barbell_graph(4, 1),
    "everybody": nx.complete_graph(10),
}
AT_REST = {"network.kind": "own", "opinion.relaxation": 0.0}
ROUNDING = 1e-6


def weights(graph: nx.Graph, influence: float) -> tuple[Reals, Reals]:
    """Return the matrix of one month's weights, and d."""
    ties = nx.to_numpy_array(graph, nodelist=range(len(graph)), weight=None) + np.eye(len(graph))
    d = ties.sum(axis=1)
    return (1.0 - influence) * np.eye(len(graph)) + influence * ties / d[:, None], d


def modes(graph: nx.Graph, influence: float) -> tuple[Reals, Reals]:
    """Return eigenvalues, the largest in size first, and eigenvectors of the matrix of weights."""
    matrix, d = weights(graph, influence)
    root = np.sqrt(d)
    values, vectors = np.linalg.eigh(root[:, None] * matrix / root[None, :])
    order = np.argsort(-np.abs(values))
    return values[order], vectors[:, order] / root[:, None]


def talking(name: str, influence: float, start: Reals) -> World:
    """Make a world in which only neighbours change opinion."""
    graph = GRAPHS[name]
    values = {**AT_REST, "electorate.voters": len(graph), "network.influence": influence}
    world = World(Parameters().with_values(values), seed=3, graph=graph)
    world.electorate.column("ideal")[:] = start
    return world


def ideals(world: World) -> Reals:
    return world.electorate.column("ideal").astype(np.float64)


@pytest.mark.parametrize("influence", [1.0, 0.3])
@pytest.mark.parametrize("name", GRAPHS)
def test_opinions_converge_to_the_mean_weighted_by_degree(name: str, influence: float) -> None:
    graph = GRAPHS[name]
    start = np.random.default_rng(4).random(len(graph))
    _, d = weights(graph, influence)
    consensus = float(d @ start / d.sum())
    assert abs(consensus - start.mean()) > 1e-3 or name == "everybody"
    world = talking(name, influence, start)
    second = abs(modes(graph, influence)[0][1])
    months = 1 if second < 1e-9 else int(np.ceil(np.log(1e-6) / np.log(second)))
    world.advance(months)
    np.testing.assert_allclose(ideals(world), consensus, rtol=0.0, atol=20.0 * ROUNDING)


@pytest.mark.parametrize("influence", [1.0, 0.3])
@pytest.mark.parametrize("name", [name for name in GRAPHS if name != "everybody"])
def test_the_slowest_disagreement_shrinks_by_the_second_eigenvalue_every_month(name: str, influence: float) -> None:
    values, vectors = modes(GRAPHS[name], influence)
    slowest = vectors[:, 1] / np.abs(vectors[:, 1]).max()
    world = talking(name, influence, 0.5 + 0.4 * slowest)
    for month in range(1, 9):
        world.advance(1)
        expected = 0.5 + 0.4 * values[1] ** month * slowest
        np.testing.assert_allclose(ideals(world), expected, rtol=0.0, atol=ROUNDING)
    assert abs(values[1]) < 1.0 - 1e-3


@pytest.mark.parametrize("influence", [1.0, 0.3])
@pytest.mark.parametrize("name", GRAPHS)
def test_any_disagreement_shrinks_at_least_as_fast_and_its_path_is_the_power_of_the_matrix(
    name: str, influence: float
) -> None:
    graph = GRAPHS[name]
    start = np.random.default_rng(5).random(len(graph))
    matrix, d = weights(graph, influence)
    consensus, second = float(d @ start / d.sum()), abs(modes(graph, influence)[0][1])
    world, expected = talking(name, influence, start), start
    distance = float(np.sqrt(d @ (start - consensus) ** 2))
    for _ in range(6):
        world.advance(1)
        expected = matrix @ expected
        np.testing.assert_allclose(ideals(world), expected, rtol=0.0, atol=ROUNDING)
        now = float(np.sqrt(d @ (ideals(world) - consensus) ** 2))
        assert now <= second * distance + ROUNDING * np.sqrt(d.sum())
        distance = now


def test_separate_components_converge_separately() -> None:
    graph = nx.disjoint_union(nx.complete_graph(4), nx.star_graph(5))
    p = Parameters().with_values({**AT_REST, "electorate.voters": 10, "network.influence": 1.0})
    world = World(p, seed=1, graph=graph)
    start = np.linspace(0.0, 1.0, 10)
    world.electorate.column("ideal")[:] = start
    world.advance(60)
    _, d = weights(graph, 1.0)
    for part in (slice(0, 4), slice(4, 10)):
        np.testing.assert_allclose(ideals(world)[part], d[part] @ start[part] / d[part].sum(), rtol=0.0, atol=1e-5)
    assert abs(ideals(world)[0] - ideals(world)[9]) > 0.3


def test_without_influence_or_without_a_network_opinion_at_rest_does_not_change() -> None:
    still = {"opinion.relaxation": 0.0, "electorate.voters": 34}
    start = World(Parameters().with_values(still), seed=1).electorate.column("ideal").copy()
    alone = simulate(Parameters().with_values(still), seed=1, months=12)
    silent = Parameters().with_values({**still, "network.kind": "own", "network.influence": 0.0})
    mute = simulate(silent, seed=1, months=12, graph=nx.karate_club_graph())
    assert np.array_equal(alone.electorate.column("ideal"), start)
    assert np.array_equal(mute.electorate.column("ideal"), start)
