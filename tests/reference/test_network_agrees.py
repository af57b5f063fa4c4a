"""The compiled functions on the network agree with the plain reference, and keep what averaging keeps."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import plain_network as plain
from hypothesis import given, settings
from hypothesis import strategies as st

from political_moat.agents.electorate import columns
from political_moat.agents.electorate.network.kernel import neighbours_meet, neighbours_share
from political_moat.model.population.network import Network, own_network

TOLERANCE = 1e-6
"""Absolute: ideals lie in [0, 1] and are stored as float32."""
QUICK = settings(max_examples=150, deadline=None)
Numbers = npt.NDArray[np.float32]


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph:
    """Any graph of a few voters: empty, with isolated voters, complete."""
    voters = draw(st.integers(1, 16))
    pairs = [(i, j) for i in range(voters) for j in range(i)]
    graph = nx.empty_graph(voters)
    graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])
    return graph


def opinions(draw: st.DrawFn, voters: int) -> Numbers:
    ideals = st.sampled_from((0.0, 1.0)) | st.floats(0.0, 1.0, width=32)
    return np.array(draw(st.lists(ideals, min_size=voters, max_size=voters)), dtype=np.float32)


@st.composite
def talks(draw: st.DrawFn) -> tuple[nx.Graph, Network, Numbers]:
    """A graph, its table and what everybody holds."""
    graph = draw(graphs())
    return graph, own_network(graph, len(graph)), opinions(draw, len(graph))


INFLUENCES = st.sampled_from((0.0, 1.0)) | st.floats(0.0, 1.0)


def after(network: Network, before: Numbers, influence: float) -> Numbers:
    """Ideals after one month; nothing else may have moved."""
    dynamic: Any = np.full((len(columns.DYNAMIC), before.size), 7.0, dtype=np.float32)
    dynamic[columns.IDEAL] = before
    neighbours_meet(dynamic, network.starts, network.neighbours, influence)
    others = [row for row in range(len(columns.DYNAMIC)) if row != columns.IDEAL]
    assert np.all(dynamic[others] == 7.0)
    moved: Numbers = dynamic[columns.IDEAL]
    return moved


@given(talks(), INFLUENCES)
@QUICK
def test_a_month_of_talk_agrees_with_the_reference(talk: tuple[nx.Graph, Network, Numbers], influence: float) -> None:
    graph, network, before = talk
    lists = plain.neighbour_lists(network.starts, network.neighbours)
    assert [sorted(neighbours) for neighbours in lists] == [sorted(graph[node]) for node in range(len(graph))]
    said = before.tolist()
    expected = [plain.heard(said[i], [said[j] for j in lists[i]], influence) for i in range(len(graph))]
    np.testing.assert_allclose(after(network, before, influence), expected, rtol=0.0, atol=TOLERANCE)


@given(talks(), INFLUENCES)
@QUICK
def test_nobody_leaves_the_range_of_self_and_neighbours(
    talk: tuple[nx.Graph, Network, Numbers], influence: float
) -> None:
    graph, network, before = talk
    moved = after(network, before, influence)
    for node in graph:
        around = [before[node], *before[list(graph[node])]]
        assert min(around) <= moved[node] <= max(around)


@given(talks())
@QUICK
def test_without_influence_nothing_moves_and_agreement_never_ends(talk: tuple[nx.Graph, Network, Numbers]) -> None:
    _, network, before = talk
    assert np.array_equal(after(network, before, 0.0), before)
    agreed = np.full_like(before, before[0])
    assert np.array_equal(after(network, agreed, 1.0), agreed)


@given(talks(), INFLUENCES)
@QUICK
def test_the_mean_weighted_by_degree_is_conserved(talk: tuple[nx.Graph, Network, Numbers], influence: float) -> None:
    graph, network, before = talk
    weights = np.array([1 + graph.degree(node) for node in range(len(graph))]) / (len(graph) + 2 * graph.size())
    moved = after(network, before, influence)
    assert abs(float(weights @ moved) - float(weights @ before)) <= TOLERANCE


@given(talks(), INFLUENCES, st.randoms(use_true_random=False))
@QUICK
def test_who_stands_where_in_the_table_does_not_matter(
    talk: tuple[nx.Graph, Network, Numbers], influence: float, shuffle: Any
) -> None:
    graph, network, before = talk
    place = list(range(len(graph)))
    shuffle.shuffle(place)
    turned = own_network(nx.relabel_nodes(graph, dict(enumerate(place))), len(graph))
    moved = np.empty_like(before)
    moved[place] = before
    again = after(turned, moved, influence)
    # A sum in another order may differ in the last bit of float64, and so by one rounding to float32.
    np.testing.assert_allclose(again[place], after(network, before, influence), rtol=0.0, atol=2.0**-24)


@given(talks())
@QUICK
def test_the_share_of_neighbours_agrees_with_the_reference(talk: tuple[nx.Graph, Network, Numbers]) -> None:
    graph, network, numbers = talk
    flags = (numbers > 0.5).astype(np.float32)
    shares = neighbours_share(network.starts, network.neighbours, flags)
    assert shares.dtype == np.float32
    assert shares.tolist() == [plain.share(flags[list(graph[node])].tolist()) for node in range(len(graph))]
    assert np.all(shares[network.degrees == 0] == 0.0)


@given(talks())
@QUICK
def test_where_all_neighbours_hold_the_share_is_one(talk: tuple[nx.Graph, Network, Numbers]) -> None:
    _, network, numbers = talk
    everybody, nobody = np.ones_like(numbers), np.zeros_like(numbers)
    shares = neighbours_share(network.starts, network.neighbours, everybody)
    assert np.array_equal(shares, (network.degrees > 0).astype(np.float32))
    assert np.array_equal(neighbours_share(network.starts, network.neighbours, nobody), nobody)
