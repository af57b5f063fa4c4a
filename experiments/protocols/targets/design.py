"""Design of the targets protocol, and the policy controls whose history is known."""

from __future__ import annotations

from typing import NamedTuple

ARM = "zero"


class TargetsDesign(NamedTuple):
    """Presidential terms of each history."""

    cycles: int = 12


CONTROLLED: dict[str, tuple[str, str]] = {
    "reversal_prob_contested_guidance_at_turnover": ("esg-guidance", "ESG guidance"),
    "reversal_prob_entrenched_default (QDIA 2007)": ("default-investment-rule", "default rule"),
}
"""Row of parameters.csv with use TARGET -> preset whose share of flips must lie in its range, and its short name."""

TAKEOVERS = 5
"""Takeovers of each control in every replicate: with one alone, 100 replicates leave the share an error of .05."""

CONTESTS: dict[str, dict[str, float]] = {
    "contested": {},
    "uncontested": {"party.author_ideal": 0.75, "party.opponent_ideal": 0.4},
    "equal": {"party.author_ideal": 0.75, "party.opponent_ideal": 0.75},
}
"""Contest -> ideals of the two parties; none: those of the tree, which opposes the parties.

Uncontested: the near edges of both declared ranges. Equal: the opponent wants what the author wants.
"""
CONTEST_LAYERS = ("rule", "guidance", "statute")
CONTEST_TAKEOVERS = 4
"""Takeovers of each contest and layer in every replicate: 100 replicates leave P = .5 an error of .025, .1 of .015."""


class ContestAim(NamedTuple):
    """Range for P(restricted) without exposure, for one contest and the layers named."""

    contest: str
    layers: tuple[str, ...]
    low: float
    high: float
    source: str


CONTEST_AIMS: tuple[ContestAim, ...] = (
    ContestAim("contested", ("rule",), 0.5, 0.7, "record: 11 of 15 contested rules; party.rival_value is fitted to it"),
    ContestAim("uncontested", CONTEST_LAYERS, 0.0, 0.15, "record: rules 0 of 8, statutes 0 of 1, guidance 1 of 2"),
    ContestAim("equal", CONTEST_LAYERS, 0.0, 0.05, "logic: an opponent who agrees has nothing to restrict"),
)
"""Aims of the second version's design, from 53 coded cases (rules of the labour department and others since 1981).

Contested cases above have no aim on guidance (2 of 5) and statutes (7 of 13): too few, or other exposure.
"""
