"""Parameters of polls."""

from __future__ import annotations

from ...agents.parameter_metadata import Group, quantity


class PollsParameters(Group):
    """The panel."""

    respondents: int = quantity(
        1000, "respondents", 500, 3000, allowed=(1, 1_000_000), source="a usual national panel of about 1,000 a quarter"
    )
    hypothetical_bias: float = quantity(
        0.0,
        "share",
        -0.5,
        1.0,
        role="swept",
        allowed=(-1.0, 10.0),
        source="answers about moves overstate (above 0) or understate the reaction",
    )
    hypothetical_attention: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        role="swept",
        source="how far a respondent asked about a threat attends to it as if it were real",
    )
    blind: bool = quantity(False, "yes or no", role="lever", source="polls answered with stakes at zero: a placebo")
