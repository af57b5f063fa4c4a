"""Parameters of polls."""

from __future__ import annotations

from ...agents.parameter_metadata import Group, quantity


class PollsParameters(Group):
    """The panel."""

    respondents: int = quantity(
        1000,
        "respondents",
        500,
        3000,
        allowed=(1, 1_000_000),
        source="usual size of a national panel: about 1,000 a quarter",
    )
    hypothetical_bias: float = quantity(
        0.0,
        "share",
        -0.5,
        1.0,
        role="swept",
        allowed=(-1.0, 10.0),
        source="answers about hypothetical moves overstate (above 0) or understate (below 0) the reaction",
    )
    hypothetical_attention: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        role="swept",
        source="1 = a respondent asked about a threat attends to it as if it were real, 0 = not at all",
    )
    foresight: float = quantity(
        0.0,
        "share",
        0.0,
        1.0,
        role="swept",
        source="0 = parties read the poll as it is; 1 = they read it as projected to the next presidential election",
    )
    binary: bool = quantity(
        True,
        "yes or no",
        source="a respondent names one party or none, as on a ballot; no: her probabilities are added up (version one)",
    )
    blind: bool = quantity(False, "yes or no", role="lever", source="polls are answered with stakes at zero: a placebo")
