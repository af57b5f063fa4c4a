"""The network of voters, drawn once for a replicate or taken from the user's own graph.

Small networks are made by networkx from seeds of the replicate's streams, large ones in arrays from the same streams
(`small_world`, `blocks`), by sorting, without a loop over ties. Measured on one core with 1 million voters of degree
10 (5 million ties): small world 1.3 s (rewiring .1) to 6.6 s (rewiring 1), blocks 7.1 s, at most .6 GB while they are
made; the finished table takes 48 bytes a voter, and a month of `neighbours_meet` .04 s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

from ...agents.draws import Draws
from ...agents.electorate.columns import PARTISANSHIP
from ...agents.electorate.electorate import Electorate
from ...agents.electorate.network.parameters import NetworkParameters
from ...agents.user_input import shown
from ..parameters.tree import ParameterError, Parameters
from .network_file import TieTable

Whole = npt.NDArray[np.int64]
Sides = npt.NDArray[np.bool_]
_ROUNDS = 64
"""Attempts to move a tie of the ring, which then stays in place; reached only in nearly complete networks."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Neighbours of every voter, both ways, as a read-only compressed sparse row table.

    The neighbours of voter i are neighbours[starts[i] : starts[i + 1]], in increasing order. starts: int64, shape
    (voters + 1,); neighbours: int32, shape (2 * ties,). No voter is her own neighbour, none is listed twice.
    """

    starts: Whole
    neighbours: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        """Lock the arrays, which arms and forks share."""
        self.starts.flags.writeable = False
        self.neighbours.flags.writeable = False

    def __len__(self) -> int:
        """Return the number of voters."""
        return int(self.starts.size - 1)

    @property
    def ties(self) -> int:
        """Return the number of ties."""
        return int(self.neighbours.size // 2)

    @property
    def degrees(self) -> Whole:
        """Return the number of neighbours of every voter; shape (voters,)."""
        return np.diff(self.starts)

    def of(self, voter: int) -> npt.NDArray[np.int32]:
        """Return the neighbours of one voter."""
        return self.neighbours[self.starts[voter] : self.starts[voter + 1]]

    def to_networkx(self) -> nx.Graph:
        """Return a networkx graph of the ties, nodes 0 .. voters-1."""
        heads = np.repeat(np.arange(len(self)), self.degrees)
        once = heads < self.neighbours
        graph = nx.empty_graph(len(self))
        graph.add_edges_from(zip(heads[once].tolist(), self.neighbours[once].tolist(), strict=True))
        return graph

    def __reduce__(self) -> tuple[type[Network], tuple[Whole, npt.NDArray[np.int32]]]:
        """Pickle as a call of the constructor, which locks the arrays again."""
        return Network, (self.starts, self.neighbours)

    def __deepcopy__(self, memo: dict[int, Any]) -> Network:
        """Return the network unchanged: a read-only object needs no copy."""
        return self


def _table(heads: Whole, tails: Whole, voters: int) -> Network:
    """Return the table of ties heads[i] - tails[i], each listed once."""
    both = np.concatenate([heads, tails]), np.concatenate([tails, heads])
    matrix = coo_array((np.ones(2 * heads.size, dtype=np.int8), both), shape=(voters, voters)).tocsr()
    return _from_matrix(matrix)


def _from_matrix(matrix: csr_array) -> Network:
    matrix.sort_indices()
    return Network(matrix.indptr.astype(np.int64, copy=False), matrix.indices.astype(np.int32, copy=False))


def _from_networkx(graph: nx.Graph) -> Network:
    """Return the network of a checked graph with nodes 0 .. n-1; weights are not read."""
    if graph.number_of_edges() == 0:
        none = np.zeros(0, dtype=np.int64)
        return _table(none, none, graph.number_of_nodes())
    nodes = range(graph.number_of_nodes())
    return _from_matrix(csr_array(nx.to_scipy_sparse_array(graph, nodelist=nodes, weight=None, format="csr")))


def _whole(draws: Draws, stream: str, count: int, below: int, round_number: int) -> Whole:
    """Return whole numbers 0 .. below-1 of a stream, equally likely, from 48 bits (24 are too few for large worlds)."""
    coarse = draws.uniforms(stream, count, round_number)
    fine = draws.uniforms(f"{stream}, fine", count, round_number)
    whole = np.floor((coarse + (fine - 0.5) * 2.0**-24) * below)
    return np.minimum(whole, below - 1).astype(np.int64)


def _unseen(keys: Whole, seen: Whole) -> Sides:
    """Return whether each key is new: neither among `seen` nor equal to an earlier key."""
    first = np.zeros(keys.size, dtype=bool)
    first[np.unique(keys, return_index=True)[1]] = True
    return first & ~np.isin(keys, seen)


def small_world(draws: Draws, voters: int, degree: int, rewiring: float) -> Network:
    """Return a Watts-Strogatz network made in arrays (ODD: small_world): a ring with ties moved at random.

    degree: neighbours in the ring, even and below voters; rewiring: probability that a tie is moved. A tie keeps one
    end; the other is drawn until the tie is new and not in the ring. networkx moves the ties one after the other and
    may also use vacated places of the ring: a difference of the order of degree over voters.
    """
    half = degree // 2
    heads = np.tile(np.arange(voters, dtype=np.int64), half)
    tails = (heads + np.repeat(np.arange(1, half + 1, dtype=np.int64), voters)) % voters
    moving = np.flatnonzero(draws.uniforms("network rewired", heads.size) < rewiring)
    taken = np.zeros(0, dtype=np.int64)
    for round_number in range(_ROUNDS):
        if not moving.size:
            break
        ends = _whole(draws, "network end", moving.size, voters, round_number)
        distance = np.abs(ends - heads[moving])
        off_the_ring = np.minimum(distance, voters - distance) > half
        keys = np.minimum(ends, heads[moving]) * voters + np.maximum(ends, heads[moving])
        new = np.zeros(moving.size, dtype=bool)
        new[off_the_ring] = _unseen(keys[off_the_ring], taken)
        tails[moving[new]] = ends[new]
        taken = np.concatenate([taken, keys[new]])
        moving = moving[~new]
    return _table(heads, tails, voters)


def block_probabilities(sizes: tuple[int, int], degree: float, homophily: float) -> tuple[float, float, float]:
    """Return the probability of a tie in the first block, in the second, and between them (ODD: block_probabilities).

    Both blocks have the same mean degree; `homophily` is the share of all ties that lie within blocks. If one block is
    too small for its share of the ties between blocks, it has no others. ParameterError if a block is too
    small for the ties within.
    """
    voters = sum(sizes)
    between = min((1.0 - homophily) * 0.5 * degree * voters, degree * min(sizes))
    within_blocks = []
    for size in sizes:
        within, pairs = max(0.0, 0.5 * (degree * size - between)), 0.5 * size * (size - 1)
        if within > pairs + 1e-9:
            raise ParameterError(
                f"network.degree = {degree:g} is not possible with network.homophily = {homophily:g}: one of the two "
                f"sides has only {size} voters"
            )
        within_blocks.append(within / pairs if pairs > 0.0 else 0.0)
    pairs_between = float(sizes[0]) * sizes[1]
    if between > pairs_between:
        raise ParameterError(
            f"network.degree = {degree:g} is not possible: one of the two sides has {min(sizes)} voters"
        )
    return within_blocks[0], within_blocks[1], between / pairs_between if pairs_between > 0.0 else 0.0


def blocks(draws: Draws, first: Sides, degree: float, homophily: float) -> Network:
    """Return a stochastic block model of two blocks made in arrays (ODD: blocks): ties within and between them.

    first: whether each voter is in the first block; shape (voters,). The number of ties of each kind is a binomial
    draw; all sets of so many pairs are equally likely: the distribution of networkx's stochastic_block_model.
    """
    people = (np.flatnonzero(first), np.flatnonzero(~first))
    chances = block_probabilities((people[0].size, people[1].size), degree, homophily)
    heads, tails = [], []
    for name, side, other_side, chance in (
        ("author's side", people[0], people[0], chances[0]),
        ("opponent's side", people[1], people[1], chances[1]),
        ("between", people[0], people[1], chances[2]),
    ):
        left, right = _pairs(draws, f"network {name}", side.size, other_side.size, side is other_side, chance)
        heads.append(side[left])
        tails.append(other_side[right])
    return _table(np.concatenate(heads), np.concatenate(tails), first.size)


def _pairs(draws: Draws, stream: str, left: int, right: int, same: bool, chance: float) -> tuple[Whole, Whole]:
    """Draw different pairs (i < left, j < right; unordered within one block), each with probability `chance`.

    Their number is a binomial draw; every set of that size is equally likely.
    """
    from scipy.stats import binom  # heavy to import, and needed in large worlds alone

    pairs = left * (left - 1) // 2 if same else left * right
    wanted = int(binom.ppf(draws.uniform(f"{stream}, number"), pairs, chance)) if pairs and chance > 0.0 else 0
    kept = np.zeros(0, dtype=np.int64)
    round_number = 0
    while kept.size < wanted:
        missing = wanted - kept.size
        i = _whole(draws, f"{stream}, one", missing, left, round_number)
        j = _whole(draws, f"{stream}, other", missing, right, round_number)
        keys = np.minimum(i, j) * right + np.maximum(i, j) if same else i * right + j
        keys = keys[i != j] if same else keys
        kept = np.concatenate([kept, keys[_unseen(keys, kept)]])
        round_number += 1
    return kept // max(1, right), kept % max(1, right)


def small_world_by_networkx(draws: Draws, voters: int, degree: int, rewiring: float) -> Network:
    """Return a Watts-Strogatz network made by networkx; its seed is the key of a stream."""
    return _from_networkx(nx.watts_strogatz_graph(voters, degree, rewiring, seed=draws.key("network, networkx")))


def blocks_by_networkx(draws: Draws, first: Sides, degree: float, homophily: float) -> Network:
    """Return a stochastic block model made of networkx's random graphs; their seeds are keys of streams.

    Two Erdos-Renyi graphs and a bipartite one have the distribution of stochastic_block_model, which tests every
    pair within a block and is slower.
    """
    people = (np.flatnonzero(first), np.flatnonzero(~first))
    sizes = (people[0].size, people[1].size)
    chances = block_probabilities(sizes, degree, homophily)
    graph = nx.empty_graph(first.size)
    names = ("author's side", "opponent's side")
    for name, members, size, chance in zip(names, people, sizes, chances[:2], strict=True):
        within = nx.fast_gnp_random_graph(size, chance, seed=draws.key(f"network {name}, networkx"))
        graph.add_edges_from((int(members[i]), int(members[j])) for i, j in within.edges)
    both = np.concatenate(people)
    between = nx.bipartite.random_graph(*sizes, chances[2], seed=draws.key("network between, networkx"))
    graph.add_edges_from((int(both[i]), int(both[j])) for i, j in between.edges)
    return _from_networkx(graph)


def own_network(graph: Any, voters: int) -> Network:
    """Return the network of the user's own networkx graph (ODD: own_network).

    Nodes must be 0 .. voters-1, ties undirected, at most one per pair. Edge attributes such as weights are not read.
    A `TieTable` of a network file is taken as it was checked.
    ParameterError names the problem in one line.
    """
    if isinstance(graph, TieTable) and graph.voters == voters:
        return _table(np.asarray(graph.heads, dtype=np.int64), np.asarray(graph.tails, dtype=np.int64), voters)
    if not isinstance(graph, nx.Graph):
        raise ParameterError(f"graph must be a networkx.Graph, not {type(graph).__name__}")
    if graph.is_directed():
        raise ParameterError("graph is directed, but voters are neighbours both ways; give graph.to_undirected()")
    if graph.is_multigraph():
        raise ParameterError("graph is a multigraph, but a tie counts once; give networkx.Graph(graph)")
    count = graph.number_of_nodes()
    if count != voters:
        raise ParameterError(
            f"graph has {count} nodes, but electorate.voters is {voters}; it must have one node for each voter"
        )
    numbers = set(range(voters))
    wrong = [node for node in graph if node not in numbers]
    if wrong:
        raise ParameterError(
            f"graph has a node {shown(wrong[0])}; nodes must be the numbers of voters, 0 to {voters - 1} "
            "(networkx.convert_node_labels_to_integers renames them)"
        )
    loop = next(iter(nx.nodes_with_selfloops(graph)), None)
    if loop is not None:
        raise ParameterError(
            f"graph ties node {loop} to itself; every voter counts herself once anyway, so remove such ties "
            "(graph.remove_edges_from(list(networkx.selfloop_edges(graph))))"
        )
    return _from_networkx(graph)


def placed(ties: TieTable, persons: Whole) -> TieTable:
    """Return ties between persons of a file as ties between voters; persons: the person of each voter, each once."""
    voter = np.empty(persons.size, dtype=np.int64)
    voter[persons] = np.arange(persons.size)
    return TieTable(ties.voters, voter[np.asarray(ties.heads)], voter[np.asarray(ties.tails)])


def _drawn(parameters: NetworkParameters, voters: int, draws: Draws, first: Sides) -> Network:
    direct = voters > parameters.built_directly_above
    if parameters.kind == "small-world":
        ring = small_world if direct else small_world_by_networkx
        return ring(draws, voters, parameters.degree, parameters.rewiring)
    two_sides = blocks if direct else blocks_by_networkx
    return two_sides(draws, first, parameters.degree, parameters.homophily)


def build_network(
    p: Parameters, draws: Draws, electorate: Electorate, sign: float, graph: Any = None
) -> Network | None:
    """Return the network of a world (ODD: build_network); None if voters do not meet.

    sign: +1 where the author of the policy is R. Blocks are the sides of author and opponent, so that the mirror world
    has the same ties. graph: the user's own, required if network.kind is own, else a ParameterError.
    """
    kind, voters = p.network.kind, len(electorate)
    if (graph is None) == (kind == "own"):
        problem = "needs a graph" if graph is None else "has no use for the graph given; set network.kind to own"
        raise ParameterError(
            f"network.kind = {kind} {problem} (World(parameters, seed, graph=...), docs/own-network.md)"
        )
    if kind == "none":
        return None
    if kind == "own":
        return own_network(graph, voters)
    first = sign * electorate.fixed[PARTISANSHIP] > 0.0 if kind == "blocks" else np.zeros(voters, dtype=bool)
    ties = p.network.model_copy(update={"influence": 0.0})
    key = ("network", ties, voters, np.packbits(first).tobytes())
    return draws.once(key, lambda: _drawn(ties, voters, draws, first))
