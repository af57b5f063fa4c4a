"""Design of the targets protocol: policies whose history is known, contests between the parties, and their aims."""

from __future__ import annotations

from typing import NamedTuple

ARM = "zero"


PARTS: dict[str, str] = {
    "first terms": "histories of one term",
    "stress takeovers": "takeovers of the stress test",
    "controls": "the two policy controls",
    "contests": "opposed terms by contest and layer",
    "costs": "polled and realised costs of a restriction",
}
"""Part of a replicate beside the long history -> what it runs."""


class TargetsDesign(NamedTuple):
    """Presidential terms of each history, and the parts of a replicate (PARTS) that are not run."""

    cycles: int = 12
    leave_out: tuple[str, ...] = ()


CONTROLLED: dict[str, tuple[str, str]] = {
    "reversal_prob_contested_guidance_at_turnover": ("esg-guidance", "ESG guidance"),
    "reversal_prob_entrenched_default (QDIA 2007)": ("default-investment-rule", "default rule"),
}
"""Row of parameters.csv with use TARGET -> preset whose share of flips must lie in its range, and its short name."""

TAKEOVERS = 5
"""Takeovers of each control in every replicate: with one alone, 100 replicates leave the share an error of .05."""
CONTEST_TAKEOVERS = 4
"""Takeovers of each contest and layer in every replicate: 100 replicates leave P = .5 an error of .025, .1 of .015."""
STRESS_TAKEOVERS = 4
"""Friendly terms in every replicate whose last election gives the Congress at takeover; errors as above."""
FIRST_TERMS = 12
"""Histories of one term in every replicate: about a third of them end with a takeover, so the error is as above."""


def own_replicates(replicate: int, number: int) -> range:
    """Return the numbers of the replicates that belong to one history alone."""
    return range(number * replicate, number * (replicate + 1))


CONTESTS: dict[str, dict[str, float]] = {
    "contested": {},
    "uncontested": {"party.author_ideal": 0.75, "party.opponent_ideal": 0.4},
    "equal": {"party.author_ideal": 0.75, "party.opponent_ideal": 0.75},
}
"""Contest -> ideals of author and opponent; none: those of the run.

Uncontested: the near edges of both declared ranges. Equal: the opponent wants what the author wants.
"""
CONTEST_LAYERS = ("rule", "guidance", "statute")


class ContestAim(NamedTuple):
    """Range of P(restricted) without exposure for one contest on some layers.

    tolerance: Monte Carlo errors by which an estimate may pass a limit.
    """

    contest: str
    layers: tuple[str, ...]
    low: float
    high: float
    tolerance: float
    source: str


CONTEST_AIMS: tuple[ContestAim, ...] = (
    ContestAim("contested", ("rule",), 0.5, 0.7, 0.0, "11 of 15 contested rules in the record"),
    ContestAim("uncontested", CONTEST_LAYERS, 0.0, 0.15, 2.0, "0 of 8 uncontested rules in the record"),
    ContestAim("equal", CONTEST_LAYERS, 0.0, 0.05, 0.0, "no case: an opponent who agrees has nothing to restrict"),
)
"""Aims declared with the second version, beside 53 coded cases of policies that an opposed government inherited.

Contested guidance (2 of 5) and statutes (7 of 13) have no aim: the cases are few, and many had holders.
"""


def contest_aim(contest: str, layer: str) -> ContestAim | None:
    """Return the aim of a contest on a layer; None where none is declared."""
    return next((aim for aim in CONTEST_AIMS if aim.contest == contest and layer in aim.layers), None)


MOVES = ("prohibit", "close", "cap", "warn")
PHASES = ("early", "late")
FORESIGHTS = (0, 1)
COST_TERMS = 20
"""Terms that polled and realised costs take in every replicate, about."""
ARMS_OF_COSTS = ("", " zero")
"""Ends of the names of costs in the exposed arm and in the arm without exposure."""


def polled_cost(move: str, phase: str, foresight: int, arm: str = "") -> str:
    """Return the name of a move's polled cost, by phase of the term, foresight and arm."""
    return f"polled {move} {phase} f{foresight}{arm}"


def realised_cost(move: str, phase: str, arm: str = "") -> str:
    """Return the name of a move's realised cost, by phase of the term and arm."""
    return f"realised {move} {phase}{arm}"
