"""The network of voters: arrays against networkx, what they have in common, and the user's own graph."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest

from political_moat import Parameters, World, simulate
from political_moat.agents.draws import Draws
from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.model.parameters.tree import ParameterError
from political_moat.model.population import network as networks
from political_moat.model.population.network import Network

VOTERS, DEGREE = 400, 8
REPLICATES = 30
"""Networks of each kind: differences of means are held against their own standard error."""
ERRORS = 4.0


def draws(replicate: int = 0) -> Draws:
    return Draws(20250807, replicate)


def sides(share: float = 0.45) -> npt.NDArray[np.bool_]:
    """Two blocks whose members are scattered over the numbers of voters."""
    return np.random.default_rng(1).random(VOTERS) < share


def as_networkx(network: Network) -> nx.Graph:
    """The table as a networkx graph, after a look at every entry."""
    heads = np.repeat(np.arange(len(network)), network.degrees)
    there, back = (set(zip(*ends, strict=True)) for ends in ((heads, network.neighbours), (network.neighbours, heads)))
    assert there == back, "a tie one way only"
    assert len(there) == network.neighbours.size == 2 * network.ties, "a double tie"
    assert np.all(heads != network.neighbours), "a self-loop"
    graph = nx.empty_graph(len(network))
    graph.add_edges_from(zip(heads.tolist(), network.neighbours.tolist(), strict=True))
    return graph


RINGS = {"arrays": networks.small_world, "networkx": networks.small_world_by_networkx}
TWO_SIDES = {"arrays": networks.blocks, "networkx": networks.blocks_by_networkx}


def same_mean(one: list[float], other: list[float]) -> None:
    """Two samples whose means differ by no more than their Monte Carlo error allows."""
    a, b = np.array(one), np.array(other)
    error = float(np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size))
    assert abs(a.mean() - b.mean()) <= ERRORS * error + 1e-12, (a.mean(), b.mean(), error)


# Small worlds


@pytest.mark.parametrize(("voters", "degree"), [(30, 4), (400, 10), (11, 10), (12, 10), (3, 2)])
@pytest.mark.parametrize("builder", RINGS)
def test_without_rewiring_a_small_world_is_the_ring_of_networkx(builder: str, voters: int, degree: int) -> None:
    network = RINGS[builder](draws(), voters, degree, 0.0)
    ring = nx.watts_strogatz_graph(voters, degree, 0.0)
    assert nx.utils.graphs_equal(as_networkx(network), ring)
    assert np.all(network.degrees == degree)
    if 2 * voters > 3 * degree:
        clustering = 3 * (degree - 2) / (4 * (degree - 1))
        assert nx.average_clustering(as_networkx(network)) == pytest.approx(clustering, abs=1e-12)


def off_ring(graph: nx.Graph, degree: int) -> int:
    """Ties that are no ties of the ring."""
    apart = [abs(i - j) for i, j in graph.edges]
    return sum(min(one, len(graph) - one) > degree // 2 for one in apart)


@pytest.mark.parametrize("rewiring", [0.1, 0.5, 1.0])
def test_small_worlds_in_arrays_are_like_those_of_networkx(rewiring: float) -> None:
    found: dict[str, list[list[float]]] = {}
    for builder, make in RINGS.items():
        rows = []
        for replicate in range(REPLICATES):
            network = make(draws(replicate), VOTERS, DEGREE, rewiring)
            graph = as_networkx(network)
            assert network.ties == VOTERS * DEGREE // 2
            degrees = network.degrees
            assert degrees.min() >= DEGREE // 2
            tail = np.bincount(degrees, minlength=40)[4:14] / VOTERS
            rows.append([float(degrees.var()), nx.average_clustering(graph), *map(float, tail)])
        found[builder] = rows
    for arrays, by_networkx in zip(
        zip(*found["arrays"], strict=True), zip(*found["networkx"], strict=True), strict=True
    ):
        same_mean(list(arrays), list(by_networkx))


@pytest.mark.parametrize("rewiring", [0.1, 0.5])
def test_the_share_of_ties_moved_off_the_ring_is_the_probability_of_rewiring(rewiring: float) -> None:
    ties = REPLICATES * VOTERS * DEGREE // 2
    moved = sum(
        off_ring(as_networkx(networks.small_world(draws(one), VOTERS, DEGREE, rewiring)), DEGREE)
        for one in range(REPLICATES)
    )
    error = np.sqrt(rewiring * (1.0 - rewiring) / ties)
    assert abs(moved / ties - rewiring) <= ERRORS * error


def test_with_probability_1_every_tie_leaves_the_ring_and_its_new_end_is_anybody() -> None:
    graph = as_networkx(networks.small_world(draws(), VOTERS, DEGREE, 1.0))
    assert off_ring(graph, DEGREE) == graph.number_of_edges()
    apart = np.array([min(abs(i - j), VOTERS - abs(i - j)) for i, j in graph.edges])
    places = np.arange(DEGREE // 2 + 1, VOTERS // 2 + 1)
    assert abs(apart.mean() - places.mean()) <= ERRORS * places.std() / np.sqrt(apart.size)


def test_where_nearly_all_are_tied_a_tie_without_a_free_place_stays() -> None:
    network = networks.small_world(draws(), 12, 10, 1.0)
    assert network.ties == 60
    as_networkx(network)


# Blocks


@pytest.mark.parametrize("homophily", [0.5, 0.7, 0.95, 1.0])
@pytest.mark.parametrize("builder", TWO_SIDES)
def test_the_share_of_ties_within_the_own_side_is_the_homophily_and_both_sides_have_the_mean_degree(
    builder: str, homophily: float
) -> None:
    first = sides()
    within, degrees, ties = [], [], []
    for replicate in range(REPLICATES):
        network = TWO_SIDES[builder](draws(replicate), first, DEGREE, homophily)
        edges = np.array(as_networkx(network).edges)
        within.append(float((first[edges[:, 0]] == first[edges[:, 1]]).mean()))
        degrees.append([float(network.degrees[first].mean()), float(network.degrees[~first].mean())])
        ties.append(network.ties)
    share = homophily
    error = np.sqrt(max(share * (1.0 - share), 0.0) / sum(ties))
    assert abs(np.mean(within) - share) <= ERRORS * error
    for block in np.array(degrees).T:
        assert abs(block.mean() - DEGREE) <= ERRORS * block.std(ddof=1) / np.sqrt(REPLICATES)


@pytest.mark.parametrize("homophily", [0.5, 0.8])
def test_blocks_are_those_of_the_stochastic_block_model_of_networkx(homophily: float) -> None:
    first = sides()
    sizes = (int(first.sum()), int((~first).sum()))
    chances = networks.block_probabilities(sizes, DEGREE, homophily)
    table = [[chances[0], chances[2]], [chances[2], chances[1]]]
    people = [*np.flatnonzero(first).tolist(), *np.flatnonzero(~first).tolist()]
    rows: dict[str, list[list[float]]] = {"oracle": [], **{name: [] for name in TWO_SIDES}}
    for replicate in range(REPLICATES):
        made = {name: as_networkx(make(draws(replicate), first, DEGREE, homophily)) for name, make in TWO_SIDES.items()}
        made["oracle"] = nx.stochastic_block_model(sizes, table, nodelist=people, seed=replicate)
        for name, graph in made.items():
            degrees = np.array([graph.degree(node) for node in range(VOTERS)])
            spread = np.bincount(degrees, minlength=40)[2:16] / VOTERS
            crossing = float(np.mean([first[i] != first[j] for i, j in graph.edges]))
            row = [float(degrees.mean()), float(degrees.var()), nx.average_clustering(graph), crossing]
            rows[name].append([*row, *map(float, spread)])
    for name in TWO_SIDES:
        for own, oracle in zip(zip(*rows[name], strict=True), zip(*rows["oracle"], strict=True), strict=True):
            same_mean(list(own), list(oracle))


@pytest.mark.parametrize(
    ("sizes", "homophily"), [((200, 200), 0.5), ((180, 220), 0.7), ((0, 50), 0.7), ((40, 360), 0.1)]
)
def test_probabilities_of_ties_give_both_sides_the_same_degree(sizes: tuple[int, int], homophily: float) -> None:
    one, other, between = networks.block_probabilities(sizes, DEGREE, homophily)
    for size, rival, within in ((sizes[0], sizes[1], one), (sizes[1], sizes[0], other)):
        if size:
            assert within * (size - 1) + between * rival == pytest.approx(DEGREE)
    if sizes[0] == sizes[1] and homophily == 0.5:
        assert one == pytest.approx(between, rel=2.0 / sizes[0])


@pytest.mark.parametrize("homophily", [0.5, 0.9])
@pytest.mark.parametrize("builder", TWO_SIDES)
def test_a_side_that_is_empty_or_complete_does_no_harm(builder: str, homophily: float) -> None:
    alone = TWO_SIDES[builder](draws(), np.zeros(60, dtype=bool), 6, homophily)
    assert abs(alone.degrees.mean() - 6.0) < 2.0
    complete = TWO_SIDES[builder](draws(), np.arange(12) < 6, 5, 1.0)
    assert complete.ties == 30
    with pytest.raises(ParameterError, match="one of the two sides has only 3 voters"):
        TWO_SIDES[builder](draws(), np.arange(20) < 3, 5, 0.9)


# What both have in common


@pytest.mark.parametrize("direct", [0, 5000])
@pytest.mark.parametrize("kind", ["small-world", "blocks"])
def test_a_network_is_a_function_of_seed_and_replicate_alone_and_its_arms_share_it(kind: str, direct: int) -> None:
    tree = {"electorate.voters": 300, "network.kind": kind, "network.built_directly_above": direct}

    def ties(seed: int, replicate: int, values: dict[str, Any]) -> list[int]:
        network = World(Parameters().with_values({**tree, **values}), seed, replicate).network
        assert network is not None
        return [*network.starts.tolist(), *network.neighbours.tolist()]

    here = ties(1, 2, {})
    assert ties(1, 3, {}) != here
    assert ties(2, 2, {}) != here
    # After other networks were drawn in between, and in another arm.
    assert ties(1, 2, {"exposure.breadth": 0.4, "exposure.skew": 0.5, "network.influence": 0.2}) == here
    arm = World(Parameters().with_values({**tree, "exposure.breadth": 0.3}), 1, 2)
    assert World(Parameters().with_values(tree), 1, 2).network is arm.network
    assert arm.fork().network is arm.network


def test_above_the_declared_size_a_world_is_built_in_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("networkx was asked")

    monkeypatch.setattr(networks.nx, "watts_strogatz_graph", refuse)
    tree = {"electorate.voters": 301, "network.kind": "small-world", "network.built_directly_above": 300}
    network = World(Parameters().with_values(tree), seed=17).network
    assert network is not None
    assert network.ties == 301 * 5
    with pytest.raises(AssertionError, match="networkx was asked"):
        World(Parameters().with_values({**tree, "electorate.voters": 300}), seed=17)


def test_a_network_cannot_be_written_to_also_after_copying_and_pickling() -> None:
    network = networks.small_world(draws(), 20, 4, 0.2)
    for one in (network, copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert np.array_equal(one.neighbours, network.neighbours)
        assert (one.starts.dtype, one.neighbours.dtype) == (np.int64, np.int32)
        with pytest.raises(ValueError, match="read-only"):
            one.neighbours[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            one.starts[0] = 1


@pytest.mark.parametrize("kind", ["small-world", "blocks"])
def test_the_mirror_world_has_the_same_ties(kind: str) -> None:
    tree = {"electorate.voters": 400, "network.kind": kind}
    world, mirror = (World(Parameters().with_values({**tree, "institutions.author": one}), seed=5) for one in "RD")
    assert world.network is not None
    assert mirror.network is not None
    assert np.array_equal(world.network.starts, mirror.network.starts)
    assert np.array_equal(world.network.neighbours, mirror.network.neighbours)


def test_blocks_are_the_sides_of_the_parties() -> None:
    tree = {"electorate.voters": 2000, "network.kind": "blocks", "network.homophily": 0.95}
    world = World(Parameters().with_values(tree), seed=5)
    assert world.network is not None
    edges = np.array(as_networkx(world.network).edges)
    side = world.electorate.column("partisanship") > 0.0
    within = float((side[edges[:, 0]] == side[edges[:, 1]]).mean())
    assert abs(within - 0.95) <= ERRORS * np.sqrt(0.95 * 0.05 / len(edges))


# The user's own graph


OWN = {"electorate.voters": 60, "network.kind": "own"}


def test_an_own_graph_is_taken_as_it_is_and_weights_are_not_read() -> None:
    graph = nx.barabasi_albert_graph(60, 2, seed=3)
    weighted = nx.Graph()
    weighted.add_nodes_from(reversed(range(60)))
    weighted.add_edges_from((j, i, {"weight": 0.1 * i}) for i, j in graph.edges)
    world = World(Parameters().with_values(OWN), seed=1, graph=weighted)
    assert world.network is not None
    assert nx.utils.graphs_equal(as_networkx(world.network), graph)
    assert nx.utils.graphs_equal(world.network.to_networkx(), graph)
    assert simulate(Parameters().with_values(OWN), seed=1, months=1, graph=nx.empty_graph(60)).network.ties == 0  # type: ignore[union-attr]


def test_an_own_graph_may_be_any_of_the_kinds_and_gives_the_same_world() -> None:
    drawn = World(Parameters().with_values({**OWN, "network.kind": "small-world"}), seed=1)
    assert drawn.network is not None
    own = World(Parameters().with_values(OWN), seed=1, graph=as_networkx(drawn.network))
    for world in (drawn, own):
        world.advance(12)
    assert np.array_equal(own.electorate.dynamic, drawn.electorate.dynamic)


WRONG: dict[str, tuple[Any, str]] = {
    "no graph": ([1, 2], "graph must be a networkx.Graph, not list"),
    "directed": (nx.path_graph(60, create_using=nx.DiGraph), "directed"),
    "double ties": (nx.path_graph(60, create_using=nx.MultiGraph), "multigraph"),
    "too small": (nx.path_graph(59), "graph has 59 nodes, but electorate.voters is 60"),
    "numbered from 1": (nx.relabel_nodes(nx.path_graph(60), lambda i: i + 1), "node 60; nodes must be"),
    "named": (nx.relabel_nodes(nx.path_graph(60), lambda i: f"v{i}"), "node 'v0'; nodes must be"),
    "self-loop": (nx.Graph([*nx.path_graph(60).edges, (7, 7)]), "ties node 7 to itself"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_graph_that_cannot_be_is_reported_in_one_line(fault: str) -> None:
    graph, said = WRONG[fault]
    with pytest.raises(ParameterError, match=said) as raised:
        World(Parameters().with_values(OWN), seed=1, graph=graph)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["none", "small-world", "blocks"])
def test_a_graph_without_the_kind_own_and_the_kind_own_without_a_graph_are_refused(kind: str) -> None:
    with pytest.raises(ParameterError, match=f"network.kind = {kind} has no use for the graph given"):
        World(Parameters().with_values({**OWN, "network.kind": kind}), seed=1, graph=nx.path_graph(60))
    with pytest.raises(ParameterError, match=r"network\.kind = own needs a graph"):
        World(Parameters().with_values(OWN), seed=1)
    with pytest.raises(UserError, match=r"network\.kind = own needs ties; give them with --network FILE"):
        study_of_run(settings=["network.kind=own"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"network.kind": "small-world", "network.degree": 7}, "network.degree must be even"),
        ({"network.kind": "small-world", "network.degree": 60}, "below electorate.voters, 60"),
        ({"network.kind": "blocks", "network.degree": 16}, "quarter of electorate.voters, 60"),
        ({"network.influence": 1.5}, "network.influence = 1.5 is not possible"),
    ],
)
def test_parameters_that_cannot_be_together_are_named(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Parameters().with_values({"electorate.voters": 60, **values})
    if "network.kind" in values:
        Parameters().with_values({"electorate.voters": 60, **values, "network.kind": "none"})
