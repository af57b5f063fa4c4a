"""Parameters of the social network: its structure, and the influence of neighbours."""

from __future__ import annotations

from typing import Literal

from ...parameter_metadata import Group, quantity


class NetworkParameters(Group):
    """Structure of the network of voters, and the influence of neighbours on opinion."""

    kind: Literal["none", "small-world", "blocks", "own"] = quantity(
        "none",
        "network",
        role="lever",
        source="none: voters do not meet; small-world: Watts & Strogatz 1998; blocks: homophilous by party, Holland, "
        "Laskey & Leinhardt 1983; own: the user's graph, from Python or from model.network of a study",
    )
    degree: int = quantity(
        10,
        "neighbours of a voter, on average",
        4,
        30,
        role="swept",
        allowed=(2, 1000),
        source="between the two or three people with whom one discusses important matters and the hundreds one knows",
    )
    rewiring: float = quantity(
        0.1,
        "probability",
        0.0,
        1.0,
        role="swept",
        source="small-world: share of ties moved to a random voter; clustering falls between .01 and 1, distances "
        "from .001 (Watts & Strogatz 1998); 0 = a ring, 1 = close to a random graph",
    )
    homophily: float = quantity(
        0.7,
        "share of ties",
        0.5,
        0.95,
        role="swept",
        allowed=(0.0, 1.0),
        source="blocks: share of ties to voters of the same party; most people mostly know their own side, no data "
        "for talk about savings; .5 = unrelated to party where both sides are equally large",
    )
    influence: float = quantity(
        0.03,
        "per month",
        0.0,
        0.3,
        role="swept",
        allowed=(0.0, 1.0),
        source="speed at which ideal policy moves to the mean of self and neighbours (DeGroot 1974); below "
        "opinion.relaxation, since such talk is rare; 0 in range",
    )
    built_directly_above: int = quantity(
        5000,
        "model voters",
        0,
        1_000_000,
        allowed=(0, 20_000_000),
        source="larger networks are drawn in arrays, smaller ones by networkx; saves time: both draw from the same "
        "distribution up to terms of the order of degree over voters",
    )


def network_contradictions(network: NetworkParameters, voters: int) -> list[str]:
    """Return contradictions between values of the network group, one line each, for the kinds that use the values.

    A ring has equally many neighbours on both sides; a block (about half of the voters) must contain all neighbours.
    """
    problems = []
    if network.kind == "small-world":
        if network.degree % 2:
            problems.append(
                "network.degree must be even (neighbours) in a small world: half on either side of the ring"
            )
        if network.degree >= voters:
            problems.append(f"network.degree must be below electorate.voters, {voters}, in a small world")
    if network.kind == "blocks" and 4 * network.degree > voters:
        problems.append(f"network.degree must not be above a quarter of electorate.voters, {voters}, in blocks")
    return problems
