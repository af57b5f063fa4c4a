"""Parameters of the social network: who is a neighbour, and how much neighbours count."""

from __future__ import annotations

from typing import Literal

from ..quantity import Group, quantity


class NetworkParameters(Group):
    """Kind of network between voters."""

    kind: Literal["none", "small-world", "blocks"] = quantity(
        "none",
        "network",
        role="lever",
        source="none: voters do not meet; small-world: Watts & Strogatz 1998; blocks: homophilous by party",
    )
